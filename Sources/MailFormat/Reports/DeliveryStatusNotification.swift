public import Base

/// A report on what became of a message for some of its recipients (RFC 3464), as values. `NotificationComposer` turns
/// it into a message.
public struct DeliveryStatusNotification: Hashable, Sendable {
    /// What became of it (RFC 3464 §2.3.3), as far as this server can tell: who delivers is another.
    public enum Action: String, Sendable {
        case failed, delayed
        /// Passed on to a server that makes no reports.
        case relayed
    }

    /// A recipient, and what became of the message for it.
    public struct Recipient: Hashable, Sendable {
        public var address: EmailAddress
        public var action: Action
        /// `addr-type;address`, as the sender gave it (RFC 3461 §4.2); nil where none did.
        public var original: String?
        /// `5.1.1` and its kin (RFC 3463).
        public var status: String
        /// Who said it: a name, or an address literal; nil where nobody did.
        public var remoteMTA: String?
        public var diagnostic: Diagnostic?
        /// nil where none was made.
        public var lastAttempt: Instant?
        /// How long it is tried, of one that is delayed.
        public var triedUntil: Instant?

        public init(address: EmailAddress, action: Action, status: String) {
            self.address = address
            self.action = action
            self.status = status
        }
    }

    /// Why, in the words of who said so (RFC 3464 §2.3.6).
    public enum Diagnostic: Hashable, Sendable {
        /// A server's reply, with its codes.
        case reply(String)
        /// A sentence of ours.
        case own(String)
    }

    public var from: Mailbox
    public var to: EmailAddress
    /// What the server calls itself: a name, or an address literal.
    public var reportingMTA: String
    /// When the message was taken in.
    public var arrival: Instant
    /// The sender's own name for the envelope (RFC 3461 §4.4).
    public var envelopeID: String?
    /// At least one.
    public var recipients: [Recipient]
    /// The message that this is about, with CRLF line ends; nil where it cannot be shown.
    public var subject: [UInt8]?
    /// Return all of it, and not its header alone, if it is small enough.
    public var returnsContent = false
    /// It is a message that SMTPUTF8 was needed for.
    public var isInternational = false

    /// What the report is called, by the gravest of what it tells.
    public var title: String {
        let actions = recipients.map(\.action)
        let word = actions.contains(.failed) ? "Failure" : actions.contains(.delayed) ? "Delay" : "Relay"
        return "Delivery Status Notification (\(word))"
    }

    public init(
        from: Mailbox, to: EmailAddress, reportingMTA: String, arrival: Instant, recipients: [Recipient]
    ) {
        self.from = from
        self.to = to
        self.reportingMTA = reportingMTA
        self.arrival = arrival
        self.recipients = recipients
    }
}
