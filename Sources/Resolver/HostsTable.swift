package import Base
package import DNSWire
import Posix

/// The names that the machine itself knows (hosts(5)), and those of the machine: `localhost` and what lies below it
/// lead to the loopback addresses, whatever anybody says (RFC 6761 §6.3).
package struct HostsTable: Sendable, Equatable {
    private var addresses: [DNSName: [IPAddress]] = [:]

    /// Lines of an address and names; what follows a `#` is a comment. Lines of another form are passed over.
    package init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, let address = IPAddress(String(first)) else { continue }
            for word in words.dropFirst() {
                guard let name = DNSName(String(word)), name != .root else { continue }
                if addresses[name]?.contains(address) != true { addresses[name, default: []].append(address) }
            }
        }
    }

    /// **Blocks** for the time of reading a small file.
    package static func read(_ path: String = "/etc/hosts") -> HostsTable {
        let text = (try? Files.read(path, limitBytes: fileBytesMax)) ?? []
        return HostsTable(String(decoding: text, as: UTF8.self))
    }

    /// nil for a name that is not there.
    package func addresses(of name: DNSName) -> [IPAddress]? {
        if name.labels.last.map({ $0.elementsEqual("localhost".utf8) }) == true { return Self.loopback }
        return addresses[name]
    }

    private static let loopback = ["::1", "127.0.0.1"].compactMap { IPAddress($0) }
    private static let fileBytesMax = 1 << 20
}
