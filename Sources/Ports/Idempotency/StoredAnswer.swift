public import Base
public import Crypto
public import Model

/// An answer that is kept to be given again.
public struct StoredAnswer: Sendable, Equatable {
    /// The personality's number for it; an HTTP status where the request came over HTTP.
    public var status: Int
    /// As it was sent, or sealed.
    public var body: [UInt8]
    public var isSealed: Bool

    public init(status: Int, body: [UInt8], isSealed: Bool = false) {
        self.status = status
        self.body = body
        self.isSealed = isSealed
    }
}

/// What is kept under a key.
public struct AnswerRecord: Sendable, Equatable {
    public var fingerprint: Digest256
    public var answer: StoredAnswer
    public var expiresAt: Instant

    public init(fingerprint: Digest256, answer: StoredAnswer, expiresAt: Instant) {
        self.fingerprint = fingerprint
        self.answer = answer
        self.expiresAt = expiresAt
    }
}

extension AnswerRecord {
    /// The answer to a request with the same key; nil once it has expired, `idempotencyMismatch` for another request.
    public func answer(
        to record: IdempotencyRecord, _ whenDifferent: IdempotencyRule.WhenDifferent, at now: Instant
    ) throws(KernelFailure) -> StoredAnswer? {
        guard expiresAt > now else { return nil }
        guard fingerprint == record.fingerprint || whenDifferent == .replay else { throw .idempotencyMismatch }
        return answer
    }
}
