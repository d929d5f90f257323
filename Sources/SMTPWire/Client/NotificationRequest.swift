/// The delivery status notifications that a client asks for (RFC 3461 §4). A server that does not offer them is not
/// asked.
public struct NotificationRequest: Hashable, Sendable {
    public var returned: SenderParameters.Returned?
    public var envelopeID: String?
    /// In the order of the transaction's recipients. Those that it has no place for have nothing asked for them.
    public var recipients: [RecipientParameters]

    public init(
        returned: SenderParameters.Returned? = nil, envelopeID: String? = nil, recipients: [RecipientParameters] = []
    ) {
        self.returned = returned
        self.envelopeID = envelopeID
        self.recipients = recipients
    }
}

extension NotificationRequest {
    /// What goes with MAIL.
    var mailParameters: [MailParameter] {
        var parameters: [MailParameter] = []
        if let returned { parameters.append(.returned(returned)) }
        // RFC 3461 §4.4: no longer than that, encoded.
        if let envelopeID, case let text = XText.encode(envelopeID), text.utf8.count <= SMTPLimits.envelopeIDOctetsMax {
            parameters.append(.envelopeID(text))
        }
        return parameters
    }

    /// What goes with the RCPT of one recipient. `utf8`: the server knows SMTPUTF8.
    func parameters(of recipient: Int, utf8: Bool) -> [RecipientParameter] {
        guard recipients.indices.contains(recipient) else { return [] }
        var parameters: [RecipientParameter] = []
        if let notify = recipients[recipient].notify { parameters.append(.notify(notify)) }
        if let original = recipients[recipient].originalRecipient.flatMap({ Self.encoded($0, utf8: utf8) }) {
            parameters.append(.originalRecipient(original))
        }
        return parameters
    }

    /// RFC 3461 §4.2: `addr-type ";" xtext`; nil where it is none, or too long. The type of RFC 6533 §3 has an encoding
    /// of its own.
    private static func encoded(_ original: String, utf8: Bool) -> String? {
        guard let semicolon = original.firstIndex(of: ";") else { return nil }
        let (type, address) = (original[..<semicolon], String(original[original.index(after: semicolon)...]))
        let isInternational = type.lowercased() == "utf-8"
        let text = "\(type);" + (isInternational ? UnicodeText.encode(address, utf8: utf8) : XText.encode(address))
        return text.utf8.count <= SMTPLimits.originalRecipientOctetsMax ? text : nil
    }
}
