/// What whoever holds the connection does next, in order.
public enum ClientAction: Hashable, Sendable {
    /// Never empty. May hold credentials and content: it is never logged. Reading must go on while it is written:
    /// with PIPELINING both sides may otherwise wait for each other for ever (RFC 2920 §3.1).
    case send([UInt8])
    /// Begin a TLS handshake on the connection.
    case startTLS
    /// Give the next piece of the content once everything before is written.
    case wantContent
    /// The transaction begun last is over.
    case transactionDone(TransactionOutcome)
    /// Ready for the next transaction.
    case idle
    /// Always the last action: close the connection. Only `begin` gets an answer from here on.
    case close(CloseReason)
}
