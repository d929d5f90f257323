import Base

/// chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ) (RFC 9112 §7.1.1). No extension means
/// anything to us; the syntax is checked because what hides in it has been used to split messages.
enum ChunkExtensions {
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var position = range.lowerBound
        while position < range.upperBound {
            guard skip(ASCII.semicolon, bytes, &position, range.upperBound),
                skipToken(bytes, &position, range.upperBound)
            else { return false }
            guard skip(ASCII.equals, bytes, &position, range.upperBound) else { continue }
            guard skipQuoted(bytes, &position, range.upperBound) || skipToken(bytes, &position, range.upperBound)
            else { return false }
        }
        return true
    }

    /// BWS `byte` BWS; `position` stays where that is not what stands there.
    private static func skip(_ byte: UInt8, _ bytes: Span<UInt8>, _ position: inout Int, _ end: Int) -> Bool {
        let found = bytes.trimmingWhitespace(position..<end).lowerBound
        guard found < end, bytes[found] == byte else { return false }
        position = found + 1
        while position < end, bytes[position].isBlank { position += 1 }
        return true
    }

    private static func skipToken(_ bytes: Span<UInt8>, _ position: inout Int, _ end: Int) -> Bool {
        let first = position
        while position < end, ByteClass.isToken(bytes[position]) { position += 1 }
        return position > first
    }

    /// quoted-string (RFC 9110 §5.6.4); `position` stays where none stands there.
    private static func skipQuoted(_ bytes: Span<UInt8>, _ position: inout Int, _ end: Int) -> Bool {
        guard position < end, bytes[position] == ASCII.quote else { return false }
        var index = position + 1
        while index < end {
            let byte = bytes[index]
            if byte == ASCII.quote {
                position = index + 1
                return true
            }
            // After a backslash stands any character that is no control; the backslash itself is none.
            if byte == ASCII.backslash { index += 1 }
            guard index < end, bytes[index] == ASCII.tab || !ASCII.isControl(bytes[index]) else { return false }
            index += 1
        }
        return false
    }
}
