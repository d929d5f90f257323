import Base
package import DNSWire
package import Posix

/// The name servers that the machine is set up with (resolv.conf(5)).
package enum SystemServers {
    /// **Blocks** for the time of reading a small file. A machine without the file, or with none in it, has its own
    /// server.
    package static func read(_ path: String = "/etc/resolv.conf") -> [SocketAddress] {
        let text = (try? Files.read(path, limitBytes: fileBytesMax)) ?? []
        let found = servers(in: String(decoding: text, as: UTF8.self))
        return found.isEmpty ? own : found
    }

    /// The addresses of the `nameserver` lines. Those with a zone (`fe80::1%eth0`) are passed over.
    package static func servers(in text: String) -> [SocketAddress] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.first == "nameserver", words.count > 1, let address = IPAddress(String(words[1])) else {
                return nil
            }
            return .ip(address, port: port)
        }
    }

    /// What the machine completes short names with (resolv.conf(5), `search` and the older `domain`; the last line
    /// counts). **Blocks** for the time of reading a small file.
    package static func readSuffixes(_ path: String = "/etc/resolv.conf") -> [DNSName] {
        suffixes(in: String(decoding: (try? Files.read(path, limitBytes: fileBytesMax)) ?? [], as: UTF8.self))
    }

    package static func suffixes(in text: String) -> [DNSName] {
        var suffixes: [DNSName] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.first == "search" || words.first == "domain" else { continue }
            suffixes = words.dropFirst().compactMap { DNSName(String($0)) }.filter { $0 != .root }
        }
        return Array(suffixes.prefix(ResolverLimits.suffixes))
    }

    package static let port: UInt16 = 53

    private static let own = [IPAddress("127.0.0.1")].compactMap { $0 }.map { SocketAddress.ip($0, port: port) }
    private static let fileBytesMax = 1 << 16
}
