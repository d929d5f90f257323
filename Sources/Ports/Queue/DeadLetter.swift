package import Base
package import Model

/// A delivery that was given up: refused for good, or not done with within its attempts and its lifetime. Kept until it
/// is replayed, with what replaying it takes.
package struct DeadLetter: Sendable, Equatable {
    package var id: DeliveryID
    /// When it was given up.
    package var at: Instant
    /// Attempts made by then.
    package var attempts: Int
    /// The recipient's domain, lower case.
    package var destination: String
    package var account: Account.ID
    /// The personality it came in by.
    package var origin: PersonalityID

    package init(
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
    package static func isEnded(by events: [MailEvent.Kind]) -> Bool {
        events.contains { $0 == .bounced || $0 == .softBounced || $0 == .failed }
    }
}
