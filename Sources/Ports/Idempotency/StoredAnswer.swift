package import Base
package import Crypto
package import Model

/// An answer that is kept to be given again.
package struct StoredAnswer: Sendable, Equatable {
    /// The personality's number for it; an HTTP status where the request came over HTTP.
    package var status: Int
    /// As it was sent, or sealed.
    package var body: [UInt8]
    package var isSealed: Bool

    package init(status: Int, body: [UInt8], isSealed: Bool = false) {
        self.status = status
        self.body = body
        self.isSealed = isSealed
    }
}

/// What is kept under a key.
package struct AnswerRecord: Sendable, Equatable {
    package var fingerprint: Digest256
    package var answer: StoredAnswer
    package var expiresAt: Instant

    package init(fingerprint: Digest256, answer: StoredAnswer, expiresAt: Instant) {
        self.fingerprint = fingerprint
        self.answer = answer
        self.expiresAt = expiresAt
    }
}

extension AnswerRecord {
    /// The answer to a request with the same key; nil once it has expired, `idempotencyMismatch` for another request.
    package func answer(
        to record: IdempotencyRecord, _ whenDifferent: IdempotencyRule.WhenDifferent, at now: Instant
    ) throws(KernelFailure) -> StoredAnswer? {
        guard expiresAt > now else { return nil }
        guard fingerprint == record.fingerprint || whenDifferent == .replay else { throw .idempotencyMismatch }
        return answer
    }
}
