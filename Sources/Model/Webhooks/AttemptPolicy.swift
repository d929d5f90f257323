/// What an answer means, and when to try again: one dialect's rules, or one delivery's own. A value that is stored with
/// the work, so that what was promised at accept holds whatever is configured later.
public struct AttemptPolicy: Sendable, Hashable {
    public enum Verdict: Sendable, Equatable {
        case success, again, giveUp
    }

    /// What `Retry-After` does to the wait.
    public enum RetryAfter: Sendable, Hashable {
        case ignored
        /// It takes the place of the wait, without jitter, up to a cap.
        case replaces(cap: Duration)
        /// The wait is at least as long, up to a cap.
        case floor(cap: Duration)
    }

    /// How chance changes the wait, so that failures which came together do not come back together.
    public enum Jitter: Sendable, Hashable {
        case none
        /// Anything from nothing to the wait.
        case full
        /// This part of the wait more or less.
        case proportional(percent: Int)
    }

    /// Statuses that end a delivery as given up. 2xx are success; all others, and no answer at all, are tried again.
    public var fatal: [ClosedRange<Int>]
    /// The waits after the first, second, ... attempt; after the last one the delivery is given up.
    public var delays: [Duration]
    public var jitter: Jitter
    public var retryAfter: RetryAfter
    /// For one attempt.
    public var timeout: Duration

    public init(
        fatal: [ClosedRange<Int>] = [], delays: [Duration], jitter: Jitter = .none, retryAfter: RetryAfter = .ignored,
        timeout: Duration
    ) {
        self.fatal = fatal
        self.delays = delays
        self.jitter = jitter
        self.retryAfter = retryAfter
        self.timeout = timeout
    }

    /// `status` nil: nobody answered.
    public func verdict(_ status: Int?) -> Verdict {
        guard let status else { return .again }
        if (200...299).contains(status) { return .success }
        return fatal.contains { $0.contains(status) } ? .giveUp : .again
    }

    /// The wait after attempt number `attempts` (from 1); nil to give up. `chance` is a number from 0 up to, not
    /// including, 1.
    public func delay(after attempts: Int, retryAfter asked: Duration?, chance: Double) -> Duration? {
        guard attempts <= delays.count else { return nil }
        let wait = jittered(delays[attempts - 1], chance)
        guard let asked else { return wait }
        switch retryAfter {
        case .ignored: return wait
        case .replaces(let cap): return min(asked, cap)
        case .floor(let cap): return max(wait, min(asked, cap))
        }
    }

    private func jittered(_ wait: Duration, _ chance: Double) -> Duration {
        switch jitter {
        case .none: wait
        case .full: wait * chance
        case .proportional(let percent): wait * (1 + Double(percent) / 100 * (2 * chance - 1))
        }
    }

    // MARK: Schedules

    /// Waits that double (or grow by `factor`) from `base` up to `cap`.
    public static func exponential(base: Duration, factor: Double = 2, cap: Duration, attempts: Int) -> [Duration] {
        var wait = base
        return (1..<max(attempts, 1)).map { _ in
            defer { wait = min(wait * factor, cap) }
            return min(wait, cap)
        }
    }

    /// After attempt `n` the `power`th power of it, in units.
    public static func power(_ power: Int, unit: Duration, attempts: Int) -> [Duration] {
        (1..<max(attempts, 1)).map { attempt in unit * (0..<power).reduce(1) { product, _ in product * attempt } }
    }

    public static func constant(_ wait: Duration, attempts: Int) -> [Duration] {
        Array(repeating: wait, count: max(attempts - 1, 0))
    }
}
