/// Reads one JSON5 text (JSON5 1.0.0, spec.json5.org) into a value.
///
/// Beside `JSONScanner` and not a mode of it: that one reads what strangers send and keeps every byte as it came; this
/// one reads the operator's file once at start, where what counts is that a mistake is told with its place.
struct JSON5Scanner {
    let scalars: [Unicode.Scalar]
    private let depthMax: Int
    var position = 0

    static func value(of bytes: [UInt8], depthMax: Int) throws(JSON5Error) -> JSON5Value {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let before = JSON5Scanner(Array(bytes[..<error.byteOffsets.lowerBound]), depthMax: depthMax)
            throw before.error(.invalidUTF8, at: before.scalars.count)
        }
        var scanner = JSON5Scanner(bytes, depthMax: depthMax)
        return try scanner.text()
    }

    private init(_ utf8: [UInt8], depthMax: Int) {
        scalars = Array(String(decoding: utf8, as: UTF8.self).unicodeScalars)
        self.depthMax = depthMax
    }

    private mutating func text() throws(JSON5Error) -> JSON5Value {
        let value = try value(depth: 0)
        try skip()
        guard position == scalars.count else { throw error(.trailingText) }
        return value
    }

    // JSON5, Values.
    private mutating func value(depth: Int) throws(JSON5Error) -> JSON5Value {
        try skip()
        guard let scalar = next else { throw error(.valueExpected) }
        switch scalar {
        case "{": return try object(depth: depth + 1)
        case "[": return try array(depth: depth + 1)
        case "\"", "'": return .text(try string())
        case "+", "-", ".", "0"..."9": return try number()
        case _ where Self.startsName(scalar): return try word()
        default: throw error(.valueExpected)
        }
    }

    // JSON5, Objects: a comma may stand after the last member, and a name without quotation marks.
    private mutating func object(depth: Int) throws(JSON5Error) -> JSON5Value {
        try enter(depth)
        var members: [String: JSON5Value] = [:]
        while try !takeNext("}") {
            let start = position
            let name = try name()
            guard members[name] == nil else { throw error(.duplicateName(name), at: start) }
            guard try takeNext(":") else { throw error(.colonExpected) }
            members[name] = try value(depth: depth)
            try separate(before: "}")
        }
        return .object(members)
    }

    // JSON5, Arrays: likewise.
    private mutating func array(depth: Int) throws(JSON5Error) -> JSON5Value {
        try enter(depth)
        var elements: [JSON5Value] = []
        while try !takeNext("]") {
            elements.append(try value(depth: depth))
            try separate(before: "]")
        }
        return .array(elements)
    }

    private mutating func enter(_ depth: Int) throws(JSON5Error) {
        guard depth <= depthMax else { throw error(.tooDeep(depthMax)) }
        position += 1
    }

    /// Takes the comma after an element; it may be missing before the end.
    private mutating func separate(before end: Unicode.Scalar) throws(JSON5Error) {
        if try takeNext(",") { return }
        guard next == end else { throw error(.commaExpected(before: Character(end))) }
    }

    private mutating func word() throws(JSON5Error) -> JSON5Value {
        let start = position
        let word = try name()
        switch word {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "null": return .null
        case "Infinity": return .number(.infinity)
        case "NaN": return .number(.nan)
        default: throw error(.unknownWord(word), at: start)
        }
    }

    // MARK: White space and comments

    /// JSON5, Comments and White Space: everything that stands between two tokens and means nothing.
    private mutating func skip() throws(JSON5Error) {
        while let scalar = next {
            if Self.isSpace(scalar) {
                position += 1
            } else if scalar == "/", after == "/" {
                while let scalar = next, !Self.endsLine(scalar) { position += 1 }
            } else if scalar == "/", after == "*" {
                try skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(JSON5Error) {
        let start = position
        position += 2
        while !(next == "*" && after == "/") {
            guard next != nil else { throw error(.commentNotClosed, at: start) }
            position += 1
        }
        position += 2
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0xA0, 0xFEFF: true
        case 0x80...: endsLine(scalar) || scalar.properties.generalCategory == .spaceSeparator
        default: false
        }
    }

    /// LineTerminator of the grammar.
    static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    // MARK: Pieces

    /// nil at the end.
    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// The one after `next`.
    var after: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    /// As `take`, after white space and comments.
    private mutating func takeNext(_ scalar: Unicode.Scalar) throws(JSON5Error) -> Bool {
        try skip()
        return take(scalar)
    }

    func error(_ kind: JSON5Error.Kind) -> JSON5Error { error(kind, at: position) }

    func error(_ kind: JSON5Error.Kind, at place: Int) -> JSON5Error {
        var line = 1
        var lineStart = 0
        for index in 0..<place where scalars[index] == "\n" || scalars[index] == "\r" {
            let isHalf = scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
            if isHalf { continue }
            line += 1
            lineStart = index + 1
        }
        return JSON5Error(kind, line: line, column: place - lineStart + 1)
    }
}
