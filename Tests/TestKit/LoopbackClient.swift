import Glibc
package import Posix

/// A client's end of a connection that blocks, for threads of its own. Reads give up after a minute, so that a
/// server which says nothing fails a test instead of hanging it.
///
/// Unchecked Sendable: the test uses it from one thread at a time.
package final class LoopbackClient: @unchecked Sendable {
    private let socket: Socket
    private var received: [UInt8] = []

    package struct Silence: Error {}

    package init(_ address: SocketAddress) throws {
        socket = try Socket.connect(to: address)
        _ = fcntl(socket.number, F_SETFL, 0)
        set(SO_RCVTIMEO, timeval(tv_sec: 60, tv_usec: 0))
    }

    /// Closing sends a reset instead of an end.
    package func resetOnClose() { set(SO_LINGER, linger(l_onoff: 1, l_linger: 0)) }

    private func set<Value: BitwiseCopyable>(_ option: Int32, _ value: Value) {
        var value = value
        _ = unsafe setsockopt(socket.number, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Value>.size))
    }

    package func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            if case .done(let count) = try socket.send(bytes, from: sent) { sent += count }
        }
    }

    /// The server has sent nothing, and has not ended.
    package var isOpen: Bool {
        var byte: UInt8 = 0
        return unsafe recv(socket.number, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) < 0
            && errno == EAGAIN
    }

    package func endSending() { socket.endSending() }

    /// Everything up to the end of the connection.
    package func receiveAll() throws -> String {
        while try receiveMore() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Everything up to and with the first `marker`.
    package func receive(through marker: String) throws -> String {
        let marker = Array(marker.utf8)
        while true {
            if let range = received.firstRange(of: marker) {
                defer { received.removeSubrange(..<range.upperBound) }
                return String(decoding: received[..<range.upperBound], as: UTF8.self)
            }
            guard try receiveMore() else { throw Silence() }
        }
    }

    private func receiveMore() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket.number, $0.baseAddress, $0.count, 0) }
        if count < 0, errno == EAGAIN { throw Silence() }
        guard count > 0 else { return false }
        received += buffer[..<count]
        return true
    }

    /// Runs what blocks on a thread of its own, away from the few that Swift's tasks share.
    package static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            _ = Thread(name: "client") { continuation.resume(with: Result { try body() }) }
        }
    }
}
