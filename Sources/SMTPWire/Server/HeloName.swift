import Base

/// The name that a client gives in EHLO: a domain or an address literal (RFC 5321 §4.1.1.1), in ASCII, because
/// whether the server takes more is known only from its answer.
public struct HeloName: Hashable, Sendable {
    public let text: String

    /// Nil where `text` is neither, or longer than `SMTPLimits.domainOctetsMax`.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)[...]
        guard bytes.count <= SMTPLimits.domainOctetsMax, bytes.allSatisfy(ASCII.isVisible),
            SMTPGrammar.isDomainOrLiteral(bytes)
        else { return nil }
        self.text = text
    }

    /// What a client calls itself, in the characters of domains, address literals and atoms (RFC 5322 §3.2.3): a trace
    /// field can hold it, and nobody takes `?` for a part of a name. A dot at the end is the root's.
    static func traceable(_ name: ArraySlice<UInt8>) -> String {
        let isLiteral = name.first == UInt8(ascii: "[") && name.last == UInt8(ascii: "]")
        let inner = isLiteral ? name.dropFirst().dropLast() : name
        let text = inner.map { byte in
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || traceMarks.contains(byte)
                || (isLiteral && byte == ASCII.colon) ? byte : ASCII.question
        }
        let bare = !isLiteral && text.count > 1 && text.last == ASCII.period ? text.dropLast() : text[...]
        let shown = String(decoding: bare, as: UTF8.self)
        return isLiteral ? "[\(shown)]" : shown
    }

    private static let traceMarks = Array("-._".utf8)
}
