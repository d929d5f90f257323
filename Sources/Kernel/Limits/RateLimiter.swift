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

    private struct WindowKey: Hashable {
        let rateClass: RateClass
        let tier: Int
        let owner: OwnerID
    }

    private struct Count {
        /// The window's number since the epoch.
        var window: Int64
        var used: Int
    }

    private struct State {
        var tiers: [RateClass: [RateTier]]
        var counts: [WindowKey: Count] = [:]
        /// Ended windows are dropped once there are more than this.
        var sweepAbove = KernelLimits.rateWindows
    }

    private let state: Mutex<State>

    package init(tiers: [RateClass: [RateTier]]) { state = Mutex(State(tiers: tiers)) }

    /// Other limits from now on, with everybody's windows begun anew.
    package func setTiers(_ tiers: [RateClass: [RateTier]]) { state.withLock { $0 = State(tiers: tiers) } }

    /// Counts one request, if every tier of the class has room for it.
    package func take(_ rateClass: RateClass, by owner: RateOwner, now: Instant) -> Taken {
        state.withLock { state in
            guard let tiers = state.tiers[rateClass], !tiers.isEmpty else {
                return Taken(isAllowed: true, window: nil)
            }
            if state.counts.count > state.sweepAbove { Self.dropEnded(&state, now: now) }
            let keys = tiers.indices.map {
                WindowKey(rateClass: rateClass, tier: $0, owner: Self.id(of: owner, tiers[$0]))
            }
            for (tier, key) in zip(tiers, keys) where Self.used(state.counts[key], tier, now) >= tier.limit {
                return Taken(isAllowed: false, window: Self.window(tier, used: tier.limit, now: now))
            }
            var reported: WindowState?
            for (tier, key) in zip(tiers, keys) {
                let used = Self.used(state.counts[key], tier, now) + 1
                state.counts[key] = Count(window: Self.windowNumber(tier, now), used: used)
                if reported == nil { reported = Self.window(tier, used: used, now: now) }
            }
            return Taken(isAllowed: true, window: reported)
        }
    }

    /// Without a key, keys' and accounts' tiers speak of the client address (with the same numbers).
    private static func id(of owner: RateOwner, _ tier: RateTier) -> OwnerID {
        switch tier.owner {
        case .key: owner.key.map { .key($0.value) } ?? .address(owner.address)
        case .account: owner.account.map { .account($0.value) } ?? .address(owner.address)
        case .address: .address(owner.address)
        }
    }

    private static func used(_ count: Count?, _ tier: RateTier, _ now: Instant) -> Int {
        guard let count, count.window == windowNumber(tier, now) else { return 0 }
        return count.used
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

    /// What is left may be as much again before the next look: with many clients in one window each request would
    /// otherwise pay for looking at all of them.
    private static func dropEnded(_ state: inout State, now: Instant) {
        let tiers = state.tiers
        state.counts = state.counts.filter { key, count in
            guard let tiers = tiers[key.rateClass], key.tier < tiers.count else { return false }
            return count.window == windowNumber(tiers[key.tier], now)
        }
        state.sweepAbove = max(KernelLimits.rateWindows, 2 * state.counts.count)
    }
}
