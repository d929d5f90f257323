package import Base
import Ports

/// A few time zones with their rules of 2026, wherever a test runs.
package struct FixedZones: TimeZoneTable {
    private static let zones = [
        "UTC": "UTC0", "America/New_York": "EST5EDT,M3.2.0,M11.1.0", "Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
        "Asia/Kathmandu": "<+0545>-5:45",
    ]

    package init() {}

    package func rules(_ name: String) async -> TimeZoneRules? {
        Self.zones[name].flatMap { TimeZoneRules(rule: $0) }
    }
}
