/// What became of a transaction.
public struct TransactionOutcome: Hashable, Sendable {
    /// One for each recipient, in the transaction's order.
    public let recipients: [RecipientOutcome]
}
