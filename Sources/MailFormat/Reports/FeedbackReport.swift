import Base

/// What a mailbox provider passes on of what its users think of a message: abuse reporting format (RFC 5965), and what
/// Outlook.com's junk mail reporting sends in its place.
public struct FeedbackReport: Sendable, Equatable {
    /// In lower case.
    public var type: String
    /// The reverse-path that the message came under.
    public var originalSender: String?
    /// Whom it came to, as far as the provider tells.
    public var recipients: [String]
    /// Of the message itself: its Return-Path (RFC 5321 §4.4), and its Message-ID without brackets.
    public var returnPath: String?
    public var messageID: String?

    /// The recipient does not want this mail. `not-spam` says the contrary (RFC 6430), `auth-failure` speaks of
    /// signatures (RFC 6591); what is not registered counts as `other`, as that is what it is.
    public var isComplaint: Bool { type != "not-spam" && type != "auth-failure" }

    /// nil for a message that is no such report.
    init?(_ parts: [ReceivedPart]) {
        let returned = parts.first { Self.messageKinds.contains($0.kind) }
            .flatMap { ReportFields.groups(in: $0.bytes).first }
        if let part = parts.first(where: { $0.kind == "message/feedback-report" }) {
            guard let fields = ReportFields.groups(in: part.bytes).first, let type = fields["feedback-type"] else {
                return nil
            }
            self.type = type.asciiLowercased
            originalSender = fields["original-mail-from"].flatMap { TypedValue($0).address }
            recipients = ["original-rcpt-to", "removal-recipient"].flatMap { name in
                fields.all(name).compactMap { TypedValue($0).address }
            }
            // Where the provider takes the recipient out of its own fields, Outlook.com's stands in the message's.
            if let junk = returned?["x-hmxmroriginalrecipient"].flatMap({ TypedValue($0).address }) {
                recipients.append(junk)
            }
        } else if let recipient = returned?["x-hmxmroriginalrecipient"] {
            type = "abuse"
            recipients = [recipient].compactMap { TypedValue($0).address }
        } else {
            return nil
        }
        returnPath = returned?["return-path"].flatMap { TypedValue($0).address }
        messageID = returned?["message-id"].flatMap { try? MessageID(parsing: $0).text }
    }

    /// RFC 5965 §2, RFC 6532 §3.7, RFC 6533 §6.3; and `text/rfc822-header`, as some write.
    private static let messageKinds: Set<String> = [
        "message/rfc822", "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global",
        "message/global-headers",
    ]
}
