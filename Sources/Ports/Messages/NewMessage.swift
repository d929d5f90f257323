package import Base
package import Model

/// A message on its way into the store. The store gives it its serial.
package struct NewMessage: Sendable {
    /// When its deliveries are given up, however often they were tried.
    package var expires: Instant { min(due + retries.lifetime, submission.expiresAt ?? due + retries.lifetime) }

    package var submission: Submission
    /// Everyone it goes to; at most `PortLimits.recipientsPerMessage`.
    package var envelope: [NewRecipient]
    package var account: Account.ID
    package var key: AccessKey.ID
    package var domain: MailDomain.ID
    package var origin: PersonalityID
    package var mode: AccessKey.Mode
    package var at: Instant
    /// When the first attempt is due; `at` for now.
    package var due: Instant
    package var retries: RetryPolicy
    package var idempotency: IdempotencyRecord?
    /// What becomes of it if some of its recipients are suppressed, which the store finds out.
    package var suppression: SuppressionPolicy

    package init(
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

package struct NewRecipient: Sendable {
    package var role: Recipient.Role
    package var address: MailAddress
    /// Decided here, once, and kept: a message captured today is not sent tomorrow because a setting changed.
    package var simulation: SimulatedOutcome

    package init(role: Recipient.Role, address: MailAddress, simulation: SimulatedOutcome) {
        self.role = role
        self.address = address
        self.simulation = simulation
    }
}

/// A message of ours about deliveries that ended. It counts against no quota, and goes to suppressed addresses too: who
/// gets reports asked for them.
package struct SettlementReport: Sendable {
    /// Of the origin `reports`.
    package var message: NewMessage
    /// The places of what it tells of among the settlements, or among what was heard.
    package var settlements: [Int]

    package init(message: NewMessage, settlements: [Int]) {
        self.message = message
        self.settlements = settlements
    }
}
