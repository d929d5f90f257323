import HTTPWire
import Serving

/// Whether a body comes quickly enough: as a whole, and in each piece of time. A value; its owner keeps the clock.
struct BodyPace {
    private let end: Duration
    private var rate: LeastRate

    /// Times are uptimes.
    init(began: Duration, limits: HTTPLimits) {
        end = began + limits.bodyTimeout
        rate = LeastRate(began: began, window: limits.bodyWindow, least: limits.bodyWindowBytes)
    }

    /// When to ask next.
    var deadline: Duration { min(end, rate.next) }

    /// Asked at or after `deadline`.
    mutating func isTooSlow(_ bytes: Int, at now: Duration) -> Bool {
        now >= end || rate.isTooSlow(bytes, at: now)
    }
}
