import HTTPWire

/// Whether a body comes quickly enough: as a whole, and in each piece of time. A value; its owner keeps the clock.
struct BodyPace {
    private let end: Duration
    private var windowEnd: Duration
    /// What had come when the piece of time began.
    private var windowBytes = 0
    private let limits: HTTPLimits

    /// Times are uptimes.
    init(began: Duration, limits: HTTPLimits) {
        self.limits = limits
        end = began + limits.bodyTimeout
        windowEnd = began + limits.bodyWindow
    }

    /// When to ask next.
    var deadline: Duration { min(end, windowEnd) }

    /// Asked at or after `deadline`; begins the next piece of time where this one was good.
    mutating func isTooSlow(_ bytes: Int, at now: Duration) -> Bool {
        guard now < end else { return true }
        guard now >= windowEnd else { return false }
        guard bytes - windowBytes >= limits.bodyWindowBytes else { return true }
        windowBytes = bytes
        windowEnd = now + limits.bodyWindow
        return false
    }
}
