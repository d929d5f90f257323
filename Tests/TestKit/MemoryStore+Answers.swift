package import Crypto
package import Model
package import Ports
import Synchronization

extension MemoryStore {
    package func answer(_ key: Digest256) async throws(KernelFailure) -> AnswerRecord? {
        state.withLock { $0.answers[key] }
    }

    func once(_ unit: OnceUnit, _ state: inout State, _ queued: inout [PendingDelivery]) -> ChangeOutcome {
        do throws(KernelFailure) {
            if let answer = try unit.answer(from: state.answers[unit.record.key]) { return .once(.replayed(answer)) }
        } catch {
            return .refused(error)
        }
        var outcomes: [ChangeOutcome] = []
        for change in unit.changes { outcomes.append(apply(change, to: &state, &queued)) }
        state.answers[unit.record.key] = unit.answer(outcomes).map {
            AnswerRecord(fingerprint: unit.record.fingerprint, answer: $0, expiresAt: unit.expiresAt)
        }
        return .once(.fresh(outcomes))
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
