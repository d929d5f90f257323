/// Splits Swift text into code, string literals and comments, line by line. It knows raw and multi-line strings and
/// interpolations; it does not know regular expression literals, which this repository does not use.
struct SourceLexer {
    private enum Context {
        /// Program text; inside an interpolation with that many parentheses open.
        case code(parentheses: Int)
        case string(hashes: Int, isMultiline: Bool)
        case blockComment
    }

    private let bytes: [UInt8]
    private var position = 0
    private var contexts = [Context.code(parentheses: 0)]
    private var (text, code, strings, comment): ([UInt8], [UInt8], [UInt8], [UInt8]) = ([], [], [], [])
    private var lines: [SourceLine] = []

    static func lines(of text: String) -> [SourceLine] {
        var lexer = SourceLexer(bytes: Array(text.utf8))
        while lexer.position < lexer.bytes.count { lexer.step() }
        lexer.endLine()
        return lexer.lines
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func step() {
        if bytes[position] == UInt8(ascii: "\n") {
            if case .string(_, isMultiline: false) = contexts.last { contexts.removeLast() }
            position += 1
            return endLine()
        }
        switch contexts.last {
        case .string(let hashes, let isMultiline): stepInString(hashes: hashes, isMultiline: isMultiline)
        case .blockComment: stepInBlockComment()
        case .code(let parentheses): stepInCode(parentheses: parentheses)
        case nil: take(1, to: \.code)
        }
    }

    private mutating func stepInCode(parentheses: Int) {
        if takeRun(until: Self.endsOfCode, to: \.code) { return }
        if starts(with: "//") {
            return take(bytes[position...].prefix { $0 != UInt8(ascii: "\n") }.count, to: \.comment)
        }
        if starts(with: "/*") {
            contexts.append(.blockComment)
            return take(2, to: \.comment)
        }
        let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        if position + hashes < bytes.count, bytes[position + hashes] == UInt8(ascii: "\"") {
            take(hashes, to: \.code)
            let isMultiline = starts(with: "\"\"\"")
            contexts.append(.string(hashes: hashes, isMultiline: isMultiline))
            return take(isMultiline ? 3 : 1, to: \.code)
        }
        if contexts.count > 1 {
            if bytes[position] == UInt8(ascii: "(") {
                contexts[contexts.count - 1] = .code(parentheses: parentheses + 1)
            }
            if bytes[position] == UInt8(ascii: ")") {
                contexts.removeLast()
                if parentheses > 0 { contexts.append(.code(parentheses: parentheses - 1)) }
            }
        }
        take(1, to: \.code)
    }

    private mutating func stepInString(hashes: Int, isMultiline: Bool) {
        if takeRun(until: Self.endsOfString, to: \.strings) { return }
        let fence = String(repeating: "#", count: hashes)
        let end = (isMultiline ? "\"\"\"" : "\"") + fence
        if starts(with: end) {
            contexts.removeLast()
            strings.append(UInt8(ascii: "\n"))
            return take(end.utf8.count, to: \.code)
        }
        guard starts(with: "\\" + fence) else { return take(1, to: \.strings) }
        if starts(with: "\\" + fence + "(") {
            contexts.append(.code(parentheses: 0))
            return take(2 + hashes, to: \.code)
        }
        // The escaped character is part of the string even if it is a quotation mark; a line's end stays one.
        take(1 + hashes, to: \.strings)
        if position < bytes.count, bytes[position] != UInt8(ascii: "\n") { take(1, to: \.strings) }
    }

    private mutating func stepInBlockComment() {
        guard starts(with: "*/") else { return take(1, to: \.comment) }
        contexts.removeLast()
        take(2, to: \.comment)
    }

    private static let endsOfCode = Array("\n/#\"()".utf8)
    private static let endsOfString = Array("\n\"\\".utf8)

    /// Takes everything before the next byte that could mean a change, and says whether there was anything.
    private mutating func takeRun(until ends: [UInt8], to part: WritableKeyPath<SourceLexer, [UInt8]>) -> Bool {
        let count = bytes[position...].prefix { !ends.contains($0) }.count
        if count > 0 { take(count, to: part) }
        return count > 0
    }

    private func starts(with token: String) -> Bool { bytes[position...].starts(with: token.utf8) }

    private mutating func take(_ count: Int, to part: WritableKeyPath<SourceLexer, [UInt8]>) {
        let taken = bytes[position..<min(position + count, bytes.count)]
        text.append(contentsOf: taken)
        self[keyPath: part].append(contentsOf: taken)
        position += count
    }

    private mutating func endLine() {
        lines.append(
            SourceLine(
                text: String(decoding: text, as: UTF8.self), code: String(decoding: code, as: UTF8.self),
                strings: String(decoding: strings, as: UTF8.self), comment: String(decoding: comment, as: UTF8.self)))
        (text, code, strings, comment) = ([], [], [], [])
    }
}
