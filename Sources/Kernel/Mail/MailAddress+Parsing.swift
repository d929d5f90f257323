import Base
import MailFormat
public import Model

extension MailAddress {
    /// Reads `addr@dom` or `Name <addr@dom>` (RFC 5321 §4.1.2, RFC 5322 §3.4, RFC 6531); nil for anything else.
    public init?(parsing text: String) {
        guard let mailbox = try? Mailbox(parsing: text) else { return nil }
        self.init(
            name: mailbox.displayName, checkedAddress: mailbox.address.text, domain: mailbox.address.domain)
    }

    /// RFC 6531 §3.3: no encoding exists for letters outside ASCII before the `@`; domains have their A-labels.
    var needsSMTPUTF8: Bool {
        let bytes = address.utf8
        return bytes[..<(bytes.lastIndex(of: ASCII.at) ?? bytes.endIndex)].contains { $0 > ASCII.delete }
    }

    /// The same in the composer's terms. What was checked at accept parses again.
    var mailbox: Mailbox? {
        guard let address = try? EmailAddress(parsing: address) else { return nil }
        return try? Mailbox(displayName: name, address: address)
    }
}
