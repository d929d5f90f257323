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
package protocol HTTPTransport: Sendable {
    func perform(_ request: OutgoingRequest) async -> HTTPExchange

    /// Closes kept connections; called once, when nothing is in flight.
    func close() async
}

/// A request on its way out.
package struct OutgoingRequest: Sendable {
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var method: String
    package var url: String
    package var fields: [Field]
    package var body: [UInt8]
    /// For the whole exchange.
    package var timeout: Duration
    /// Bytes of the answer's body to keep.
    package var snippetBytes: Int

    package init(
        method: String = "POST", url: String, fields: [Field] = [], body: [UInt8] = [], timeout: Duration,
        snippetBytes: Int = KernelLimits.responseSnippetBytes
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
package struct HTTPExchange: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case answered(HTTPAnswer)
        case failed(HTTPFailure)
    }

    package var outcome: Outcome
    /// From its start to its end.
    package var duration: Duration
    /// Until the connection was open and encrypted; nil where a kept one served.
    package var connecting: Duration?

    package init(outcome: Outcome, duration: Duration = .zero, connecting: Duration? = nil) {
        self.outcome = outcome
        self.duration = duration
        self.connecting = connecting
    }
}

/// The other side's answer.
package struct HTTPAnswer: Sendable, Equatable {
    package var status: Int
    /// The first bytes of the body.
    package var snippet: [UInt8]
    /// `Retry-After` in seconds (RFC 9110 §10.2.3); nil where it is absent or a date.
    package var retryAfter: Duration?

    package init(status: Int, snippet: [UInt8] = [], retryAfter: Duration? = nil) {
        self.status = status
        self.snippet = snippet
        self.retryAfter = retryAfter
    }
}

/// Why nobody answered.
package enum HTTPFailure: UInt8, Sendable, CaseIterable, Error {
    /// The guard refused the address, the port or the form of the URL.
    case blocked = 1
    /// The name has no address.
    case name = 2
    /// Nobody took the connection.
    case connect = 3
    /// No encrypted connection to the one who was meant.
    case tls = 4
    /// Not within the time given.
    case timeout = 5
    /// The connection broke.
    case reset = 6
    /// What came back is not HTTP, or too much of it.
    case protocolError = 7

    /// For the delivery log: what its reader is told.
    package var sentence: String {
        switch self {
        case .blocked: "address not allowed"
        case .name: "host name not found"
        case .connect: "connection refused or unreachable"
        case .tls: "TLS handshake failed"
        case .timeout: "timed out"
        case .reset: "connection closed before an answer"
        case .protocolError: "invalid HTTP answer"
        }
    }
}
