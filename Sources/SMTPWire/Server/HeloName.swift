import Base

/// The name that a client gives in EHLO: a domain or an address literal (RFC 5321 §4.1.1.1), in ASCII, because
/// whether the server takes more is known only from its answer.
package struct HeloName: Hashable, Sendable {
    package let text: String

    /// Nil where `text` is neither, or longer than `SMTPLimits.domainOctetsMax`.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)[...]
        guard bytes.count <= SMTPLimits.domainOctetsMax, bytes.allSatisfy(ASCII.isVisible),
            SMTPGrammar.isDomainOrLiteral(bytes)
        else { return nil }
        self.text = text
    }
}
