/// What became of a transaction.
package struct TransactionOutcome: Hashable, Sendable {
    /// One for each recipient, in the transaction's order.
    package let recipients: [RecipientOutcome]
}
