// HTTPWire: the server's side of HTTP/1.1 as pure values (RFC 9112, RFC 9110). Bytes in, requests or one fault out;
// responses in, bytes out. Imports Base only: no sockets, no clock, no locks. Every type is a value that one connection
// owns, so the thread is the owner's affair. Whatever could be read in two ways is refused: see `FramingFault`.
// Its tests are in Tests/HTTPWireTests.

/// Every size, count and timeout of an HTTP connection. Sizes are in bytes.
public struct HTTPLimits: Sendable {
    /// From the first byte of the request line to the end of the empty line after the fields.
    public var headBytes = 32 * 1024
    /// The request target alone. RFC 9112 §3 asks for 8000 at least.
    public var targetBytes = 8 * 1024
    /// Field lines in a head, and as many again in a trailer section.
    public var fieldLines = 100
    /// Empty lines tolerated before a request line (RFC 9112 §2.2).
    public var leadingEmptyLines = 4
    /// The body, where the caller sets no other limit after the head.
    public var bodyBytes = 1024 * 1024
    /// Hexadecimal digits of one chunk size, leading zeros included.
    public var chunkSizeDigits = 16
    /// Chunk extensions of one body, all chunks together (RFC 9112 §7.1.1 asks for a total).
    public var chunkExtensionBytes = 4 * 1024
    /// The trailer section of one body, its empty line included.
    public var trailerBytes = 8 * 1024
    /// Input memory that a parser keeps between requests; more is given back.
    public var retainedInputBytes = 16 * 1024

    /// How long a kept-alive connection may stand still between requests.
    public var idleTimeout = Duration.seconds(75)
    /// From the first byte of a head to its last.
    public var headTimeout = Duration.seconds(15)
    /// Between two arrivals of body bytes.
    public var bodyProgressTimeout = Duration.seconds(30)
    /// From a head to the end of its body.
    public var bodyTimeout = Duration.seconds(600)
    /// In each such piece of time a body that has not ended has to grow by `bodyWindowBytes`: a burst at its beginning
    /// buys no silence.
    public var bodyWindow = Duration.seconds(30)
    public var bodyWindowBytes = 15 * 1024
    /// Between two writes that the peer took bytes of.
    public var writeStallTimeout = Duration.seconds(30)
    /// How long a connection that is being closed still reads, and drops, what the peer had sent (RFC 9112 §9.6).
    public var lingerTimeout = Duration.seconds(2)

    public init() {}

    public static let standard = HTTPLimits()
}
