/// An absolute `http` or `https` URL (RFC 9110 §4.2), read strictly: what a receiver's address is given as.
///
/// Refused are user information (RFC 9110 §4.2.4), a fragment, bytes that RFC 3986 has no place for, and hosts that are
/// neither a name of letters, digits, hyphens, underscores and dots nor an address in brackets. The text itself is kept
/// as it was given.
public struct WebURL: Hashable, Sendable {
    public let text: String
    public let isSecure: Bool
    /// Lower case; an IPv6 address with its brackets.
    public let host: String
    public let port: UInt16

    public init?(_ text: String) {
        let lowered = text.prefix(8).lowercased()
        let isSecure = lowered.hasPrefix("https://")
        guard isSecure || lowered.hasPrefix("http://"), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let (host, port) = Self.split(authority, isSecure: isSecure) else { return nil }
        self.text = text
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    /// RFC 3986 §2: the characters of a URL, without `#`, which would begin a fragment.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        ASCII.isVisible(byte) && !refused.contains(byte)
    }

    private static let refused = Array("\"#<>\\^`{|}".utf8)

    private static func split(_ authority: Substring, isSecure: Bool) -> (host: String, port: UInt16)? {
        var host = authority
        var port = UInt16(isSecure ? 443 : 80)
        let afterAddress = authority.lastIndex(of: "]").map { authority.index(after: $0) } ?? authority.startIndex
        if let colon = authority[afterAddress...].firstIndex(of: ":") {
            let digits = authority[authority.index(after: colon)...]
            guard digits.utf8.allSatisfy(ASCII.isDigit), let given = UInt16(digits), given > 0 else { return nil }
            port = given
            host = authority[..<colon]
        }
        let lowered = String(host).asciiLowercased
        return isHost(lowered) ? (lowered, port) : nil
    }

    private static func isHost(_ host: String) -> Bool {
        if host.hasPrefix("[") { return host.hasSuffix("]") && IPAddress(host: host) != nil }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let names = labels.count > 1 && labels.last == "" ? labels.dropLast() : labels[...]
        return host.utf8.count <= 253
            && names.allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.utf8.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == 0x2D || $0 == 0x5F }
            }
    }
}

extension WebURL {
    /// Scheme, host and port: what requests share a connection by.
    public var origin: String { "\(isSecure ? "https" : "http")://\(host):\(port)" }
}
