/// Durations as the operator writes them: a whole number and a unit, such as `200ms`, `30s`, `1m`, `2h` or `1d`.
public enum DurationText {
    public static let examples = #""200ms", "30s", "5m", "2h" or "1d""#

    /// From the longest down.
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("d", 24 * 3_600_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// nil for what is no duration, and for one that no clock of ours reaches.
    public static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let suffix = text[digits.endIndex...]
        // Without digits there is no Int64 either.
        guard let unit = units.first(where: { $0.suffix == suffix }), let count = Int64(digits) else { return nil }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(milliseconds)
    }

    /// In the longest unit that is exact. What is shorter than a millisecond is left out: `parse` reads nothing such.
    public static func of(_ duration: Duration) -> String {
        let milliseconds = duration.nanoseconds / 1_000_000
        guard milliseconds != 0 else { return "0s" }
        let unit = units.first { milliseconds.isMultiple(of: $0.milliseconds) }
        return unit.map { "\(milliseconds / $0.milliseconds)\($0.suffix)" } ?? "\(milliseconds)ms"
    }
}
