import Base

/// A request method (RFC 9110 §9.3, RFC 5789). Methods are case-sensitive; any other token is `other`, and its bytes
/// are `RequestHead.methodBytes`.
public enum HTTPMethod: Hashable, Sendable {
    case get
    case head
    case post
    case put
    case patch
    case delete
    case options
    case connect
    case trace
    case other

    /// One that routes may have, or that is answered for them. Any other is not implemented, whatever the target
    /// (RFC 9110 §9.1).
    public var isImplemented: Bool {
        switch self {
        case .get, .head, .post, .put, .patch, .delete, .options: true
        case .connect, .trace, .other: false
        }
    }

    /// `token` holds token bytes only.
    init(token: Span<UInt8>) {
        self =
            switch token.count {
            case 3 where token.equals("GET"): .get
            case 3 where token.equals("PUT"): .put
            case 4 where token.equals("POST"): .post
            case 4 where token.equals("HEAD"): .head
            case 5 where token.equals("PATCH"): .patch
            case 5 where token.equals("TRACE"): .trace
            case 6 where token.equals("DELETE"): .delete
            case 7 where token.equals("OPTIONS"): .options
            case 7 where token.equals("CONNECT"): .connect
            default: .other
            }
    }
}
