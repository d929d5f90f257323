/// A JSON string whose characters are already there as UTF-8 bytes: large contents need no `String`.
public struct JSONString: JSONWritable, Sendable {
    private let utf8: [UInt8]

    /// Bytes that are no valid UTF-8 are replaced by U+FFFD when they are written, so the output stays JSON.
    public init(utf8: [UInt8]) { self.utf8 = utf8 }

    public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.string(utf8: utf8) }
}

extension [UInt8] {
    mutating func appendJSONString(_ text: String) { appendJSONString(text.utf8Span.span) }

    /// A name from our own source, which holds nothing to escape.
    mutating func appendJSONName(_ name: StaticString) {
        append(ASCII.quote)
        name.withUTF8Buffer { utf8 in
            assert(unsafe JSONPlainRun.endInOutput(Span(_unsafeElements: utf8), from: 0) == utf8.count)
            unsafe append(contentsOf: utf8)
        }
        append(ASCII.quote)
    }

    /// `utf8` is valid UTF-8.
    mutating func appendJSONString(_ utf8: Span<UInt8>) {
        append(ASCII.quote)
        var position = 0
        while true {
            let end = JSONPlainRun.endInOutput(utf8, from: position)
            unsafe utf8.extracting(position..<end).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
            guard end < utf8.count else { break }
            appendJSONEscape(utf8[end])
            position = end + 1
        }
        append(ASCII.quote)
    }

    /// RFC 8259 §7: the short form where there is one, else `\u00XX`.
    private mutating func appendJSONEscape(_ byte: UInt8) {
        append(ASCII.backslash)
        if let letter = JSONEscape.letter(for: byte) { return append(letter) }
        append(literal: byte < 0x10 ? "u000" : "u001")
        append(byte & 15 < 10 ? ASCII.zero + byte & 15 : UInt8(ascii: "a") - 10 + byte & 15)
    }

    /// Decimal digits from the first on, without a second buffer to turn them around.
    mutating func appendDigits(_ value: UInt64) {
        var divisor: UInt64 = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(ASCII.zero + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }
}
