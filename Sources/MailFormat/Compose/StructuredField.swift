import Base

/// Header fields whose value has a grammar of its own: in them an encoded word is no text but a mistake (RFC 2047 §5),
/// and lines are folded at white space alone.
public enum StructuredField {
    /// Names in lower case, with the documents that define the values.
    private static let names: Set<String> = [
        // RFC 5322 §3.6.4, §3.6.6, §3.6.7
        "in-reply-to", "references", "resent-message-id", "return-path", "received",
        // RFC 2369 §3, RFC 2919 §2, RFC 8058 §3.1
        "list-help", "list-unsubscribe", "list-subscribe", "list-post", "list-owner", "list-archive", "list-id",
        "list-unsubscribe-post",
        // RFC 3834 §5, RFC 2156 §5.3, and what mail programs add to them
        "auto-submitted", "importance", "priority", "sensitivity", "supersedes", "expires", "reply-by", "precedence",
        "x-priority", "x-auto-response-suppress",
        // RFC 8098 §2.1, and their forerunners; RFC 5536 §3
        "disposition-notification-to", "disposition-notification-options", "return-receipt-to", "errors-to",
        "newsgroups", "followup-to", "distribution", "archived-at",
        // Google's, of four words between colons
        "feedback-id",
    ]

    public static func isStructured(_ name: String) -> Bool { names.contains(name.asciiLowercased) }

    /// Whether the value can be written: printable ASCII, in words that each fit a line (RFC 5322 §2.1.1).
    public static func canWrite(_ value: String, name: String) -> Bool {
        let words = value.utf8.split(whereSeparator: MailCharacter.isWhiteSpace)
        let first = name.utf8.count + 2
        return words.enumerated().allSatisfy { index, word in
            word.allSatisfy(ASCII.isVisible) && word.count + (index == 0 ? first : 1) <= MailLimits.lineMax
        }
    }

    /// Those of identities and URIs, in which no word is free text.
    private static let bare: Set<String> = [
        "in-reply-to", "references", "list-help", "list-unsubscribe", "list-subscribe", "list-post", "list-owner",
        "list-archive", "list-unsubscribe-post",
    ]

    /// The field as it was meant, where encoded words stand in it, which nobody decodes there (RFC 2047 §5 (3)): some
    /// libraries make them of long URLs and identities. nil where there are none, and where it cannot be written
    /// without.
    public static func repaired(_ field: HeaderBlock.Field, of header: HeaderBlock) -> [UInt8]? {
        guard bare.contains(field.name) else { return nil }
        let bytes = header.bytes(field)
        guard zip(bytes, bytes.dropFirst()).contains(where: { $0 == (ASCII.equals, ASCII.question) }) else {
            return nil
        }
        let (name, text) = (header.originalName(field), header.text(field))
        guard !text.contains("=?"), canWrite(text, name: name) else { return nil }
        return HeaderEncoder.structured(name, text.split(separator: " ").map(String.init))
    }

    /// The words to fold between; nil for a field of free text, and for a value that has to be encoded after all, as
    /// one from before it was refused.
    static func words(of field: HeaderField) -> [String]? {
        guard isStructured(field.name), canWrite(field.value, name: field.name) else { return nil }
        return field.value.split { $0 == " " || $0 == "\t" }.map(String.init)
    }
}
