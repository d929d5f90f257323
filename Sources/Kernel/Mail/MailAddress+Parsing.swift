import MailFormat
package import Model

extension MailAddress {
    /// Reads `addr@dom` or `Name <addr@dom>` (RFC 5321 §4.1.2, RFC 5322 §3.4, RFC 6531); nil for anything else.
    package init?(parsing text: String) {
        guard let mailbox = try? Mailbox(parsing: text) else { return nil }
        self.init(
            name: mailbox.displayName, checkedAddress: mailbox.address.text, domain: mailbox.address.domain)
    }

    /// The same in the composer's terms. What was checked at accept parses again.
    var mailbox: Mailbox? {
        guard let address = try? EmailAddress(parsing: address) else { return nil }
        return try? Mailbox(displayName: name, address: address)
    }
}
