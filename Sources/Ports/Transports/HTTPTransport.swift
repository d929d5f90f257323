public import Base
public import Model

/// The way out for HTTP requests.
///
/// **Contract.** `perform` makes one exchange and returns what came of it; it never throws and never retries, but where
/// a kept connection turns out to have been closed by the other side before it took the request. Redirects are answers,
/// not instructions. No proxy is used, whatever the environment says. A request's time is that of the whole exchange,
/// name look-up and body included.
///
/// **Guard.** Every connection passes the operator's `EgressPolicy` with the address that it is about to go to. What
/// the guard refuses is `blocked`, and nothing was sent.
///
/// **Bounds.** Of an answer's body only `snippetBytes` are kept. An answer whose body is longer than the engine reads
/// is cut off and counts by its status; one whose head is longer is a `protocolError`.
///
/// **Threads.** Any; it comes back on the caller's executor. The caller bounds how many exchanges run at once.
public protocol HTTPTransport: Sendable {
    func perform(_ request: OutgoingRequest) async -> HTTPExchange

    /// Closes kept connections; called once, when nothing is in flight.
    func close() async
}

/// A request on its way out.
public struct OutgoingRequest: Sendable {
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var method: String
    public var url: String
    public var fields: [Field]
    public var body: [UInt8]
    /// For the whole exchange.
    public var timeout: Duration
    /// Bytes of the answer's body to keep.
    public var snippetBytes: Int

    public init(
        method: String = "POST", url: String, fields: [Field] = [], body: [UInt8] = [], timeout: Duration,
        snippetBytes: Int = PortLimits.responseSnippetBytes
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.timeout = timeout
        self.snippetBytes = snippetBytes
    }
}

/// What one exchange came to.
public struct HTTPExchange: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        case answered(HTTPAnswer)
        case failed(HTTPFailure)
    }

    public var outcome: Outcome
    /// From its start to its end.
    public var duration: Duration
    /// Until the connection was open and encrypted; nil where a kept one served.
    public var connecting: Duration?

    public init(outcome: Outcome, duration: Duration = .zero, connecting: Duration? = nil) {
        self.outcome = outcome
        self.duration = duration
        self.connecting = connecting
    }
}

/// The other side's answer.
public struct HTTPAnswer: Sendable, Equatable {
    public var status: Int
    /// The first bytes of the body.
    public var snippet: [UInt8]
    /// `Retry-After` in seconds (RFC 9110 §10.2.3); nil where it is absent, is neither, or a date.
    public var retryAfter: Duration?
    /// `Retry-After` as a date.
    public var retryAt: Instant?

    public init(status: Int, snippet: [UInt8] = [], retryAfter: Duration? = nil, retryAt: Instant? = nil) {
        self.status = status
        self.snippet = snippet
        self.retryAfter = retryAfter
        self.retryAt = retryAt
    }

    /// How long the other side asks to be left alone, in either form; a date that is past asks for nothing.
    public func asksFor(at now: Instant) -> Duration? { retryAfter ?? retryAt.map { max($0 - now, .zero) } }
}
