import Base

/// A text body made ready for transport: its line ends CRLF, its encoding the plainest that carries it unchanged.
struct TextBody {
    /// The names of RFC 2045 §6.1.
    enum Encoding: String {
        case sevenBit = "7bit"
        case quotedPrintable = "quoted-printable"
        case base64
    }

    let encoding: Encoding
    /// Encoded; ends with CRLF only where the text ends with a line end.
    let bytes: [UInt8]

    init(_ text: String) {
        let lines = Self.normalised(text)
        encoding = Self.encoding(for: lines)
        switch encoding {
        case .sevenBit: bytes = lines
        case .quotedPrintable: bytes = QuotedPrintable.encode(lines)
        case .base64: bytes = Base64.encodeLines(lines).dropLast(2)
        }
    }

    /// RFC 5322 §2.3: CR and LF stand together only.
    private static func normalised(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var lines: [UInt8] = []
        lines.reserveCapacity(bytes.count + bytes.count / 32)
        var start = 0
        while start < bytes.count {
            let isLineEnd = { (byte: UInt8) in byte == ASCII.carriageReturn || byte == ASCII.lineFeed }
            let end = bytes[start...].firstIndex(where: isLineEnd) ?? bytes.count
            lines.append(contentsOf: bytes[start..<end])
            if end < bytes.count { lines.append(literal: "\r\n") }
            start = bytes[end...].starts(with: crlf) ? end + 2 : end + 1
        }
        return lines
    }

    private static func encoding(for lines: [UInt8]) -> Encoding {
        if isPlain(lines) { return .sevenBit }
        // Quoted-printable stays readable in the raw, until most of it is escapes and Base64 has half the size.
        let escapes = lines.reduce(0) { $0 + ($1 >= 0x80 || $1 == ASCII.equals ? 1 : 0) }
        return 2 * escapes > lines.count ? .base64 : .quotedPrintable
    }

    /// Whether every line may travel as it is: ASCII, of 78 characters at most, without controls, without what
    /// gateways change, and without the mark that boundaries are made of (see `BoundarySource`).
    private static func isPlain(_ lines: [UInt8]) -> Bool {
        var column = 0
        var previous: UInt8 = 0
        for (index, byte) in lines.enumerated() {
            defer { previous = byte }
            // Only CRLF is left of line ends.
            guard byte != ASCII.carriageReturn, byte != ASCII.lineFeed else {
                column = 0
                continue
            }
            guard MailCharacter.isPrintable(byte) || byte == ASCII.tab, column < MailLimits.textLineMax,
                (previous, byte) != BoundarySource.mark
            else { return false }
            if column == 0, byte == ASCII.period || lines[index...].starts(with: from) { return false }
            column += 1
        }
        return true
    }

    private static let from = Array("From ".utf8)
    private static let crlf = [ASCII.carriageReturn, ASCII.lineFeed]
}
