import Base

/// Writes header fields from text: folded, in ASCII, with encoded words where there is no other way. Only addresses
/// whose local part is not ASCII come out as UTF-8 (RFC 6532 §3.2), because no encoding exists for them.
enum HeaderEncoder {
    /// A field of free text (RFC 5322 §2.2.1). Controls become spaces, so that no text can end the field.
    static func unstructured(_ name: String, _ text: String) -> [UInt8] {
        var writer = FieldWriter(name: name)
        let words = split(clean(text))
        let isEncoded = words.indices.filter { needsEncoding($0, in: words) }
        let run = isEncoded.first.map { $0...(isEncoded.last ?? $0) }
        for (index, word) in words.enumerated() {
            if let run, run.contains(index) {
                guard index == run.lowerBound else { continue }
                let inside = words[run].dropFirst().reduce(word.text) { $0 + $1.spaces + $1.text }
                EncodedWord.append(inside, to: &writer)
            } else {
                writer.append(word.text)
            }
        }
        return writer.finish()
    }

    /// A field whose value is ASCII and needs no folding but between its words.
    static func structured(_ name: String, _ words: String...) -> [UInt8] { structured(name, words) }

    static func structured(_ name: String, _ words: [String]) -> [UInt8] {
        var writer = FieldWriter(name: name)
        for word in words { writer.append(word) }
        return writer.finish()
    }

    /// A field of one or more mailboxes (RFC 5322 §3.4). `hidingInternational`: those that only UTF-8 can write stand
    /// as groups of nobody that say who is meant (RFC 6857 §3.1.8).
    static func addresses(_ name: String, _ mailboxes: [Mailbox], hidingInternational: Bool = false) -> [UInt8] {
        var writer = FieldWriter(name: name)
        for (index, mailbox) in mailboxes.enumerated() {
            let comma = index + 1 < mailboxes.count ? "," : ""
            if hidingInternational, mailbox.address.requiresSMTPUTF8 {
                let name = mailbox.displayName.map { "\($0) " } ?? ""
                EncodedWord.append("\(name)\(mailbox.address.text)", to: &writer)
                writer.append(":;\(comma)")
            } else if let displayName = mailbox.displayName {
                appendPhrase(displayName, to: &writer)
                writer.append("<\(mailbox.address.wireText)>\(comma)")
            } else {
                writer.append(mailbox.address.wireText + comma)
            }
        }
        return writer.finish()
    }

    /// RFC 5322 §3.2.5: a name as atoms, as a quoted string, or as encoded words, the first that can hold it.
    private static func appendPhrase(_ name: String, to writer: inout FieldWriter) {
        let words = name.utf8.split(separator: ASCII.space, omittingEmptySubsequences: false)
        // An empty word is a run of spaces, which folding could leave alone on a line.
        guard !words.contains(where: { $0.isEmpty || EncodedWord.isNeeded(for: escaped($0)) }) else {
            EncodedWord.append(name, to: &writer)
            return
        }
        if words.allSatisfy({ $0.allSatisfy(MailCharacter.isAtom) }) {
            for word in words { writer.append(word) }
            return
        }
        for (index, word) in words.enumerated() {
            // RFC 5322 §3.2.4: a quoted string may be folded at its spaces.
            var quoted = index == 0 ? [ASCII.quote] : []
            quoted.append(contentsOf: escaped(word))
            if index + 1 == words.count { quoted.append(ASCII.quote) }
            writer.append(quoted)
        }
    }

    /// The inside of a quoted string: `"` and `\` behind a backslash (RFC 5322 §3.2.1).
    static func escaped(_ text: some Sequence<UInt8>) -> [UInt8] {
        text.flatMap { $0 == ASCII.quote || $0 == ASCII.backslash ? [ASCII.backslash, $0] : [$0] }
    }

    /// A word of free text and the spaces before it.
    private struct Word {
        var spaces: String
        var text: String
    }

    private static func split(_ text: String) -> [Word] {
        var words: [Word] = []
        var spaces = ""
        for piece in text.split(separator: " ", omittingEmptySubsequences: false) {
            if piece.isEmpty {
                spaces += " "
            } else {
                words.append(Word(spaces: words.isEmpty ? "" : spaces + " ", text: String(piece)))
                spaces = ""
            }
        }
        return words
    }

    /// Beside what `EncodedWord.isNeeded` says, the words on both sides of two or more spaces: folded there, white
    /// space could be lost or stand alone on a line.
    private static func needsEncoding(_ index: Int, in words: [Word]) -> Bool {
        let next = index + 1
        return words[index].spaces.utf8.count > 1 || (next < words.count && words[next].spaces.utf8.count > 1)
            || EncodedWord.isNeeded(for: words[index].text.utf8)
    }

    private static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: MailCharacter.isLineBreaking) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(MailCharacter.isLineBreaking(scalar) ? " " : scalar)
        }
        return String(scalars)
    }
}
