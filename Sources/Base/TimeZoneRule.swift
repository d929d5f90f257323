/// A rule by which a zone's clocks are changed every year, or never: a TZ text of POSIX.1-2024 8.3, with the hours
/// beyond a day that RFC 9636 §3.3.1 allows.
struct TimeZoneRule: Sendable, Equatable {
    /// Seconds east of UTC.
    private var standard: Int
    /// nil: the clocks are never changed.
    private var summer: Summer?

    private struct Summer: Sendable, Equatable {
        var offset: Int
        var begin: Date
        var end: Date
    }

    /// When in a year the clocks are changed.
    private struct Date: Sendable, Equatable {
        enum Day: Sendable, Equatable {
            /// 1 to 365; February 29 is never counted.
            case julian(Int)
            /// 0 to 365; February 29 is counted.
            case ordinal(Int)
            /// The first to fourth, or the last of a weekday in a month; 0 is Sunday.
            case weekday(Int, week: Int, month: Int)
        }

        var day: Day
        /// Of the clocks as they are until then; may be of another day.
        var seconds: Int
    }

    init?(_ text: String) {
        var scanner = Scanner(text)
        guard scanner.skipName(), let offset = scanner.offset() else { return nil }
        standard = -offset
        if scanner.isAtEnd { return }
        guard scanner.skipName() else { return nil }
        let summerOffset = scanner.startsNumber ? scanner.offset().map { -$0 } : standard + 3600
        guard let summerOffset, let begin = scanner.date(), let end = scanner.date(), scanner.isAtEnd else {
            return nil
        }
        summer = Summer(offset: summerOffset, begin: begin, end: end)
    }

    /// `seconds`: since the Unix epoch.
    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        let year = CalendarTime(Instant(seconds: seconds + Int64(standard))).year
        guard let begin = Self.seconds(summer.begin, year), let end = Self.seconds(summer.end, year) else {
            return standard
        }
        let begins = begin - Int64(standard)
        let ends = end - Int64(summer.offset)
        let isSummer = begins < ends ? (begins..<ends).contains(seconds) : !(ends..<begins).contains(seconds)
        return isSummer ? summer.offset : standard
    }

    /// In the clocks' own time; nil beyond the years of the calendar.
    private static func seconds(_ date: Date, _ year: Int) -> Int64? {
        guard let newYear = CalendarTime.days(year: year, month: 1, day: 1) else { return nil }
        let day: Int64? =
            switch date.day {
            case .ordinal(let day): newYear + Int64(day)
            case .julian(let day): newYear + Int64(day - 1) + (day >= 60 && isLeap(year) ? 1 : 0)
            case .weekday(let weekday, let week, let month): self.day(weekday, week: week, month: month, year)
            }
        return day.map { $0 * CalendarTime.secondsPerDay + Int64(date.seconds) }
    }

    private static func isLeap(_ year: Int) -> Bool { CalendarTime.days(year: year, month: 2, day: 29) != nil }

    private static func day(_ weekday: Int, week: Int, month: Int, _ year: Int) -> Int64? {
        guard let first = CalendarTime.days(year: year, month: month, day: 1) else { return nil }
        let following = month == 12 ? (year + 1, 1) : (year, month + 1)
        guard let end = CalendarTime.days(year: following.0, month: following.1, day: 1) else { return nil }
        // 1970-01-01 was a Thursday.
        let firstWeekday = (first + 4) - (first + 4).flooredDivision(by: 7) * 7
        let wait = (Int64(weekday) - firstWeekday + 7) % 7
        var day = first + wait + Int64(week - 1) * 7
        while day >= end { day -= 7 }
        return day
    }
}

// MARK: Reading

extension TimeZoneRule {
    /// Reads the pieces from left to right.
    private struct Scanner {
        private let bytes: [UInt8]
        private var position = 0

        init(_ text: String) { bytes = Array(text.utf8) }

        var isAtEnd: Bool { position == bytes.count }

        private var next: UInt8? { isAtEnd ? nil : bytes[position] }

        var startsNumber: Bool { next.map { ASCII.isDigit($0) || $0 == ASCII.plus || $0 == ASCII.hyphen } ?? false }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard next == byte else { return false }
            position += 1
            return true
        }

        /// Letters, or anything between angle brackets; at least three characters.
        mutating func skipName() -> Bool {
            let isQuoted = take(ASCII.lessThan)
            let start = position
            while let byte = next, isQuoted ? byte != ASCII.greaterThan : ASCII.isLetter(byte) { position += 1 }
            return position - start >= 3 && (!isQuoted || take(ASCII.greaterThan))
        }

        private mutating func number(upTo maximum: Int) -> Int? {
            let start = position
            var value = 0
            while let byte = next, ASCII.isDigit(byte), position - start < 3 {
                value = value * 10 + Int(byte - ASCII.zero)
                position += 1
            }
            return position > start && value <= maximum ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds, west of UTC where it is positive; a time of day has the same form.
        mutating func offset() -> Int? {
            let isNegative = take(ASCII.hyphen)
            if !isNegative { _ = take(ASCII.plus) }
            // RFC 9636 §3.3.1: a week in either direction.
            guard let hours = number(upTo: 167) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where take(ASCII.colon) {
                guard let part = number(upTo: 59) else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        /// `,M3.2.0/2`, `,J60` or `,59`, with the time that is 02:00 where none stands.
        mutating func date() -> Date? {
            guard take(ASCII.comma), let day = day() else { return nil }
            guard take(ASCII.slash) else { return Date(day: day, seconds: 2 * 3600) }
            return offset().map { Date(day: day, seconds: $0) }
        }

        private mutating func day() -> Date.Day? {
            if take(UInt8(ascii: "J")) { return number(upTo: 365).flatMap { $0 > 0 ? .julian($0) : nil } }
            guard take(UInt8(ascii: "M")) else { return number(upTo: 365).map { .ordinal($0) } }
            guard let month = number(upTo: 12), month > 0, take(ASCII.period), let week = number(upTo: 5), week > 0,
                take(ASCII.period), let weekday = number(upTo: 6)
            else { return nil }
            return .weekday(weekday, week: week, month: month)
        }
    }
}
