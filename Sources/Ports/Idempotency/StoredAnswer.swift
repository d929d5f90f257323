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

/// Changes that are made at most once for a key, and the answer about them: key, effect and answer are one commit.
package struct OnceUnit: Sendable {
    package var record: IdempotencyRecord
    package var whenDifferent: IdempotencyRule.WhenDifferent
    /// When it is handed over: a record that has expired by then is none.
    package var at: Instant
    package var expiresAt: Instant
    /// None: the answer is kept by itself, as a refusal is.
    package var changes: [Change]
    /// The answer about what became of the changes; nil keeps none, and the key is free. Called on the store's own
    /// thread inside the transaction: quick, and without looking anything up.
    package var answer: @Sendable ([ChangeOutcome]) -> StoredAnswer?

    package init(
        record: IdempotencyRecord, whenDifferent: IdempotencyRule.WhenDifferent, at: Instant, expiresAt: Instant,
        changes: [Change], answer: @escaping @Sendable ([ChangeOutcome]) -> StoredAnswer?
    ) {
        self.record = record
        self.whenDifferent = whenDifferent
        self.at = at
        self.expiresAt = expiresAt
        self.changes = changes
        self.answer = answer
    }

    /// What an earlier request with the key leaves to say: nil where there was none, or it has expired.
    package func answer(from earlier: AnswerRecord?) throws(KernelFailure) -> StoredAnswer? {
        try earlier?.answer(to: record, whenDifferent, at: at)
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

/// What became of a `OnceUnit`.
package enum OnceOutcome: Sendable {
    /// Made now, or refused now.
    case fresh([ChangeOutcome])
    /// Made before; nothing has changed.
    case replayed(StoredAnswer)
}
