/// Finds how far a string goes on without anything that JSON treats specially, eight bytes at a time.
///
/// This is where both the scanner and the writer spend their time: bodies are mostly long strings.
enum JSONPlainRun {
    /// The first place at or after `start` that holds a control character, `"`, `\` or a byte outside ASCII; the
    /// length of `bytes` where there is none.
    static func endInText(_ bytes: Span<UInt8>, from start: Int) -> Int {
        end(bytes, from: start, stoppingAtNonASCII: true)
    }

    /// As `endInText`, but UTF-8 sequences belong to the run: they are written as they are.
    static func endInOutput(_ bytes: Span<UInt8>, from start: Int) -> Int {
        end(bytes, from: start, stoppingAtNonASCII: false)
    }

    @inline(__always)
    private static func end(_ bytes: Span<UInt8>, from start: Int, stoppingAtNonASCII: Bool) -> Int {
        // Bytes have no padding, every bit pattern is a UInt64, and the span checks each offset.
        let words = unsafe bytes.bytes
        var position = start
        while position &+ 8 <= bytes.count {
            let word = unsafe UInt64(littleEndian: words.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
            let marks = marks(in: word, stoppingAtNonASCII: stoppingAtNonASCII)
            if marks != 0 { return position + marks.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < bytes.count {
            if isSpecial(bytes[position]) || stoppingAtNonASCII && bytes[position] >= 0x80 { break }
            position &+= 1
        }
        return position
    }

    /// Sets the top bit of each byte of `word` that ends a run. A borrow can set the bit of a byte above a true one,
    /// never below, so the lowest bit set is exact.
    @inline(__always)
    private static func marks(in word: UInt64, stoppingAtNonASCII: Bool) -> UInt64 {
        let quote = word ^ repeated(ASCII.quote)
        let backslash = word ^ repeated(ASCII.backslash)
        let zeros = (quote &- repeated(1)) & ~quote | (backslash &- repeated(1)) & ~backslash
        let controls = (word &- repeated(ASCII.space)) & ~word
        let nonASCII = stoppingAtNonASCII ? word : 0
        return (zeros | controls | nonASCII) & repeated(0x80)
    }

    @inline(__always)
    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < ASCII.space || byte == ASCII.quote || byte == ASCII.backslash
    }

    @inline(__always)
    private static func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
}
