/// Why a session is over.
public enum CloseReason: Hashable, Sendable {
    // Nothing went wrong.
    case requested
    case idleTooLong
    case transactionLimit

    // The server refused the session.
    case greetingRefused(Reply)
    case helloRefused(Reply)
    case tlsRefused(Reply)
    case authenticationRefused(Reply)
    case resetRefused(Reply)
    /// 421, at any time (RFC 5321 §3.8).
    case serviceNotAvailable(Reply)
    /// A negative reply while the content was still being sent. The stream cannot be brought back into step.
    case contentInterrupted(Reply)

    // The server lacks what our policy asks for.
    case tlsNotOffered
    case authenticationNotOffered
    /// Credentials are given, and policy forbids them outside TLS.
    case authenticationNeedsTLS

    // The connection failed.
    case tlsFailed
    case connectionLost
    case timedOut(ClientPhase)
    case protocolViolation(ProtocolViolation)

    // We cut it off.
    case contentInvalid

    /// Whether the same server would refuse again tomorrow, as far as it said. What policy or configuration could
    /// mend is temporary.
    public var isPermanent: Bool {
        switch self {
        case .greetingRefused(let reply), .helloRefused(let reply), .authenticationRefused(let reply):
            reply.isPermanent
        default: false
        }
    }
}

/// What a server did that no RFC allows.
public enum ProtocolViolation: Hashable, Sendable {
    case malformedReply(ReplyError)
    /// A reply that nothing asked for, or of a kind that cannot answer what was asked.
    case unexpectedReply(ReplyCode)
    /// Clear text after the reply to STARTTLS: someone on the way tries to have it read as if it came through TLS
    /// (the command injection of CVE-2011-0411, from the other side).
    case clearTextAfterStartTLS
}
