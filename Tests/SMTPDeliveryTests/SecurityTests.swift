import Base
import Model
import SMTPDelivery
import SMTPWire
import Testing

@Suite(.timeLimit(.minutes(10)))
struct SecurityTests {
    private func server(certificateFor name: String = "localhost", broken: Bool = false) async throws -> (
        ScriptedServer, TestCertificate
    ) {
        var script = ScriptedServer.Script()
        let certificate = try TestCertificate(name: name)
        script.certificate = certificate
        script.breaksHandshakes = broken
        script.extensions += ["AUTH PLAIN"]
        return (try await ScriptedServer(script), certificate)
    }

    @Test("STARTTLS is used where it is offered, with any certificate")
    func opportunistic() async throws {
        let (server, _) = try await server(certificateFor: "other.example")
        let bench = try Bench(to: server)
        #expect(await bench.deliver(.of()).first?.isAccepted == true)
        #expect(server.messages.map(\.isSecure) == [true])
        #expect(bench.log.contains("smtp-tls version=TLSv1.3"))
    }

    @Test("A large message arrives whole through TLS")
    func large() async throws {
        let line = "a line of a message in many records\r\n"
        let content = "Subject: large\r\n\r\n" + String(repeating: line, count: 60_000)
        let (server, _) = try await server()
        let bench = try Bench(to: server)
        #expect(await bench.deliver(.of(content: content)).first?.isAccepted == true)
        #expect(server.messages.first?.content == Array(content.utf8))
    }

    @Test("Required TLS is satisfied by a trusted certificate for the host")
    func required() async throws {
        let (server, certificate) = try await server()
        let bench = try Bench(to: server, security: .required) { $0.caFile = certificate.chain }
        #expect(await bench.deliver(.of()).first?.isAccepted == true)
        #expect(server.messages.map(\.isSecure) == [true])
    }

    @Test("Required TLS sends nothing to another host's certificate, nor to an unknown authority's")
    func wrongCertificate() async throws {
        let (server, certificate) = try await server(certificateFor: "other.example")
        for caFile in [certificate.chain, nil] {
            let bench = try Bench(to: server, security: .required) { $0.caFile = caFile }
            let outcomes = await bench.deliver([.of(), .of()])
            #expect(outcomes.joined().allDeferred)
            #expect(bench.log.contains("tls-failed"))
        }
        #expect(server.messages.isEmpty && server.connections == 2)
    }

    @Test("Required TLS sends nothing where it is not offered")
    func notOffered() async throws {
        let server = try await ScriptedServer()
        let bench = try Bench(to: server, security: .required)
        let outcomes = await bench.deliver(.of())
        #expect(outcomes.first?.isDeferred == true && outcomes.first?.result.classification == .policy)
        #expect(server.messages.isEmpty)
    }

    @Test("Where the handshake fails and TLS is only a wish, mail goes in the clear over a second connection")
    func fallback() async throws {
        let (server, _) = try await server(broken: true)
        let bench = try Bench(to: server)
        let results = await bench.deliver([.of(), .of()])
        #expect(results.joined().allAccepted)
        #expect(server.messages.map(\.isSecure) == [false, false])
        #expect(server.connections == 2)
    }

    @Test("A host that never answers STARTTLS gets mail in the clear, and is not asked again")
    func silentAboutTLS() async throws {
        var script = ScriptedServer.Script()
        script.extensions.append("STARTTLS")
        script.answer = { line, _ in line == "STARTTLS" ? .silence : nil }
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server) {
            $0.timeouts.overrides[.startTLS] = .milliseconds(30)
            $0.sessions = 1
        }
        #expect(await bench.deliver(.of()).first?.isAccepted == true)
        // A connection of its own, as the first one is gone.
        await bench.transport.close()
        let again = await bench.deliver(.of())
        #expect(again.first?.isAccepted == true)
        #expect(server.messages.map(\.isSecure) == [false, false])
        #expect(server.commands.count { $0 == "STARTTLS" } == 1 && server.connections == 3)
        #expect(again.first?.result.dialogue?.text.contains("without TLS") == true)
    }

    @Test("Where TLS is required, a host that never answers STARTTLS gets nothing")
    func silentWhereRequired() async throws {
        var script = ScriptedServer.Script()
        script.extensions.append("STARTTLS")
        script.answer = { line, _ in line == "STARTTLS" ? .silence : nil }
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server, security: .required) {
            $0.timeouts.overrides[.startTLS] = .milliseconds(30)
        }
        for _ in 0..<2 { #expect(await bench.deliver(.of()).first?.isDeferred == true) }
        #expect(server.messages.isEmpty)
    }

    @Test("With a password there is no way back to clear text")
    func noFallback() async throws {
        let (server, _) = try await server(broken: true)
        let bench = try Bench(to: server, login: ("user", "secret"))
        #expect(await bench.deliver(.of()).first?.isDeferred == true)
        #expect(server.messages.isEmpty && server.connections == 1)
    }

    @Test("A password is shown inside TLS")
    func authenticated() async throws {
        let (server, _) = try await server()
        let bench = try Bench(to: server, login: ("user", "secret"))
        #expect(await bench.deliver(.of()).first?.isAccepted == true)
        #expect(server.commands.contains { $0.hasPrefix("AUTH PLAIN ") })
    }
}
