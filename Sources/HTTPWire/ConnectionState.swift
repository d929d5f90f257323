/// Where an HTTP/1.1 connection stands, so that its owner knows what to wait for and for how long. It decides; the
/// owner reads, writes, keeps the clock and closes.
///
///     idle ─ bytes ─▶ readingHead ─ head ─▶ readingBody ─ request ─▶ handling ─ response ─▶ writing
///       ▲                  │                    │                                             │
///       └──────────────────┼────────────────────┼──────────────── written, keep-alive ────────┤
///                          │                    │        └─ head ─▶ streaming ─ last byte ─▶ │
///                          └─── fault ──────────┴──▶ handling (an error answer) …             ▼
///                                                                    lingering ─▶ closed ◀── written, close
public struct ConnectionState: Sendable {
    public enum Phase: Hashable, Sendable {
        /// Between requests, nothing received.
        case idle
        case readingHead
        case readingBody
        /// A request, or a fault, is being answered; nothing is read meanwhile.
        case handling
        /// The response's head is in the output buffer, and its body is being made.
        case streaming
        /// The response is in the output buffer and not wholly sent.
        case writing
        /// Our side is shut down; what the peer still sends is read and dropped. To close at once with bytes unread
        /// would make the peer's kernel throw our answer away (RFC 9112 §9.6).
        case lingering
        /// To be closed now.
        case closed
    }

    public private(set) var phase = Phase.idle
    private var keepAlive = true
    private var peerEnded = false

    public init() {}

    /// The first bytes of a head have come.
    public mutating func headBegan() {
        if phase == .idle { phase = .readingHead }
    }

    public mutating func headRead() { phase = .readingBody }

    public mutating func requestRead() { phase = .handling }

    /// What came is no request, or came too late: it is answered, and that is the last answer.
    public mutating func faulted() {
        keepAlive = false
        phase = .handling
    }

    /// The response stands in the output buffer. `keepAlive` is `ResponseContext.keepAlive`.
    public mutating func responded(keepAlive: Bool) {
        self.keepAlive = self.keepAlive && keepAlive
        phase = .writing
    }

    /// The head of a response stands in the output buffer, and its body will follow piece by piece.
    public mutating func streamBegan(keepAlive: Bool) {
        self.keepAlive = self.keepAlive && keepAlive
        phase = .streaming
    }

    /// The last piece of the body stands in the output buffer.
    public mutating func streamEnded() { phase = .writing }

    /// The output buffer has been sent.
    public mutating func written() {
        phase = peerEnded ? .closed : keepAlive ? .idle : .lingering
    }

    /// The peer has ended its side. A request that is complete is still answered; of an incomplete one nobody can say
    /// what was meant, and it is dropped without an answer (RFC 9112 §8 allows both). Whoever ends its side while a
    /// body is made for it is taken for gone: nothing else would tell the maker of an endless one.
    public mutating func peerClosed() {
        peerEnded = true
        switch phase {
        case .idle, .readingHead, .readingBody, .streaming, .lingering, .closed: phase = .closed
        case .handling, .writing: break
        }
    }

    /// The time that the phase allows has passed. True where an answer (408) is due before the close: a request had
    /// begun (RFC 9110 §15.5.9).
    public mutating func timedOut() -> Bool {
        switch phase {
        case .readingHead, .readingBody:
            faulted()
            return true
        case .idle, .streaming, .writing, .lingering, .closed:
            phase = .closed
            return false
        case .handling:
            return false
        }
    }
}

extension ConnectionState {
    /// Whether the owner reads from the socket. While a request is handled it does not, so that a peer which sends on
    /// ahead is slowed by its own socket.
    public var reads: Bool {
        switch phase {
        case .idle, .readingHead, .readingBody, .lingering: true
        case .handling, .streaming, .writing, .closed: false
        }
    }

    /// No request has come whole to its head.
    public var waitsForRequest: Bool { phase == .idle || phase == .readingHead }

    /// What follows an answer that is sent.
    public var countsAsWritten: Bool { phase == .idle || phase == .lingering }

    /// How long the phase may last; nil where it is not the peer who is waited for. While a body is made, that is so
    /// only as long as some of it waits to be sent, which the owner knows.
    public func timeout(_ limits: HTTPLimits) -> Duration? {
        switch phase {
        case .idle: limits.idleTimeout
        case .readingHead: limits.headTimeout
        case .readingBody: limits.bodyProgressTimeout
        case .streaming, .writing: limits.writeStallTimeout
        case .lingering: limits.lingerTimeout
        case .handling, .closed: nil
        }
    }

    /// Whether every byte read or written starts the timeout anew. Where it does not, the time runs from the beginning
    /// of the phase, so that a head which trickles is not waited for without end.
    public var progressExtendsTimeout: Bool { phase == .readingBody || phase == .writing }
}
