package import Base
package import Model
import Synchronization

/// Who a request is counted against.
package struct RateOwner: Sendable, Hashable {
    package var key: AccessKey.ID?
    package var account: Account.ID?
    package var address: IPAddress?

    package init(key: AccessKey.ID?, account: Account.ID?, address: IPAddress?) {
        self.key = key
        self.account = account
        self.address = address
    }
}

/// Counts requests in aligned windows, in memory.
///
/// The tiers of a class are taken together or not at all: a refused request counts against none of them. Windows below
/// an hour need not outlive the process; longer, durable ones are not offered yet, and the configuration says so.
///
/// Any thread; one short lock.
package final class RateLimiter: Sendable {
    /// What came of a request.
    package struct Taken: Sendable {
        package var isAllowed: Bool
        /// The tier that refused, or else the class's first tier; nil for a class without tiers.
        package var window: WindowState?
    }

    private enum OwnerID: Hashable {
        case key(Int64), account(Int64), address(IPAddress?)
    }

    private struct Count {
        /// The window's number since the epoch.
        var window: Int64
        var used: Int
    }

    /// One tier with everybody's windows.
    private struct Meter {
        let tier: RateTier
        var counts: [OwnerID: Count] = [:]
        /// Windows from which on ended ones are dropped.
        private var crowded = KernelLimits.rateWindows

        init(_ tier: RateTier) { self.tier = tier }

        func used(_ owner: OwnerID, _ now: Instant) -> Int {
            guard let count = counts[owner], count.window == RateLimiter.windowNumber(tier, now) else { return 0 }
            return count.used
        }

        mutating func count(_ owner: OwnerID, used: Int, _ now: Instant) {
            if counts.count >= crowded { dropEnded(now) }
            counts[owner] = Count(window: RateLimiter.windowNumber(tier, now), used: used)
        }

        /// What is left may be as much again before the next look: with many clients in one window each request would
        /// otherwise pay for looking at all of them.
        private mutating func dropEnded(_ now: Instant) {
            let current = RateLimiter.windowNumber(tier, now)
            counts = counts.filter { $1.window == current }
            crowded = max(KernelLimits.rateWindows, 2 * counts.count)
        }
    }

    private let meters: Mutex<[RateClass: [Meter]]>

    package init(tiers: [RateClass: [RateTier]]) { meters = Mutex(Self.meters(tiers)) }

    /// Other limits from now on, with everybody's windows begun anew.
    package func setTiers(_ tiers: [RateClass: [RateTier]]) { meters.withLock { $0 = Self.meters(tiers) } }

    private static func meters(_ tiers: [RateClass: [RateTier]]) -> [RateClass: [Meter]] {
        tiers.mapValues { $0.map { Meter($0) } }
    }

    /// Counts one request, if every tier of the class has room for it.
    package func take(_ rateClass: RateClass, by owner: RateOwner, now: Instant) -> Taken {
        meters.withLock { meters in
            // In place: a second holder of the counts would make each request copy all of them.
            guard let index = meters.index(forKey: rateClass) else { return Taken(isAllowed: true, window: nil) }
            return Self.take(&meters.values[index], owner, now)
        }
    }

    private static func take(_ meters: inout [Meter], _ owner: RateOwner, _ now: Instant) -> Taken {
        for meter in meters where meter.used(id(of: owner, meter.tier), now) >= meter.tier.limit {
            return Taken(isAllowed: false, window: window(meter.tier, used: meter.tier.limit, now: now))
        }
        var reported: WindowState?
        for index in meters.indices {
            let tier = meters[index].tier
            let id = id(of: owner, tier)
            let used = meters[index].used(id, now) + 1
            meters[index].count(id, used: used, now)
            if reported == nil { reported = window(tier, used: used, now: now) }
        }
        return Taken(isAllowed: true, window: reported)
    }

    /// Without a key, keys' and accounts' tiers speak of the client address (with the same numbers).
    private static func id(of owner: RateOwner, _ tier: RateTier) -> OwnerID {
        switch tier.owner {
        case .key: owner.key.map { .key($0.value) } ?? .address(owner.address)
        case .account: owner.account.map { .account($0.value) } ?? .address(owner.address)
        case .address: .address(owner.address)
        }
    }

    private static func windowNumber(_ tier: RateTier, _ now: Instant) -> Int64 {
        now.nanoseconds.flooredDivision(by: tier.window.nanoseconds)
    }

    private static func window(_ tier: RateTier, used: Int, now: Instant) -> WindowState {
        let end = Instant(nanoseconds: (windowNumber(tier, now) + 1) * tier.window.nanoseconds)
        let remaining = tier.limit - used
        return WindowState(
            limit: tier.limit, remaining: remaining, resetAt: end, retryAfter: remaining > 0 ? .zero : end - now)
    }
}
