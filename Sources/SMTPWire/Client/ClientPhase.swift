/// What a client waits for. Each phase has its own timeout.
public enum ClientPhase: Hashable, Sendable, CaseIterable {
    case greeting
    case hello
    case startTLS
    case tlsHandshake
    case authentication
    case mail
    case recipient
    case dataInitiation
    /// The next piece of the content being written.
    case dataBlock
    case dataTermination
    case reset
    /// Nothing to do: the connection is kept for another transaction.
    case idle
    case quit

    /// The least that RFC 5321 §4.5.3.2 asks of a client, and for the phases that it does not name, our own choice.
    public var standardTimeout: Duration {
        switch self {
        case .greeting: .seconds(5 * 60)  // RFC 5321 §4.5.3.2.1
        case .mail: .seconds(5 * 60)  // RFC 5321 §4.5.3.2.2
        case .recipient: .seconds(5 * 60)  // RFC 5321 §4.5.3.2.3
        case .dataInitiation: .seconds(2 * 60)  // RFC 5321 §4.5.3.2.4
        case .dataBlock: .seconds(3 * 60)  // RFC 5321 §4.5.3.2.5
        case .dataTermination: .seconds(10 * 60)  // RFC 5321 §4.5.3.2.6
        // Commands without a figure of their own are given that of MAIL.
        case .hello, .startTLS, .authentication, .reset: .seconds(5 * 60)
        case .tlsHandshake: .seconds(60)
        // Well below the five minutes after which a server may leave (RFC 5321 §4.5.3.2.7).
        case .idle: .seconds(30)
        // The work is done; nobody waits for this reply.
        case .quit: .seconds(10)
        }
    }
}
