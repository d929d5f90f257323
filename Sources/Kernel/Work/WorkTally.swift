import Ports
import Synchronization

/// What has become of one kind of work since the start. Any thread.
final class WorkTally: Sendable {
    private struct State {
        var outcomes = OutcomeCounts()
        var answers = AnswerCounts()
    }

    private let state = Mutex(State())

    /// `status` nil: nobody answered.
    func note(_ outcome: OutcomeCounts.Outcome, status: Int?) {
        state.withLock { state in
            state.outcomes.note(outcome)
            state.answers.note(status)
        }
    }

    var counts: (outcomes: OutcomeCounts, answers: AnswerCounts) {
        state.withLock { ($0.outcomes, $0.answers) }
    }
}
