public import Base
public import Model

/// One recipient of one message: the unit of queueing, leasing and settling.
///
/// The identity packs both, so that a message's deliveries are neighbours in the store and need no index: 45 bits of n
/// and 8 of the cell, which are the message's number, and 10 of the recipient.
public struct DeliveryID: Hashable, Comparable, Sendable {
    public let packed: Int64

    public init(packed: Int64) { self.packed = packed }

    public init(message: Message.ID, recipient: Int) {
        precondition((0..<Self.recipients).contains(Int64(recipient)))
        packed = message.value << Self.recipientBits | Int64(recipient)
    }

    /// The recipient's place in lists of recipients' parts.
    public var place: Serial<Recipient> { Serial(packed) }
    public var message: Message.ID { Message.ID(packed >> Self.recipientBits) }
    public var recipient: Int { Int(packed & (Self.recipients - 1)) }

    /// The identities that a message's deliveries can have.
    public static func range(of message: Message.ID) -> ClosedRange<Int64> {
        let first = message.value << recipientBits
        return first...(first | (recipients - 1))
    }

    public static func < (left: Self, right: Self) -> Bool { left.packed < right.packed }

    private static let recipientBits: Int64 = 10
    private static let recipients: Int64 = 1 << recipientBits
}

/// A delivery that is not finished, as the store keeps it.
public struct PendingDelivery: Sendable, Equatable {
    public var id: DeliveryID
    public var due: Instant
    /// Attempts made so far.
    public var attempts: Int
    /// The recipient's domain, lower case.
    public var destination: String
    public var simulation: SimulatedOutcome
    /// Whose it is: the accounts of a lane take turns.
    public var account: Account.ID
    /// The personality it came in by.
    public var origin: PersonalityID
    public var policy: RetryPolicy
    /// No attempt is made after this.
    public var expires: Instant

    public init(
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
public struct Settlement: Sendable, Equatable {
    public enum Verdict: Sendable, Equatable {
        /// Done; these events, in order, are the delivery's last.
        case finished([MailEvent.Kind])
        /// Again at `due`.
        case again(due: Instant)
    }

    public var id: DeliveryID
    public var at: Instant
    public var verdict: Verdict
    public var result: AttemptResult
    /// Attempts made, this one included.
    public var attempts: Int
    /// The sender asked to hear of success, and the server that took the message will not tell it.
    public var isUnannounced = false
    /// What was simulated suppresses an address as what was real does.
    public var suppressesSimulated = false

    public init(id: DeliveryID, at: Instant, verdict: Verdict, result: AttemptResult, attempts: Int) {
        self.id = id
        self.at = at
        self.verdict = verdict
        self.result = result
        self.attempts = attempts
    }
}
