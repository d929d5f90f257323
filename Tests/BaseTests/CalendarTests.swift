import Base
import Testing

@Suite("Calendar")
struct CalendarTests {
    @Test(
        "An instant is written in RFC 3339",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
            (1_782_894_600_123_999_999, "2026-07-01T08:30:00.123Z"),
            (Int64.max, "2262-04-11T23:47:16.854Z"), (Int64.min, "1677-09-21T00:12:43.145Z"),
        ])
    func written(_ nanoseconds: Int64, _ text: String) {
        #expect(Instant(nanoseconds: nanoseconds).rfc3339(.milliseconds) == text)
    }

    @Test("Without a fraction the second is truncated")
    func wholeSeconds() {
        #expect(Instant(nanoseconds: 999_999_999).rfc3339(.none) == "1970-01-01T00:00:00Z")
    }

    @Test(
        "RFC 3339 is read in all its forms",
        arguments: [
            ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520Z"),
            ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000Z"),
            ("1990-12-31T23:59:60Z", "1990-12-31T23:59:59.000Z"),
            ("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870Z"),
            ("2026-07-01t08:30:00z", "2026-07-01T08:30:00.000Z"),
            ("2026-07-01 08:30:00.123456789999Z", "2026-07-01T08:30:00.123Z"),
            ("2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000Z"),
        ])
    func read(_ text: String, _ expected: String) {
        #expect(Instant(rfc3339: text)?.rfc3339(.milliseconds) == expected)
    }

    @Test(
        "Times without seconds and offsets without a colon are read, as clients write them",
        arguments: [
            ("2027-01-01T10:00Z", "2027-01-01T10:00:00Z"), ("2027-01-01T10:00:00+0200", "2027-01-01T08:00:00Z"),
            ("2027-01-01T10:00-0530", "2027-01-01T15:30:00Z"), ("2027-01-01T10:00:00.5+02", "2027-01-01T08:00:00Z"),
        ])
    func written(_ text: String, _ expected: String) {
        #expect(Instant(rfc3339: text)?.rfc3339(.none) == expected)
    }

    @Test(
        "What is no RFC 3339 is refused",
        arguments: [
            "", "2026-07-01", "2026-07-01T08Z", "2026-07-01T08:30:00", "2026-07-01T08:30:00.Z", "2026-07-01T08:30.5Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-07-01T24:00:00Z",
            "2026-07-01T08:60:00Z", "2026-07-01T08:30:61Z", "2026-07-01T08:30:00+24:00", "2026-07-01T08:30:00+010",
            "2026-07-01T08:30:00Z ", "20260701T083000Z", "2026-07-01T08:30:00ZZ", "9999-01-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2026-07-01T-1:30:00Z", "２026-07-01T08:30:00Z",
        ])
    func refused(_ text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test("The ends of the range are read, what lies beyond is refused")
    func ends() {
        #expect(Instant(rfc3339: "2262-04-11T23:47:16.854775807Z") == Instant(nanoseconds: .max))
        #expect(Instant(rfc3339: "2262-04-11T23:47:16.854775808Z") == nil)
        #expect(Instant(rfc3339: "2262-04-11T23:47:17Z") == nil)
        #expect(Instant(rfc3339: "1677-09-21T00:12:43.145224192Z") == Instant(nanoseconds: .min))
        #expect(Instant(rfc3339: "1677-09-21T00:12:43Z") == nil)
    }

    @Test("A text without an offset takes the one it is given")
    func naive() {
        #expect(
            Instant(rfc3339: "2026-07-01T08:30:00", naiveOffsetSeconds: 3600)?.rfc3339(.none) == "2026-07-01T07:30:00Z")
        #expect(
            Instant(rfc3339: "2026-07-01T08:30:00Z", naiveOffsetSeconds: 3600)?.rfc3339(.none) == "2026-07-01T08:30:00Z"
        )
        #expect(Instant(rfc3339: "2026-07-01T08:30:00x", naiveOffsetSeconds: 0) == nil)
    }

    @Test("A bare date is its first moment")
    func date() {
        #expect(Instant(date: "2024-02-29")?.rfc3339(.none) == "2024-02-29T00:00:00Z")
        #expect(Instant(date: "2023-02-29") == nil)
        #expect(Instant(date: "2024-02-29T") == nil)
        #expect(Instant(date: "1600-01-01") == nil)
    }

    @Test("Every day of the range comes back as itself, weekdays in turn")
    func everyDay() throws {
        let first = try #require(CalendarTime.days(year: 1678, month: 1, day: 1))
        let last = try #require(CalendarTime.days(year: 2261, month: 12, day: 31))
        var weekday = 6  // 1678-01-01 was a Saturday.
        for day in first...last {
            let time = CalendarTime(Instant(seconds: day * 86_400 + 86_399))
            #expect(CalendarTime.days(year: time.year, month: time.month, day: time.day) == day)
            #expect(time.weekday == weekday)
            #expect((time.hour, time.minute, time.second) == (23, 59, 59))
            weekday = (weekday + 1) % 7
        }
    }
}
