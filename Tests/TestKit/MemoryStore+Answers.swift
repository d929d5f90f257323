package import Crypto
package import Model
package import Ports
import Synchronization

extension MemoryStore {
    package func answer(_ key: Digest256) async throws(KernelFailure) -> AnswerRecord? {
        state.withLock { $0.answers[key] }
    }

    func keyed(_ plan: KeyedPlan, _ state: inout State, _ queued: inout [PendingDelivery]) -> ChangeOutcome {
        do throws(KernelFailure) {
            if let answer = try plan.answer(from: state.answers[plan.record.key]) { return .keyed(.replayed(answer)) }
        } catch {
            return .refused(error)
        }
        var outcomes: [ChangeOutcome] = []
        for change in plan.changes { outcomes.append(apply(change, to: &state, &queued)) }
        state.answers[plan.record.key] = plan.answer(outcomes).map {
            AnswerRecord(fingerprint: plan.record.fingerprint, answer: $0, expiresAt: plan.expiresAt)
        }
        return .keyed(.fresh(outcomes))
    }

    /// All that was known before the first of them is known again after a refusal.
    func all(_ changes: [Change], _ state: inout State, _ queued: inout [PendingDelivery]) -> ChangeOutcome {
        let (before, queuedBefore) = (state, queued)
        var outcomes: [ChangeOutcome] = []
        for change in changes {
            let outcome = apply(change, to: &state, &queued)
            if case .refused(let failure) = outcome {
                (state, queued) = (before, queuedBefore)
                return .refused(failure)
            }
            outcomes.append(outcome)
        }
        return .all(outcomes)
    }
}

extension MemoryStore {
    /// All answers that are kept.
    package var keptAnswers: [AnswerRecord] { state.withLock { Array($0.answers.values) } }
}
