import Base

/// Text in other scripts as encoded words (RFC 2047), always UTF-8.
enum EncodedWord {
    private static let prefix = "=?UTF-8?"
    /// `=?UTF-8?Q?` and `?=`
    private static let overhead = 12
    /// What can be carried by one word in either encoding: 63 characters are left, three for each octet in the worst.
    private static let pieceMax = 21
    /// Below this there is no use in starting a word on the line: one character of four octets in the worst encoding.
    private static let usefulRoom = overhead + 12

    /// Whether `word` must not stand in a field as it is: it has other characters than ASCII's visible ones, or looks
    /// like an encoded word and would be decoded, or is longer than any line.
    static func isNeeded(for word: some Collection<UInt8>) -> Bool {
        word.count > MailLimits.lineMax - MailLimits.headerNameMax - 2
            || !word.allSatisfy(MailCharacter.isPrintable) || containsMarker(word)
    }

    /// Appends `text` as one or more encoded words. A reader joins them without the white space between (RFC 2047
    /// §6.2), so the spaces of `text` are encoded.
    static func append(_ text: String, to writer: inout FieldWriter) {
        let isQ = prefersQ(text)
        var word: [UInt8] = []
        var room = startWord(&writer)
        for piece in pieces(of: text) {
            let longer = word + piece
            if encodedCount(longer, isQ) > room, !word.isEmpty {
                writer.append(encoded(word, isQ))
                room = startWord(&writer)
                word = piece
            } else {
                word = longer
            }
            // A piece that does not fit the rest of this line fits a line of its own.
            if encodedCount(word, isQ) > room {
                writer.fold()
                room = startWord(&writer)
            }
        }
        if !word.isEmpty { writer.append(encoded(word, isQ)) }
    }

    /// How many characters of encoded text the word that begins here may have.
    private static func startWord(_ writer: inout FieldWriter) -> Int {
        // One octet is the space before the word.
        if MailLimits.headerLineMax - writer.column - 1 < usefulRoom { writer.fold() }
        let lineRoom = MailLimits.headerLineMax - writer.column - 1
        return min(MailLimits.encodedWordMax, lineRoom) - overhead
    }

    /// RFC 2047 §5: "each 'encoded-word' MUST represent an integral number of characters". Whole characters as people
    /// see them stay together where a word can carry them, code points in any case.
    private static func pieces(of text: String) -> [[UInt8]] {
        text.flatMap { character -> [[UInt8]] in
            let bytes = Array(character.utf8)
            return bytes.count <= pieceMax ? [bytes] : character.unicodeScalars.map { Array(String($0).utf8) }
        }
    }

    /// RFC 2047 §4: Q where most of the text can be read, B where it cannot; here, whichever is shorter.
    private static func prefersQ(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return encodedCount(bytes, true) <= encodedCount(bytes, false)
    }

    private static func encodedCount(_ bytes: [UInt8], _ isQ: Bool) -> Int {
        guard isQ else { return (bytes.count + 2) / 3 * 4 }
        return bytes.reduce(0) { $0 + (isLiteral($1) || $1 == ASCII.space ? 1 : 3) }
    }

    private static func encoded(_ bytes: [UInt8], _ isQ: Bool) -> [UInt8] {
        var word = Array(prefix.utf8)
        word.append(isQ ? "Q?" : "B?")
        word.append(contentsOf: isQ ? q(bytes) : Base64.encode(bytes))
        word.append("?=")
        return word
    }

    /// RFC 2047 §4.2
    private static func q(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        for byte in bytes {
            if isLiteral(byte) {
                output.append(byte)
            } else if byte == ASCII.space {
                output.append(ASCII.underscore)
            } else {
                output.appendEscape(byte, mark: ASCII.equals)
            }
        }
        return output
    }

    /// RFC 2047 §5 (3): the characters that stand for themselves everywhere, a phrase included.
    private static func isLiteral(_ byte: UInt8) -> Bool {
        MailCharacter.isLetterOrDigit(byte) || literals.contains(byte)
    }

    private static let literals = Array("!*+-/".utf8)

    private static func containsMarker(_ word: some Collection<UInt8>) -> Bool {
        zip(word, word.dropFirst()).contains { $0 == (ASCII.equals, ASCII.question) }
    }
}

extension Array where Element == UInt8 {
    /// `=4F`, `%4F`: a mark and two hexadecimal digits in upper case (RFC 2045 §6.7 (1), RFC 2231 §7).
    mutating func appendEscape(_ byte: UInt8, mark: UInt8) {
        append(mark)
        for digit in [byte >> 4, byte & 15] {
            append(digit < 10 ? ASCII.zero + digit : UInt8(ascii: "A") + digit - 10)
        }
    }
}
