package import Base

/// A report on what became of a message for some of its recipients (RFC 3464), as values. `NotificationComposer` turns
/// it into a message.
package struct DeliveryStatusNotification: Hashable, Sendable {
    /// What became of it (RFC 3464 §2.3.3), as far as this server can tell: who delivers is another.
    package enum Action: String, Sendable {
        case failed, delayed
        /// Passed on to a server that makes no reports.
        case relayed
    }

    /// A recipient, and what became of the message for it.
    package struct Recipient: Hashable, Sendable {
        package var address: EmailAddress
        package var action: Action
        /// `addr-type;address`, as the sender gave it (RFC 3461 §4.2); nil where none did.
        package var original: String?
        /// `5.1.1` and its kin (RFC 3463).
        package var status: String
        /// Who said it: a name, or an address literal; nil where nobody did.
        package var remoteMTA: String?
        package var diagnostic: Diagnostic?
        /// nil where none was made.
        package var lastAttempt: Instant?
        /// How long it is tried, of one that is delayed.
        package var triedUntil: Instant?

        package init(address: EmailAddress, action: Action, status: String) {
            self.address = address
            self.action = action
            self.status = status
        }
    }

    /// Why, in the words of who said so (RFC 3464 §2.3.6).
    package enum Diagnostic: Hashable, Sendable {
        /// A server's reply, with its codes.
        case reply(String)
        /// A sentence of ours.
        case own(String)
    }

    package var from: Mailbox
    package var to: EmailAddress
    /// What the server calls itself: a name, or an address literal.
    package var reportingMTA: String
    /// When the message was taken in.
    package var arrival: Instant
    /// The sender's own name for the envelope (RFC 3461 §4.4).
    package var envelopeID: String?
    /// At least one.
    package var recipients: [Recipient]
    /// The message that this is about, with CRLF line ends; nil where it cannot be shown.
    package var subject: [UInt8]?
    /// Return all of it, and not its header alone, if it is small enough.
    package var returnsContent = false
    /// It is a message that SMTPUTF8 was needed for.
    package var isInternational = false

    /// What the report is called, by the gravest of what it tells.
    package var title: String {
        let actions = recipients.map(\.action)
        let word = actions.contains(.failed) ? "Failure" : actions.contains(.delayed) ? "Delay" : "Relay"
        return "Delivery Status Notification (\(word))"
    }

    package init(
        from: Mailbox, to: EmailAddress, reportingMTA: String, arrival: Instant, recipients: [Recipient]
    ) {
        self.from = from
        self.to = to
        self.reportingMTA = reportingMTA
        self.arrival = arrival
        self.recipients = recipients
    }
}
