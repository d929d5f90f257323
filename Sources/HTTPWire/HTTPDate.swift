public import Base

/// IMF-fixdate (RFC 9110 §5.6.7).
public enum HTTPDate {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`: 29 bytes that hold for a second.
    public static func bytes(_ instant: Instant) -> [UInt8] {
        let time = CalendarTime(instant)
        var text: [UInt8] = []
        text.reserveCapacity(29)
        text.append(CalendarTime.weekdayNames[time.weekday])
        text.append(literal: ", ")
        text.appendDecimal(time.day, width: 2)
        text.append(ASCII.space)
        text.append(CalendarTime.monthNames[time.month - 1])
        text.append(ASCII.space)
        text.appendDecimal(time.year, width: 4)
        for (separator, value) in [(ASCII.space, time.hour), (ASCII.colon, time.minute), (ASCII.colon, time.second)] {
            text.append(separator)
            text.appendDecimal(value, width: 2)
        }
        text.append(literal: " GMT")
        return text
    }
}
