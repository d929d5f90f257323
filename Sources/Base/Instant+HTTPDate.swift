extension Instant {
    /// Reads an HTTP-date (RFC 9110 §5.6.7) in any of its three forms: IMF-fixdate, that of RFC 850, that of asctime.
    /// The name of the day is passed over. Of a year of two digits those from 70 on are of the last century.
    public init?(httpDate text: String) {
        var words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" }).dropFirst()
        if words.last == "GMT" { words = words.dropLast() }
        guard words.count == 4, let first = words.first, let last = words.last else { return nil }
        let rest = Array(words)
        // asctime: month, day, time, year; the others: day, month, year, time.
        let isAsctime = first.utf8.first.map { !ASCII.isDigit($0) } ?? false
        let (day, month) = isAsctime ? (rest[1], rest[0]) : (rest[0], rest[1])
        let (year, clock) = isAsctime ? (last, rest[2]) : (rest[2], last)
        guard let monthIndex = CalendarTime.monthNames.firstIndex(of: String(month)), let dayNumber = Int(day),
            let yearNumber = Self.year(year), let seconds = Self.secondOfDay(clock),
            let days = CalendarTime.days(year: yearNumber, month: monthIndex + 1, day: dayNumber)
        else { return nil }
        self.init(seconds: days * CalendarTime.secondsPerDay + seconds)
    }

    private static func year(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy(ASCII.isDigit), let number = Int(text) else { return nil }
        switch text.utf8.count {
        case 4: return (1970...2199).contains(number) ? number : nil
        case 2: return number < 70 ? 2000 + number : 1900 + number
        default: return nil
        }
    }

    private static func secondOfDay(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { part -> Int64? in
            part.utf8.count == 2 && part.utf8.allSatisfy(ASCII.isDigit) ? Int64(part) : nil
        }
        guard parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2], hour < 24,
            minute < 60, second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + min(second, 59)
    }
}
