public import Base

/// When a deferred delivery is tried again, and when it is given up. It travels with the delivery: who changes the
/// configuration changes what is accepted from then on.
public struct RetryPolicy: Sendable, Hashable {
    /// How the waits between attempts go.
    public enum Delays: Sendable, Hashable {
        /// The same each time.
        case constant(Duration)
        /// `first`, then `factor` times the wait before.
        case exponential(first: Duration, factor: Int, cap: Duration)
        /// `unit` times the number of attempts made, to the power of `exponent`.
        case power(unit: Duration, exponent: Int, cap: Duration)
        /// As written; the last one is repeated.
        case listed([Duration])
    }

    /// What chance does to a wait, so that many deliveries refused together do not come back together.
    public enum Jitter: Sendable, Hashable {
        case none
        /// Anything from nothing to the whole wait.
        case full
        /// Up to so many percent less or more.
        case proportional(percent: Int)
    }

    /// What a receiver's own wish for the next attempt counts (`Retry-After`, RFC 9110 §10.2.3).
    public enum RetryAfter: Sendable, Hashable {
        case ignored
        /// It is the wait, without jitter, and no longer than `cap`; where it is nothing, the first wait is.
        case replaces(cap: Duration)
        /// No sooner than it, and it asks for no more than `cap`.
        case floor(cap: Duration)
    }

    public var delays: Delays
    /// Attempts in all, the first included.
    public var attempts: Int
    public var jitter: Jitter
    public var retryAfter: RetryAfter
    /// No attempt is made later than this after the first was due.
    public var lifetime: Duration

    public init(
        delays: Delays, attempts: Int, jitter: Jitter = .none, retryAfter: RetryAfter = .ignored,
        lifetime: Duration = RetryPolicy.standardLifetime
    ) {
        self.delays = delays
        self.attempts = attempts
        self.jitter = jitter
        self.retryAfter = retryAfter
        self.lifetime = lifetime
    }

    /// How long a delivery is tried at all, where nobody says otherwise (RFC 5321 §4.5.4.1: 4 to 5 days at least).
    public static let standardLifetime: Duration = .seconds(5 * 86_400)

    /// One attempt more than there are waits.
    public init(listed delays: [Duration]) { self.init(delays: .listed(delays), attempts: delays.count + 1) }

    /// RFC 5321 §4.5.4.1 asks for at least 30 minutes between attempts once a message has waited, and for giving up no
    /// sooner than 4 to 5 days. The first ones come sooner, for greylisting.
    public static let mail = RetryPolicy(listed: mailDelays)

    public static let mailDelays: [Duration] =
        [
            .seconds(60), .seconds(300), .seconds(900), .seconds(1800), .seconds(3600), .seconds(7200),
            .seconds(14400),
        ] + Array(repeating: .seconds(21600), count: 18)

    /// The wait after attempt number `made` (from 1); nil to give up. `asked`: what the receiver asked for, if it did.
    public func delay(after made: Int, asked: Duration? = nil, random: any RandomSource) -> Duration? {
        guard made < attempts else { return nil }
        // "At once" and times that are past ask for nothing that could be given: all attempts would be gone in a
        // moment.
        let asked = asked.map { $0 > .zero ? $0 : wait(after: 1) }
        switch retryAfter {
        case .replaces(let cap): if let asked { return min(asked, cap) }
        case .floor(let cap): if let asked { return max(spread(wait(after: made), random), min(asked, cap)) }
        case .ignored: break
        }
        return spread(wait(after: made), random)
    }

    /// When to try again what was queued at `queuedAt`, after attempt number `made`; nil to give up.
    public func next(
        after made: Int, queuedAt: Instant, asked: Duration?, now: Instant, random: any RandomSource
    ) -> Instant? {
        guard let delay = delay(after: made, asked: asked, random: random), now + delay <= queuedAt + lifetime else {
            return nil
        }
        return now + delay
    }

    private func wait(after made: Int) -> Duration {
        switch delays {
        case .constant(let wait): wait
        case .exponential(let first, let factor, let cap): Self.times(first, factor, made - 1, cap)
        case .power(let unit, let exponent, let cap): Self.times(unit, made, exponent, cap)
        case .listed(let waits): waits.isEmpty ? .zero : waits[min(made, waits.count) - 1]
        }
    }

    /// `wait * factor ^ exponent`, stopping at the cap, long before anything overflows.
    private static func times(_ wait: Duration, _ factor: Int, _ exponent: Int, _ cap: Duration) -> Duration {
        var wait = wait
        for _ in 0..<max(exponent, 0) where wait < cap { wait *= max(factor, 1) }
        return min(wait, cap)
    }

    private func spread(_ wait: Duration, _ random: any RandomSource) -> Duration {
        switch jitter {
        case .none: return wait
        case .full: return .nanoseconds(Self.fraction(of: wait.nanoseconds, random))
        case .proportional(let percent):
            let reach = wait.nanoseconds / 100 * Int64(percent)
            return .nanoseconds(wait.nanoseconds - reach + Self.fraction(of: 2 * reach, random))
        }
    }

    /// Anything from 0 to `whole`, evenly: 53 bits are finer than any clock.
    private static func fraction(of whole: Int64, _ random: any RandomSource) -> Int64 {
        Int64(Double(whole) * (Double(random.bits64() >> 11) / Double(1 << 53)))
    }
}
