import Base

/// The beginning of our own URLs: `https://mail.example.com/relay`.
enum BaseURL {
    static let form = #""https://NAME", with a port and a path if need be, without a query"#

    /// Without slashes at its end; nil for what no path can follow.
    static func normalized(_ text: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: text.asciiLowercased.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        // What RFC 3986 §2.2 and §2.3 allow in a path, and the percent sign of §2.1.
        let others = Array("-._~!$&'()*+,;=:@%/[]".utf8)
        guard rest.utf8.allSatisfy({ ASCII.isLetter($0) || ASCII.isDigit($0) || others.contains($0) }),
            HostAndPort(String(rest.prefix { $0 != "/" })) != nil
        else { return nil }
        let end = rest.lastIndex { $0 != "/" } ?? rest.startIndex
        return scheme + rest[...end]
    }
}
