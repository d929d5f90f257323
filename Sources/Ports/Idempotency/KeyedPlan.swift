package import Base
package import Model

/// Changes that are made at most once for a key, and the answer about them: key, effect and answer are one commit.
package struct KeyedPlan: Sendable {
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

/// What became of a `KeyedPlan`.
package enum KeyedOutcome: Sendable {
    /// Made now, or refused now.
    case fresh([ChangeOutcome])
    /// Made before; nothing has changed.
    case replayed(StoredAnswer)
}
