public import Base
public import Model

/// What one owner has used of one tier, as the store keeps it. The first four fields name it.
public struct RateWindowRecord: Sendable, Equatable {
    public var personality: PersonalityID
    public var rateClass: String
    /// `RateTier.identity`.
    public var tier: String
    public var owner: String
    public var mark: Instant
    public var used: Int
    /// From when on it says nothing any more.
    public var endsAt: Instant

    public init(
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
public protocol RateWindowSource: Sendable {
    func takeChangedWindows() -> [RateWindowRecord]
}
