/// Calendar periods in UTC, which quotas and long rate windows are counted by.
extension Instant {
    /// Midnight of its day.
    public var startOfDay: Instant {
        Instant(seconds: seconds.flooredDivision(by: CalendarTime.secondsPerDay) * CalendarTime.secondsPerDay)
    }

    /// Midnight after its day.
    public var startOfNextDay: Instant { startOfDay + .seconds(CalendarTime.secondsPerDay) }

    /// Midnight of the first day of its month.
    public var startOfMonth: Instant {
        startOfDay - .seconds(Int64(CalendarTime(self).day - 1) * CalendarTime.secondsPerDay)
    }

    /// Midnight of the first day of the month after its own.
    public var startOfNextMonth: Instant {
        // No month has more than 31 days, and none has fewer than 28.
        (startOfMonth + .seconds(31 * CalendarTime.secondsPerDay)).startOfMonth
    }
}
