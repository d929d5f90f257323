package import Base
package import Model

/// What one owner has used of one tier, as the store keeps it. The first four fields name it.
package struct RateWindowRecord: Sendable, Equatable {
    package var personality: PersonalityID
    package var rateClass: String
    /// `RateTier.identity`.
    package var tier: String
    package var owner: String
    package var mark: Instant
    package var used: Int
    /// From when on it says nothing any more.
    package var endsAt: Instant

    package init(
        personality: PersonalityID, rateClass: String, tier: String, owner: String, mark: Instant, used: Int,
        endsAt: Instant
    ) {
        self.personality = personality
        self.rateClass = rateClass
        self.tier = tier
        self.owner = owner
        self.mark = mark
        self.used = used
        self.endsAt = endsAt
    }
}

/// Rate windows that ride along with the store's commits.
///
/// Each transaction asks, after its changes and before its sync, what has changed, and writes it. A request is counted
/// before its unit of work is handed over, so whatever is acknowledged has its counts on disk.
///
/// **Threads.** Called on the store's own thread. What was given once and could not be written stays with the store,
/// which writes it with its next transaction.
package protocol RateWindowSource: Sendable {
    func takeChangedWindows() -> [RateWindowRecord]
}
