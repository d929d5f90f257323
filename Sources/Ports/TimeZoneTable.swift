public import Base

/// Knows the clocks of time zones. Any thread; calls come back on the caller's executor.
public protocol TimeZoneTable: Sendable {
    /// The rules of a zone by its name in the IANA database, such as `Europe/Berlin`; nil for a name that is none.
    func rules(_ name: String) async -> TimeZoneRules?
}
