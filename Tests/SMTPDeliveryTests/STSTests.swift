import Base
import DNSWire
import Ports
import Posix
import TestKit
import Testing

@testable import SMTPDelivery

@Suite("MTA-STS", .timeLimit(.minutes(10)))
struct STSTests {
    // MARK: Records

    @Test(
        "A record names its policy",
        arguments: [
            (["v=STSv1; id=20160831085700Z;"], "20160831085700Z"), (["v=STSv1;id=a"], "a"),
            (["v=spf1 -all", "v=STSv1; id=7; x=y"], "7"),
        ])
    func record(_ texts: [String], _ id: String) {
        #expect(STSRecord(texts.map { RecordData.txt([Array($0.utf8)]) })?.id == id)
    }

    @Test(
        "Records that say nothing, or two things, are none",
        arguments: [
            [], ["v=spf1 -all"], ["v=STSv1"], ["v=STSv1; id="], ["v=STSv1; id=a-b"], ["V=STSv1; id=a"],
            ["v=STSv1; id=a", "v=STSv1; id=b"], ["v=STSv1; id=123456789012345678901234567890123"],
        ])
    func noRecord(_ texts: [String]) { #expect(STSRecord(texts.map { RecordData.txt([Array($0.utf8)]) }) == nil) }

    // MARK: Policies

    @Test("A policy is read, with either line end, blanks and fields that nobody knows")
    func policy() throws {
        let text =
            "version: STSv1\r\nmode:enforce\nmx: Mail.Example\nmx:\t*.example.net \nmax_age: 604800\nx: y\nmode: none\n"
        let policy = try #require(STSPolicy(Array(text.utf8)))
        #expect(policy.mode == .enforce && policy.patterns == ["mail.example", "*.example.net"])
        #expect(policy.maxAge == .seconds(604_800))
    }

    @Test(
        "What lacks a part is no policy",
        arguments: [
            "", "<html>", "version: STSv2\nmode: enforce\nmx: a\nmax_age: 1", "version: STSv1\nmx: a\nmax_age: 1",
            "version: STSv1\nmode: always\nmx: a\nmax_age: 1", "version: STSv1\nmode: enforce\nmax_age: 1",
            "version: STSv1\nmode: enforce\nmx: a", "version: STSv1\nmode: enforce\nmx: a\nmax_age: -1",
        ])
    func noPolicy(_ text: String) { #expect(STSPolicy(Array(text.utf8)) == nil) }

    @Test(
        "A pattern names a host, or with a wildcard one label in its place",
        arguments: [
            ("mail.example.net", true), ("a.example.org", true), ("a.b.example.org", false), ("example.org", false),
            ("example.net", false), ("x.mail.example.net", false),
        ])
    func names(_ host: String, _ isNamed: Bool) throws {
        let text = "version: STSv1\nmode: enforce\nmx: mail.example.net\nmx: *.example.org\nmax_age: 1"
        let policy = try #require(STSPolicy(Array(text.utf8)))
        let exchange = try #require(Exchange(text: host))
        #expect(policy.names(exchange) == isNamed)
    }

    // MARK: Routes

    private let dns = ScriptedResolver()
    private let http = ScriptedHTTP()
    private let time = HandTime()

    private func finder(_ loop: EventLoop) -> RouteFinder {
        RouteFinder(
            resolver: dns, own: [],
            policies: STSKeeper(resolver: dns, http: http, loop: loop, time: time)
        ) { $0 == "own.example" ? .opportunistic : nil }
    }

    /// A domain with two exchanges and a policy that names the first.
    private func publish(_ domain: String = "dest.example", id: String = "1", mode: String = "enforce") throws {
        let (a, b) = (try #require(DNSName("a.example")), try #require(DNSName("b.example")))
        dns.put(domain, .mx(preference: 10, exchange: a), .mx(preference: 20, exchange: b))
        dns.put("_mta-sts.\(domain)", text: "v=STSv1; id=\(id);")
        http.say { _ in .status(200, "version: STSv1\nmode: \(mode)\nmx: a.example\nmax_age: 86400\n") }
    }

    private func withLoop(_ body: (EventLoop) async throws -> Void) async throws {
        let loop = try EventLoop(name: "sts", time: SystemTime())
        let thread = loop.start()
        defer {
            loop.stop()
            thread.join()
        }
        try await body(loop)
    }

    @Test("A policy that is enforced leaves its own exchanges, under TLS; the operator's word stands above it")
    func enforced() async throws {
        try publish()
        dns.put("own.example", .mx(preference: 10, exchange: try #require(DNSName("b.example"))))
        try await withLoop { loop in
            let finder = finder(loop)
            #expect(await finder.route(to: "dest.example").lane == LaneID("mxtls:a.example"))
            #expect(http.requests.map(\.url) == ["https://mta-sts.dest.example/.well-known/mta-sts.txt"])
            #expect(await finder.route(to: "own.example").lane == LaneID("mx:b.example"))
        }
    }

    @Test("A policy that is not enforced changes nothing", arguments: ["testing", "none"])
    func notEnforced(_ mode: String) async throws {
        try publish(mode: mode)
        try await withLoop { loop in
            #expect(await finder(loop).route(to: "dest.example").lane == LaneID("mx:a.example/b.example"))
        }
    }

    @Test("Where no exchange is named, mail waits")
    func noneNamed() async throws {
        try publish()
        dns.put("dest.example", .mx(preference: 10, exchange: try #require(DNSName("evil.example"))))
        try await withLoop { loop in
            #expect(await finder(loop).route(to: "dest.example") == .failure(.policy))
        }
    }

    @Test("A policy holds for its time, fetched once, also when its record is taken away")
    func kept() async throws {
        try publish()
        try await withLoop { loop in
            let finder = finder(loop)
            for _ in 0..<2 { #expect(await finder.route(to: "dest.example").security == .required) }
            #expect(http.requests.count == 1)
            dns.remove("_mta-sts.dest.example")
            #expect(await finder.route(to: "dest.example").security == .required)
            time.advance(by: .seconds(86_401))
            #expect(await finder.route(to: "dest.example").security == .opportunistic)
        }
    }

    @Test("Another id means another policy; one that cannot be fetched leaves the one that is known")
    func changed() async throws {
        try publish()
        try await withLoop { loop in
            let finder = finder(loop)
            _ = await finder.route(to: "dest.example")
            try publish(id: "2")
            http.say { _ in .status(404) }
            #expect(await finder.route(to: "dest.example").security == .required)
            _ = await finder.route(to: "dest.example")
            #expect(http.requests.count == 2, "it is not asked for again at once")
            time.advance(by: SMTPDeliveryLimits.policyRetry)
            try publish(id: "2", mode: "none")
            #expect(await finder.route(to: "dest.example").security == .opportunistic)
        }
    }
}

extension Result<Route, RouteFailure> {
    /// nil where there is no route.
    fileprivate var lane: LaneID? { (try? get())?.lane }
    fileprivate var security: DirectConfiguration.Security? { (try? get())?.security }
}
