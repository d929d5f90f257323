/// How far a zone's clocks are from UTC, when: one file of the IANA time zone database, read (TZif, RFC 9636).
///
/// Pure: whoever has the file gives its bytes. What is past the last change that the file names goes by the rule at its
/// end.
public struct TimeZoneRules: Sendable, Equatable {
    /// Seconds since the Unix epoch, ascending.
    private var changes: [Int64]
    /// What holds from the change with the same place on, in seconds east of UTC.
    private var offsets: [Int]
    /// What holds before the first change.
    private var initialOffset: Int
    /// What holds from the last change on; nil: what the last change brought.
    private var rule: TimeZoneRule?

    /// nil for bytes that are no TZif file.
    public init?(tzif bytes: [UInt8]) {
        guard let table = TZifReader.read(bytes) else { return nil }
        changes = table.changes
        offsets = table.offsets
        initialOffset = table.initialOffset
        rule = table.rule
    }

    /// A zone that goes by one rule for all time, such as `EST5EDT,M3.2.0,M11.1.0` (POSIX.1-2024, 8.3, TZ); nil for a
    /// text that is none.
    public init?(rule text: String) {
        guard let rule = TimeZoneRule(text) else { return nil }
        changes = []
        offsets = []
        initialOffset = 0
        self.rule = rule
    }

    /// Seconds east of UTC at a moment.
    public func offset(at instant: Instant) -> Int {
        let seconds = instant.seconds
        if let rule, changes.last.map({ $0 <= seconds }) ?? true { return rule.offset(at: seconds) }
        let following = changes.firstIndexAbove(seconds)
        return following == 0 ? initialOffset : offsets[following - 1]
    }

    /// The moment at which the clocks there show a time; `local` is that time as if it were one in UTC. Of a time that
    /// is shown twice the first, of one that is skipped as if the clocks had not been changed yet (RFC 5545 §3.3.5).
    public func instant(local: Instant) -> Instant {
        let before = offset(at: local - Self.reach)
        let after = offset(at: local + Self.reach)
        let early = local - .seconds(before)
        if before == after || offset(at: early) == before { return early }
        let late = local - .seconds(after)
        return offset(at: late) == after ? late : early
    }

    /// More than any offset, and less than there is between two changes.
    private static let reach: Duration = .seconds(86_400)
}

extension [Int64] {
    /// The place of the first element above `value` in an ascending array.
    fileprivate func firstIndexAbove(_ value: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
