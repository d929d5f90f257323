extension JSON5Scanner {
    // MARK: Names

    /// JSON5, Objects: a string, or an IdentifierName of ECMAScript 5.1 §7.6.
    mutating func name() throws(JSON5Error) -> String {
        if next == "\"" || next == "'" { return try string() }
        let start = position
        var name = String.UnicodeScalarView()
        while let scalar = next {
            if scalar == "\\" {
                name.append(try escapedLetter(isFirst: name.isEmpty))
            } else if Self.startsName(scalar) || !name.isEmpty && Self.continuesName(scalar) {
                name.append(scalar)
                position += 1
            } else {
                break
            }
        }
        guard !name.isEmpty else { throw error(.nameExpected, at: start) }
        return String(name)
    }

    private mutating func escapedLetter(isFirst: Bool) throws(JSON5Error) -> Unicode.Scalar {
        let start = position
        position += 1
        guard take("u"), let letter = Unicode.Scalar(try hexadecimal(digits: 4, from: start)),
            Self.startsName(letter) || !isFirst && Self.continuesName(letter)
        else { throw error(.invalidEscape, at: start) }
        return letter
    }

    static func startsName(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return ASCII.isLetter(UInt8(ascii: scalar)) || scalar == "_" || scalar == "$" }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: true
        default: false
        }
    }

    static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        if startsName(scalar) { return true }
        if scalar.isASCII { return ASCII.isDigit(UInt8(ascii: scalar)) }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        // The zero-width joiner and non-joiner.
        default: return scalar.value == 0x200C || scalar.value == 0x200D
        }
    }

    // MARK: Strings

    /// JSON5, Strings: between two marks of one kind, on one line but for escaped ends of lines.
    mutating func string() throws(JSON5Error) -> String {
        let start = position
        let mark = next
        position += 1
        var text = String.UnicodeScalarView()
        while let scalar = next, scalar != "\n", scalar != "\r" {
            if scalar == mark {
                position += 1
                return String(text)
            }
            if scalar == "\\" {
                try escape(&text, of: start)
            } else {
                // JSON5, Paragraph and Line Separators: U+2028 and U+2029 too, which end lines elsewhere.
                text.append(scalar)
                position += 1
            }
        }
        throw error(.stringNotClosed, at: start)
    }

    /// JSON5, Escapes. `string`: where the string begins.
    private mutating func escape(_ text: inout String.UnicodeScalarView, of string: Int) throws(JSON5Error) {
        let start = position
        guard let letter = after else { throw error(.stringNotClosed, at: string) }
        position += 2
        switch letter {
        case "b": text.append("\u{08}")
        case "f": text.append("\u{0C}")
        case "n": text.append("\n")
        case "r": text.append("\r")
        case "t": text.append("\t")
        case "v": text.append("\u{0B}")
        case "x": text.append(contentsOf: Unicode.Scalar(try hexadecimal(digits: 2, from: start)).map { [$0] } ?? [])
        case "u": text.append(try unit(from: start))
        case "0" where !(next.map(Self.isDigit) ?? false): text.append("\0")
        case "0"..."9": throw error(.invalidEscape, at: start)
        // A line that goes on in the next one; its end is no part of the text.
        case "\r": _ = take("\n")
        case _ where Self.endsLine(letter): break
        // Any other letter stands for itself.
        default: text.append(letter)
        }
    }

    /// What follows `\u`: four digits, or twelve characters that are a surrogate pair. `start`: of the escape.
    private mutating func unit(from start: Int) throws(JSON5Error) -> Unicode.Scalar {
        let unit = try hexadecimal(digits: 4, from: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, take("\\"), take("u") else { throw error(.loneSurrogate, at: start) }
        let second = try hexadecimal(digits: 4, from: start)
        guard second & 0xFC00 == 0xDC00, let scalar = Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + second & 0x3FF)
        else { throw error(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func hexadecimal(digits: Int, from start: Int) throws(JSON5Error) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = next.flatMap(Self.hexValue) else { throw error(.invalidEscape, at: start) }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    static func hexValue(_ scalar: Unicode.Scalar) -> UInt32? {
        scalar.isASCII ? ASCII.hexValue(UInt8(ascii: scalar)).map(UInt32.init) : nil
    }
}
