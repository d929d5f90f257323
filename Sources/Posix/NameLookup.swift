package import Base
import Glibc

/// Looks up host names as the machine is set up to: its hosts file, DNS, whatever else (getaddrinfo(3)).
package enum NameLookup {
    /// The addresses of a host, each once, in the order in which they should be tried. **Blocks** for as long as the
    /// system's resolver does, which may be many seconds: call it on a `WorkerPool`.
    package static func addresses(of host: String) throws(NameLookupError) -> [IPAddress] {
        var hints = unsafe addrinfo()
        // One socket type, or every address would come once for each.
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else { throw NameLookupError(code: code) }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe address(of: entry.pointee), !addresses.contains(address) {
                addresses.append(address)
            }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }

    /// Nil for a family that is not spoken here.
    private static func address(of entry: addrinfo) -> IPAddress? {
        guard let source = unsafe entry.ai_addr else { return nil }
        var storage = sockaddr_storage()
        let count = min(Int(unsafe entry.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutableBytes(of: &storage) { buffer in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(start: source, count: count))
        }
        guard case .ip(let address, _) = SocketAddress(storage) else { return nil }
        return address
    }
}

/// Why a name has no addresses.
package struct NameLookupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What getaddrinfo(3) returned.
    package let code: Int32

    /// No answer now; there may be one later. Else the name or the set-up of the machine is wrong.
    package var isTemporary: Bool { code == EAI_AGAIN }

    package var description: String { unsafe String(cString: gai_strerror(code)) }
}
