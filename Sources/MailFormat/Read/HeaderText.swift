import Base

/// Reads the text of header fields: folding (RFC 5322 §2.2.3) and encoded words (RFC 2047 §6).
public enum HeaderText {
    /// Without line ends, and without white space around it.
    static func unfolded(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = value.filter { $0 != ASCII.carriageReturn && $0 != ASCII.lineFeed }[...]
        while let first = bytes.first, MailCharacter.isWhiteSpace(first) { bytes.removeFirst() }
        while let last = bytes.last, MailCharacter.isWhiteSpace(last) { bytes.removeLast() }
        return Array(bytes)
    }

    /// Encoded words decoded, those that stand side by side joined (RFC 2047 §6.2). What is neither ASCII nor UTF-8 is
    /// replaced, and so is what could end a line.
    public static func decoded(_ bytes: [UInt8]) -> String {
        var output = ""
        var gap: ArraySlice<UInt8> = []
        var wasEncoded = false
        var index = 0
        while index < bytes.count {
            let isGap = MailCharacter.isWhiteSpace(bytes[index])
            var end = index
            while end < bytes.count, MailCharacter.isWhiteSpace(bytes[end]) == isGap { end += 1 }
            let run = bytes[index..<end]
            index = end
            if isGap {
                gap = run
                continue
            }
            let word = word(run)
            if !(wasEncoded && word != nil) { output += String(decoding: gap, as: UTF8.self) }
            output += word ?? String(decoding: run, as: UTF8.self)
            wasEncoded = word != nil
            gap = []
        }
        return plain(output)
    }

    /// RFC 2047 §2: `=?charset?encoding?text?=`; nil for anything else.
    private static func word(_ run: ArraySlice<UInt8>) -> String? {
        guard run.count > 6, run.starts(with: Array("=?".utf8)), run.suffix(2).elementsEqual("?=".utf8) else {
            return nil
        }
        let parts = run.dropFirst(2).dropLast(2).split(
            separator: ASCII.question, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].count == 1, let encoding = parts[1].first else { return nil }
        let name = String(decoding: parts[0], as: UTF8.self)
        // RFC 2231 §5: a language may follow the charset.
        guard let charset = Charset(String(name.prefix { $0 != "*" })) else { return nil }
        switch ASCII.lowercased(encoding) {
        case UInt8(ascii: "b"): return TransferDecoding.base64(parts[2]).map(charset.text)
        case UInt8(ascii: "q"):
            let spaced = parts[2].map { $0 == ASCII.underscore ? ASCII.space : $0 }
            return charset.text(TransferDecoding.quotedPrintable(spaced[...]))
        default: return nil
        }
    }

    private static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 != "\t" && MailCharacter.isLineBreaking($0) }) else {
            return text
        }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar != "\t" && MailCharacter.isLineBreaking(scalar) ? " " : scalar)
        }
        return String(scalars)
    }
}
