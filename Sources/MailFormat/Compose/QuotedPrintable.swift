import Base

/// Quoted-printable (RFC 2045 §6.7) of text whose lines end with CRLF.
struct QuotedPrintable {
    /// RFC 2045 §6.7 (5): 76 characters, the `=` of a soft line break counted among them.
    private static let lineMax = 76
    private static let from = Array("From ".utf8)

    private var output: [UInt8] = []
    private var column = 0

    static func encode(_ text: [UInt8]) -> [UInt8] {
        var encoder = QuotedPrintable()
        encoder.output.reserveCapacity(text.count + text.count / 8)
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: ASCII.carriageReturn) ?? text.count
            encoder.appendLine(text[start..<end])
            if end < text.count { encoder.breakLine() }
            start = end + 2
        }
        return encoder.output
    }

    private mutating func appendLine(_ line: ArraySlice<UInt8>) {
        for index in line.indices {
            let isLiteral = Self.isLiteral(line[index]) && !isTrap(line, at: index)
            let width = isLiteral ? 1 : 3
            if column + width > Self.lineMax - 1 {
                output.append(ASCII.equals)
                breakLine()
                // The line begins anew, so what was harmless may be a trap here.
                append(line[index], isLiteral: isLiteral && !isTrap(line, at: index))
            } else {
                append(line[index], isLiteral: isLiteral)
            }
        }
    }

    /// RFC 2045 §6.7 (2) and (3)
    private static func isLiteral(_ byte: UInt8) -> Bool {
        (ASCII.isVisible(byte) && byte != ASCII.equals) || MailCharacter.isWhiteSpace(byte)
    }

    /// What gateways are known to change: white space at the end of a line (RFC 2045 §6.7 (3)), and `From ` and a
    /// full stop at its beginning (RFC 2049 §3).
    private func isTrap(_ line: ArraySlice<UInt8>, at index: Int) -> Bool {
        if index == line.endIndex - 1, MailCharacter.isWhiteSpace(line[index]) { return true }
        guard column == 0 else { return false }
        return line[index] == ASCII.period || line[index...].starts(with: Self.from)
    }

    private mutating func append(_ byte: UInt8, isLiteral: Bool) {
        if isLiteral { output.append(byte) } else { output.appendEscape(byte, mark: ASCII.equals) }
        column += isLiteral ? 1 : 3
    }

    private mutating func breakLine() {
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
        column = 0
    }
}
