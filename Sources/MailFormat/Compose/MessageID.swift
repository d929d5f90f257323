import Base

/// The identity of a message, without the angle brackets it stands in (RFC 5322 §3.6.4 `msg-id`).
package struct MessageID: Hashable, Sendable {
    /// `left@right`
    package let text: String

    /// Reads `left@right`, in angle brackets or without.
    package init(parsing text: String) throws(MailFormatError) {
        let inner = text.hasPrefix("<") && text.hasSuffix(">") ? text.dropFirst().dropLast() : text[...]
        let halves = inner.split(separator: "@", omittingEmptySubsequences: false)
        // RFC 5322 §3.6.4: `id-left = dot-atom-text`, `id-right = dot-atom-text`; the literal form names no host here.
        guard inner.utf8.count <= MailLimits.messageIDMax, halves.count == 2, halves.allSatisfy(Self.isDotAtom) else {
            throw .invalidMessageID
        }
        self.text = String(inner)
    }

    /// `unique` is a dot-atom that was never used before under `domain`.
    package init(unique: String, domain: DomainName) throws(MailFormatError) {
        try self.init(parsing: "\(unique)@\(domain.text)")
    }

    private static func isDotAtom(_ text: Substring) -> Bool {
        text.utf8.split(separator: ASCII.period, omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0.allSatisfy(MailCharacter.isAtom)
        }
    }
}

extension MessageID: CustomStringConvertible {
    /// As it stands in a header field: `<left@right>`.
    package var description: String { "<\(text)>" }
}
