import Base
import Model
import Ports
import SMTPDelivery
import SMTPWire
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct DeliveryTests {
    typealias Answer = ScriptedServer.Answer

    /// A server that answers so, and a transport to it.
    private func pair(
        _ answer: @escaping @Sendable (String, Int) -> Answer? = { _, _ in nil }
    ) async throws -> (ScriptedServer, Bench) {
        var script = ScriptedServer.Script()
        script.answer = answer
        let server = try await ScriptedServer(script)
        return (server, try Bench(to: server))
    }

    // MARK: What arrives

    @Test("A message arrives with its envelope, and its result says who took it")
    func oneParcel() async throws {
        let (server, bench) = try await pair()
        let outcomes = await bench.deliver(.of(["ann@example.net", "bob@example.org"]))
        let message = try #require(server.messages.first)
        #expect(message.sender == "hello@example.com")
        #expect(message.recipients == ["ann@example.net", "bob@example.org"])
        #expect(message.content == Array("Subject: test\r\n\r\ntext\r\n".utf8))
        #expect(outcomes.count == 2 && outcomes.allAccepted)
        let result = try #require(outcomes.first).result
        #expect(result.classification == .none && result.code == 250 && result.enhancedStatus == "2.6.0")
        #expect(result.text.text == "queued as 4711")
        #expect(result.host == "localhost:\(server.port)")
        #expect(result.contentDigest == Parcel.digest)
        #expect(server.commands.first == "EHLO relay.example")
    }

    @Test("Dots at line starts arrive as they were")
    func dots() async throws {
        let content = "Subject: dots\r\n\r\n.\r\n..\r\n.text\r\nend.\r\n"
        let (server, bench) = try await pair()
        _ = await bench.deliver(.of(content: content))
        let message = try #require(server.messages.first)
        #expect(message.content == Array(content.utf8))
        #expect(message.raw == Array("Subject: dots\r\n\r\n..\r\n...\r\n..text\r\nend.\r\n".utf8))
    }

    @Test("A message of many pieces arrives whole")
    func large() async throws {
        let lines = (0..<60_000).map { "line \($0) of a message that no socket buffer holds at once\r\n" }
        let content = "Subject: large\r\n\r\n" + lines.joined()
        let (server, bench) = try await pair()
        let outcomes = await bench.deliver(.of(content: content))
        #expect(outcomes.first?.isAccepted == true)
        #expect(server.messages.first?.content == Array(content.utf8))
    }

    @Test("The null sender is written as it is")
    func nullSender() async throws {
        let (server, bench) = try await pair()
        _ = await bench.deliver(.of(sender: ""))
        #expect(server.commands.contains { $0.hasPrefix("MAIL FROM:<>") })
    }

    @Test("Whether the server knows SMTPUTF8 is known once it was asked", arguments: [true, false])
    func international(isOffered: Bool) async throws {
        var script = ScriptedServer.Script()
        if isOffered { script.extensions.append("SMTPUTF8") }
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server)
        #expect(bench.transport.takesInternational == nil)
        _ = await bench.deliver(.of())
        #expect(bench.transport.takesInternational == isOffered)
    }

    // MARK: Reports

    /// A message for three recipients, of whom the first is to be told of.
    private var wishing: Parcel {
        let recipients = ["ann@example.net", "bob@example.net", "eve@example.net"]
        let wishes = [
            ReportRequest.Recipient(notify: ReportWishes.Recipient.success, original: "rfc822;a@example.org"),
            ReportRequest.Recipient(notify: 0), ReportRequest.Recipient(),
        ]
        let mail = OutgoingMail(
            sender: "hello@example.com", recipients: recipients, content: Array("Subject: x\r\n\r\n".utf8),
            digest: Parcel.digest, needsSMTPUTF8: false,
            reports: ReportRequest(returned: .full, envelopeID: "e", recipients: wishes))
        return Parcel(message: Message.ID(1), recipients: [0, 1, 2]) { mail }
    }

    @Test("A server that offers DSN is told what to report on, and is then the one to do it")
    func reports() async throws {
        var script = ScriptedServer.Script()
        script.extensions.append("DSN")
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server)
        let result = try #require(await bench.results([wishing]).first)
        #expect(result.outcomes.allAccepted && result.unannounced.isEmpty)
        #expect(server.commands.contains("MAIL FROM:<hello@example.com> SIZE=14 RET=FULL ENVID=e"))
        #expect(server.commands.contains("RCPT TO:<ann@example.net> NOTIFY=SUCCESS ORCPT=rfc822;a@example.org"))
        #expect(server.commands.contains("RCPT TO:<bob@example.net> NOTIFY=NEVER"))
        #expect(server.commands.contains("RCPT TO:<eve@example.net>"))
    }

    @Test("A server that does not offer DSN is told nothing, and what it takes is left to us to tell of")
    func noReports() async throws {
        let (server, bench) = try await pair { line, _ in
            line.hasPrefix("RCPT TO:<eve") ? .reply("550 5.1.1 no") : nil
        }
        let result = try #require(await bench.results([wishing]).first)
        #expect(result.unannounced == [0])
        #expect(!server.commands.contains { $0.contains("NOTIFY") || $0.contains("RET=") || $0.contains("ORCPT") })
    }

    @Test("What a server refuses is not left to be told of as a success")
    func refusedReports() async throws {
        let (_, bench) = try await pair { line, _ in line == "." ? .reply("550 5.7.1 no") : nil }
        let result = try #require(await bench.results([wishing]).first)
        #expect(result.outcomes.allRefused && result.unannounced.isEmpty)
    }

    // MARK: Connections

    @Test("Parcels of one call go over one connection, one after the other")
    func oneConnection() async throws {
        let (server, bench) = try await pair()
        let results = await bench.deliver((0..<20).map { .of(["user\($0)@example.net"]) })
        #expect(results.count == 20 && results.joined().allAccepted)
        #expect(server.messages.flatMap(\.recipients) == (0..<20).map { "user\($0)@example.net" })
        #expect(server.connections == 1)
    }

    @Test("The next call uses the connection of the one before")
    func reuse() async throws {
        let (server, bench) = try await pair()
        for _ in 0..<3 { _ = await bench.deliver(.of()) }
        #expect(server.messages.count == 3)
        #expect(server.connections == 1)
    }

    @Test("Calls at the same time have a connection each")
    func parallel() async throws {
        let (server, bench) = try await pair()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    let results = await bench.deliver((0..<25).map { _ in .of() })
                    #expect(results.joined().allAccepted)
                }
            }
        }
        #expect(server.messages.count == 100)
        #expect((1...4).contains(server.connections))
    }

    @Test("A connection that the server left behind is replaced without anybody noticing")
    func stale() async throws {
        let (server, bench) = try await pair { line, number in
            line == "." && number == 1 ? .replyAndClose("250 2.6.0 queued") : nil
        }
        let results = await bench.deliver([.of(), .of(["bob@example.net"])])
        #expect(results.joined().allAccepted)
        #expect(server.connections == 2)
    }

    @Test("A server that takes no more messages on a connection gets the rest on another")
    func serverLimit() async throws {
        let (server, bench) = try await pair { line, number in
            line.hasPrefix("MAIL") && number == 3 ? .replyAndClose("421 4.7.0 enough for now") : nil
        }
        let results = await bench.deliver((0..<4).map { _ in .of() })
        #expect(results.joined().allAccepted)
        #expect(server.connections == 2)
    }

    @Test("A connection that is left alone says QUIT after its time, and one in hand never does")
    func idle() async throws {
        let server = try await ScriptedServer()
        let bench = try Bench(to: server) { $0.timeouts.overrides[.idle] = .milliseconds(1) }
        _ = await bench.deliver(.of())
        await server.waitForCommand("QUIT")
        #expect(await bench.deliver(.of()).first?.isAccepted == true)
        #expect(server.connections > 1)
    }

    @Test("Closing says QUIT to idle connections, and waits no longer than it must")
    func close() async throws {
        var script = ScriptedServer.Script()
        script.answer = { line, _ in line == "QUIT" ? .silence : nil }
        let server = try await ScriptedServer(script)
        let bench = try Bench(to: server) { $0.timeouts.overrides[.quit] = .milliseconds(30) }
        _ = await bench.deliver(.of())
        await bench.transport.close()
        #expect(server.commands.last == "QUIT")
    }

    // MARK: Recipients

    @Test("Each recipient has its own result")
    func mixed() async throws {
        let (server, bench) = try await pair { line, _ in
            if line.contains("unknown") { return .reply("550 5.1.1 no such user here") }
            if line.contains("full") { return .reply("452 4.2.2 mailbox full") }
            return nil
        }
        let outcomes = await bench.deliver(
            .of(["unknown@example.net", "ann@example.net", "full@example.net", "not an address"]))
        #expect(outcomes.map(\.result.classification) == [.invalidRecipient, .none, .mailboxFull, .invalidRecipient])
        #expect(outcomes[0].isRefused && outcomes[1].isAccepted && outcomes[2].isDeferred && outcomes[3].isRefused)
        #expect(outcomes[0].result.code == 550 && outcomes[0].result.enhancedStatus == "5.1.1")
        #expect(outcomes[0].result.text.text == "no such user here")
        #expect(outcomes[0].result.contentDigest == nil)
        #expect(outcomes[3].result.host == nil)
        #expect(server.messages.map(\.recipients) == [["ann@example.net"]])
    }

    @Test("More recipients than one transaction takes go in several")
    func manyRecipients() async throws {
        let recipients = (0..<250).map { "user\($0)@example.net" }
        let (server, bench) = try await pair()
        let outcomes = await bench.deliver(.of(recipients))
        #expect(outcomes.count == 250 && outcomes.allAccepted)
        #expect(server.messages.map(\.recipients.count) == [100, 100, 50])
        #expect(server.messages.flatMap(\.recipients) == recipients)
        #expect(server.connections == 1)
    }

    @Test("Recipients too many for the server follow in another transaction on the same connection")
    func tooMany() async throws {
        let (server, bench) = try await pair { line, number in
            line.hasPrefix("RCPT") && number > 2 && number <= 5 ? .reply("452 4.5.3 too many recipients") : nil
        }
        let outcomes = await bench.deliver(.of((0..<5).map { "user\($0)@example.net" }))
        #expect(outcomes.allAccepted)
        #expect(server.messages.map(\.recipients.count) == [2, 3])
        #expect(server.connections == 1)
    }

    @Test("An unusable sender is refused without a connection's help")
    func badSender() async throws {
        let (server, bench) = try await pair()
        let outcomes = await bench.deliver(.of(sender: "not an address"))
        #expect(outcomes.first?.isRefused == true)
        #expect(outcomes.first?.result.classification == .invalidSender)
        #expect(!server.commands.contains { $0.hasPrefix("MAIL") })
    }

    // MARK: Refusals of the whole message

    @Test(
        "A refusal of MAIL, DATA or the content is every recipient's, and the next message still goes",
        arguments: ["MAIL", "DATA", "."])
    func refused(verb: String) async throws {
        let (server, bench) = try await pair { line, number in
            line.hasPrefix(verb) && number == 1 ? .reply("554 5.7.1 against our policy") : nil
        }
        let results = await bench.deliver([.of(["ann@example.net", "bob@example.net"]), .of()])
        #expect(results[0].count == 2 && results[0].allRefused)
        #expect(results[0].allSatisfy { $0.result.classification == .policy && $0.result.code == 554 })
        #expect(results[1].first?.isAccepted == true)
        #expect(server.connections == 1)
    }

    @Test("A temporary refusal defers")
    func deferred() async throws {
        let (_, bench) = try await pair { line, _ in
            line.hasPrefix("RCPT") ? .reply("450 4.7.1 greylisted, come back later") : nil
        }
        let outcome = try #require(await bench.deliver(.of()).first)
        #expect(outcome.isDeferred && outcome.result.classification == .greylisted && outcome.result.code == 450)
    }

    @Test("A long reply is cut")
    func longReply() async throws {
        let text = String(repeating: "x", count: 1500)
        let (_, bench) = try await pair { line, _ in line.hasPrefix("RCPT") ? .reply("550 \(text)") : nil }
        let outcome = try #require(await bench.deliver(.of()).first)
        #expect(outcome.result.text.text.count == SMTPDeliveryLimits.replyTextCharacters)
    }

    // MARK: What fails here

    @Test("A parcel that cannot be opened is deferred or refused, and the next one goes")
    func unopened() async throws {
        let (server, bench) = try await pair()
        let results = await bench.deliver([.failing(.storageUnavailable), .failing(.messageMalformed), .of()])
        #expect(results[0].count == 2 && results[0].allDeferred)
        #expect(results[1].allSatisfy { $0.isRefused && $0.result.classification == .content })
        #expect(results[2].first?.isAccepted == true)
        #expect(server.messages.count == 1)
    }

    @Test("Content with a bare line feed is refused, and the connection is not used for anything else")
    func bareLineFeed() async throws {
        let (server, bench) = try await pair()
        let results = await bench.deliver([.of(content: "Subject: x\r\n\r\na\nb\r\n"), .of()])
        #expect(results[0].first?.isRefused == true && results[0].first?.result.classification == .content)
        #expect(results[1].first?.isAccepted == true)
        #expect(server.messages.count == 1 && server.connections == 2)
    }

    // MARK: Lanes

    @Test("All mail has one lane, and it names the smarthost")
    func lane() throws {
        let bench = try Bench(host: "mail.example")
        #expect(bench.transport.lane(for: "example.net") == LaneID("smarthost:mail.example:25"))
        #expect(bench.transport.lane(for: "example.org") == bench.transport.lane(for: "example.net"))
        #expect(bench.transport.sessionsPerLane == 4 && bench.transport.parcelsPerSession == 50)
    }
}
