import Base

/// `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2): the value of Host and the authority of a target.
enum HostSyntax {
    /// What an authority must carry beyond being well-formed.
    enum Requirement {
        /// Host may be empty: a target without authority asks for that (RFC 9112 §3.2).
        case any
        /// An http or https URI names its host (RFC 9110 §4.2.1).
        case host
        /// CONNECT names host and port (RFC 9112 §3.2.3).
        case hostAndPort
    }

    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>, requiring requirement: Requirement) -> Bool {
        guard let hostEnd = endOfHost(bytes, range) else { return false }
        let hasPort = hostEnd < range.upperBound
        if hasPort {
            guard bytes[hostEnd] == ASCII.colon, isPort(bytes, hostEnd + 1..<range.upperBound) else { return false }
        }
        return switch requirement {
        case .any: true
        case .host: hostEnd > range.lowerBound
        case .hostAndPort: hostEnd > range.lowerBound && hostEnd + 1 < range.upperBound
        }
    }

    /// The offset after the host, where its syntax is right.
    private static func endOfHost(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard let first = range.first else { return range.lowerBound }
        if bytes[first] == UInt8(ascii: "[") { return endOfLiteral(bytes, range) }
        var index = range.lowerBound
        while index < range.upperBound, bytes[index] != ASCII.colon {
            if bytes[index] == UInt8(ascii: "%") {
                guard index + 2 < range.upperBound, ASCII.hexValue(bytes[index + 1]) != nil,
                    ASCII.hexValue(bytes[index + 2]) != nil
                else { return nil }
                index += 3
            } else {
                guard ByteClass.isRegisteredName(bytes[index]) else { return nil }
                index += 1
            }
        }
        return index
    }

    /// IP-literal (RFC 3986 §3.2.2). Its characters are checked and not its address: nothing is ever dialled from it.
    private static func endOfLiteral(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard let close = bytes.firstOffset(of: UInt8(ascii: "]"), in: range), close > range.lowerBound + 1 else {
            return nil
        }
        for index in range.lowerBound + 1..<close {
            guard bytes[index] == ASCII.colon || ByteClass.isRegisteredName(bytes[index]) else { return nil }
        }
        return close + 1
    }

    /// *DIGIT (RFC 3986 §3.2.3), within 16 bits.
    private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var port = 0
        for index in range {
            guard ASCII.isDigit(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] - ASCII.zero)
            guard port <= UInt16.max else { return false }
        }
        return true
    }
}
