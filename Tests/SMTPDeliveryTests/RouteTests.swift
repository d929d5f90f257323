import Base
import DNSWire
import Ports
import TestKit
import Testing

@testable import SMTPDelivery

@Suite("Routes")
struct RouteTests {
    private let dns = ScriptedResolver()

    private func find(_ destination: String) async -> Result<Route, RouteFailure> {
        let own = Set([DNSName("relay.example")].compactMap { $0 })
        return await RouteFinder(resolver: dns, own: own) { $0 == "secret.example" ? .required : .opportunistic }
            .route(to: destination)
    }

    private func name(_ text: String) throws -> DNSName { try #require(DNSName(text)) }

    // MARK: Lanes

    @Test(
        "A route and the name of its lane say the same",
        arguments: [
            "mx:a.example", "mx:a.example,b.example/c.example", "mxtls:a.example", "mxclear:a.example",
            "mx:[192.0.2.1]", "mx:[2001:db8::1]",
        ])
    func lanes(_ text: String) throws {
        let route = try #require(Route(lane: LaneID(text)))
        #expect(route.lane == LaneID(text))
    }

    @Test(
        "The lane of a destination has no route",
        arguments: [
            "example.net", "[192.0.2.1]", "[IPv6:2001:db8::1]", "", "mx", "mx:", "mx:a,,b", "mx:a//b", "smarthost:a:25",
        ])
    func otherLanes(_ text: String) { #expect(Route(lane: LaneID(text)) == nil) }

    @Test("Equals are tried in any order, groups in theirs")
    func order() throws {
        let route = try #require(Route(lane: LaneID("mx:a,b,c/d/e,f")))
        let random = SeededRandom(seed: 7)
        let orders = (0..<200).map { _ in route.exchanges(random).map(\.text).joined() }
        #expect(orders.allSatisfy { $0.dropFirst(3).first == "d" && Set($0.prefix(3)) == ["a", "b", "c"] })
        #expect(Set(orders).count == 12)
    }

    // MARK: Finding

    @Test("Destinations with equal records have one lane, in whatever order these came")
    func rollUp() async throws {
        let (a, b) = (try name("a.example"), try name("b.example"))
        dns.put("one.example", .mx(preference: 5, exchange: a), .mx(preference: 5, exchange: b))
        dns.put("two.example", .mx(preference: 10, exchange: b), .mx(preference: 10, exchange: a))
        dns.put("secret.example", .mx(preference: 10, exchange: b), .mx(preference: 10, exchange: a))
        #expect(try await find("one.example").get().lane == LaneID("mx:a.example,b.example"))
        #expect(try await find("two.example").get().lane == LaneID("mx:a.example,b.example"))
        #expect(try await find("secret.example").get().lane == LaneID("mxtls:a.example,b.example"))
    }

    @Test("Without MX records the domain's own address serves, of either family")
    func implicit() async throws {
        dns.put("four.example", .a(try #require(IPAddress("192.0.2.1"))))
        dns.put("six.example", .aaaa(try #require(IPAddress("2001:db8::1"))))
        #expect(try await find("four.example").get().lane == LaneID("mx:four.example"))
        #expect(try await find("six.example").get().lane == LaneID("mx:six.example"))
    }

    @Test("A destination that cannot take mail is refused")
    func refused() async throws {
        dns.put("text.example", text: "v=spf1 -all")
        dns.put("null.example", .mx(preference: 0, exchange: .root))
        dns.put("relay.example", .a(try #require(IPAddress("192.0.2.1"))))
        #expect(await find("gone.example") == .failure(.refused(.noSuchDomain)))
        #expect(await find("text.example") == .failure(.refused(.noServer)))
        #expect(await find("null.example") == .failure(.refused(.nullMX)))
        #expect(await find("relay.example") == .failure(.refused(.loop)))
        #expect(await find("a b.example") == .failure(.refused(.noSuchDomain)))
    }

    @Test("A resolver that fails decides nothing")
    func unknown() async {
        dns.fail("slow.example")
        #expect(await find("slow.example") == .failure(.unknown(.serverFailed)))
    }

    @Test(
        "An address in brackets is its own exchange",
        arguments: [
            ("[192.0.2.1]", "mx:[192.0.2.1]"), ("[IPv6:2001:db8::1]", "mx:[2001:db8::1]"), ("[ipv6:::1]", "mx:[::1]"),
        ])
    func literal(_ text: String, _ lane: String) async throws {
        #expect(try await find(text).get().lane == LaneID(lane))
        #expect(dns.questions.isEmpty)
    }

    @Test(
        "What is no address in brackets is refused",
        arguments: ["[x]", "[192.0.2]", "[2001:db8::1]", "[IPv6:x]", "[IPv6:192.0.2.1]", "[]"])
    func badLiteral(_ text: String) async { #expect(await find(text) == .failure(.refused(.badLiteral))) }
}
