import Base
import Model

/// What one owner has used of one tier. The window says what the numbers mean.
struct RateCount: Sendable, Equatable {
    /// When the window began; of a bucket, when it is full again.
    var mark: Instant
    /// Units taken in the window; a bucket needs none, as its mark says it all.
    var used: Int
}

/// The arithmetic of one tier. Pure: the clock is the caller's, and so is what is kept of each owner.
///
/// A bucket is the "generic cell rate algorithm" in its virtual scheduling form (ITU-T I.371): one instant stands for
/// what is in it. Its refill interval is rounded up to a whole nanosecond, so it never gives more than its limit.
struct RateRule: Sendable {
    let tier: RateTier
    /// Nanoseconds of a window; of a bucket, those in which one unit comes back.
    private let interval: Int64
    /// Nanoseconds in which an empty bucket fills up.
    private let depth: Int64

    init(_ tier: RateTier) {
        self.tier = tier
        switch tier.window {
        case .aligned(let length), .fromFirst(let length):
            interval = max(length.nanoseconds, 1)
            depth = 0
        case .month:
            interval = 0
            depth = 0
        case .bucket(let refill, let burst):
            let limit = Int64(max(tier.limit, 1))
            interval = max((refill.nanoseconds + limit - 1) / limit, 1)
            depth = Self.product(interval, burst)
        }
    }

    // MARK: Taking and giving back

    /// The count after `units` more; nil where there is no room for all of them.
    func taking(_ units: Int, from count: RateCount?, at now: Instant) -> RateCount? {
        switch tier.window {
        case .bucket:
            let full = fullAgain(count, now) + .nanoseconds(Self.product(interval, units))
            return (full - now).nanoseconds <= depth ? RateCount(mark: full, used: 0) : nil
        case .aligned, .month, .fromFirst:
            let current = current(count, now)
            guard units <= tier.limit - current.used else { return nil }
            return RateCount(mark: current.mark, used: current.used + units)
        }
    }

    /// The count without the units that were taken at `taken`; a window that has ended since then keeps what it has.
    func returning(_ units: Int, to count: RateCount, takenAt taken: Instant) -> RateCount {
        switch tier.window {
        case .bucket:
            return RateCount(mark: count.mark - .nanoseconds(Self.product(interval, units)), used: 0)
        case .aligned, .month, .fromFirst:
            guard isCurrent(count, taken) else { return count }
            return RateCount(mark: count.mark, used: max(count.used - units, 0))
        }
    }

    // MARK: Looking

    /// The window as its owner may see it, and how long to wait for room for `units`.
    func state(of count: RateCount?, at now: Instant, for units: Int) -> WindowState {
        switch tier.window {
        case .bucket(_, let burst):
            let full = fullAgain(count, now)
            let room = depth - (full - now).nanoseconds
            let remaining = Int(room / interval)
            let wait = min(Self.product(interval, units), depth) - room
            return WindowState(
                limit: burst, remaining: remaining, resetAt: full,
                retryAfter: remaining >= units ? .zero : .nanoseconds(max(wait, 0)))
        case .aligned, .month, .fromFirst:
            let current = current(count, now)
            let end = end(of: current)
            let remaining = max(tier.limit - current.used, 0)
            return WindowState(
                limit: tier.limit, remaining: remaining, resetAt: end,
                retryAfter: remaining >= units ? .zero : end - now)
        }
    }

    /// From when on the count says nothing any more.
    func end(of count: RateCount) -> Instant {
        switch tier.window {
        case .aligned, .fromFirst: count.mark + .nanoseconds(interval)
        case .month: count.mark.startOfNextMonth
        case .bucket: count.mark
        }
    }

    // MARK: Inside

    private func current(_ count: RateCount?, _ now: Instant) -> RateCount {
        if let count, isCurrent(count, now) { return count }
        return RateCount(mark: begin(now), used: 0)
    }

    /// A clock that was set back begins another window: it must not lock anybody out until it has caught up.
    private func isCurrent(_ count: RateCount, _ now: Instant) -> Bool {
        switch tier.window {
        case .aligned, .month: count.mark == begin(now)
        case .fromFirst: count.mark <= now && now < count.mark + .nanoseconds(interval)
        case .bucket: count.mark > now
        }
    }

    private func begin(_ now: Instant) -> Instant {
        switch tier.window {
        case .aligned: Instant(nanoseconds: now.nanoseconds.flooredDivision(by: interval) * interval)
        case .month: now.startOfMonth
        case .fromFirst, .bucket: now
        }
    }

    /// A bucket cannot be emptier than empty: a mark beyond that is from before the clock was set back, or from a
    /// larger bucket.
    private func fullAgain(_ count: RateCount?, _ now: Instant) -> Instant {
        guard let count, count.mark > now else { return now }
        return min(count.mark, now + .nanoseconds(depth))
    }

    private static func product(_ nanoseconds: Int64, _ units: Int) -> Int64 {
        let (product, overflow) = nanoseconds.multipliedReportingOverflow(by: Int64(units))
        return overflow ? .max : product
    }
}
