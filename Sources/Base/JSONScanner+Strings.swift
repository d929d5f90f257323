extension JSONScanner {
    // RFC 8259 §7
    mutating func string() throws(JSONError) {
        let start = position
        var isEscaped = false
        position += 1
        while true {
            position = JSONPlainRun.endInText(bytes.span, from: position)
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
            switch bytes[position] {
            case ASCII.quote:
                position += 1
                return try append(.string, from: start, isEscaped: isEscaped)
            case ASCII.backslash:
                isEscaped = true
                try escape()
            case 0x80...:
                try nonASCII()
            default:
                throw JSONError(.controlCharacter, at: position)
            }
        }
    }

    private mutating func escape() throws(JSONError) {
        let start = position
        position += 1
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        guard bytes[position] == UInt8(ascii: "u") else {
            guard JSONEscape.meaning(of: bytes[position]) != nil else { throw JSONError(.invalidEscape, at: start) }
            position += 1
            return
        }
        position += 1
        let unit = try hexadecimalUnit()
        guard unit & 0xF800 == 0xD800 else { return }
        // RFC 8259 §8.2: a surrogate without its partner has no meaning that two programs agree on.
        guard unit < 0xDC00, bytes[position...].starts(with: [ASCII.backslash, UInt8(ascii: "u")]) else {
            throw JSONError(.loneSurrogate, at: start)
        }
        position += 2
        guard try hexadecimalUnit() & 0xFC00 == 0xDC00 else { throw JSONError(.loneSurrogate, at: start) }
    }

    private mutating func hexadecimalUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
            guard let digit = ASCII.hexValue(bytes[position]) else { throw JSONError(.invalidEscape, at: position) }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    /// Takes every UTF-8 sequence up to the next ASCII byte: text outside ASCII comes in runs.
    private mutating func nonASCII() throws(JSONError) {
        while position < bytes.count, bytes[position] >= 0x80 {
            guard let length = sequenceLength() else { throw JSONError(.invalidUTF8, at: position) }
            position += length
        }
    }

    /// The length of the well-formed sequence that starts here, nil where there is none. RFC 3629 §4: the second byte
    /// excludes overlong forms, surrogates and what lies beyond U+10FFFF; the others are plain continuations.
    private func sequenceLength() -> Int? {
        let (length, second): (Int, ClosedRange<UInt8>)
        switch bytes[position] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE, 0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else { return nil }
        if length > 2, bytes[position + 2] & 0xC0 != 0x80 { return nil }
        if length > 3, bytes[position + 3] & 0xC0 != 0x80 { return nil }
        return length
    }
}
