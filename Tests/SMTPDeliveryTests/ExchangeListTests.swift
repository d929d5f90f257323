import Base
import DNSWire
import Testing

@testable import SMTPDelivery

@Suite("Exchange list")
struct ExchangeListTests {
    /// `10 mx.example`; what comes of it, groups between slashes.
    @Test(
        "MX records come to exchanges by preference",
        arguments: [
            (["10 a.example"], "a.example"),
            (["20 b.example", "10 a.example"], "a.example/b.example"),
            (["10 b.example", "10 a.example"], "a.example,b.example"),
            (
                ["0 c.example", "10 b.example", "10 a.example", "65535 d.example"],
                "c.example/a.example,b.example/d.example"
            ),
            (["20 a.example", "10 a.example", "15 b.example"], "a.example/b.example"),
            (["10 A.Example"], "a.example"),
            (["10 a_b.example"], "a_b.example"),
            // RFC 7505 §3: a null MX counts alone only.
            (["0 .", "10 a.example"], "a.example"),
            // Not a host's name.
            (["10 a b.example", "20 c.example"], "c.example"),
            (["10 a,b.example", "20 c/d.example", "30 e.example"], "e.example"),
            // RFC 5321 §5.1: ourselves, and whoever is preferred no more.
            (["10 a.example", "20 own.example", "20 b.example", "30 c.example"], "a.example"),
            (["10 a.example", "20 OWN.example"], "a.example"),
        ])
    func exchanges(_ records: [String], _ expected: String) throws {
        let groups = try ExchangeList.read(records.compactMap(Self.record), own: Self.own).get()
        #expect(groups.map { $0.map(\.text).joined(separator: ",") }.joined(separator: "/") == expected)
    }

    @Test(
        "MX records without a usable exchange are refused",
        arguments: [
            (["0 ."], RouteRefusal.nullMX), (["0 .", "10 ."], .nullMX), (["10 own.example"], .loop),
            (["10 own.example", "10 a.example", "20 b.example"], .loop), (["10 a b.example"], .noAddress),
        ])
    func refused(_ records: [String], _ expected: RouteRefusal) {
        let groups = ExchangeList.read(records.compactMap(Self.record), own: Self.own)
        #expect(groups == .failure(expected))
    }

    @Test("A list without end is cut off at its least preferred")
    func many() throws {
        let records = (0..<100).compactMap { Self.record("\($0) mx\($0).example") }
        let groups = try ExchangeList.read(records.reversed(), own: []).get()
        #expect(groups.count == SMTPDeliveryLimits.exchangesMax)
        #expect(groups.first?.map(\.text) == ["mx0.example"])
    }

    private static let own = Set([DNSName("own.example")].compactMap { $0 })

    private static func record(_ text: String) -> RecordData? {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let preference = UInt16(parts[0]) else { return nil }
        return (parts[1] == "." ? .root : DNSName(String(parts[1]))).map { .mx(preference: preference, exchange: $0) }
    }
}
