import Base
import Kernel
import MailFormat
import Model
import Ports
import TestKit
import Testing

@Suite("Reports on deliveries")
struct StatusReporterTests {
    private let transport = ScriptedTransport(script: { _, _ in ScriptedTransport.refused })
    private let bench: MailBench

    init() throws { bench = try Self.bench(transport) }

    private static func bench(
        _ transport: ScriptedTransport?, reportsTo address: String? = "ops@example.com"
    ) throws -> MailBench {
        var domain = Fixture.domain()
        domain.options.reportAddress = address
        return try MailBench(transport: transport, directory: Fixture.directory(domains: [domain]))
    }

    /// The messages that are reports.
    private func reports(_ bench: MailBench? = nil) async throws -> [Message] {
        let query = MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: 100))
        return try await (bench ?? self.bench).store.messages(query).items.filter { $0.origin == .reports }
            .reversed()
    }

    private func text(_ report: Message) -> String {
        String(decoding: report.submission.raw?.bytes ?? [], as: UTF8.self)
    }

    /// A message that came in over SMTP, with what was asked for its recipients.
    private func submitted(
        _ wishes: ReportWishes, path: String? = "bounces@example.com", to: [String] = ["ann@example.net"]
    ) -> NewMessage {
        var submission = Fixture.submission(to: to, text: nil)
        submission.raw = RawContent(
            bytes: Array("From: hello@example.com\r\nSubject: Hi\r\n\r\nthe body\r\n".utf8), reversePath: path,
            isInternational: false,
            trace: MailTrace(heloName: "c.example", client: nil, protocolName: "ESMTP", serverName: "in.example"),
            reports: wishes)
        return Fixture.message(submission)
    }

    private func wish(
        _ notify: UInt8?, original: String? = nil, for address: String = "ann@example.net"
    ) -> ReportWishes.Recipient {
        ReportWishes.Recipient(address: address, notify: notify, original: original)
    }

    private static let failure = ReportWishes.Recipient.failure

    // MARK: The domain's address

    @Test("What bounces is reported to the domain's address, in the same queue and from nobody")
    func bounced() async throws {
        let id = await bench.accept()
        bench.gather()
        let report = try #require(try await reports().first)
        #expect(report.recipients.map(\.address.address) == ["ops@example.com"])
        #expect(report.submission.from.address == "MAILER-DAEMON@mail.example.com")
        #expect(report.account == Account.ID(1) && report.key == AccessKey.noID)
        let bounced = try #require(try await bench.store.message(id, content: true)?.events.last)
        #expect(bounced.kind == .bounced && report.createdAt == bounced.at)
        let mail = try await bench.office.outgoing(report.id, recipients: [0])
        #expect(mail.sender == "" && mail.recipients == ["ops@example.com"])
        let content = String(decoding: mail.content, as: UTF8.self)
        #expect(content.contains("Message-ID: <") && content.contains("Date: ") && !content.contains("Received:"))
        #expect(content.contains("Final-Recipient: rfc822; ann@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n"))
        #expect(content.contains("Original-Recipient: rfc822;ann@example.net\r\n"))
        #expect(content.contains("Remote-MTA: dns; mx\r\nDiagnostic-Code: smtp; 550 no\r\nLast-Attempt-Date: "))
        #expect(content.contains("Content-Type: text/rfc822-headers\r\n") && content.contains("\r\nSubject: Hi\r\n"))
    }

    @Test("A report that is refused makes no other, and is looked after like any mail")
    func noReportOfReports() async throws {
        await bench.accept()
        bench.gather()
        bench.loop.advance(by: .seconds(86_400))
        #expect(try await reports().map { $0.recipients.map(\.state) } == [[.bounced]])
        #expect(transport.attempts == 2)
    }

    @Test("Recipients that fail in one session share a report; one that fails later has its own")
    func shared() async throws {
        transport.say { _, recipient in recipient < 2 ? ScriptedTransport.refused : ScriptedTransport.deferred }
        await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net", "c@x.net"])))
        #expect(try await reports().map { text($0).split(separator: "Final-Recipient: ").count - 1 } == [2])
        for delay in MailBench.delays { bench.loop.advance(by: delay) }
        let reports = try await reports()
        #expect(reports.count == 2)
        let last = text(try #require(reports.last))
        #expect(last.contains("rfc822; c@x.net\r\nAction: failed\r\nStatus: 4.0.0\r\n"))
        #expect(last.contains("Diagnostic-Code: smtp; 451 later\r\n"))
    }

    @Test("What was not delivered within its lifetime is reported in our own words")
    func expired() async throws {
        transport.say { _, _ in ScriptedTransport.deferred }
        await bench.accept(
            Fixture.message(retries: RetryPolicy(delays: .constant(.seconds(60)), attempts: 9, lifetime: .seconds(90))))
        await bench.dispatcher.setPaused(LaneID("example.net"), true)
        bench.loop.advance(by: .seconds(100))
        await bench.dispatcher.setPaused(LaneID("example.net"), false)
        let report = text(try #require(try await reports().first))
        #expect(report.contains("Status: 4.4.7\r\nDiagnostic-Code: X-Polyrelay; not delivered within its lifetime\r\n"))
        #expect(!report.contains("Remote-MTA"))
    }

    @Test("A domain without an address has no reports")
    func noAddress() async throws {
        let bench = try Self.bench(transport, reportsTo: nil)
        await bench.accept()
        bench.gather()
        #expect(try await reports(bench).isEmpty)
    }

    @Test("Simulated failures, deliveries and deferrals are not reported")
    func notReported() async throws {
        await bench.accept(Fixture.message(simulation: .reply(550)))
        transport.say { _, _ in ScriptedTransport.accepted }
        await bench.accept()
        transport.say { _, _ in ScriptedTransport.deferred }
        await bench.accept()
        bench.gather()
        #expect(try await reports().isEmpty)
    }

    @Test("A settlement that the store cannot take yet is reported once it is taken, and once")
    func storeFails() async throws {
        transport.hold()
        await bench.accept()
        bench.store.refuseNext([.storageUnavailable, .overloaded(retryAfter: .seconds(1))])
        transport.release()
        #expect(try await reports().isEmpty)
        for _ in 0..<2 { bench.loop.advance(by: KernelLimits.storageRetryDelay) }
        #expect(try await reports().count == 1)
    }

    @Test("A report is signed by the domain that the server's name lies in, and by nobody else's")
    func signed() async throws {
        let keyring = try Fixture.keyring()
        let keys = try keyring.makeKeys(account: Account.ID(1), domain: "example.com")
        for (name, isSigned) in [("example.com", true), ("example.org", false)] {
            var domain = Fixture.domain(name: name, keys: keys)
            domain.options.reportAddress = "ops@example.com"
            let bench = try MailBench(
                transport: transport, directory: Fixture.directory(domains: [domain]), keyring: keyring)
            _ = await bench.store.commit([.accept(Fixture.message(Fixture.submission(from: "hello@\(name)")))])
            bench.gather()
            let report = try #require(try await reports(bench).first)
            let content = String(
                decoding: try await bench.office.outgoing(report.id, recipients: [0]).content, as: UTF8.self)
            #expect(content.contains("d=example.com; s=r;") == isSigned)
            #expect(content.contains("DKIM-Signature") == isSigned)
        }
    }

    @Test("In capture mode the report of a real failure is captured")
    func captured() async throws {
        let store = MemoryStore()
        _ = await store.commit([.accept(Fixture.message())])
        var domain = Fixture.domain()
        domain.options.reportAddress = "ops@example.com"
        let bench = try MailBench(
            store: store, transport: nil, directory: Fixture.directory(domains: [domain]))
        await bench.dispatcher.insert(try await bench.pending())
        for delay in MailBench.delays { bench.loop.advance(by: delay) }
        bench.gather()
        let report = try #require(try await reports(bench).first)
        #expect(text(report).contains("Diagnostic-Code: X-Polyrelay; nothing is sent in capture mode\r\n"))
        #expect(report.recipients.map(\.state) == [.delivered])
    }

    @Test("A bounce that others tell of later is reported like a refusal, and once")
    func late() async throws {
        transport.say { _, _ in ScriptedTransport.accepted }
        let id = await bench.accept()
        let idKey = [UInt8](repeating: 1, count: 32)
        let paths = ReturnPaths(idKey: idKey, host: try DomainName(parsing: "bounce.example.com"))
        let service = ReportService(
            store: bench.store, directory: bench.directory, returnPaths: paths, mailbox: MemoryMailbox(),
            idKey: idKey, reporter: bench.reporter, workers: ImmediateWorkers(), time: bench.time,
            log: bench.log.log(time: bench.time))
        let address = try paths.address(of: id, recipients: [0], domain: nil)
        let path = try #require(paths.path(localPart: address.localPart))
        for _ in 0..<2 { #expect(await service.take(bounce, for: .returnPath(path)) == .taken) }
        let reports = try await reports()
        #expect(reports.count == 1)
        let text = text(reports[0])
        #expect(text.contains("Final-Recipient: rfc822; ann@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n"))
        #expect(text.contains("Remote-MTA: dns; mx.example.net\r\nDiagnostic-Code: smtp; 550 5.1.1 "))
    }

    private var bounce: [UInt8] {
        let lines = [
            "From: mailer-daemon@mx.example.net",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b", "", "--b",
            "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.net", "",
            "Final-Recipient: rfc822;ann@example.net", "Action: failed", "Status: 5.1.1",
            "Remote-MTA: dns; mx.example.net", "Diagnostic-Code: smtp; 550 5.1.1 no such user", "", "--b--", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    // MARK: The sender's wishes

    @Test("A sender who asked for it has a report at the reverse-path that it gave, with its names for all")
    func asked() async throws {
        let bench = try Self.bench(transport, reportsTo: nil)
        await bench.accept(
            submitted(
                ReportWishes(
                    returned: .full, envelopeID: "order 1",
                    recipients: [wish(Self.failure, original: "rfc822;Ann@example.org")])))
        let report = try #require(try await reports(bench).first)
        #expect(report.recipients.map(\.address.address) == ["bounces@example.com"])
        let text = text(report)
        #expect(text.contains("Original-Envelope-Id: order 1\r\n"))
        #expect(text.contains("Original-Recipient: rfc822;Ann@example.org\r\nFinal-Recipient: rfc822; ann@example.net"))
        #expect(text.contains("Content-Type: message/rfc822\r\n") && text.contains("\r\nthe body\r\n"))
    }

    @Test("A sender hears of the recipients that it asked for, the domain's address of all")
    func someRecipients() async throws {
        let all = ReportWishes.Recipient.success | Self.failure
        let wishes = [
            wish(all), wish(0, for: "bob@example.net"), wish(ReportWishes.Recipient.delay, for: "c@example.net"),
        ]
        await bench.accept(
            submitted(ReportWishes(recipients: wishes), to: ["ann@example.net", "bob@example.net", "c@example.net"]))
        let reports = try await reports()
        #expect(reports.map { $0.recipients[0].address.address } == ["ops@example.com", "bounces@example.com"])
        #expect(reports.map { text($0).split(separator: "Final-Recipient: ").count - 1 } == [3, 1])
        #expect(reports.allSatisfy { !text($0).contains("Original-Recipient") })
    }

    @Test(
        "Nobody is told at a reverse-path that is null, foreign or no address",
        arguments: [nil, "spam@victim.example", "nobody"])
    func foreignPath(path: String?) async throws {
        let bench = try Self.bench(transport, reportsTo: nil)
        await bench.accept(submitted(ReportWishes(recipients: [wish(Self.failure)]), path: path))
        bench.gather()
        #expect(try await reports(bench).isEmpty)
    }

    @Test("Who is told at the domain's address anyway has one report, with all that was asked for")
    func onePlace() async throws {
        let wishes = ReportWishes(returned: .full, recipients: [wish(Self.failure)])
        await bench.accept(submitted(wishes, path: "ops@example.com"))
        let reports = try await reports()
        #expect(reports.count == 1)
        #expect(text(reports[0]).contains("\r\nthe body\r\n"))
    }

    @Test("A sender who wants to hear of success does, where nobody else would tell it")
    func relayed() async throws {
        transport.say { _, _ in ScriptedTransport.accepted }
        transport.leaveUnannounced([1])
        let wishes = ["ann@example.net", "bob@example.net", "c@example.net"].map {
            wish(ReportWishes.Recipient.success, for: $0)
        }
        await bench.accept(
            submitted(
                ReportWishes(returned: .full, recipients: wishes),
                to: ["ann@example.net", "bob@example.net", "c@example.net"]))
        let report = try #require(try await reports().first)
        #expect(report.recipients.map(\.address.address) == ["bounces@example.com"])
        #expect(report.submission.subject == "Delivery Status Notification (Relay)")
        let text = text(report)
        #expect(text.contains("rfc822; bob@example.net\r\nAction: relayed\r\nStatus: 2.0.0\r\nRemote-MTA: dns; mx\r\n"))
        #expect(!text.contains("ann@example.net\r\nAction") && !text.contains("Diagnostic-Code"))
        #expect(text.contains("text/rfc822-headers"))
    }

    @Test("Of several messages in one session each is reported by itself")
    func severalMessages() async throws {
        let transport = ScriptedTransport()
        let bench = try Self.bench(transport)
        transport.leaveUnannounced([1])
        let wishes = ReportWishes(recipients: [wish(ReportWishes.Recipient.success, for: "bob@example.net")])
        for path in ["one@example.com", "two@example.com"] {
            let message = submitted(wishes, path: path, to: ["ann@example.net", "bob@example.net"])
            _ = await bench.store.commit([.accept(message)])
        }
        bench.gather()
        #expect(transport.calls.first?.parcels.count == 2)
        let reports = try await reports(bench)
        #expect(reports.map { $0.recipients[0].address.address } == ["one@example.com", "two@example.com"])
        #expect(reports.allSatisfy { text($0).contains("Final-Recipient: rfc822; bob@example.net") })
    }

    @Test("A sender who wants to hear of delays hears of the first that is long, and once")
    func delayed() async throws {
        transport.say { _, _ in ScriptedTransport.deferred }
        let hour: Duration = .seconds(3600)
        var message = submitted(
            ReportWishes(recipients: [
                wish(ReportWishes.Recipient.delay), wish(Self.failure, for: "bob@example.net"),
            ]), to: ["ann@example.net", "bob@example.net"])
        message.retries = RetryPolicy(delays: .constant(hour), attempts: 9)
        await bench.accept(message)
        for _ in 0..<3 { bench.loop.advance(by: hour) }
        #expect(try await reports().isEmpty)
        for _ in 0..<3 { bench.loop.advance(by: hour) }
        let reports = try await reports()
        #expect(reports.count == 1)
        let text = text(reports[0])
        #expect(text.contains("rfc822; ann@example.net\r\nAction: delayed\r\nStatus: 4.0.0\r\n"))
        #expect(text.contains("Will-Retry-Until: Mon, 06 Jul 2026 08:30:00 +0000\r\n"))
        #expect(!text.contains("bob@example.net\r\nAction"))
    }

    // MARK: What the next hop is asked

    @Test("What came in over HTTP asks the next hop to name the original recipient when it fails")
    func requestOfOurs() async throws {
        transport.hold()
        let id = await bench.accept(Fixture.message(Fixture.submission(to: ["ann@example.net", "jörg@example.net"])))
        let request = try await bench.office.outgoing(id, recipients: [1, 0]).reports
        #expect(
            request
                == ReportRequest(
                    returned: .headers,
                    recipients: [
                        .init(notify: Self.failure, original: "utf-8;jörg@example.net"),
                        .init(notify: Self.failure, original: "rfc822;ann@example.net"),
                    ]))
    }

    @Test("What came in over SMTP asks for what its sender asked for, and gives the original recipient")
    func requestRelayed() async throws {
        transport.hold()
        let wishes = ReportWishes(
            returned: .full, envelopeID: "e",
            recipients: [
                wish(0, for: "ann@EXAMPLE.net"), wish(nil, original: "rfc822;b@x.org", for: "bob@example.net"),
            ])
        let id = await bench.accept(submitted(wishes, to: ["ann@example.net", "bob@example.net", "c@example.net"]))
        let request = try await bench.office.outgoing(id, recipients: [0, 1, 2]).reports
        #expect(request.returned == .full && request.envelopeID == "e")
        #expect(
            request.recipients == [
                .init(notify: 0, original: "rfc822;ann@example.net"), .init(original: "rfc822;b@x.org"),
                .init(original: "rfc822;c@example.net"),
            ])
    }

    @Test("A report asks that nobody report on it")
    func requestOfReport() async throws {
        await bench.accept()
        let report = try #require(try await reports().first)
        let request = try await bench.office.outgoing(report.id, recipients: [0]).reports
        #expect(request == ReportRequest(recipients: [.init(notify: 0)]))
    }
}
