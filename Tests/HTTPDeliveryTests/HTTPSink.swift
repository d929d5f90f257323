import Base
import Glibc
import Posix
import Synchronization

/// A receiver on a loopback port that answers as a test wants it to. It lives on a loop of its own.
final class HTTPSink: Sendable {
    enum Answer: Sendable {
        /// The whole answer, as it goes over the wire; the connection stays open.
        case raw(String)
        case rawAndClose(String)
        /// The beginning of an answer, then a byte each time the delay has passed, for ever.
        case trickle(String, every: Duration)
        /// The connection breaks.
        case reset
        case silence
    }

    struct Received: Sendable {
        /// Everything up to the empty line.
        var head: String
        var body: [UInt8]
        /// Counts connections from 1.
        var connection: Int
    }

    let port: UInt16
    private let memory = Memory()
    private let loop: EventLoop
    private let thread: Thread
    private let listener = Mutex<Listener?>(nil)

    init(address: String = "127.0.0.1", _ script: @escaping @Sendable (Received) -> Answer = { _ in .ok }) async throws
    {
        let loop = try EventLoop(name: "sink", time: SystemTime())
        let socket = try Socket.listen(
            at: IPAddress(address).map { .ip($0, port: 0) } ?? .path(""), sharesPort: false)
        guard case .ip(_, let port) = try socket.localAddress() else { throw PosixError("getsockname", number: EINVAL) }
        self.loop = loop
        self.port = port
        thread = loop.start()
        let listener = Listener(socket, loop: loop, memory: memory, script: script)
        await withCheckedContinuation { continuation in
            loop.execute {
                listener.start()
                continuation.resume()
            }
        }
        self.listener.withLock { $0 = listener }
    }

    deinit {
        loop.stop()
        thread.join()
    }

    var requests: [Received] { memory.state.withLock { $0.requests } }
    var connections: Int { memory.state.withLock { $0.connections } }
    var url: String { "http://127.0.0.1:\(port)/hook" }
}

extension HTTPSink.Answer {
    static let ok = status("200 OK", body: "fine")

    static func status(_ line: String, fields: String = "", body: String = "") -> Self {
        .raw("HTTP/1.1 \(line)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}

/// What has come in. The loop's thread holds it, and never the sink: whoever lets go of a sink last waits for that
/// thread.
private final class Memory: Sendable {
    struct State {
        var connections = 0
        var requests: [HTTPSink.Received] = []
    }

    let state = Mutex(State())
}

/// Accepts connections.
///
/// Unchecked Sendable: after `start` the loop's thread alone uses it.
private final class Listener: @unchecked Sendable {
    private let socket: Socket
    let memory: Memory
    let loop: EventLoop
    let script: @Sendable (HTTPSink.Received) -> HTTPSink.Answer
    private var connections: [Int32: Connection] = [:]

    init(
        _ socket: consuming Socket, loop: EventLoop, memory: Memory,
        script: @escaping @Sendable (HTTPSink.Received) -> HTTPSink.Answer
    ) {
        self.socket = socket
        self.memory = memory
        self.loop = loop
        self.script = script
    }

    func start() { try? loop.register(socket.number, .readable) { [unowned self] _ in self.accept() } }

    private func accept() {
        while let accepted = try? socket.accept() {
            let number = memory.state.withLock { state in
                state.connections += 1
                return state.connections
            }
            let connection = Connection(accepted.takeSocket(), number: number, listener: self)
            connections[connection.descriptor] = connection
            connection.start()
        }
    }

    func ended(_ connection: Connection) {
        loop.unregister(connection.descriptor)
        connections[connection.descriptor] = nil
    }
}

private final class Connection {
    private let socket: Socket
    private let number: Int
    private unowned let listener: Listener
    private var received: [UInt8] = []
    private var isEnded = false

    var descriptor: Int32 { socket.number }

    init(_ socket: consuming Socket, number: Int, listener: Listener) {
        self.socket = socket
        self.number = number
        self.listener = listener
    }

    func start() {
        try? socket.disableDelay()
        try? listener.loop.register(descriptor, .readable) { [unowned self] _ in self.receive() }
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let progress = try? unsafe buffer.withUnsafeMutableBytes { unsafe try socket.receive(into: $0) }
        switch progress {
        case .done(let count) where count > 0: received += buffer[..<count]
        case .wouldBlock: return
        default: return end()
        }
        while !isEnded, let request = takeRequest() { answer(request) }
    }

    private func takeRequest() -> HTTPSink.Received? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
        let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].filter(\.isNumber)) }
        let bodyEnd = end.upperBound + (length ?? 0)
        guard received.count >= bodyEnd else { return nil }
        defer { received.removeSubrange(..<bodyEnd) }
        return HTTPSink.Received(head: head, body: Array(received[end.upperBound..<bodyEnd]), connection: number)
    }

    private func answer(_ request: HTTPSink.Received) {
        listener.memory.state.withLock { $0.requests.append(request) }
        switch listener.script(request) {
        case .raw(let text): send(text)
        case .rawAndClose(let text):
            send(text)
            end()
        case .trickle(let text, let delay):
            send(text)
            trickle(every: delay)
        case .reset:
            // Closing with SO_LINGER at zero sends a reset (socket(7)).
            var value = linger(l_onoff: 1, l_linger: 0)
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
            end()
        case .silence: break
        }
    }

    private func trickle(every delay: Duration) {
        listener.loop.schedule(after: delay) { [weak self] in
            guard let self, !self.isEnded else { return }
            self.send("x")
            self.trickle(every: delay)
        }
    }

    private func send(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            guard case .done(let count)? = try? socket.send(bytes, from: sent) else { return }
            sent += count
        }
    }

    private func end() {
        guard !isEnded else { return }
        isEnded = true
        listener.ended(self)
    }
}
