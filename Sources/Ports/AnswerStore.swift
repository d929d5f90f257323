public import Crypto
public import Model

/// The part of the `Store` port that idempotency needs; its contract is the `Store`'s.
public protocol AnswerStore: Sendable {
    /// What is kept under an idempotency key, expired or not.
    func answer(_ key: Digest256) async throws(KernelFailure) -> AnswerRecord?
}
