import Base

/// `mail.example.com:587`, `192.0.2.1` or `[2001:db8::1]:25`.
struct HostAndPort: Equatable, CustomStringConvertible {
    /// A name or an address; an IPv6 address without brackets.
    let host: String
    let port: UInt16?

    init(host: String, port: UInt16?) {
        self.host = host
        self.port = port
    }

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else {
            guard let host = Self.host(text[...]) else { return nil }
            self.init(host: host, port: nil)
            return
        }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy(ASCII.isDigit), let port = UInt16(digits), port > 0,
            let host = Self.host(text[..<colon])
        else { return nil }
        self.init(host: host, port: port)
    }

    var description: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(host):\($0)" } ?? host
    }

    private static func host(_ text: Substring) -> String? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let address = IPAddress(String(text.dropFirst().dropLast()))
            return address?.family == .v6 ? address?.description : nil
        }
        let labels = text.utf8.split(separator: ASCII.period, omittingEmptySubsequences: false)
        guard let last = labels.last, labels.allSatisfy(isLabel) else { return nil }
        // RFC 1123 §2.1: no name ends in digits alone, so what does is meant as an address.
        guard last.allSatisfy(ASCII.isDigit) else { return String(text) }
        return IPAddress(String(text))?.description
    }

    /// Names of containers may have underscores.
    private static func isLabel(_ label: Substring.UTF8View.SubSequence) -> Bool {
        !label.isEmpty
            && label.allSatisfy {
                ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen || $0 == ASCII.underscore
            }
    }
}
