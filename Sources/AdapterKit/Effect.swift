public import Base
import Kernel
public import Model
package import Ports

/// What a route under an idempotency rule does: changes that are made with its answer in one commit, or not at all
/// where an earlier request with the key made them.
///
/// Desks make effects (`MailDesk.sending`); the server carries them out, with or without a key.
public struct Effect: Sendable {
    package let changes: [Change]
    /// Called on the store's thread, more than once. What is kept, and given for every request with the key, is status
    /// and body; other fields than the content's are not part of it.
    package let answer: @Sendable ([ChangeOutcome]) -> Result<Answer, KernelFailure>
    /// What follows in memory once the changes are on disk.
    package let then: @Sendable ([ChangeOutcome]) async -> Void

    package init(
        changes: [Change], then: @escaping @Sendable ([ChangeOutcome]) async -> Void = { _ in },
        answer: @escaping @Sendable ([ChangeOutcome]) -> Result<Answer, KernelFailure>
    ) {
        self.changes = changes
        self.then = then
        self.answer = answer
    }
}

extension MailDesk {
    /// Sends messages, each on its own, in one commit with the answer. `answer` says from the outcomes, in order, what
    /// the caller is told; it is called on the store's thread and looks nothing up.
    /// `at`: the time that they are accepted at; nil: the present.
    public func sending(
        _ submissions: [Submission], at: Instant? = nil,
        answer: @escaping @Sendable ([Result<Acceptance, KernelFailure>]) -> Result<Answer, KernelFailure>
    ) throws(KernelFailure) -> Effect {
        let batch = service.batch(submissions, by: try principal(), suppression: suppression, at: at)
        guard let trace else { return Effect(changes: batch.changes) { answer(batch.results($0)) } }
        return Effect(changes: batch.changes, then: { trace.sent(batch.results($0)) }) { answer(batch.results($0)) }
    }
}
