/// A proleptic Gregorian date and time of day in UTC (RFC 3339 §5.6), and the text forms that the dialects and
/// the wire formats need. Pure arithmetic: no locale, no time zone database.
public struct CalendarTime: Hashable, Sendable {
    public var year: Int, month: Int, day: Int
    public var hour: Int, minute: Int, second: Int
    /// 0 ..< 1,000,000,000
    public var nanosecond: Int
    /// 0 is Sunday.
    public var weekday: Int

    public init(_ instant: Instant) {
        let days = instant.seconds.flooredDivision(by: Self.secondsPerDay)
        let secondOfDay = Int(instant.seconds - days * Self.secondsPerDay)
        (year, month, day) = Self.civil(fromDays: days)
        hour = secondOfDay / 3600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
        nanosecond = Int(instant.subsecondNanoseconds)
        // 1970-01-01 was a Thursday.
        let day4 = (days + 4) % 7
        weekday = Int(day4 < 0 ? day4 + 7 : day4)
    }

    /// Days since 1970-01-01 of a civil date; nil where the date does not exist or is outside the years 1 to 9999.
    public static func days(year: Int, month: Int, day: Int) -> Int64? {
        guard (1...9999).contains(year), (1...12).contains(month), (1...daysIn(month, of: year)).contains(day) else {
            return nil
        }
        // Years begin in March here, so that the leap day is the last of its year.
        let y = Int64(month <= 2 ? year - 1 : year)
        let era = y.flooredDivision(by: 400)
        let yearOfEra = y - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(fromDays days: Int64) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(day))
    }

    private static func daysIn(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static let secondsPerDay: Int64 = 86_400
    public static let weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    public static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}

/// How many digits below the second an RFC 3339 text carries.
public enum SubsecondDigits: Sendable {
    case none
    case milliseconds
    /// Nine at most, without zeros at the end; none of a whole second, and then no point either.
    case nanoseconds
}

/// A time as RFC 3339 §5.6 text in UTC with `Z`, which every answer has several of.
struct RFC3339Text {
    /// The text is the first `count` of them.
    private(set) var bytes = [30 of UInt8](repeating: 0)
    private(set) var count = 0

    init(_ instant: Instant, _ digits: SubsecondDigits) {
        let time = CalendarTime(instant)
        append(time.year / 100)
        append(time.year % 100, then: ASCII.hyphen)
        append(time.month, then: ASCII.hyphen)
        append(time.day, then: UInt8(ascii: "T"))
        append(time.hour, then: ASCII.colon)
        append(time.minute, then: ASCII.colon)
        append(time.second)
        switch digits {
        case .none: break
        case .milliseconds: append(fraction: time.nanosecond / 1_000_000, digits: 3)
        case .nanoseconds: appendTrimmed(time.nanosecond)
        }
        append(UInt8(ascii: "Z"))
    }

    private mutating func append(fraction: Int, digits: Int) {
        append(ASCII.period)
        var unit = 1
        for _ in 1..<digits { unit *= 10 }
        var rest = fraction
        while unit > 0 {
            append(ASCII.zero + UInt8(truncatingIfNeeded: rest / unit))
            rest %= unit
            unit /= 10
        }
    }

    private mutating func appendTrimmed(_ nanoseconds: Int) {
        guard nanoseconds > 0 else { return }
        var (fraction, digits) = (nanoseconds, 9)
        while fraction % 10 == 0 {
            fraction /= 10
            digits -= 1
        }
        append(fraction: fraction, digits: digits)
    }

    /// Two digits.
    private mutating func append(_ number: Int) {
        append(ASCII.zero + UInt8(truncatingIfNeeded: number / 10))
        append(ASCII.zero + UInt8(truncatingIfNeeded: number % 10))
    }

    private mutating func append(_ number: Int, then byte: UInt8) {
        append(number)
        append(byte)
    }

    private mutating func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }
}

extension Instant {
    /// RFC 3339 §5.6 in UTC with `Z`, truncated to the digits asked for: `2026-07-01T08:30:00.000Z`.
    public func rfc3339(_ digits: SubsecondDigits) -> String {
        let text = RFC3339Text(self, digits)
        // ASCII that this type has just written.
        return unsafe String(copying: UTF8Span(unchecked: text.bytes.span.extracting(first: text.count)))
    }

    /// Reads an RFC 3339 §5.6 date-time: `T`, `t` or a space between date and time, any number of fraction digits
    /// (those below a nanosecond are dropped), `Z` or a numeric offset. A leap second `:60` counts as `:59`.
    ///
    /// Two forms of ISO 8601 that clients write are read too: without seconds, and an offset without its colon, or of
    /// hours alone.
    ///
    /// `naiveOffsetSeconds` is the offset from UTC assumed where the text names none; nil refuses such a text.
    public init?(rfc3339 text: String, naiveOffsetSeconds: Int? = nil) {
        var reader = DigitReader(Array(text.utf8))
        guard let year = reader.digits(4), reader.take(ASCII.hyphen), let month = reader.digits(2),
            reader.take(ASCII.hyphen), let day = reader.digits(2),
            let days = CalendarTime.days(year: year, month: month, day: day),
            reader.take(UInt8(ascii: "T")) || reader.take(UInt8(ascii: "t")) || reader.take(ASCII.space),
            let hour = reader.digits(2), hour < 24, reader.take(ASCII.colon),
            let minute = reader.digits(2), minute < 60
        else { return nil }
        var (second, fraction): (Int, Int64) = (0, 0)
        let hasSeconds = reader.take(ASCII.colon)
        if hasSeconds {
            guard let read = reader.digits(2), read <= 60 else { return nil }
            second = read
        }
        if hasSeconds, reader.take(ASCII.period) {
            guard let read = reader.fractionNanoseconds() else { return nil }
            fraction = read
        }
        guard let offset = reader.offsetSeconds() ?? (reader.isAtEnd ? naiveOffsetSeconds : nil), reader.isAtEnd else {
            return nil
        }
        let secondOfDay = Int64(hour * 3600 + minute * 60 + min(second, 59))
        let seconds = days * CalendarTime.secondsPerDay + secondOfDay - Int64(offset)
        self.init(seconds: seconds, nanoseconds: fraction)
    }

    /// Reads a bare date `YYYY-MM-DD` as its first moment in UTC.
    public init?(date text: String) {
        var reader = DigitReader(Array(text.utf8))
        guard let year = reader.digits(4), reader.take(ASCII.hyphen), let month = reader.digits(2),
            reader.take(ASCII.hyphen), let day = reader.digits(2), reader.isAtEnd,
            let days = CalendarTime.days(year: year, month: month, day: day)
        else { return nil }
        self.init(seconds: days * CalendarTime.secondsPerDay, nanoseconds: 0)
    }

    /// nil beyond the years that nanoseconds reach. Near the earliest of them the seconds alone do not fit, so the sum
    /// is made in 128 bits.
    private init?(seconds: Int64, nanoseconds fraction: Int64) {
        let sum = Int128(seconds) * Int128(Self.nanosecondsPerSecond) + Int128(fraction)
        guard let nanoseconds = Int64(exactly: sum) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }
}

/// Reads the fixed-width pieces of a date from left to right.
private struct DigitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func digits(_ count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + count] {
            guard ASCII.isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - ASCII.zero)
        }
        position += count
        return value
    }

    /// At least one digit; those after the ninth are read and dropped.
    mutating func fractionNanoseconds() -> Int64? {
        var value: Int64 = 0
        var scale: Int64 = Instant.nanosecondsPerSecond
        let start = position
        while position < bytes.count, ASCII.isDigit(bytes[position]) {
            if scale > 1 {
                scale /= 10
                value += Int64(bytes[position] - ASCII.zero) * scale
            }
            position += 1
        }
        return position > start ? value : nil
    }

    /// `Z`, `±hh:mm`, `±hhmm` or `±hh` in seconds east of UTC; nil where none of them stands here.
    mutating func offsetSeconds() -> Int? {
        if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
        let sign: Int
        if take(ASCII.plus) { sign = 1 } else if take(ASCII.hyphen) { sign = -1 } else { return nil }
        guard let hours = digits(2), hours < 24 else { return nil }
        if isAtEnd { return sign * hours * 3600 }
        _ = take(ASCII.colon)
        guard let minutes = digits(2), minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
