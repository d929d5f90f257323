/// The ASCII bytes that wire formats are made of, by name, and the classes of RFC 5234 appendix B.1.
public enum ASCII {
    public static let nul: UInt8 = 0x00
    public static let tab: UInt8 = 0x09
    public static let lineFeed: UInt8 = 0x0A
    public static let carriageReturn: UInt8 = 0x0D
    public static let space: UInt8 = 0x20
    public static let quote: UInt8 = 0x22
    public static let plus: UInt8 = 0x2B
    public static let comma: UInt8 = 0x2C
    public static let hyphen: UInt8 = 0x2D
    public static let period: UInt8 = 0x2E
    public static let slash: UInt8 = 0x2F
    public static let zero: UInt8 = 0x30
    public static let colon: UInt8 = 0x3A
    public static let semicolon: UInt8 = 0x3B
    public static let lessThan: UInt8 = 0x3C
    public static let equals: UInt8 = 0x3D
    public static let greaterThan: UInt8 = 0x3E
    public static let question: UInt8 = 0x3F
    public static let at: UInt8 = 0x40
    public static let backslash: UInt8 = 0x5C
    public static let underscore: UInt8 = 0x5F
    public static let delete: UInt8 = 0x7F

    @inlinable public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    @inlinable public static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
    @inlinable public static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
    @inlinable public static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    /// CTL of RFC 5234: 0x00-0x1F and 0x7F.
    @inlinable public static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }
    /// VCHAR of RFC 5234: 0x21-0x7E.
    @inlinable public static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
    /// `A`-`Z` become `a`-`z`; every other byte stays.
    @inlinable public static func lowercased(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }

    /// The value of a hexadecimal digit in either case, nil for any other byte.
    @inlinable public static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- 0x30 }
        let lower = byte | 0x20
        return lower >= 0x61 && lower <= 0x66 ? lower &- 0x57 : nil
    }
}

extension Array where Element == UInt8 {
    /// Appends `value` in decimal, padded with zeros on the left to `width` digits. Negative values get a `-` first.
    public mutating func appendDecimal(_ value: some BinaryInteger, width: Int = 1) {
        if value < 0 { append(ASCII.hyphen) }
        appendDecimal(magnitude: UInt64(value.magnitude), width: width)
    }

    /// From the most significant digit down, so that nothing has to be turned around.
    private mutating func appendDecimal(magnitude: UInt64, width: Int) {
        var divisor: UInt64 = 1
        var digits = 1
        while digits < width || magnitude / divisor >= 10 {
            divisor *= 10
            digits += 1
        }
        var rest = magnitude
        while divisor > 0 {
            append(ASCII.zero + UInt8(truncatingIfNeeded: rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }

    /// Appends the UTF-8 bytes of `text`.
    @inlinable public mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    /// Appends a literal without building a `String`.
    @inlinable public mutating func append(literal text: StaticString) {
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }
}

extension String {
    /// `A`-`Z` lower-cased and nothing else: header names, domains and media types compare this way.
    public var asciiLowercased: String {
        guard utf8.contains(where: ASCII.isUpper) else { return self }
        return String(decoding: utf8.map(ASCII.lowercased), as: UTF8.self)
    }
}
