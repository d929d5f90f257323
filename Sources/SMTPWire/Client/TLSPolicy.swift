/// When a client uses TLS.
public enum TLSPolicy: Hashable, Sendable {
    /// Not even where it is offered.
    case never
    /// Where STARTTLS is offered and not refused (RFC 7435). A handshake that fails still ends the connection, as
    /// its state is then unknown; the caller may come back with `.never`.
    case opportunistic
    /// STARTTLS, or nothing is sent.
    case required
    /// The connection begins inside TLS (RFC 8314 §3.3).
    case implicit
}
