import MailFormat
public import Model

/// The checks that other texts of a message must pass, so that composing it cannot fail later.
public enum MailText {
    /// A subject: one line.
    public static func isSubject(_ text: String) -> Bool {
        HeaderField.isValidValue(text) && text.utf8.count <= MailLimits.headerValueMax
    }

    /// A name beside an address: a line that is not too long.
    public static func isDisplayName(_ text: String) -> Bool {
        guard let address = try? EmailAddress(parsing: "a@b.example") else { return false }
        return (try? Mailbox(displayName: text, address: address)) != nil
    }

    /// What an attachment's names must be: `nil` or the field at fault.
    public static func fault(_ attachment: Attachment) -> (field: String, rule: FieldFault.Rule)? {
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
