import Base

/// Reads a header field as a mail reader does: unfolds it, and decodes its encoded words (RFC 2047 §6.2). Written for
/// the tests alone, from the RFC and without the encoder's code.
enum HeaderDecoder {
    /// The value of a field that stands alone, its CRLF included.
    static func value(_ field: [UInt8]) -> String {
        let text = String(decoding: field, as: UTF8.self).replacing("\r\n", with: "")
        let value = text[text.index(after: text.firstIndex(of: ":") ?? text.startIndex)...]
        return decoded(String(value.drop { $0 == " " }))
    }

    static func decoded(_ text: String) -> String {
        var output: [UInt8] = []
        var gap = ""
        var wasEncoded = false
        for piece in text.split(separator: " ", omittingEmptySubsequences: false) {
            if let bytes = word(piece) {
                if !wasEncoded { output.append(gap) }
                output.append(contentsOf: bytes)
                (wasEncoded, gap) = (true, " ")
            } else if piece.isEmpty {
                gap += " "
            } else {
                output.append(gap + piece)
                (wasEncoded, gap) = (false, " ")
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func word(_ piece: Substring) -> [UInt8]? {
        let parts = piece.split(separator: "?", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "=", parts[4] == "=", parts[1] == "UTF-8" else { return nil }
        return parts[2] == "B" ? Base64.decode(Array(parts[3].utf8)) : q(Array(parts[3].utf8))
    }

    private static func q(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == ASCII.equals {
                guard index + 2 < text.count, let high = ASCII.hexValue(text[index + 1]),
                    let low = ASCII.hexValue(text[index + 2])
                else { return nil }
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(text[index] == ASCII.underscore ? ASCII.space : text[index])
                index += 1
            }
        }
        return bytes
    }
}
