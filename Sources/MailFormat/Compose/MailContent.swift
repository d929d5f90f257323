package import Base

/// All that a message says, as values. `MessageComposer` turns it into bytes; equal contents give equal bytes.
package struct MailContent: Hashable, Sendable {
    package var date: Instant
    package var messageID: MessageID
    package var from: Mailbox
    package var to: [Mailbox] = []
    package var cc: [Mailbox] = []
    package var replyTo: [Mailbox] = []
    /// Recipients whose local part is not ASCII stand in To and Cc as words and not as addresses (RFC 6857 §3.1.8), so
    /// that a hop without SMTPUTF8 can take the message for the others.
    package var hidesInternationalRecipients = false
    package var subject: String
    /// Bodies: line ends of any kind. With both, readers choose; with neither, the body is empty.
    package var text: String?
    package var html: String?
    /// AMP for mail, for the readers that know it.
    package var amp: String?
    package var attachments: [MailAttachment] = []
    /// Written in this order. Reserved names (`HeaderField.isReserved`) are left out: refuse them before.
    package var extraHeaders: [HeaderField] = []

    package init(date: Instant, messageID: MessageID, from: Mailbox, subject: String) {
        self.date = date
        self.messageID = messageID
        self.from = from
        self.subject = subject
    }

    /// Whether only servers that know SMTPUTF8 can take the message (RFC 6531 §3.2): a local part in its header is
    /// not ASCII.
    package var requiresSMTPUTF8: Bool {
        ([from] + to + cc + replyTo).contains { $0.address.requiresSMTPUTF8 }
    }
}
