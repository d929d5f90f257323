import Base

/// An address as it stands between `<` and `>` in MAIL and RCPT: `Mailbox` of RFC 5321 §4.1.2, with the non-ASCII
/// letters of RFC 6531 §3.3. Whatever is of this type can neither end a command nor add a parameter to it.
public struct Mailbox: Hashable, Sendable {
    /// Show it to the sender, never log it.
    public let text: String
    /// Whether naming it in a command needs SMTPUTF8 (RFC 6531 §3.4).
    public let isInternational: Bool

    /// Nil where `text` is not one mailbox of at most `SMTPLimits.mailboxOctetsMax` octets.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)[...]
        // A quoted local part may hold an "@", so it is measured first.
        let localOctets = SMTPGrammar.quotedStringOctets(bytes) ?? bytes.firstIndex(of: ASCII.at) ?? 0
        guard bytes.count <= SMTPLimits.mailboxOctetsMax, localOctets < bytes.count,
            bytes[localOctets] == ASCII.at,
            SMTPGrammar.isLocalPart(bytes[..<localOctets]),
            SMTPGrammar.isDomainOrLiteral(bytes[(localOctets + 1)...])
        else { return nil }
        self.text = text
        isInternational = bytes.contains { $0 > ASCII.delete }
    }
}

extension Mailbox: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { "(mailbox)" }
    public var debugDescription: String { description }
}
