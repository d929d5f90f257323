public import Base
public import Model

/// Changes that are made at most once for a key, and the answer about them: key, effect and answer are one commit.
public struct KeyedPlan: Sendable {
    public var record: IdempotencyRecord
    public var whenDifferent: IdempotencyRule.WhenDifferent
    /// When it is handed over: a record that has expired by then is none.
    public var at: Instant
    public var expiresAt: Instant
    /// None: the answer is kept by itself, as a refusal is.
    public var changes: [Change]
    /// The answer about what became of the changes; nil keeps none, and the key is free. Called on the store's own
    /// thread inside the transaction: quick, and without looking anything up.
    public var answer: @Sendable ([ChangeOutcome]) -> StoredAnswer?

    public init(
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
    public func answer(from earlier: AnswerRecord?) throws(KernelFailure) -> StoredAnswer? {
        try earlier?.answer(to: record, whenDifferent, at: at)
    }
}

/// What became of a `KeyedPlan`.
public enum KeyedOutcome: Sendable {
    /// Made now, or refused now.
    case fresh([ChangeOutcome])
    /// Made before; nothing has changed.
    case replayed(StoredAnswer)
}
