import Base
import DNSWire
import Model
import Ports
import SMTPDelivery
import SMTPWire
import Synchronization
import TestKit
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ConnectionFailureTests {
    private func result(_ outcomes: [[AttemptOutcome]]) throws -> AttemptResult {
        #expect(outcomes.joined().allDeferred)
        return try #require(outcomes.joined().first).result
    }

    @Test("Where nobody listens, every parcel is deferred, and none is opened")
    func refused() async throws {
        let bench = try Bench(port: try ScriptedServer.closedPort())
        let opened = Mutex(0)
        let parcel = Parcel(message: Message.ID(1), recipients: [0, 1]) { () throws(KernelFailure) in
            opened.withLock { $0 += 1 }
            throw .messageMalformed
        }
        let outcomes = await bench.deliver([parcel, parcel, parcel])
        #expect(outcomes.map(\.count) == [2, 2, 2])
        let result = try result(outcomes)
        #expect(result.classification == .noAnswer && result.code == 0 && result.enhancedStatus == "4.4.1")
        #expect(opened.withLock { $0 } == 0)
        // One attempt and one line for the whole call.
        #expect(bench.log.split(separator: "\n").filter { $0.contains("connect-failed") }.count == 1)
    }

    @Test("A name that does not exist is a failure of DNS")
    func unknownName() async throws {
        let bench = try Bench(host: "no-such-host.invalid")
        let result = try result([await bench.deliver(.of())])
        #expect(result.classification == .dnsFailure && result.enhancedStatus == "4.4.3")
        #expect(result.host == "no-such-host.invalid:25")
    }

    @Test("The smarthost's name is asked of the resolver that all names are asked of, and what is learned is kept")
    func resolver() async throws {
        let server = try await ScriptedServer()
        let bench = try Bench(to: server, host: "smarthost.example")
        bench.names.put("smarthost.example", .a(try #require(IPAddress("127.0.0.1"))))
        #expect(await bench.deliver([.of()]).joined().allAccepted)
        #expect(Set(bench.names.questions.map(\.name.text)) == ["smarthost.example"])
        let asked = bench.names.questions.count
        #expect(await bench.deliver([.of()]).joined().allAccepted)
        #expect(bench.names.questions.count == asked)
    }

    @Test("A resolver that cannot tell is a failure of DNS, and asked again")
    func unknownForNow() async throws {
        let server = try await ScriptedServer()
        let bench = try Bench(to: server, host: "smarthost.example")
        bench.names.setDown(true)
        let result = try result(await bench.deliver([.of()]))
        #expect(result.classification == .dnsFailure)
        bench.names.setDown(false)
        bench.names.put("smarthost.example", .a(try #require(IPAddress("127.0.0.1"))))
        #expect(await bench.deliver([.of()]).joined().allAccepted)
    }

    @Test("A refused greeting defers all parcels of the call after one connection")
    func greeting() async throws {
        var script = ScriptedServer.Script()
        script.greeting = .reply("554 5.7.1 your address has a bad reputation")
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server)
        let result = try result(await bench.deliver([.of(), .of()]))
        #expect(result.code == 554 && result.classification == .reputation)
        #expect(server.connections == 1)
        #expect(bench.log.contains("reason=greeting-refused code=554"))
        #expect(!bench.log.contains("reputation"))
    }

    @Test("A server that closes within the content defers that message alone")
    func cut() async throws {
        var script = ScriptedServer.Script()
        script.closesAfterOctets = 10
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server)
        let results = await bench.deliver([.of(), .of()])
        #expect(results[0].first?.isDeferred == true && results[0].first?.result.classification == .badConnection)
        #expect(results[1].first?.isAccepted == true)
        #expect(server.connections == 2)
    }

    @Test("A server that closes after the final dot may have the message, so it is deferred and not sent again at once")
    func lostAfterData() async throws {
        var script = ScriptedServer.Script()
        script.answer = { line, _ in line == "." ? .close : nil }
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server)
        let result = try result([await bench.deliver(.of())])
        #expect(result.classification == .badConnection)
        #expect(server.commands.filter { $0 == "." }.count == 1)
    }

    @Test("A server that stops answering is waited for once in a call")
    func silence() async throws {
        var script = ScriptedServer.Script()
        script.extensions = []
        script.answer = { line, _ in line.hasPrefix("MAIL") ? .silence : nil }
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server) { $0.timeouts.overrides[.mail] = .milliseconds(30) }
        let outcomes = await bench.deliver([.of(), .of(), .of()])
        #expect(outcomes.count == 3)
        let result = try result(outcomes)
        #expect(result.classification == .noAnswer)
        #expect(server.connections == 1)
    }

    @Test("A silent greeting ends after its timeout")
    func silentGreeting() async throws {
        var script = ScriptedServer.Script()
        script.greeting = .silence
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server) { $0.timeouts.overrides[.greeting] = .milliseconds(30) }
        let result = try result([await bench.deliver(.of())])
        #expect(result.classification == .noAnswer)
    }

    @Test("A server that speaks something else is deferred")
    func notSMTP() async throws {
        var script = ScriptedServer.Script()
        script.greeting = .reply("HTTP/1.1 400 Bad Request")
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server)
        let result = try result([await bench.deliver(.of())])
        #expect(result.classification == .protocolError)
    }

    // MARK: Authentication

    @Test("A refused password defers, whatever the code says of permanence")
    func password() async throws {
        var script = ScriptedServer.Script()
        script.extensions = ["AUTH PLAIN LOGIN"]
        script.answer = { line, _ in line.hasPrefix("AUTH") ? .reply("535 5.7.8 wrong") : nil }
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server, login: ("user", "secret")) {
            $0.allowsPlaintextAuthentication = true
        }
        let result = try result([await bench.deliver(.of())])
        #expect(result.classification == .authentication && result.code == 535)
        #expect(!bench.log.contains("secret"))
    }

    @Test("A password is not shown outside TLS")
    func plaintext() async throws {
        var script = ScriptedServer.Script()
        script.extensions = ["AUTH PLAIN LOGIN"]
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server, login: ("user", "secret"))
        let result = try result([await bench.deliver(.of())])
        #expect(result.classification == .authentication)
        #expect(!server.commands.contains { $0.hasPrefix("AUTH") })
    }

    // MARK: Configuration

    @Test("What cannot be used is refused when the configuration is made")
    func configuration() throws {
        #expect(throws: SmarthostError.host) {
            try SmarthostConfiguration(host: "", port: 25, heloName: "relay.example")
        }
        #expect(throws: SmarthostError.heloName) {
            try SmarthostConfiguration(host: "mail.example", port: 25, heloName: "two words")
        }
        #expect(throws: SmarthostError.login) {
            try SmarthostConfiguration(host: "mail.example", port: 25, heloName: "relay.example", login: ("", "x"))
        }
        #expect(throws: SmarthostError.self) {
            try Bench { $0.caFile = "/nowhere.pem" }
        }
    }
}
