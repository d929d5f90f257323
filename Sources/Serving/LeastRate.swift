/// Whether something that comes in, comes in quickly enough: in any piece of time of the window's length so much at
/// least, wherever the piece begins, so that no burst buys a silence. A value; its owner keeps the clock, and asks
/// about once a step.
public struct LeastRate: Sendable {
    private struct Mark {
        let at: Duration
        let octets: Int
    }

    private let window: Duration
    private let least: Int
    /// What had come at some moments, a step or more apart, the oldest first: one of them lies a window back, or the
    /// beginning does.
    private var first: Mark
    private var later: [Mark] = []

    /// `began`, like all times, is an uptime; `octets` had come by then.
    public init(began: Duration, octets: Int = 0, window: Duration, least: Int) {
        self.window = window
        self.least = least
        first = Mark(at: began, octets: octets)
    }

    private var step: Duration { window / ServingLimits.rateSteps }

    /// When to ask next.
    public var next: Duration { (later.last ?? first).at + step }

    /// Whether less than the least has come in a piece of time that ends `now`, when there are `octets`.
    public mutating func isTooSlow(_ octets: Int, at now: Duration) -> Bool {
        if now >= next { later.append(Mark(at: now, octets: octets)) }
        while let second = later.first, now - second.at >= window {
            first = second
            later.removeFirst()
        }
        return now - first.at >= window && octets - first.octets < least
    }
}
