public import Base

/// An accepted message, with the state of each of its recipients.
public struct Message: Sendable, Equatable {
    public typealias ID = Serial<Message>

    public var id: ID
    public var account: Account.ID
    public var key: AccessKey.ID?
    public var domain: MailDomain.ID?
    /// The personality it came in by; only that one shows it.
    public var origin: PersonalityID
    public var mode: AccessKey.Mode
    public var createdAt: Instant
    /// What was asked for; bodies and attachments are empty in a message read for a list.
    public var submission: Submission
    public var recipients: [Recipient]
    /// When the first recipient was handed to the next hop.
    public var transmittedAt: Instant?
    /// What happened to it, oldest first; empty in a message read for a list.
    public var events: [MailEvent]
    /// False where its texts and attachments were removed for their age.
    public var isContentKept = true

    public init(
        id: ID, account: Account.ID, key: AccessKey.ID?, domain: MailDomain.ID?, origin: PersonalityID,
        mode: AccessKey.Mode, createdAt: Instant, submission: Submission, recipients: [Recipient],
        transmittedAt: Instant?, events: [MailEvent] = []
    ) {
        self.id = id
        self.account = account
        self.key = key
        self.domain = domain
        self.origin = origin
        self.mode = mode
        self.createdAt = createdAt
        self.submission = submission
        self.recipients = recipients
        self.transmittedAt = transmittedAt
        self.events = events
    }

    /// One word for all recipients: the first of these that any of them has. `cancelled` and `suppressed` only if none
    /// has another state.
    public var state: Recipient.State { Self.fold(recipients.lazy.map(\.state)) }

    /// The declared fold of recipient states into a message's state (seams: one message, many recipients).
    public static func fold(_ states: some Sequence<Recipient.State>) -> Recipient.State {
        var present: UInt16 = 0
        for state in states { present |= 1 << state.rawValue }
        return foldOrder.first { present & 1 << $0.rawValue != 0 } ?? .delivered
    }

    private static let foldOrder: [Recipient.State] = [
        .complained, .bounced, .failed, .deferred, .sending, .queued, .scheduled, .delivered, .suppressed, .cancelled,
    ]
}

/// The outcome of one submission: a message of its own, or the one that an earlier request with the same key made.
public struct Acceptance: Sendable, Equatable {
    public var message: Message.ID
    /// The idempotency key had been used before; nothing was sent now.
    public var replayed: Bool

    public init(message: Message.ID, replayed: Bool) {
        self.message = message
        self.replayed = replayed
    }
}
