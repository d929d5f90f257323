import Base
import Foundation
import Testing

@Suite("Time zones")
struct TimeZoneRulesTests {
    private static let folder = "/usr/share/zoneinfo"

    private func rules(_ name: String) -> TimeZoneRules? {
        FileManager.default.contents(atPath: "\(Self.folder)/\(name)").flatMap { TimeZoneRules(tzif: Array($0)) }
    }

    private func local(_ text: String) throws -> Instant {
        try #require(Instant(rfc3339: text, naiveOffsetSeconds: 0))
    }

    @Test("A rule tells summer from standard time, on either side of the equator")
    func rule() throws {
        let newYork = try #require(TimeZoneRules(rule: "EST5EDT,M3.2.0,M11.1.0"))
        #expect(newYork.offset(at: try local("2027-01-15T12:00:00")) == -18_000)
        #expect(newYork.offset(at: try local("2027-07-15T12:00:00")) == -14_400)
        // The second Sunday of March 2027 is the 14th; 02:00 there is 07:00 in UTC.
        #expect(newYork.offset(at: try local("2027-03-14T06:59:59")) == -18_000)
        #expect(newYork.offset(at: try local("2027-03-14T07:00:00")) == -14_400)
        let sydney = try #require(TimeZoneRules(rule: "AEST-10AEDT,M10.1.0,M4.1.0/3"))
        #expect(sydney.offset(at: try local("2027-01-15T12:00:00")) == 39_600)
        #expect(sydney.offset(at: try local("2027-07-15T12:00:00")) == 36_000)
    }

    @Test("Days of the year count leap days or leave them out, hours may be of another day")
    func ruleForms() throws {
        let julian = try #require(TimeZoneRules(rule: "XXX0YYY,J60,J300"))
        #expect(julian.offset(at: try local("2028-03-01T01:59:59")) == 0)
        #expect(julian.offset(at: try local("2028-03-01T02:00:00")) == 3600)
        let ordinal = try #require(TimeZoneRules(rule: "XXX0YYY,59,300"))
        #expect(ordinal.offset(at: try local("2028-02-29T02:00:00")) == 3600)
        let always = try #require(TimeZoneRules(rule: "XXX3YYY2,0/0,J365/25"))
        #expect(always.offset(at: try local("2027-12-31T23:59:59")) == -7200)
        let quoted = try #require(TimeZoneRules(rule: "<+0545>-5:45"))
        #expect(quoted.offset(at: try local("2027-06-01T00:00:00")) == 20_700)
        let late = try #require(TimeZoneRules(rule: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"))
        #expect(late.offset(at: try local("2027-03-28T01:00:00")) == -3600)
    }

    @Test(
        "A text that is no rule is refused",
        arguments: ["", "E", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,J0,J9", "EST5x"])
    func noRule(text: String) {
        #expect(TimeZoneRules(rule: text) == nil)
    }

    @Test("Of a time that is shown twice the first counts, and one that is skipped goes by the clocks before")
    func localTimes() throws {
        let newYork = try #require(TimeZoneRules(rule: "EST5EDT,M3.2.0,M11.1.0"))
        #expect(newYork.instant(local: try local("2027-03-01T09:00:00")) == Instant(rfc3339: "2027-03-01T14:00:00Z"))
        #expect(newYork.instant(local: try local("2027-08-01T09:00:00")) == Instant(rfc3339: "2027-08-01T13:00:00Z"))
        #expect(newYork.instant(local: try local("2027-11-07T01:30:00")) == Instant(rfc3339: "2027-11-07T05:30:00Z"))
        #expect(newYork.instant(local: try local("2027-03-14T02:30:00")) == Instant(rfc3339: "2027-03-14T07:30:00Z"))
    }

    @Test("What is not a file of the database is refused, wherever it is cut")
    func damaged() throws {
        #expect(TimeZoneRules(tzif: []) == nil)
        #expect(TimeZoneRules(tzif: Array("TZif2".utf8)) == nil)
        guard let whole = FileManager.default.contents(atPath: "\(Self.folder)/Europe/Berlin") else { return }
        #expect(TimeZoneRules(tzif: Array(whole)) != nil)
        for length in 0..<whole.count { #expect(TimeZoneRules(tzif: Array(whole.prefix(length))) == nil, "\(length)") }
    }

    @Test(
        "All zones of the machine's database have the offsets that Foundation gives them",
        .enabled(if: FileManager.default.fileExists(atPath: folder), "this machine has no time zone database"))
    func likeFoundation() throws {
        for name in TimeZone.knownTimeZoneIdentifiers {
            guard let zone = TimeZone(identifier: name), let rules = rules(name) else { continue }
            // Every three weeks from 1970 to 2036: past that the two read different ends of the same rules.
            for week in stride(from: 0, to: 3440, by: 3) {
                let seconds = Int64(week) * 7 * 86_400 + 3600
                let expected = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
                #expect(rules.offset(at: Instant(seconds: seconds)) == expected, "\(name) \(seconds)")
            }
        }
    }
}
