/// One mail transaction without its content: the envelope, and what has to be known of the content beforehand
/// (RFC 5321 §3.3). The content follows piece by piece when the session asks for it.
public struct Transaction: Hashable, Sendable {
    /// Nil is the null reverse-path `<>` of reports (RFC 5321 §4.5.5).
    public let sender: Mailbox?
    /// One to `SMTPLimits.recipientsPerTransactionMax`.
    public let recipients: [Mailbox]
    /// The content's octets with CRLF line ends and without dot-stuffing (RFC 1870 §5).
    public let contentOctets: Int
    /// Whether the content has octets above 0x7F (RFC 6152).
    public let isEightBit: Bool
    /// Whether the content's header has non-ASCII letters outside encoded words (RFC 6532): it needs SMTPUTF8
    /// whatever the addresses are.
    public let hasInternationalHeader: Bool
    /// What to ask of a server that makes delivery status notifications.
    public let notifications: NotificationRequest

    /// Nil where the number of recipients is out of range.
    public init?(
        sender: Mailbox?, recipients: [Mailbox], contentOctets: Int, isEightBit: Bool = false,
        hasInternationalHeader: Bool = false, notifications: NotificationRequest = NotificationRequest()
    ) {
        guard (1...SMTPLimits.recipientsPerTransactionMax).contains(recipients.count) else { return nil }
        self.sender = sender
        self.recipients = recipients
        self.contentOctets = contentOctets
        // RFC 6532 §3: such a header is UTF-8, so the content is 8-bit even if its body is not.
        self.isEightBit = isEightBit || hasInternationalHeader
        self.hasInternationalHeader = hasInternationalHeader
        self.notifications = notifications
    }
}
