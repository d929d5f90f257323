public import Base

extension Instant {
    /// RFC 5322 §3.3 in UTC: `Wed, 01 Jul 2026 08:30:00 +0000`.
    public var rfc5322Date: String {
        let time = CalendarTime(self)
        var text: [UInt8] = []
        text.append(CalendarTime.weekdayNames[time.weekday])
        text.append(literal: ", ")
        text.appendDecimal(time.day, width: 2)
        text.append(ASCII.space)
        text.append(CalendarTime.monthNames[time.month - 1])
        text.append(ASCII.space)
        text.appendDecimal(time.year, width: 4)
        text.append(ASCII.space)
        text.appendDecimal(time.hour, width: 2)
        text.append(ASCII.colon)
        text.appendDecimal(time.minute, width: 2)
        text.append(ASCII.colon)
        text.appendDecimal(time.second, width: 2)
        text.append(literal: " +0000")
        return String(decoding: text, as: UTF8.self)
    }
}
