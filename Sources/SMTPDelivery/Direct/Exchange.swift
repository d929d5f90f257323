import Base
import DNSWire

/// A server that takes mail for a destination: by its name in the DNS, or by an address that the sender wrote in place
/// of a domain (RFC 5321 §4.1.3).
enum Exchange: Hashable, Sendable {
    case name(DNSName)
    case literal(IPAddress)

    /// Nil where the name is no host name, so that neither a certificate nor an address can be for it. Underscores are
    /// let through: names with them have addresses, and nobody is hurt.
    init?(name: DNSName) {
        let labels = name.labels
        let isHostName = labels.allSatisfy { label in
            label.allSatisfy {
                ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen || $0 == ASCII.underscore
            }
        }
        guard isHostName, !labels.isEmpty else { return nil }
        self = .name(name)
    }

    /// Reads what `text` writes.
    init?(text: String) {
        if text.hasPrefix("["), text.hasSuffix("]") {
            guard let address = IPAddress(String(text.dropFirst().dropLast())) else { return nil }
            self = .literal(address)
        } else {
            guard let name = DNSName(text) else { return nil }
            self.init(name: name)
        }
    }

    /// `mx.example.net` or `[192.0.2.1]`.
    var text: String {
        switch self {
        case .name(let name): name.text
        case .literal(let address): "[\(address)]"
        }
    }

    /// As a certificate names it.
    var host: String {
        switch self {
        case .name(let name): name.text
        case .literal(let address): address.description
        }
    }

    func hostAndPort(_ port: UInt16) -> String {
        switch self {
        case .literal(let address) where address.family == .v4: "\(address):\(port)"
        case .name, .literal: "\(text):\(port)"
        }
    }
}
