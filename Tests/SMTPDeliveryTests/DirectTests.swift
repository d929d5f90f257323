import Base
import DNSWire
import Model
import Ports
import SMTPWire
import TestKit
import Testing

@testable import SMTPDelivery

@Suite("Direct delivery", .timeLimit(.minutes(10)))
struct DirectTests {
    typealias Answer = ScriptedServer.Answer

    private func server(
        _ answer: @escaping @Sendable (String, Int) -> Answer? = { _, _ in nil }
    ) async throws -> ScriptedServer {
        var script = ScriptedServer.Script()
        script.answer = answer
        return try await ScriptedServer(script)
    }

    @Test("The exchange's name is what an attempt reports")
    func reported() async throws {
        let server = try await server()
        let bench = try DirectBench(port: server.port)
        bench.put("dest.example", ("mx.example", "127.0.0.1"))
        let outcome = try #require(await bench.deliver().first)
        #expect(outcome.isAccepted && outcome.result.host == "mx.example:\(server.port)")
        #expect(server.commands.first == "EHLO relay.example")
    }

    @Test("A lane is the destination's own until it was found out, and then the provider's")
    func lanes() async throws {
        let time = HandTime()
        let bench = try DirectBench(port: 25, time: time)
        bench.put("dest.example", ("mx.example", "127.0.0.1"))
        #expect(bench.transport.lane(for: "dest.example") == LaneID("dest.example"))
        let lanes = await bench.transport.lanes(for: ["dest.example", "gone.example"])
        #expect(lanes == ["dest.example": LaneID("mx:mx.example"), "gone.example": LaneID("gone.example")])
        #expect(bench.transport.lane(for: "dest.example") == LaneID("mx:mx.example"))
        bench.dns.remove("dest.example")
        time.advance(by: SMTPDeliveryLimits.routeLifetime)
        _ = await bench.transport.lanes(for: ["dest.example"])
        #expect(bench.transport.lane(for: "dest.example") == LaneID("dest.example"))
    }

    @Test("A zone that answers differently each time does not send its mail from lane to lane")
    func restless() async throws {
        let bench = try DirectBench(port: 25, time: HandTime())
        bench.put("dest.example", ("mx.example", "127.0.0.1"))
        let first = await bench.transport.lanes(for: ["dest.example"])
        bench.put("dest.example", ("other.example", "127.0.0.1"))
        #expect(await bench.transport.lanes(for: ["dest.example"]) == first)
    }

    @Test("A dead exchange is passed over within one attempt")
    func dead() async throws {
        let server = try await server()
        let bench = try DirectBench(port: server.port)
        bench.put("dest.example", ("dead.example", "127.0.0.9"), ("mx.example", "127.0.0.1"))
        #expect(await bench.deliver().allAccepted)
    }

    @Test("An address that did not answer rests, and an answer ends that")
    func rests() throws {
        let address = try #require(IPAddress("192.0.2.1"))
        var memory = AddressMemory()
        #expect(!memory.isResting(address, uptime: .zero))
        memory.failed(address, uptime: .zero)
        #expect(memory.isResting(address, uptime: .seconds(59)) && !memory.isResting(address, uptime: .seconds(60)))
        memory.answered(address)
        #expect(!memory.isResting(address, uptime: .zero))
    }

    @Test("Where nobody answers, mail waits")
    func nobody() async throws {
        let bench = try DirectBench(port: try ScriptedServer.closedPort())
        bench.put("dest.example", ("dead.example", "127.0.0.9"))
        let outcome = try #require(await bench.deliver().first)
        #expect(outcome.isDeferred && outcome.result.classification == .noAnswer)
    }

    @Test(
        "A destination without servers is refused with its reason, and the message is not even composed",
        arguments: [("null", AttemptResult.Class.badDomain, "5.1.10"), ("gone", .badDomain, "5.1.2")])
    func unroutable(_ kind: String, _ class: AttemptResult.Class, _ status: String) async throws {
        let bench = try DirectBench(port: 25)
        if kind == "null" { bench.dns.put("dest.example", .mx(preference: 0, exchange: .root)) }
        let outcomes = await bench.deliver(.failing(.storageUnavailable))
        #expect(outcomes.count == 2 && outcomes.allRefused)
        #expect(outcomes.first?.result.classification == `class` && outcomes.first?.result.enhancedStatus == status)
    }

    @Test("While the DNS cannot be asked, mail waits")
    func dnsDown() async throws {
        let bench = try DirectBench(port: 25)
        bench.dns.setDown(true)
        let outcome = try #require(await bench.deliver().first)
        #expect(outcome.isDeferred && outcome.result.classification == .dnsFailure)
    }

    @Test("An address that is not public is refused and never connected to")
    func egress() async throws {
        let server = try await server()
        let bench = try DirectBench(port: server.port, egress: [])
        bench.put("dest.example", ("mx.example", "127.0.0.1"))
        let outcome = try #require(await bench.deliver().first)
        #expect(outcome.isRefused && outcome.result.classification == .routing)
        #expect(server.connections == 0)
    }

    @Test("A server that refuses to talk is one of several: the next one gets the mail")
    func refusingExchange() async throws {
        let server = try await server { line, number in
            line.hasPrefix("EHLO") && number == 1 ? .replyAndClose("421 4.3.2 busy") : nil
        }
        let bench = try DirectBench(port: server.port)
        bench.put("dest.example", ("busy.example", "127.0.0.1"), ("mx.example", "127.0.0.1"))
        let outcome = try #require(await bench.deliver().first)
        #expect(outcome.isAccepted && outcome.result.host == "mx.example:\(server.port)")
        #expect(server.connections == 2)
    }

    @Test("Another's server that asks us to log in refuses the mail for good")
    func authentication() async throws {
        let server = try await server { line, _ in line.hasPrefix("MAIL") ? .reply("530 5.7.0 log in first") : nil }
        let bench = try DirectBench(port: server.port)
        bench.put("dest.example", ("mx.example", "127.0.0.1"))
        #expect(await bench.deliver().allRefused)
    }

    @Test("An exchange that never answers STARTTLS gets mail in the clear, and is not asked again")
    func silentAboutTLS() async throws {
        var script = ScriptedServer.Script()
        script.extensions.append("STARTTLS")
        // Once it has taken a message it leaves, so that the next one needs a connection of its own.
        script.answer = { line, _ in
            line == "STARTTLS" ? .silence : line == "." ? .replyAndClose("250 2.0.0 Ok") : nil
        }
        let server = try await ScriptedServer(script)
        let bench = try DirectBench(port: server.port) { $0.timeouts.overrides[.startTLS] = .milliseconds(30) }
        bench.put("dest.example", ("mx.example", "127.0.0.1"))
        for _ in 0..<2 { #expect(await bench.deliver().allAccepted) }
        #expect(server.commands.count { $0 == "STARTTLS" } == 1 && server.messages.count == 2)
    }

    @Test("A broken handshake is followed by clear text")
    func brokenTLS() async throws {
        var script = ScriptedServer.Script()
        script.certificate = try TestCertificate(name: "mx.example")
        script.breaksHandshakes = true
        let server = try await ScriptedServer(script)
        let bench = try DirectBench(port: server.port)
        bench.put("dest.example", ("mx.example", "127.0.0.1"))
        #expect(await bench.deliver().allAccepted)
        #expect(server.connections == 2 && server.messages.first?.isSecure == false)
    }

    @Test(
        "Where TLS is required, a certificate of the exchange's name is, and no clear text", arguments: [true, false])
    func requiredTLS(isForName: Bool) async throws {
        var script = ScriptedServer.Script()
        let certificate = try TestCertificate(name: isForName ? "mx.example" : "other.example")
        script.certificate = certificate
        let server = try await ScriptedServer(script)
        let bench = try DirectBench(port: server.port) {
            $0.securityByDomain = ["dest.example": .required]
            $0.caFile = certificate.chain
        }
        bench.put("dest.example", ("mx.example", "127.0.0.1"))
        let outcome = try #require(await bench.deliver().first)
        #expect(isForName ? outcome.isAccepted : outcome.isDeferred)
        #expect(server.messages.map(\.isSecure) == (isForName ? [true] : []))
    }

    @Test("Connections come from the address that is configured")
    func source() async throws {
        let server = try await server()
        let bench = try DirectBench(port: server.port) { $0.sources = [IPAddress("127.0.0.7")].compactMap { $0 } }
        bench.put("dest.example", ("mx.example", "127.0.0.1"))
        #expect(await bench.deliver().allAccepted)
        #expect(server.peers == [IPAddress("127.0.0.7")])
    }

    @Test("The next call to a provider uses the connection of the one before, whichever domain it is for")
    func reuse() async throws {
        let server = try await server()
        let bench = try DirectBench(port: server.port)
        for domain in ["one.example", "two.example"] { bench.put(domain, ("mx.example", "127.0.0.1")) }
        for domain in ["one.example", "two.example", "one.example"] {
            #expect(await bench.deliver(to: domain).allAccepted)
        }
        #expect(server.connections == 1)
        await bench.transport.close()
        #expect(server.commands.last == "QUIT")
    }
}
