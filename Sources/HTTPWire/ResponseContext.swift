/// What of a request decides how its response is framed.
public struct ResponseContext: Hashable, Sendable {
    /// HEAD is answered without the body (RFC 9110 §9.3.2).
    public let omitsBody: Bool
    /// An HTTP/1.0 client is told that its connection persists; others take that as given (RFC 9112 §9.3).
    public let announcesKeepAlive: Bool
    /// Whether the connection stays open after the response.
    public let keepAlive: Bool
    /// Whether a body without a known length can be sent in chunks; else its end is the connection's.
    public let chunks: Bool

    /// `closing` is the server's own wish to close, because it drains, say.
    public init(answering head: RequestHead, closing: Bool = false) {
        omitsBody = head.method == .head
        keepAlive = head.keepAlive && !closing
        announcesKeepAlive = keepAlive && head.version == .http10
        chunks = head.version != .http10
    }

    /// The same for a body without a known length.
    public var streaming: ResponseContext {
        ResponseContext(omitsBody: omitsBody, announcesKeepAlive: false, keepAlive: keepAlive && chunks, chunks: chunks)
    }

    private init(omitsBody: Bool, announcesKeepAlive: Bool = false, keepAlive: Bool = false, chunks: Bool = false) {
        self.omitsBody = omitsBody
        self.announcesKeepAlive = announcesKeepAlive
        self.keepAlive = keepAlive
        self.chunks = chunks
    }

    /// For what could not be read as a request: answered with the body, and closed (RFC 9112 §9.6).
    public static let unparsed = ResponseContext(omitsBody: false)

    /// The same for what began like a HEAD.
    public static let unparsedHead = ResponseContext(omitsBody: true)
}
