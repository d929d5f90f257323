/// How the end of a request's body is known (RFC 9112 §6.3).
public enum BodyFraming: Hashable, Sendable {
    /// Neither Content-Length nor Transfer-Encoding: there is no body.
    case none
    /// Exactly so many bytes; may be 0.
    case length(Int)
    case chunked
}
