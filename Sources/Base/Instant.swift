/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Every time in the kernel and the store has this type; dialects turn it into their own text form.
/// Reaches from the year 1677 to 2262.
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the Unix epoch; negative before it.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Whole seconds since the Unix epoch; saturates at the ends of the range.
    public init(seconds: Int64) { nanoseconds = Duration.seconds(seconds).nanoseconds }

    /// Seconds since the Unix epoch, rounded down.
    public var seconds: Int64 { nanoseconds.flooredDivision(by: Self.nanosecondsPerSecond) }

    /// The part below a second, 0 ..< 1,000,000,000 nanoseconds.
    public var subsecondNanoseconds: Int64 {
        let remainder = nanoseconds % Self.nanosecondsPerSecond
        return remainder < 0 ? remainder + Self.nanosecondsPerSecond : remainder
    }

    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates at the ends of the range: a schedule far in the future stays in the future.
    public static func + (left: Instant, right: Duration) -> Instant {
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
        guard overflow else { return Instant(nanoseconds: sum) }
        return Instant(nanoseconds: right.nanoseconds > 0 ? .max : .min)
    }

    /// Saturates as `+` does.
    public static func - (left: Instant, right: Duration) -> Instant {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
        guard overflow else { return Instant(nanoseconds: difference) }
        return Instant(nanoseconds: right.nanoseconds > 0 ? .min : .max)
    }

    /// The time from `right` to `left`.
    public static func - (left: Instant, right: Instant) -> Duration {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
        guard overflow else { return .nanoseconds(difference) }
        return .nanoseconds(left > right ? Int64.max : Int64.min)
    }

    static let nanosecondsPerSecond: Int64 = 1_000_000_000
}

extension Duration {
    /// The whole duration in nanoseconds; saturates at ± 292 years.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: Instant.nanosecondsPerSecond)
        if overflow { return seconds > 0 ? .max : .min }
        let (sum, overflow2) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow2 ? (seconds > 0 ? .max : .min) : sum
    }

    /// Whole seconds, rounded up: what `Retry-After` and its kin need.
    public var secondsRoundedUp: Int64 {
        let (seconds, attoseconds) = components
        return attoseconds > 0 ? seconds + 1 : seconds
    }
}

extension FixedWidthInteger where Self: SignedInteger {
    /// Division that rounds towards minus infinity, as calendar arithmetic needs. `divisor` is positive.
    public func flooredDivision(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
