import Base

/// Searches that look at eight bytes at a time, since every byte of every head passes through them.
///
/// In a word `x`, `(x &- n·01…01) & ~x & 80…80` marks the top bit of each byte below `n` (for n ≤ 128). A borrow can
/// mark a byte wrongly only above one that is marked rightly, so the lowest mark, which is all that is used, is right.
enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The offset of the first LF at or after `start`.
    static func firstLineFeed(in bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index + 8 <= bytes.count {
            let found = zeroMarks(word(bytes, at: index) ^ (ones &* UInt64(ASCII.lineFeed)))
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count {
            if bytes[index] == ASCII.lineFeed { return index }
            index += 1
        }
        return nil
    }

    /// The offset of the first control character within `range`; HTAB is one.
    private static func firstControl(in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let x = word(bytes, at: index)
            let below = (x &- ones &* UInt64(ASCII.space)) & ~x & highBits
            let found = below | zeroMarks(x ^ (ones &* UInt64(ASCII.delete)))
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < range.upperBound {
            if ASCII.isControl(bytes[index]) { return index }
            index += 1
        }
        return nil
    }

    /// As `firstControl`, but HTAB is passed over: what may not stand in a field value (RFC 9110 §5.5).
    static func firstLineControl(in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var rest = range
        while let index = firstControl(in: bytes, rest) {
            if bytes[index] != ASCII.tab { return index }
            rest = index + 1..<range.upperBound
        }
        return nil
    }

    private static func zeroMarks(_ x: UInt64) -> UInt64 { (x &- ones) & ~x & highBits }

    /// The first byte of memory is the lowest of the word.
    private static func word(_ bytes: Span<UInt8>, at offset: Int) -> UInt64 {
        // Bytes have no padding and every bit pattern is a UInt64; the load itself checks the bounds.
        unsafe UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

extension Span where Element == UInt8 {
    // In both, the literal's buffer is indexed below its length, which `count` has just been found equal to.

    /// Byte for byte; `text` is ASCII.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { buffer in
            for index in 0..<count where unsafe self[index] != buffer[index] { return false }
            return true
        }
    }

    /// Without regard to the case of letters; `lowercase` is lower-case ASCII.
    @inline(__always)
    func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        guard count == lowercase.utf8CodeUnitCount else { return false }
        return lowercase.withUTF8Buffer { buffer in
            for index in 0..<count where unsafe ASCII.lowercased(self[index]) != buffer[index] { return false }
            return true
        }
    }

    /// Without regard to the case of letters on either side.
    func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where ASCII.lowercased(self[index]) != ASCII.lowercased(other[index]) { return false }
        return true
    }

    /// `range` without the SP and HTAB at its ends: OWS (RFC 9110 §5.6.3).
    func trimmingWhitespace(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, self[lower].isBlank { lower += 1 }
        while upper > lower, self[upper - 1].isBlank { upper -= 1 }
        return lower..<upper
    }

    /// The offset of the first `byte` within `range`.
    func firstOffset(of byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }
}

extension UInt8 {
    /// SP or HTAB (RFC 9110 §5.6.3).
    var isBlank: Bool { self == ASCII.space || self == ASCII.tab }
}
