public import Base
import CLinux
import Glibc

/// A non-blocking socket: a stream, or a datagram socket with one peer. Owned by one place; closed when that goes.
public struct Socket: ~Copyable, Sendable {
    public let descriptor: FileDescriptor

    public var number: Int32 { descriptor.number }

    private init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    // MARK: Making one

    /// Listens at `address`. With `sharesPort` several sockets may listen at one port, and the kernel spreads new
    /// connections over them (SO_REUSEPORT, socket(7)): one per shard.
    public static func listen(at address: SocketAddress, sharesPort: Bool) throws(PosixError) -> Socket {
        try address.checkLength()
        let socket = try make(family: address.family)
        if case .ip = address {
            try socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
            if sharesPort { try socket.set(SOL_SOCKET, SO_REUSEPORT, 1) }
        }
        _ = try SystemCall.run("bind") { unsafe address.withSockaddr { unsafe bind(socket.number, $0, $1) } }
        _ = try SystemCall.run("listen") { Glibc.listen(socket.number, Self.backlog) }
        return socket
    }

    /// Begins to connect, from `source` if it is given. The socket becomes writable when that is decided;
    /// `connectError` tells how.
    public static func connect(to address: SocketAddress, from source: IPAddress? = nil) throws(PosixError) -> Socket {
        try address.checkLength()
        let socket = try make(family: address.family)
        if let source {
            _ = try SystemCall.run("bind") {
                unsafe SocketAddress.ip(source, port: 0).withSockaddr { unsafe bind(socket.number, $0, $1) }
            }
        }
        do {
            _ = try SystemCall.run("connect") {
                unsafe address.withSockaddr { unsafe Glibc.connect(socket.number, $0, $1) }
            }
        } catch  where error.number == EINPROGRESS {
        }
        if case .ip = address { try socket.disableDelay() }
        return socket
    }

    /// A datagram socket that sends to `address` and hears nobody else. The kernel gives each an unused port, chosen at
    /// random (ip(7), ip_local_port_range).
    public static func datagrams(with address: SocketAddress) throws(PosixError) -> Socket {
        let socket = try make(family: address.family, kind: SOCK_DGRAM)
        _ = try SystemCall.run("connect") {
            unsafe address.withSockaddr { unsafe Glibc.connect(socket.number, $0, $1) }
        }
        return socket
    }

    private static func make(family: Int32, kind: __socket_type = SOCK_STREAM) throws(PosixError) -> Socket {
        let type = Int32(kind.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        return Socket(FileDescriptor(owning: try SystemCall.run("socket") { socket(family, type, 0) }))
    }

    /// Connections that wait to be accepted; the kernel lowers it to net.core.somaxconn.
    private static let backlog: Int32 = 4096

    // MARK: Using it

    /// The next waiting connection and its peer.
    public func accept() throws(PosixError) -> Accepted? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let progress = try SystemCall.attempt("accept4") {
            unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe polyrelay_accept(number, $0, &length)
                }
            }
        }
        guard case .done(let accepted) = progress else { return nil }
        return Accepted(socket: Socket(FileDescriptor(owning: accepted)), peer: SocketAddress(storage))
    }

    /// recv(2); zero bytes mean that the peer has ended its side, or an empty datagram. Of a datagram that is longer
    /// than the buffer the rest is lost.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(PosixError) -> Progress<Int> {
        try SystemCall.attempt("recv") { unsafe recv(number, buffer.baseAddress, buffer.count, 0) }
    }

    /// send(2) of `bytes` from `offset` on; how many the kernel took. Never raises SIGPIPE.
    public func send(_ bytes: [UInt8], from offset: Int) throws(PosixError) -> Progress<Int> {
        try SystemCall.attempt("send") {
            unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    number, buffer.baseAddress?.advanced(by: offset), buffer.count - offset, Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// Tells the peer that nothing more will be sent.
    public func endSending() { _ = shutdown(number, Int32(SHUT_WR)) }

    /// What became of `connect`; nil is success.
    public func connectError() throws(PosixError) -> PosixError? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        _ = try SystemCall.run("getsockopt") { unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &value, &length) }
        return value == 0 ? nil : PosixError("connect", number: value)
    }

    /// Where it listens, with the port that the kernel chose for port 0.
    public func localAddress() throws(PosixError) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = try SystemCall.run("getsockname") {
            unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(number, $0, &length)
                }
            }
        }
        return SocketAddress(storage)
    }

    /// TCP_NODELAY: every write is a whole turn's output, so waiting for more only costs the peer's delayed ACK.
    public func disableDelay() throws(PosixError) { try set(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) throws(PosixError) {
        var value = value
        _ = try SystemCall.run("setsockopt") {
            unsafe setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}

/// A connection that `Socket.accept` returned.
public struct Accepted: ~Copyable, Sendable {
    public let socket: Socket
    /// nil for the nameless peer of a local socket.
    public let peer: SocketAddress?

    /// Gives up the socket to the caller.
    public consuming func takeSocket() -> Socket { socket }
}
