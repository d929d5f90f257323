import Base

/// Where a text stops being JSON5. Foundation's reader, which decides, says only that it does; this says where, for
/// people. It checks structure alone, and what it does not notice is reported without a line.
struct JSON5Misfit: Error, Equatable {
    /// From 1.
    let line: Int
    let problem: String

    /// nil where nothing is noticed.
    init?(in bytes: [UInt8]) {
        var walk = JSON5Walk(bytes)
        do {
            try walk.text()
            return nil
        } catch {
            self = error
        }
    }

    fileprivate init(line: Int, problem: String) {
        self.line = line
        self.problem = problem
    }
}

/// One pass over the text.
private struct JSON5Walk {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: Self.byteOrderMark) { position = Self.byteOrderMark.count }
    }

    mutating func text() throws(JSON5Misfit) {
        try value()
        guard try next() == nil else { throw misfit("nothing may follow the closing brace") }
    }

    private mutating func value() throws(JSON5Misfit) {
        switch try next() {
        case nil: throw misfit("the text ends where a value is expected")
        case UInt8(ascii: "{"):
            try list(until: UInt8(ascii: "}")) { walk throws(JSON5Misfit) in
                try walk.name()
                guard try walk.take(ASCII.colon) else { throw walk.misfit("a colon is expected after the name") }
                try walk.value()
            }
        case UInt8(ascii: "["): try list(until: UInt8(ascii: "]")) { walk throws(JSON5Misfit) in try walk.value() }
        case ASCII.quote, Self.apostrophe: try string()
        default:
            let start = position
            guard Self.isValue(word()) else {
                position = start
                throw misfit("a value is expected")
            }
        }
    }

    /// The opening bracket, items with commas between them and one allowed at the end, the closing bracket.
    private mutating func list(
        until end: UInt8, _ item: (inout Self) throws(JSON5Misfit) -> Void
    ) throws(JSON5Misfit) {
        position += 1
        depth += 1
        guard depth <= ConfigurationLimits.depth else { throw misfit("more than \(depth - 1) levels") }
        while try !take(end) {
            try item(&self)
            if try take(ASCII.comma) { continue }
            guard try next() == end else {
                throw misfit("a comma or \(Character(Unicode.Scalar(end))) is expected")
            }
        }
        depth -= 1
    }

    private mutating func name() throws(JSON5Misfit) {
        switch try next() {
        case ASCII.quote, Self.apostrophe: try string()
        case .some(let byte) where !ASCII.isDigit(byte):
            guard !word().isEmpty else { throw misfit("a name is expected") }
        default: throw misfit("a name is expected")
        }
    }

    private mutating func string() throws(JSON5Misfit) {
        let start = position
        let quote = bytes[start]
        position += 1
        while position < bytes.count, bytes[position] != quote {
            if bytes[position] == ASCII.lineFeed { break }
            // An escape is two bytes at least, and the second may be the quotation mark or the end of a line.
            position += bytes[position] == ASCII.backslash ? 2 : 1
        }
        guard position < bytes.count, bytes[position] == quote else {
            position = start
            throw misfit("a text without its closing quotation mark")
        }
        position += 1
    }

    /// What stands there without quotation marks.
    private mutating func word() -> String {
        let start = position
        let others: [UInt8] = [ASCII.plus, ASCII.hyphen, ASCII.period, ASCII.underscore, UInt8(ascii: "$")]
        while position < bytes.count,
            ASCII.isLetter(bytes[position]) || ASCII.isDigit(bytes[position]) || others.contains(bytes[position])
                || bytes[position] >= 0x80
        {
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// The next byte that is neither white space nor in a comment; nil at the end.
    private mutating func next() throws(JSON5Misfit) -> UInt8? {
        while position < bytes.count {
            let rest = bytes[position...]
            if rest.starts(with: "//".utf8) {
                position = rest.firstIndex(of: ASCII.lineFeed) ?? bytes.count
            } else if rest.starts(with: "/*".utf8) {
                try comment()
            } else if bytes[position] <= ASCII.space {
                position += 1
            } else {
                return bytes[position]
            }
        }
        return nil
    }

    private mutating func comment() throws(JSON5Misfit) {
        let start = position
        position += 2
        while !bytes[position...].starts(with: "*/".utf8) {
            guard position < bytes.count else {
                position = start
                throw misfit("a comment without its end")
            }
            position += 1
        }
        position += 2
    }

    private mutating func take(_ byte: UInt8) throws(JSON5Misfit) -> Bool {
        guard try next() == byte else { return false }
        position += 1
        return true
    }

    private func misfit(_ problem: String) -> JSON5Misfit {
        let line = 1 + bytes[..<min(position, bytes.count)].count { $0 == ASCII.lineFeed }
        return JSON5Misfit(line: line, problem: problem)
    }

    private static func isValue(_ word: String) -> Bool {
        ["true", "false", "null"].contains(word) || Double(word) != nil
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let apostrophe = UInt8(ascii: "'")
}
