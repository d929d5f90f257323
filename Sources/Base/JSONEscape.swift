/// The escapes of RFC 8259 §7, in both directions.
enum JSONEscape {
    /// The byte that `\` and `letter` stand for; nil for `u` and for what is no escape.
    static func meaning(of letter: UInt8) -> UInt8? {
        switch letter {
        case ASCII.quote, ASCII.backslash, ASCII.slash: letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): ASCII.lineFeed
        case UInt8(ascii: "r"): ASCII.carriageReturn
        case UInt8(ascii: "t"): ASCII.tab
        default: nil
        }
    }

    /// The letter that makes `byte` short to write after `\`, nil where there is none.
    static func letter(for byte: UInt8) -> UInt8? {
        switch byte {
        case ASCII.quote, ASCII.backslash: byte
        case 0x08: UInt8(ascii: "b")
        case 0x0C: UInt8(ascii: "f")
        case ASCII.lineFeed: UInt8(ascii: "n")
        case ASCII.carriageReturn: UInt8(ascii: "r")
        case ASCII.tab: UInt8(ascii: "t")
        default: nil
        }
    }

    /// The UTF-8 bytes of a string that the scanner has accepted.
    static func decoded(_ token: JSONToken, in bytes: [UInt8]) -> [UInt8] {
        guard token.isEscaped else { return Array(bytes[token.content]) }
        var result: [UInt8] = []
        result.reserveCapacity(token.content.count)
        var position = token.content.lowerBound
        while true {
            // In a string that was accepted, a run ends at an escape or at the closing quotation mark.
            let end = JSONPlainRun.endInOutput(bytes.span, from: position)
            result.append(contentsOf: bytes[position..<end])
            guard end < token.content.upperBound else { return result }
            position = end + 1
            appendEscaped(in: bytes, at: &position, to: &result)
        }
    }

    /// Reads what follows a `\`. The scanner has seen it: the escape is whole and surrogates come in pairs.
    private static func appendEscaped(in bytes: [UInt8], at position: inout Int, to result: inout [UInt8]) {
        let letter = bytes[position]
        position += 1
        if let byte = meaning(of: letter) { return result.append(byte) }
        var scalar = hexadecimalUnit(in: bytes, at: &position)
        if scalar & 0xFC00 == 0xD800 {
            position += 2
            // RFC 8259 §7: twelve characters, a UTF-16 surrogate pair, stand for one scalar beyond U+FFFF.
            scalar = 0x10000 + (scalar & 0x3FF) << 10 + hexadecimalUnit(in: bytes, at: &position) & 0x3FF
        }
        Unicode.Scalar(scalar).map { result.append(contentsOf: UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) }
    }

    private static func hexadecimalUnit(in bytes: [UInt8], at position: inout Int) -> UInt32 {
        var unit: UInt32 = 0
        for byte in bytes[position..<position + 4] { unit = unit << 4 | UInt32(ASCII.hexValue(byte) ?? 0) }
        position += 4
        return unit
    }
}
