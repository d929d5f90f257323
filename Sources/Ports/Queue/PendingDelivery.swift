package import Base
package import Model

/// One recipient of one message: the unit of queueing, leasing and settling.
///
/// The identity packs both, so that a message's deliveries are neighbours in the store and need no index: 45 bits of n
/// and 8 of the cell, which are the message's number, and 10 of the recipient.
package struct DeliveryID: Hashable, Comparable, Sendable {
    package let packed: Int64

    package init(packed: Int64) { self.packed = packed }

    package init(message: Message.ID, recipient: Int) {
        precondition((0..<Self.recipients).contains(Int64(recipient)))
        packed = message.value << Self.recipientBits | Int64(recipient)
    }

    /// The recipient's place in lists of recipients' parts.
    package var place: Serial<Recipient> { Serial(packed) }
    package var message: Message.ID { Message.ID(packed >> Self.recipientBits) }
    package var recipient: Int { Int(packed & (Self.recipients - 1)) }

    /// The identities that a message's deliveries can have.
    package static func range(of message: Message.ID) -> ClosedRange<Int64> {
        let first = message.value << recipientBits
        return first...(first | (recipients - 1))
    }

    package static func < (left: Self, right: Self) -> Bool { left.packed < right.packed }

    private static let recipientBits: Int64 = 10
    private static let recipients: Int64 = 1 << recipientBits
}

/// A delivery that is not finished, as the store keeps it.
package struct PendingDelivery: Sendable, Equatable {
    package var id: DeliveryID
    package var due: Instant
    /// Attempts made so far.
    package var attempts: Int
    /// The recipient's domain, lower case.
    package var destination: String
    package var simulation: SimulatedOutcome
    /// Whose it is: the accounts of a lane take turns.
    package var account: Account.ID
    /// The personality it came in by.
    package var origin: PersonalityID
    package var policy: RetryPolicy
    /// No attempt is made after this.
    package var expires: Instant

    package init(
        id: DeliveryID, due: Instant, attempts: Int, destination: String, simulation: SimulatedOutcome,
        account: Account.ID, origin: PersonalityID, policy: RetryPolicy, expires: Instant
    ) {
        self.id = id
        self.due = due
        self.attempts = attempts
        self.destination = destination
        self.simulation = simulation
        self.account = account
        self.origin = origin
        self.policy = policy
        self.expires = expires
    }
}

/// The recorded end of one attempt.
package struct Settlement: Sendable, Equatable {
    package enum Verdict: Sendable, Equatable {
        /// Done; these events, in order, are the delivery's last.
        case finished([MailEvent.Kind])
        /// Again at `due`.
        case again(due: Instant)
    }

    package var id: DeliveryID
    package var at: Instant
    package var verdict: Verdict
    package var result: AttemptResult
    /// Attempts made, this one included.
    package var attempts: Int
    /// The sender asked to hear of success, and the server that took the message will not tell it.
    package var isUnannounced = false
    /// What was simulated suppresses an address as what was real does.
    package var suppressesSimulated = false

    package init(id: DeliveryID, at: Instant, verdict: Verdict, result: AttemptResult, attempts: Int) {
        self.id = id
        self.at = at
        self.verdict = verdict
        self.result = result
        self.attempts = attempts
    }
}
