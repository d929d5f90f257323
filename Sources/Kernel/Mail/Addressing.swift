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

extension Submission.HeaderField {
    /// What is wrong with a header field that a caller gives; nil if nothing is. Injection ends here: no control
    /// character passes (RFC 5322 §2.2), and no field that is the composer's.
    package static func fault(name: String, value: String) -> FieldFault.Rule? {
        guard HeaderField.isValidName(name) else { return .headerName }
        if HeaderField.isReserved(name) { return .forbidden(because: "it is set by the server") }
        return (try? HeaderField(name: name, value: value)) == nil ? .headerValue : nil
    }
}

/// The checks that other texts of a message must pass, so that composing it cannot fail later.
package enum MailText {
    /// A subject: one line.
    package static func isSubject(_ text: String) -> Bool {
        HeaderField.isValidValue(text) && text.utf8.count <= MailLimits.headerValueMax
    }

    /// What an attachment's names must be: `nil` or the field at fault.
    package static func fault(_ attachment: Attachment) -> (field: String, rule: FieldFault.Rule)? {
        if let type = attachment.contentType, MediaType(type) == nil {
            return ("content_type", .oneOf(["type/subtype"]))
        }
        do {
            _ = try MailAttachment(
                fileName: attachment.fileName, contentType: attachment.contentType, contentID: attachment.contentID,
                bytes: [])
            return nil
        } catch {
            return error == .invalidContentID
                ? ("content_id", .headerValue) : ("filename", .length(maximum: MailLimits.fileNameMax))
        }
    }
}
