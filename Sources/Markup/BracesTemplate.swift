import Base

/// A text with placeholders between double braces, `{{name}}`, read once.
///
/// A name begins with a letter or an underscore, goes on with letters, digits, underscores, hyphens and periods, and
/// may have spaces and tabs around it. Whatever else stands between braces is text. Braces do not nest, and what was
/// put in for a placeholder is not read again, so a value can never ask for another one.
package struct BracesTemplate: Sendable {
    private enum Piece: Sendable {
        case text(Range<Int>)
        /// `range`: all of it, braces included.
        case placeholder(name: String, range: Range<Int>)
    }

    private let bytes: [UInt8]
    private var pieces: [Piece] = []
    /// What it asks for, each name once, in the order of the text.
    package private(set) var names: [String] = []

    package init(_ text: String) {
        bytes = Array(text.utf8)
        var scanner = BracesScanner(bytes)
        var known: Set<String> = []
        var plainFrom = 0
        while let found = scanner.next() {
            if plainFrom < found.range.lowerBound { pieces.append(.text(plainFrom..<found.range.lowerBound)) }
            pieces.append(.placeholder(name: found.name, range: found.range))
            plainFrom = found.range.upperBound
            if known.insert(found.name).inserted { names.append(found.name) }
        }
        if plainFrom < bytes.count { pieces.append(.text(plainFrom..<bytes.count)) }
    }

    /// The text with `values` in place of its placeholders.
    package func render(
        _ values: [String: String], missing: MissingValue, escape: ValueEscape, limits: RenderLimits
    ) throws(RenderFault) -> String {
        if missing == .refused {
            let absent = names.filter { values[$0] == nil }
            guard absent.isEmpty else { throw .missing(absent) }
        }
        guard pieces.count <= limits.steps else { throw .tooManySteps(limit: limits.steps) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 8)
        for piece in pieces {
            switch piece {
            case .text(let range): output += bytes[range]
            case .placeholder(let name, let range):
                if let value = values[name] {
                    escape.append(value, to: &output)
                } else if missing == .literal {
                    output += bytes[range]
                }
            }
            guard output.count <= limits.outputBytes else { throw .tooLong(limitBytes: limits.outputBytes) }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// Finds placeholders from left to right, in time that grows with the text alone.
private struct BracesScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> (name: String, range: Range<Int>)? {
        while position + 1 < bytes.count {
            guard bytes[position] == Self.open, bytes[position + 1] == Self.open else {
                position += 1
                continue
            }
            let start = position
            guard let found = name(from: start + 2) else {
                position += 1
                continue
            }
            position = found.end
            return (String(decoding: bytes[found.name], as: UTF8.self), start..<found.end)
        }
        return nil
    }

    /// A name and the braces behind it; nil where something else stands there.
    private func name(from start: Int) -> (name: Range<Int>, end: Int)? {
        let first = skipBlanks(from: start)
        guard first < bytes.count, ASCII.isLetter(bytes[first]) || bytes[first] == ASCII.underscore else { return nil }
        var last = first
        while last < bytes.count, Self.isName(bytes[last]) { last += 1 }
        let close = skipBlanks(from: last)
        guard last - first <= MarkupLimits.nameBytes, close + 1 < bytes.count, bytes[close] == Self.close,
            bytes[close + 1] == Self.close
        else { return nil }
        return (first..<last, close + 2)
    }

    private func skipBlanks(from start: Int) -> Int {
        var index = start
        while index < bytes.count, index - start < MarkupLimits.blanks,
            bytes[index] == ASCII.space || bytes[index] == ASCII.tab
        {
            index += 1
        }
        return index
    }

    private static func isName(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore || byte == ASCII.hyphen
            || byte == ASCII.period
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")
}
