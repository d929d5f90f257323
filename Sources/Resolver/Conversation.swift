import Base
import DNSWire
import Ports
import Posix

/// One query to one server, over UDP or TCP, on a socket of its own. Made and used on the loop's thread, and there it
/// comes back.
final class Conversation {
    enum Transport {
        case udp, tcp
    }

    private let query: DNSQuery
    private let transport: Transport
    private let loop: EventLoop
    private let socket: Socket
    private var continuation: CheckedContinuation<Result<DNSResponse, ResolverFailure>, Never>?
    private var timer: TimerID?
    private var buffer = [UInt8](repeating: 0, count: ResolverLimits.readBytes)
    private var forgeries = 0
    // Over TCP:
    private var output: [UInt8] = []
    private var written = 0
    private var frames = FramedMessages()

    /// The answer to `query`. What is no answer to it is passed over if it came in a datagram: whoever sent it would
    /// otherwise end the wait for the true one (RFC 5452 §9.1).
    static func hold(
        _ query: DNSQuery, over transport: Transport, with server: SocketAddress, loop: EventLoop, timeout: Duration,
        among open: OpenConversations
    ) async throws(ResolverFailure) -> DNSResponse {
        let conversation: Conversation
        do throws(PosixError) {
            conversation = try Conversation(query, transport, server, loop)
        } catch {
            throw error.call == "connect" ? .serverFailed : .system
        }
        open.insert(conversation)
        defer { open.remove(conversation) }
        return try await withCheckedContinuation { conversation.begin($0, timeout) }.get()
    }

    private init(
        _ query: DNSQuery, _ transport: Transport, _ server: SocketAddress, _ loop: EventLoop
    ) throws(PosixError) {
        self.query = query
        self.transport = transport
        self.loop = loop
        switch transport {
        // Connected, so that the kernel takes datagrams from this server alone and tells of a closed port at once; a
        // socket for each query, so that its port has to be guessed too (RFC 5452 §9.2).
        case .udp: socket = try Socket.datagrams(with: server)
        case .tcp: socket = try Socket.connect(to: server)
        }
    }

    private func begin(
        _ continuation: CheckedContinuation<Result<DNSResponse, ResolverFailure>, Never>, _ timeout: Duration
    ) {
        self.continuation = continuation
        do throws(PosixError) {
            try loop.register(socket.number, transport == .udp ? .readable : .writable) { self.ready($0) }
        } catch {
            self.continuation = nil
            return continuation.resume(returning: .failure(.system))
        }
        timer = loop.schedule(after: timeout) { self.finish(.failure(.timedOut)) }
        guard transport == .udp else {
            output = query.framedBytes
            return
        }
        do throws(PosixError) {
            _ = try socket.send(query.bytes, from: 0)
        } catch {
            finish(.failure(.serverFailed))
        }
    }

    /// Ends the wait without an answer.
    func abandon() { finish(.failure(.system)) }

    private func finish(_ result: Result<DNSResponse, ResolverFailure>) {
        guard let continuation else { return }
        self.continuation = nil
        if let timer { loop.cancel(timer) }
        loop.unregister(socket.number)
        continuation.resume(returning: result)
    }

    // MARK: From the loop

    private func ready(_ readiness: Readiness) {
        do throws(PosixError) {
            if written < output.count { return try write() }
            switch transport {
            case .udp: try readDatagrams()
            case .tcp: try readStream()
            }
        } catch {
            finish(.failure(.serverFailed))
        }
    }

    /// Writable: connected, or known not to be.
    private func write() throws(PosixError) {
        if let error = try socket.connectError() { throw error }
        while written < output.count {
            guard case .done(let count) = try socket.send(output, from: written) else { return }
            written += count
        }
        try loop.watch(socket.number, .readable)
    }

    private func readDatagrams() throws(PosixError) {
        while let count = try read() {
            if let response = response(in: Array(buffer.prefix(count))) { return finish(.success(response)) }
            forgeries += 1
            if forgeries > ResolverLimits.forgeriesMax { return finish(.failure(.serverFailed)) }
        }
    }

    private func readStream() throws(PosixError) {
        while let count = try read() {
            // The peer has ended without an answer.
            if count == 0 { return finish(.failure(.serverFailed)) }
            frames.receive(buffer.prefix(count))
            guard let message = frames.next() else { continue }
            // There is nobody else on this connection, so what is wrong is the server's answer.
            return finish(response(in: message).map { .success($0) } ?? .failure(.serverFailed))
        }
    }

    /// How many bytes came into the buffer; nil if there is nothing now.
    private func read() throws(PosixError) -> Int? {
        let progress = unsafe buffer.withUnsafeMutableBytes { bytes in
            Result { () throws(PosixError) in try unsafe socket.receive(into: bytes) }
        }
        guard case .done(let count) = try progress.get() else { return nil }
        return count
    }

    private func response(in message: [UInt8]) -> DNSResponse? {
        guard let response = try? DNSResponse(message), response.answers(query) else { return nil }
        return response
    }
}

/// The conversations that wait for an answer, so that they can be ended with the program. The loop's thread only.
final class OpenConversations {
    private var conversations: [ObjectIdentifier: Conversation] = [:]

    func insert(_ conversation: Conversation) { conversations[ObjectIdentifier(conversation)] = conversation }

    func remove(_ conversation: Conversation) { conversations[ObjectIdentifier(conversation)] = nil }

    func abandonAll() { for conversation in conversations.values { conversation.abandon() } }
}
