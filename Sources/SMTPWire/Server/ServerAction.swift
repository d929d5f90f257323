/// What whoever holds the connection does next, in order.
public enum ServerAction: Equatable, Sendable {
    /// Never empty: all replies of one turn, in one piece (RFC 2920 §3.2).
    case send([UInt8])
    /// Begin a TLS handshake on the connection, as soon as what was sent is written.
    case startTLS
    /// Decide this and say so with `.answered`. Until then nothing that the client sent is looked at.
    case ask(ServerQuestion)
    /// Always the last action: write what was sent, then close. What the client still sends is for nobody.
    case close(ServerCloseReason)
}

/// What the session cannot decide by itself.
public enum ServerQuestion: Equatable, Sendable {
    /// Whether these credentials are good, and what the client is answered.
    case credentials(ServerCredentials)
    /// Whether a message from this sender may begin.
    case sender(ReversePath)
    /// Whether the message may go to this recipient.
    case recipient(EnvelopeRecipient)
    /// The message is complete. An acceptance takes over the responsibility for it (RFC 5321 §6.1).
    case message(ReceivedMail)
}

/// What was decided.
public struct ServerVerdict: Equatable, Sendable {
    public var isAccepted: Bool
    public var reply: Reply

    public static func accepted(_ reply: Reply) -> ServerVerdict { ServerVerdict(isAccepted: true, reply: reply) }
    public static func refused(_ reply: Reply) -> ServerVerdict { ServerVerdict(isAccepted: false, reply: reply) }
}

/// Why a session is over.
public enum ServerCloseReason: String, Hashable, Sendable {
    case quit
    case connectionLost = "connection-lost"
    case timedOut = "timed-out"
    case draining
    case tlsFailed = "tls-failed"
    /// A reply of ours was 421, or says that the host takes no mail.
    case serviceRefused = "service-refused"
    case errorLimit = "error-limit"
    case commandLimit = "command-limit"
    /// A CR or LF by itself (RFC 5321 §2.3.8). What a receiver that is less strict would read as another message is
    /// never looked at.
    case bareLineEnd = "bare-line-end"
    /// Input ahead of a reply that had to be waited for (RFC 2920 §3.1), clear text behind STARTTLS included.
    case inputTooEarly = "input-too-early"
    case contentTooLarge = "content-too-large"
}
