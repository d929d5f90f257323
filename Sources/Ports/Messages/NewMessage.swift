public import Base
public import Model

/// A message on its way into the store. The store gives it its serial.
public struct NewMessage: Sendable {
    /// When its deliveries are given up, however often they were tried.
    public var expires: Instant { min(due + retries.lifetime, submission.expiresAt ?? due + retries.lifetime) }

    public var submission: Submission
    /// Everyone it goes to; at most `PortLimits.recipientsPerMessage`.
    public var envelope: [NewRecipient]
    public var account: Account.ID
    public var key: AccessKey.ID
    public var domain: MailDomain.ID
    public var origin: PersonalityID
    public var mode: AccessKey.Mode
    public var at: Instant
    /// When the first attempt is due; `at` for now.
    public var due: Instant
    public var retries: RetryPolicy
    public var idempotency: IdempotencyRecord?
    /// What becomes of it if some of its recipients are suppressed, which the store finds out.
    public var suppression: SuppressionPolicy

    public init(
        submission: Submission, envelope: [NewRecipient], account: Account.ID, key: AccessKey.ID,
        domain: MailDomain.ID, origin: PersonalityID, mode: AccessKey.Mode, at: Instant, due: Instant,
        retries: RetryPolicy, idempotency: IdempotencyRecord?, suppression: SuppressionPolicy = .drop
    ) {
        self.submission = submission
        self.envelope = envelope
        self.account = account
        self.key = key
        self.domain = domain
        self.origin = origin
        self.mode = mode
        self.at = at
        self.due = due
        self.retries = retries
        self.idempotency = idempotency
        self.suppression = suppression
    }
}

public struct NewRecipient: Sendable {
    public var role: Recipient.Role
    public var address: MailAddress
    /// Decided here, once, and kept: a message captured today is not sent tomorrow because a setting changed.
    public var simulation: SimulatedOutcome

    public init(role: Recipient.Role, address: MailAddress, simulation: SimulatedOutcome) {
        self.role = role
        self.address = address
        self.simulation = simulation
    }
}

/// A message of ours about deliveries that ended. It counts against no quota, and goes to suppressed addresses too: who
/// gets reports asked for them.
public struct SettlementReport: Sendable {
    /// Of the origin `reports`.
    public var message: NewMessage
    /// The places of what it tells of among the settlements, or among what was heard.
    public var settlements: [Int]

    public init(message: NewMessage, settlements: [Int]) {
        self.message = message
        self.settlements = settlements
    }
}
