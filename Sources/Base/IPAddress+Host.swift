extension IPAddress {
    /// The address that a URL's host stands for, in any of the spellings that programs take: dotted decimal, IPv6 in
    /// brackets, and the old ones of inet_aton(3), in which a part may be octal or hexadecimal and the last part fills
    /// what is left (`0x7f.1`, `017700000001`, `2130706433`). nil for a name.
    ///
    /// For refusing only: what is stored and compared is read by `init(_:)`, which takes one spelling.
    public init?(host: String) {
        if host.hasPrefix("["), host.hasSuffix("]") {
            self.init(String(host.dropFirst().dropLast()))
            return
        }
        var parts = host.split(separator: ".", omittingEmptySubsequences: false)
        // A dot at the end names the root, and changes nothing for those that look past it.
        if parts.count > 1, parts.last == "" { parts.removeLast() }
        guard (1...4).contains(parts.count) else { return nil }
        var numbers: [UInt64] = []
        for part in parts {
            guard let number = Self.number(part) else { return nil }
            numbers.append(number)
        }
        let last = numbers.removeLast()
        guard numbers.allSatisfy({ $0 <= 255 }), last < 1 << (8 * UInt64(4 - numbers.count)) else { return nil }
        let upper = numbers.enumerated().reduce(UInt64(0)) { $0 | $1.element << UInt64(24 - 8 * $1.offset) }
        self.init(v4: UInt32(upper | last))
    }

    private static func number(_ text: Substring) -> UInt64? {
        if text.hasPrefix("0x") || text.hasPrefix("0X") {
            let digits = text.dropFirst(2)
            return digits.isEmpty
                ? 0 : digits.utf8.allSatisfy({ ASCII.hexValue($0) != nil }) ? UInt64(digits, radix: 16) : nil
        }
        guard !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        return text.hasPrefix("0") ? UInt64(text, radix: 8) : UInt64(text)
    }
}
