import Base

/// Turns the bytes of a connection into requests, one at a time.
///
/// The owner reads from its socket and calls `receive`, then `next` until that says `.needMore`; while a request is
/// being answered it does neither, so that a peer which sends on ahead waits in its own socket. Every request comes as
/// a `.head`, when its route is known and `bodyLimit` may be set, and then as a `.request`. What it says depends on the
/// bytes alone and never on how they were cut into pieces: each line is judged once, when its line feed is here.
///
/// Memory: at most a head's bytes, one receive and the body so far. Work: linear in the bytes received.
public struct RequestParser: Sendable {
    public enum Event: Sendable {
        /// Nothing more can be said about the bytes received.
        case needMore
        /// A head, before anything of its body is taken.
        case head(RequestHead)
        /// The request whose head was given before, complete.
        case request(Request)
        /// The stream is unusable: answer once, then close. Said again at every further call.
        case fault(FramingFault)
    }

    /// How many bytes the body of the request at hand may have; `HTTPLimits.bodyBytes` anew with every head. To be set
    /// after `.head`, before the next call of `next`.
    public var bodyLimit: Int

    private let limits: HTTPLimits
    private var phase = Phase.head
    /// Bytes received; those before `start` are used up.
    private var input: [UInt8] = []
    private var start = 0
    private var heads = HeadReader()
    /// The head that `.head` gave, until its request is complete.
    private var head: RequestHead?
    private var body: [UInt8] = []
    private var chunks = ChunkedReader()

    /// What could not be read as a request began like a HEAD, whose answer has no content (RFC 9110 §9.3.2).
    public private(set) var faultedHead = false

    private static let headMethod = Array("HEAD ".utf8)

    private enum Phase {
        case head
        case bodyStart
        case lengthBody(remaining: Int)
        case chunkedBody
        /// A body that nobody wants.
        case droppedBody(remaining: Int)
        case failed(FramingFault)

        var isHead: Bool {
            if case .head = self { return true }
            return false
        }
    }

    public init(limits: HTTPLimits = .standard) {
        self.limits = limits
        bodyLimit = limits.bodyBytes
    }

    /// Takes bytes that the peer sent, as they came.
    public mutating func receive(_ bytes: Span<UInt8>) {
        if case .failed = phase { return }
        dropUsedInput()
        // The buffer is used for this one copy only, and the array grows before it is read.
        unsafe bytes.withUnsafeBufferPointer { unsafe input.append(contentsOf: $0) }
    }

    /// Goes as far as the bytes received allow.
    public mutating func next() -> Event {
        do {
            return switch phase {
            case .head: try readHead()
            case .bodyStart: try beginBody()
            case .lengthBody(let remaining): readLengthBody(remaining: remaining)
            case .chunkedBody: try readChunkedBody()
            case .droppedBody(let remaining): try dropBody(remaining: remaining)
            case .failed(let fault): .fault(fault)
            }
        } catch {
            fail(error)
            return .fault(error)
        }
    }

    /// Says that the peer will send no more. Between requests that is well; within one it is a fault.
    public mutating func finish() -> FramingFault? {
        if case .failed(let fault) = phase { return fault }
        if case .head = phase, unusedCount == 0 { return nil }
        fail(.messageTruncated)
        return .messageTruncated
    }

    private mutating func fail(_ fault: FramingFault) {
        faultedHead = phase.isHead && input[start...].starts(with: Self.headMethod)
        phase = .failed(fault)
        (input, body, head, start) = ([], [], nil, 0)
    }
}

// MARK: - What the owner may ask

extension RequestParser {
    /// Bytes received that belong to no request given so far.
    public var unusedCount: Int { input.count - start }

    /// Whether anything of a head has been received that is not complete.
    public var isWithinHead: Bool {
        if case .head = phase { return unusedCount > 0 }
        return false
    }

    /// A head has been given and its body is outstanding.
    public var isWithinBody: Bool {
        switch phase {
        case .bodyStart, .lengthBody, .chunkedBody, .droppedBody: true
        case .head, .failed: false
        }
    }

    /// Bytes of a body that has not come to its end.
    public var heldBodyBytes: Int { body.count }

    /// After a head that `expectsContinue`: whether the client really waits. Where a part of the body is here already,
    /// 100 (Continue) is not sent (RFC 9110 §10.1.1).
    public var awaitsContinue: Bool {
        guard case .bodyStart = phase, let head else { return false }
        return head.expectsContinue && unusedCount == 0
    }

    /// Gives back all memory that is not needed, for a connection that goes idle.
    public mutating func releaseMemory() {
        guard unusedCount == 0, case .head = phase else { return }
        (input, start) = ([], 0)
    }
}

// MARK: - Head

extension RequestParser {
    private mutating func readHead() throws(FramingFault) -> Event {
        guard let head = try heads.read(input, from: &start, limits: limits) else { return .needMore }
        self.head = head
        bodyLimit = limits.bodyBytes
        phase = .bodyStart
        return .head(head)
    }
}

// MARK: - Body

extension RequestParser {
    private mutating func beginBody() throws(FramingFault) -> Event {
        switch head?.framing {
        case nil, .some(.none):
            return endRequest(body: [])
        case .length(let length):
            guard length <= bodyLimit else { throw .bodyTooLarge(limit: bodyLimit) }
            guard unusedCount < length else {
                start += length
                return endRequest(body: Array(input[start - length..<start]))
            }
            phase = .lengthBody(remaining: length)
            return readLengthBody(remaining: length)
        case .chunked:
            chunks = ChunkedReader()
            phase = .chunkedBody
            return try readChunkedBody()
        }
    }

    /// Grows with what arrives and not with what was announced: a promise costs the peer nothing.
    private mutating func readLengthBody(remaining: Int) -> Event {
        let count = min(remaining, unusedCount)
        body.append(contentsOf: input[start..<start + count])
        start += count
        guard count == remaining else {
            phase = .lengthBody(remaining: remaining - count)
            return .needMore
        }
        return endRequest(body: takeBody())
    }

    private mutating func readChunkedBody() throws(FramingFault) -> Event {
        let ended = try chunks.read(input, from: &start, into: &body, bodyLimit: bodyLimit, limits: limits)
        return ended ? endRequest(body: takeBody()) : .needMore
    }

    /// Within a body that nobody wants: reads on behind it, which gives no event. False where its end is unknown, or
    /// more than `bytesMax` away; nothing behind it can be read then.
    public mutating func dropBody(atMost bytesMax: Int) -> Bool {
        let rest: Int
        switch (phase, head?.framing) {
        case (.bodyStart, .length(let length)): rest = length
        case (.lengthBody(let remaining), _): rest = remaining
        default: return false
        }
        guard rest <= bytesMax else { return false }
        (head, body) = (nil, [])
        phase = .droppedBody(remaining: rest)
        return true
    }

    private mutating func dropBody(remaining: Int) throws(FramingFault) -> Event {
        let count = min(remaining, unusedCount)
        start += count
        guard count == remaining else {
            phase = .droppedBody(remaining: remaining - count)
            dropInputIfUsed()
            return .needMore
        }
        phase = .head
        dropInputIfUsed()
        return try readHead()
    }

    private mutating func takeBody() -> [UInt8] {
        let taken = body
        body = []
        return taken
    }

    private mutating func endRequest(body: [UInt8]) -> Event {
        phase = .head
        guard let head = head.take() else { return .needMore }  // every body phase has a head
        dropInputIfUsed()
        return .request(Request(head: head, body: body))
    }
}

// MARK: - Input memory

extension RequestParser {
    private mutating func dropInputIfUsed() {
        guard start == input.count else { return }
        input.removeAll(keepingCapacity: input.capacity <= limits.retainedInputBytes)
        start = 0
    }

    /// Moves what is left to the front before more is appended: at most once per receive, and at most a head's bytes as
    /// long as the owner calls `next` to its end first.
    private mutating func dropUsedInput() {
        dropInputIfUsed()
        guard start > 0 else { return }
        input.removeFirst(start)
        start = 0
    }
}
