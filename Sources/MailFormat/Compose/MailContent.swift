public import Base

/// All that a message says, as values. `MessageComposer` turns it into bytes; equal contents give equal bytes.
public struct MailContent: Hashable, Sendable {
    public var date: Instant
    public var messageID: MessageID
    public var from: Mailbox
    public var to: [Mailbox] = []
    public var cc: [Mailbox] = []
    public var replyTo: [Mailbox] = []
    /// Recipients whose local part is not ASCII stand in To and Cc as words and not as addresses (RFC 6857 §3.1.8), so
    /// that a hop without SMTPUTF8 can take the message for the others.
    public var hidesInternationalRecipients = false
    public var subject: String
    /// Bodies: line ends of any kind. With both, readers choose; with neither, the body is empty.
    public var text: String?
    public var html: String?
    /// AMP for mail, for the readers that know it.
    public var amp: String?
    public var attachments: [MailAttachment] = []
    /// Written in this order. Reserved names (`HeaderField.isReserved`) are left out: refuse them before.
    public var extraHeaders: [HeaderField] = []

    public init(date: Instant, messageID: MessageID, from: Mailbox, subject: String) {
        self.date = date
        self.messageID = messageID
        self.from = from
        self.subject = subject
    }

    /// Whether only servers that know SMTPUTF8 can take the message (RFC 6531 §3.2): a local part in its header is
    /// not ASCII.
    public var requiresSMTPUTF8: Bool {
        ([from] + to + cc + replyTo).contains { $0.address.requiresSMTPUTF8 }
    }
}
