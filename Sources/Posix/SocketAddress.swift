public import Base
import CLinux
import Glibc

/// Where a stream socket listens or connects: an IP address and port, or a path in the file system.
public enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    case ip(IPAddress, port: UInt16)
    case path(String)

    public var description: String {
        switch self {
        case .ip(let address, let port): address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)"
        case .path(let path): path
        }
    }

    /// `127.0.0.1:8080` or `[::1]:8080`; nil for anything else.
    public init?(ipAndPort text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard let address = IPAddress(String(isBracketed ? host.dropFirst().dropLast() : host)),
            // RFC 3986 §3.2.2: brackets around IPv6 and around nothing else.
            isBracketed == host.contains(":")
        else { return nil }
        self = .ip(address, port: port)
    }

    /// Digits alone: Swift's own reading takes a sign.
    private static func port(_ digits: Substring) -> UInt16? {
        digits.utf8.allSatisfy(ASCII.isDigit) ? UInt16(digits) : nil
    }

    /// Fails where the kernel's form has no room for the path (unix(7)): a shorter one would name another file.
    func checkLength() throws(PosixError) {
        let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
        if case .path(let path) = self, path.utf8.count > room { throw PosixError("bind", number: ENAMETOOLONG) }
    }

    var family: Int32 {
        switch self {
        case .ip(let address, _): address.family == .v4 ? AF_INET : AF_INET6
        case .path: AF_UNIX
        }
    }

    /// Lends the address in the kernel's form.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        let length = unsafe withUnsafeMutableBytes(of: &storage) { unsafe fill($0) }
        return unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> socklen_t {
        switch self {
        case .ip(let address, let port) where address.family == .v4:
            var ipv4 = sockaddr_in()
            ipv4.sin_family = sa_family_t(AF_INET)
            ipv4.sin_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &ipv4.sin_addr) { unsafe $0.copyBytes(from: address.bytes) }
            unsafe buffer.storeBytes(of: ipv4, as: sockaddr_in.self)
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        case .ip(let address, let port):
            var ipv6 = sockaddr_in6()
            ipv6.sin6_family = sa_family_t(AF_INET6)
            ipv6.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &ipv6.sin6_addr) { unsafe $0.copyBytes(from: address.bytes) }
            unsafe buffer.storeBytes(of: ipv6, as: sockaddr_in6.self)
            return socklen_t(MemoryLayout<sockaddr_in6>.size)
        case .path(let path):
            var local = sockaddr_un()
            local.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &local.sun_path) { buffer in
                unsafe buffer.copyBytes(from: path.utf8.prefix(buffer.count - 1))
            }
            unsafe buffer.storeBytes(of: local, as: sockaddr_un.self)
            return socklen_t(MemoryLayout<sockaddr_un>.size)
        }
    }

    /// The kernel's form read back; nil for a family not spoken here, and for the nameless peer of a local socket.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        switch Int32(storage.ss_family) {
        case AF_INET:
            let ipv4 = unsafe withUnsafeBytes(of: &storage) { unsafe $0.load(as: sockaddr_in.self) }
            guard let address = IPAddress(bytes: unsafe withUnsafeBytes(of: ipv4.sin_addr) { unsafe Array($0) }) else {
                return nil
            }
            self = .ip(address, port: UInt16(bigEndian: ipv4.sin_port))
        case AF_INET6:
            let ipv6 = unsafe withUnsafeBytes(of: &storage) { unsafe $0.load(as: sockaddr_in6.self) }
            guard let address = IPAddress(bytes: unsafe withUnsafeBytes(of: ipv6.sin6_addr) { unsafe Array($0) }) else {
                return nil
            }
            self = .ip(address, port: UInt16(bigEndian: ipv6.sin6_port))
        default: return nil
        }
    }
}
