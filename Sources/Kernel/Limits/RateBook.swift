public import Base
public import Model
public import Ports

/// Every personality's rate limiter, and what becomes of their windows when the process ends.
///
/// Windows of an hour and longer ride with the store's commits and outlive a crash. Shorter ones are saved by an
/// orderly end. Any thread.
public final class RateBook: RateWindowSource {
    private let limiters: [PersonalityID: RateLimiter]
    private let time: any TimeSource

    public init(tiers: [PersonalityID: [RateClass: [RateTier]]], time: any TimeSource) {
        limiters = tiers.mapValues { RateLimiter(tiers: $0) }
        self.time = time
    }

    public subscript(personality: PersonalityID) -> RateLimiter? { limiters[personality] }

    /// Takes over what an earlier process left, but for what has ended since.
    public func restore(_ records: [RateWindowRecord]) {
        let now = time.now
        for record in records where record.endsAt > now { limiters[record.personality]?.restore(record, now) }
    }

    /// Windows in memory, ended ones among them, by personality.
    public var windowCounts: [PersonalityID: Int] { limiters.mapValues(\.windowCount) }

    /// Durable windows wait for a commit to take them along.
    public var hasChangedWindows: Bool { limiters.values.contains { $0.hasChangedWindows } }

    public func takeChangedWindows() -> [RateWindowRecord] { gather { $0.takeChangedWindows() } }

    /// What an orderly end has to save.
    public func shortLivedWindows() -> [RateWindowRecord] {
        let now = time.now
        return gather { $0.shortLivedWindows(now) }
    }

    private func gather(_ windows: (RateLimiter) -> [RateWindowRecord]) -> [RateWindowRecord] {
        var all: [RateWindowRecord] = []
        for (personality, limiter) in limiters {
            for var record in windows(limiter) {
                record.personality = personality
                all.append(record)
            }
        }
        return all
    }
}
