public import Base
public import Model

/// A delivery that was given up: refused for good, or not done with within its attempts and its lifetime. Kept until it
/// is replayed, with what replaying it takes.
public struct DeadLetter: Sendable, Equatable {
    public var id: DeliveryID
    /// When it was given up.
    public var at: Instant
    /// Attempts made by then.
    public var attempts: Int
    /// The recipient's domain, lower case.
    public var destination: String
    public var account: Account.ID
    /// The personality it came in by.
    public var origin: PersonalityID

    public init(
        id: DeliveryID, at: Instant, attempts: Int, destination: String, account: Account.ID, origin: PersonalityID
    ) {
        self.id = id
        self.at = at
        self.attempts = attempts
        self.destination = destination
        self.account = account
        self.origin = origin
    }

    /// Whether a delivery that ends with these events is one.
    public static func isEnded(by events: [MailEvent.Kind]) -> Bool {
        events.contains { $0 == .bounced || $0 == .softBounced || $0 == .failed }
    }
}
