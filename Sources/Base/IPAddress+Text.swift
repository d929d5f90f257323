extension IPAddress: CustomStringConvertible {
    /// Reads dotted decimal, or the forms of RFC 4291 §2.2. A leading zero in dotted decimal is refused: readers differ
    /// on whether 010 is eight or ten.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)[...]
        if bytes.contains(ASCII.colon) {
            guard let address = Self.v6(bytes) else { return nil }
            self = address
        } else {
            guard let value = Self.dottedDecimal(bytes) else { return nil }
            self.init(v4: value)
        }
    }

    private static func dottedDecimal(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: ASCII.period, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy(ASCII.isDigit) else { return nil }
            guard part.count == 1 || part.first != ASCII.zero else { return nil }
            let number = part.reduce(0) { $0 * 10 + UInt32($1 - ASCII.zero) }
            guard number <= 255 else { return nil }
            value = value << 8 | number
        }
        return value
    }

    private static func v6(_ text: ArraySlice<UInt8>) -> IPAddress? {
        let groups: [UInt16]
        if let gap = text.indices.dropLast().first(where: { text[$0] == ASCII.colon && text[$0 + 1] == ASCII.colon }) {
            // RFC 4291 §2.2 item 2: "::" once, for one or more groups of zeros.
            guard let head = Self.groups(text[..<gap], endsAddress: false),
                let tail = Self.groups(text[(gap + 2)...], endsAddress: true), head.count + tail.count < 8
            else { return nil }
            groups = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        } else {
            guard let all = Self.groups(text, endsAddress: true), all.count == 8 else { return nil }
            groups = all
        }
        return IPAddress(
            v6: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) }, groups[4...].reduce(0) { $0 << 16 | UInt64($1) })
    }

    /// One to four hexadecimal digits between colons. RFC 4291 §2.2 item 3: dotted decimal may end the address.
    private static func groups(_ text: ArraySlice<UInt8>, endsAddress: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ASCII.colon, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if endsAddress, index == parts.count - 1, part.contains(ASCII.period) {
                guard let value = dottedDecimal(part) else { return nil }
                groups.append(UInt16(value >> 16))
                groups.append(UInt16(truncatingIfNeeded: value))
                continue
            }
            guard (1...4).contains(part.count) else { return nil }
            var group: UInt16 = 0
            for byte in part {
                guard let digit = ASCII.hexValue(byte) else { return nil }
                group = group << 4 | UInt16(digit)
            }
            groups.append(group)
        }
        return groups
    }

    /// The one canonical text: dotted decimal, or RFC 5952 §4.
    public var description: String {
        switch family {
        case .v4: bytes.map(String.init).joined(separator: ".")
        case .v6: v6Text
        }
    }

    private var v6Text: String {
        let bytes = self.bytes
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        // RFC 5952 §4.1, §4.3: no leading zeros, lower case.
        let texts = groups.map { String($0, radix: 16) }
        guard let zeros = Self.longestZeros(in: groups) else { return texts.joined(separator: ":") }
        return texts[..<zeros.lowerBound].joined(separator: ":") + "::"
            + texts[zeros.upperBound...].joined(separator: ":")
    }

    /// RFC 5952 §4.2: the longest run of zero groups is shortened, of equals the first, and never a single one.
    private static func longestZeros(in groups: [UInt16]) -> Range<Int>? {
        var longest = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > longest.count {
                longest = start..<index + 1
            }
        }
        return longest.count > 1 ? longest : nil
    }
}
