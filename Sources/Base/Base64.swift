/// Base 64 with the standard alphabet and padding (RFC 4648 §4).
public enum Base64 {
    /// RFC 2045 §6.8: lines of no more than 76 characters.
    public static let mimeColumns = 76

    /// One line without line ends.
    public static func encode(_ bytes: [UInt8]) -> [UInt8] { encode(bytes.span) }

    /// One line without line ends.
    public static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        [UInt8](capacity: (bytes.count + 2) / 3 * 4) { output in
            encode(bytes, from: 0, to: bytes.count, into: &output)
        }
    }

    /// Lines of `columns` characters (a multiple of four), each ended by CRLF, the last one too.
    public static func encodeLines(_ bytes: [UInt8], columns: Int = mimeColumns) -> [UInt8] {
        precondition(columns > 0 && columns.isMultiple(of: 4))
        let bytesPerLine = columns / 4 * 3
        let lines = (bytes.count + bytesPerLine - 1) / bytesPerLine
        let input = bytes.span
        return [UInt8](capacity: (bytes.count + 2) / 3 * 4 + 2 * lines) { output in
            for start in stride(from: 0, to: input.count, by: bytesPerLine) {
                encode(input, from: start, to: min(start + bytesPerLine, input.count), into: &output)
                output.append(ASCII.carriageReturn)
                output.append(ASCII.lineFeed)
            }
        }
    }

    private static func encode(_ bytes: Span<UInt8>, from start: Int, to end: Int, into output: inout OutputSpan<UInt8>)
    {
        let alphabet = Self.alphabet.span
        var index = start
        while index + 2 < end {
            let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
            output.append(alphabet[Int(group >> 18)])
            output.append(alphabet[Int(group >> 12 & 63)])
            output.append(alphabet[Int(group >> 6 & 63)])
            output.append(alphabet[Int(group & 63)])
            index += 3
        }
        guard index < end else { return }
        // RFC 4648 §4: one or two bytes are left, zero bits fill the last character, `=` fills the quantum.
        let second = index + 1 < end ? bytes[index + 1] : nil
        let group = UInt32(bytes[index]) << 16 | UInt32(second ?? 0) << 8
        output.append(alphabet[Int(group >> 18)])
        output.append(alphabet[Int(group >> 12 & 63)])
        output.append(second == nil ? ASCII.equals : alphabet[Int(group >> 6 & 63)])
        output.append(ASCII.equals)
    }

    /// The bytes that `text` stands for. CR, LF and space may stand anywhere, as mail and old encoders wrap their
    /// lines; nil for any other character outside the alphabet, for missing or misplaced padding, and for stray bits
    /// in the last character (RFC 4648 §3.5), so that one value has one text.
    public static func decode(_ text: [UInt8]) -> [UInt8]? { decode(text.span) }

    /// As `decode(_:)` of an array.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var rest: Quantum? = Quantum()
        let bytes = [UInt8](capacity: text.count / 4 * 3 + 3) { output in
            rest = decodeQuanta(text, into: &output)
        }
        return rest?.isFinished == true ? bytes : nil
    }

    /// Writes all whole bytes; gives the state after the last character, nil for a character out of place.
    private static func decodeQuanta(_ text: Span<UInt8>, into output: inout OutputSpan<UInt8>) -> Quantum? {
        let values = Self.values.span
        var quantum = Quantum()
        var index = 0
        while index < text.count {
            // Nearly all of a text is groups of four plain characters: they take one test together.
            if quantum.isEmpty, index + 3 < text.count {
                let first = values[Int(text[index])], second = values[Int(text[index + 1])]
                let third = values[Int(text[index + 2])], fourth = values[Int(text[index + 3])]
                if first | second | third | fourth < 64 {
                    output.append(first << 2 | second >> 4)
                    output.append(second << 4 | third >> 2)
                    output.append(third << 6 | fourth)
                    index += 4
                    continue
                }
            }
            guard quantum.take(text[index], value: values[Int(text[index])], into: &output) else { return nil }
            index += 1
        }
        return quantum
    }

    /// Up to four characters that make up to three bytes, taken one by one.
    private struct Quantum {
        private var bits: UInt32 = 0
        private var characters = 0
        private var padding = 0

        /// Before the first character of a quantum, and no padding seen: more may follow.
        var isEmpty: Bool { characters == 0 && padding == 0 }
        /// The text may end here.
        var isFinished: Bool { (characters + padding).isMultiple(of: 4) }

        mutating func take(_ character: UInt8, value: UInt8, into output: inout OutputSpan<UInt8>) -> Bool {
            if value < 64 {
                // RFC 4648 §3.3: data after padding is refused.
                guard padding == 0 else { return false }
                bits = bits << 6 | UInt32(value)
                characters += 1
                if characters == 4 { flush(count: 3, into: &output) }
                return true
            }
            if character == ASCII.equals { return pad(into: &output) }
            return character == ASCII.carriageReturn || character == ASCII.lineFeed || character == ASCII.space
        }

        private mutating func pad(into output: inout OutputSpan<UInt8>) -> Bool {
            guard characters >= 2, characters + padding < 4 else { return false }
            padding += 1
            guard characters + padding == 4 else { return true }
            bits <<= 6 * UInt32(padding)
            let unused: UInt32 = 1 << (8 * UInt32(padding)) - 1
            guard bits & unused == 0 else { return false }
            let kept = characters
            flush(count: 3 - padding, into: &output)
            characters = kept
            return true
        }

        private mutating func flush(count: Int, into output: inout OutputSpan<UInt8>) {
            for shift in [16, 8, 0].prefix(count) { output.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift))) }
            bits = 0
            characters = 0
        }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The six bits of each character; 255 for all that are not of the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
