import Base
import DNSWire
import Glibc
import Posix
import Synchronization

/// A name server on a loopback port that says what a test wants it to say, over UDP and over TCP. It lives on a loop of
/// its own.
final class ScriptedServer: Sendable {
    struct Query: Sendable {
        let id: UInt16
        let name: String
        let type: RecordType
        let offersEDNS: Bool
        let isTCP: Bool
        let sourcePort: UInt16
        /// Queries so far, this one included.
        let number: Int
    }

    /// The messages to send; none is silence.
    typealias Script = @Sendable (Query) -> [[UInt8]]

    let port: UInt16
    private let state: State
    private let loop: EventLoop
    private let thread: Thread

    fileprivate final class State: Sendable {
        let queries = Mutex<[Query]>([])
        let script: Script
        let events: AsyncStream<Void>
        let report: AsyncStream<Void>.Continuation

        init(_ script: @escaping Script) {
            self.script = script
            (events, report) = AsyncStream.makeStream()
        }

        func answers(_ bytes: [UInt8], isTCP: Bool, port: UInt16) -> [[UInt8]] {
            guard bytes.count > 12 else { return [] }
            var labels: [String] = []
            var place = 12
            while place < bytes.count, bytes[place] > 0 {
                let end = place + 1 + Int(bytes[place])
                labels.append(String(decoding: bytes[place + 1..<end], as: UTF8.self))
                place = end
            }
            let type = RecordType(rawValue: UInt16(bytes[place + 1]) << 8 | UInt16(bytes[place + 2]))
            let query = queries.withLock { queries in
                let query = Query(
                    id: UInt16(bytes[0]) << 8 | UInt16(bytes[1]), name: labels.joined(separator: "."), type: type,
                    offersEDNS: bytes[11] > 0, isTCP: isTCP, sourcePort: port, number: queries.count + 1)
                queries.append(query)
                return query
            }
            report.yield()
            return script(query)
        }
    }

    init(_ script: @escaping Script) async throws {
        let loop = try EventLoop(name: "scripted", time: SystemTime())
        let state = State(script)
        thread = loop.start()
        port = try await withCheckedThrowingContinuation { continuation in
            loop.execute { continuation.resume(with: Result { try Listener(state, loop).start() }) }
        }
        (self.loop, self.state) = (loop, state)
    }

    deinit {
        loop.stop()
        thread.join()
    }

    var queries: [Query] { state.queries.withLock { $0 } }

    /// Waits until so many queries have come.
    func waitForQueries(_ count: Int) async {
        if queries.count >= count { return }
        for await _ in state.events where queries.count >= count { return }
    }
}

/// Takes datagrams and connections at one port. On the server's loop.
private final class Listener {
    private let state: ScriptedServer.State
    private let loop: EventLoop
    private let stream: Socket
    private let datagrams: FileDescriptor

    init(_ state: ScriptedServer.State, _ loop: EventLoop) throws {
        self.state = state
        self.loop = loop
        stream = try Socket.listen(at: .ip(try loopback(), port: 0), sharesPort: false)
        datagrams = FileDescriptor(
            owning: socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0))
    }

    func start() throws -> UInt16 {
        guard case .ip(_, let port)? = try stream.localAddress() else { throw PosixError("bind", number: EINVAL) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(datagrams.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0 else { throw PosixError("bind", number: errno) }
        try loop.register(datagrams.number, .readable) { _ in self.takeDatagrams() }
        try loop.register(stream.number, .readable) { _ in self.accept() }
        return port
    }

    private func takeDatagrams() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var peer = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = unsafe withUnsafeMutablePointer(to: &peer) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe recvfrom(datagrams.number, &buffer, buffer.count, 0, $0, &length)
                }
            }
            guard count > 0 else { return }
            let port = UInt16(bigEndian: peer.sin_port)
            for answer in state.answers(Array(buffer.prefix(count)), isTCP: false, port: port) {
                _ = unsafe withUnsafePointer(to: &peer) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe sendto(datagrams.number, answer, answer.count, 0, $0, length)
                    }
                }
            }
        }
    }

    private func accept() {
        guard let accepted = try? stream.accept() else { return }
        let connection = StreamConnection(accepted.takeSocket(), state, loop)
        try? connection.start()
    }
}

private final class StreamConnection {
    private let socket: Socket
    private let state: ScriptedServer.State
    private let loop: EventLoop
    private var frames = FramedMessages()

    init(_ socket: consuming Socket, _ state: ScriptedServer.State, _ loop: EventLoop) {
        self.socket = socket
        self.state = state
        self.loop = loop
    }

    func start() throws { try loop.register(socket.number, .readable) { _ in self.read() } }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let progress = try? unsafe buffer.withUnsafeMutableBytes { try unsafe socket.receive(into: $0) }
        guard case .done(let count) = progress, count > 0 else { return loop.unregister(socket.number) }
        frames.receive(buffer.prefix(count))
        while let message = frames.next() {
            let answers = state.answers(message, isTCP: true, port: 0)
            if answers.isEmpty {
                // Over TCP silence is the end of the connection.
                loop.unregister(socket.number)
                socket.endSending()
            }
            for answer in answers {
                // In two pieces, as a network may.
                let framed = [UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer
                _ = try? socket.send(Array(framed.prefix(3)), from: 0)
                _ = try? socket.send(framed, from: 3)
            }
        }
    }
}

private func loopback() throws -> IPAddress {
    guard let address = IPAddress("127.0.0.1") else { throw PosixError("loopback", number: EINVAL) }
    return address
}
