import Base
import Kernel
import MailFormat
import Model
import Ports
import TestKit
import Testing

@Suite("Reports that others send")
struct ReportServiceTests {
    private let store = MemoryStore(origins: [Fixture.personality])
    private let mailbox = MemoryMailbox()
    private let paths: ReturnPaths
    private let service: ReportService
    private let idKey = [UInt8](repeating: 1, count: 32)

    init() async throws {
        paths = ReturnPaths(idKey: idKey, host: try DomainName(parsing: "bounce.relay.example"))
        var domain = Fixture.domain()
        domain.options.returnPath = "bounce.example.com"
        service = ReportService(
            store: store, directory: Fixture.directory(domains: [domain]), returnPaths: paths,
            ownNames: ["mx.relay.example"], mailbox: mailbox, idKey: idKey,
            workers: ImmediateWorkers(), time: HandTime(), log: CollectingLog().log())
        _ = await store.commit([
            .directory(.createAccount(name: "a", parent: nil, at: Fixture.start)), .domain(.create(Fixture.domain())),
        ])
    }

    // MARK: Making mail and reports

    private func delivered(_ recipients: [String]) async throws -> Message.ID {
        let outcomes = await store.commit([.accept(Fixture.message(Fixture.submission(to: recipients)))])
        guard case .accepted(let acceptance) = try #require(outcomes.first) else { return Message.ID(0) }
        let settlements = recipients.indices.map { Fixture.settlement(acceptance.message.value, recipient: $0) }
        _ = await store.commit([.settle(settlements)])
        return acceptance.message
    }

    private func path(_ id: Message.ID, _ recipients: Int...) throws -> ReportService.Destination {
        let address = try paths.address(of: id, recipients: recipients, domain: nil)
        return .returnPath(try #require(paths.path(localPart: address.localPart)))
    }

    private func bounce(
        _ address: String, original: String? = nil, action: String = "failed", status: String = "5.1.1",
        said: String = "550 5.1.1 no such user"
    ) -> [UInt8] {
        let first = original.map { "Original-Recipient: rfc822;\($0)\n" } ?? ""
        return bytes(
            """
            From: mailer-daemon@mx.example.net
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example.net

            \(first)Final-Recipient: rfc822;\(address)
            Action: \(action)
            Status: \(status)
            Remote-MTA: dns; mx.example.net
            Diagnostic-Code: smtp; \(said)

            --b--
            """)
    }

    private func complaint(_ fields: String, header: String = "Subject: Hi") -> [UInt8] {
        bytes(
            """
            From: feedback@provider.example
            Content-Type: multipart/report; report-type=feedback-report; boundary=b

            --b
            Content-Type: message/feedback-report

            \(fields)
            Version: 1

            --b
            Content-Type: text/rfc822-headers

            \(header)

            --b--
            """)
    }

    private func bytes(_ text: String) -> [UInt8] {
        Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
    }

    private func states(_ id: Message.ID) async throws -> [Recipient.State] {
        try await store.message(id, content: false)?.recipients.map(\.state) ?? []
    }

    private func suppressed() async throws -> [String] {
        let query = SuppressionQuery(account: nil, origin: nil, now: Fixture.start, slice: Slice(offset: 0, limit: 100))
        return try await store.suppressions(query).items.map(\.address.address)
    }

    private func counts(_ expected: [ReportCounts.Outcome: UInt64]) -> Bool {
        ReportCounts.Outcome.allCases.allSatisfy { service.counts[$0] == expected[$0] ?? 0 }
    }

    /// Mail that a client submitted under a name for the transaction.
    private func submitted(envelopeID: String?) async throws -> Message.ID {
        var submission = Fixture.submission(to: ["ann@example.net"])
        submission.raw = RawContent(
            bytes: bytes("From: hello@example.com\n\nx\n"), reversePath: "hello@example.com", isInternational: false,
            trace: nil, reports: ReportWishes(envelopeID: envelopeID))
        let outcomes = await store.commit([.accept(Fixture.message(submission))])
        guard case .accepted(let acceptance) = try #require(outcomes.first) else { return Message.ID(0) }
        _ = await store.commit([.settle([Fixture.settlement(acceptance.message.value)])])
        return acceptance.message
    }

    // MARK: Whose it is

    @Test(
        "A transaction's name comes back decoded or as it went, and a report of another transaction suppresses nobody",
        arguments: [
            ("a+b c=d", "a+b c=d", true), ("a+b c=d", "a+2Bb+20c+3Dd", true), ("a+2Bb", "a+2Bb", true),
            ("a", nil, true), (nil, "other", true), ("a+b c=d", "other", false), ("QQ314159", "QQ31415", false),
        ] as [(String?, String?, Bool)])
    func envelopeIDs(given: String?, returned: String?, isItsOwn: Bool) async throws {
        let id = try await submitted(envelopeID: given)
        var report = String(decoding: bounce("ann@example.net"), as: UTF8.self)
        if let returned {
            let name = "Reporting-MTA: dns; mx.example.net\r\n"
            report = report.replacing(name, with: name + "Original-Envelope-Id: \(returned)\r\n")
        }
        #expect(await service.take(Array(report.utf8), for: try path(id, 0)) == .taken)
        #expect(try await states(id) == [isItsOwn ? .bounced : .delivered])
        #expect(try await suppressed().isEmpty != isItsOwn)
    }

    @Test("A bounce to a recipient's own path is that recipient's, whoever it names")
    func ownPath() async throws {
        let id = try await delivered(["ann@example.net", "bob@example.net"])
        #expect(await service.take(bounce("forwarded@elsewhere.example"), for: try path(id, 1)) == .taken)
        #expect(try await states(id) == [.delivered, .bounced])
        let event = try #require(try await store.message(id, content: false)?.events.last)
        #expect(event.attempt?.classification == .invalidRecipient && event.attempt?.code == 550)
        #expect(event.attempt?.enhancedStatus == "5.1.1" && event.attempt?.host == "mx.example.net")
        #expect(event.attempt?.text.text == "550 5.1.1 no such user")
        #expect(try await suppressed() == ["bob@example.net"])
        #expect(counts([.bounced: 1]))
    }

    @Test("Where a message went to several the report says whose it is, by the original address first")
    func sharedPath() async throws {
        let id = try await delivered(["ann@example.net", "Bob@example.net"])
        let report = bounce("ann@example.net", original: "bob@EXAMPLE.net")
        #expect(await service.take(report, for: try path(id, 0, 1)) == .taken)
        #expect(try await states(id) == [.delivered, .bounced])
        #expect(await service.take(bounce("ann@example.net"), for: try path(id, 0, 1)) == .taken)
        #expect(try await states(id) == [.bounced, .bounced])
        let other = try await delivered(["ann@example.org", "bob@example.org"])
        #expect(await service.take(bounce("eve@example.org"), for: try path(other, 0, 1)) == .taken)
        #expect(try await states(other) == [.delivered, .delivered])
        #expect(try await suppressed().sorted() == ["Bob@example.net", "ann@example.net"])
        #expect(counts([.bounced: 2, .noted: 1]))
    }

    @Test("A message that is not there, or a recipient it does not have, is refused")
    func unknown() async throws {
        let id = try await delivered(["ann@example.net"])
        #expect(await service.take(bounce("ann@example.net"), for: try path(Message.ID(99), 0)) == .notUnderstood)
        #expect(await service.take(bounce("ann@example.net"), for: try path(id, 7)) == .notUnderstood)
        #expect(await service.take(bounce("ann@example.net"), for: .complaints) == .notUnderstood)
        #expect(try await states(id) == [.delivered])
    }

    // MARK: What it means

    @Test(
        "Status and words decide what kind of bounce it is, and whether the address is suppressed",
        arguments: [
            ("5.1.1", "550 5.1.1 x", Recipient.State.bounced, MailEvent.Kind.bounced, true),
            ("5.2.1", "550 disabled", .bounced, .bounced, true), ("5.1.2", "x", .bounced, .bounced, true),
            ("5.0.0", "550 User unknown", .bounced, .bounced, true),
            ("5.0.0", "550 go away", .bounced, .bounced, false),
            ("5.7.1", "554 blocked by spamhaus", .bounced, .bounced, false),
            ("5.1.1", "550 5.7.1 blacklisted", .bounced, .bounced, false),
            ("5.1.1", "552 5.2.2 x", .bounced, .bounced, false),
            ("5.0.0", "550-5.1.1 The account\n    550 5.1.1 does not exist", .bounced, .bounced, true),
            ("5.0.0", "550 User\n   unknown", .bounced, .bounced, true),
            ("5.1.1", "550 mailbox is\n   full", .bounced, .bounced, false),
            ("5.0.0", "450 4.2.0 x", .bounced, .softBounced, false),
            ("5.2.2", "552 mailbox full", .bounced, .bounced, false),
            ("4.4.7", "delivery time expired", .bounced, .softBounced, false),
            ("4.1.1", "451 no such user for now", .bounced, .softBounced, false),
        ])
    func classes(
        status: String, said: String, state: Recipient.State, kind: MailEvent.Kind, suppresses: Bool
    ) async throws {
        let id = try await delivered(["ann@example.net"])
        #expect(
            await service.take(bounce("ann@example.net", status: status, said: said), for: try path(id, 0)) == .taken)
        let message = try #require(try await store.message(id, content: false))
        #expect(message.recipients.map(\.state) == [state] && message.events.last?.kind == kind)
        #expect(try await suppressed().isEmpty != suppresses)
    }

    @Test("An original recipient that comes back in xtext is the one that it stands for")
    func xtext() async throws {
        let id = try await delivered(["ann@example.net", "bob+news@example.net"])
        let report = bounce("moved@elsewhere.example", original: "bob+2Bnews@example.net")
        #expect(await service.take(report, for: try path(id, 0, 1)) == .taken)
        #expect(try await states(id) == [.delivered, .bounced])
    }

    @Test("An alias without an original recipient is found where the text tells what it was made of")
    func alias() async throws {
        let id = try await delivered(["ann@example.net", "bob@example.net"])
        let report = bytes(
            """
            From: mailer-daemon@mx.example.net
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: text/plain

            <real@inner.example> (expanded from <bob@example.net>): host inner said:
                550 5.1.1 User unknown (in reply to RCPT TO command)

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example.net

            Final-Recipient: rfc822; real@inner.example
            Action: failed
            Status: 5.1.1

            --b--
            """)
        #expect(await service.take(report, for: try path(id, 0, 1)) == .taken)
        #expect(try await states(id) == [.delivered, .bounced])
        #expect(try await suppressed() == ["bob@example.net"])
    }

    @Test("A complaint in which the message alone names the recipient is that recipient's")
    func junkRecipient() async throws {
        for (place, kind) in ["text/rfc822-headers", "text/rfc822-header"].enumerated() {
            let id = try await delivered(["ann@example.net", "bob\(place)@example.net"])
            let report = String(
                decoding: complaint(
                    "Feedback-Type: abuse\nOriginal-Rcpt-To: <redacted>",
                    header: "X-HmXmrOriginalRecipient: bob\(place)@example.net"), as: UTF8.self)
            let typed = report.split(separator: "text/rfc822-headers").joined(separator: kind)
            #expect(await service.take(Array(typed.utf8), for: try path(id, 0, 1)) == .taken)
            #expect(try await states(id) == [.delivered, .complained], "\(kind)")
        }
    }

    @Test("Delays, deliveries and the like change nothing", arguments: ["delayed", "delivered", "relayed", "expanded"])
    func informational(action: String) async throws {
        let id = try await delivered(["ann@example.net"])
        #expect(await service.take(bounce("ann@example.net", action: action), for: try path(id, 0)) == .taken)
        #expect(try await states(id) == [.delivered])
        #expect(counts([.noted: 1]))
    }

    @Test("What is known already changes nothing, and is taken")
    func known() async throws {
        let id = try await delivered(["ann@example.net"])
        for _ in 0..<2 {
            #expect(await service.take(bounce("ann@example.net"), for: try path(id, 0)) == .taken)
        }
        #expect(try await store.message(id, content: false)?.events.count { $0.kind == .bounced } == 1)
        #expect(counts([.bounced: 1, .known: 1]))
    }

    @Test("A report that comes before its delivery has ended is put off, and so is one that cannot be written")
    func postponed() async throws {
        _ = await store.commit([.accept(Fixture.message(Fixture.submission(to: ["ann@example.net"])))])
        let waiting = try #require(store.messageIDs.first)
        let queued = await service.take(bounce("ann@example.net"), for: try path(waiting, 0))
        #expect(queued == .postponed(.wrongState(.delivery, state: .underWay, operation: .edit)))
        let id = try await delivered(["ann@example.net"])
        store.refuseNext([.storageUnavailable])
        let unwritten = await service.take(bounce("ann@example.net"), for: try path(id, 0))
        #expect(unwritten == .postponed(.storageUnavailable))
        #expect(try await states(id) == [.delivered])
        #expect(await service.take(bounce("ann@example.net"), for: try path(id, 0)) == .taken)
        #expect(counts([.bounced: 1, .postponed: 2]))
    }

    @Test("An answering machine's note is no report")
    func vacation() async throws {
        let id = try await delivered(["ann@example.net"])
        let note = bytes("From: ann@example.net\nAuto-Submitted: auto-replied\n\nI am away. 550 5.1.1\n")
        #expect(await service.take(note, for: try path(id, 0)) == .notUnderstood)
        #expect(counts([.refused: 1]))
    }

    // MARK: Complaints

    @Test("A complaint finds its message by the path that it came under, its Return-Path or its Message-ID")
    func complaints() async throws {
        for way in 0..<3 {
            let id = try await delivered(["ann@example.net", "bob\(way)@example.net"])
            let sender = try paths.address(of: id, recipients: [1], domain: nil).wireText
            let messageID = try await MailBench(store: store).office.outgoing(id, recipients: [0]).content
            let field = String(decoding: messageID, as: UTF8.self).split(separator: "\r\n")
                .first { $0.hasPrefix("Message-ID:") }
            let report = [
                complaint("Feedback-Type: abuse\nOriginal-Mail-From: <\(sender)>"),
                complaint("Feedback-Type: abuse", header: "Return-Path: <\(sender.uppercased())>"),
                complaint(
                    "Feedback-Type: abuse\nOriginal-Rcpt-To: <BOB\(way)@example.net>",
                    header: String(try #require(field))),
            ][way]
            #expect(await service.take(report, for: .complaints) == .taken)
            #expect(try await states(id) == [.delivered, .complained], "\(way)")
        }
        #expect(try await suppressed() == ["bob2@example.net", "bob1@example.net", "bob0@example.net"])
        #expect(counts([.complained: 3]))
    }

    @Test("A complaint at the message's own path needs to name nothing")
    func complaintAtPath() async throws {
        let id = try await delivered(["ann@example.net"])
        #expect(await service.take(complaint("Feedback-Type: other"), for: try path(id, 0)) == .taken)
        #expect(try await states(id) == [.complained])
    }

    @Test("What is no complaint changes nothing; what names no mail from here is refused")
    func noComplaint() async throws {
        let id = try await delivered(["ann@example.net", "bob@example.net"])
        #expect(await service.take(complaint("Feedback-Type: not-spam"), for: try path(id, 0)) == .taken)
        for report in [
            complaint("Feedback-Type: abuse"),
            complaint("Feedback-Type: abuse\nOriginal-Mail-From: <b-0123456789abcdefgh@bounce.relay.example>"),
            complaint("Feedback-Type: abuse", header: "Message-ID: <0123456789abcdefgh@example.com>"),
        ] {
            #expect(await service.take(report, for: .complaints) == .notUnderstood)
        }
        let nameless = complaint("Feedback-Type: abuse")
        #expect(await service.take(nameless, for: try path(id, 0, 1)) == .taken)
        #expect(try await states(id) == [.delivered, .delivered])
        #expect(try await suppressed().isEmpty)
        #expect(counts([.noted: 2, .refused: 3]))
    }

    // MARK: For people

    @Test("What is for people is kept with the fields that its last server adds")
    func desk() async throws {
        let trace = MailTrace(
            heloName: "c.example", client: nil, protocolName: "ESMTP", serverName: "mx.relay.example")
        let content = bytes("From: ann@example.net\n\nHello?\n")
        #expect(await service.keep(content, from: "ann@example.net", trace) == .taken)
        #expect(await service.keep(content, from: nil, trace) == .taken)
        let kept = mailbox.kept.map { String(decoding: $0, as: UTF8.self) }
        #expect(kept.count == 2)
        #expect(kept[0].hasPrefix("Return-Path: <ann@example.net>\r\nReceived: from c.example (local)\r\n\tby mx."))
        #expect(kept[0].hasSuffix("\r\nFrom: ann@example.net\r\n\r\nHello?\r\n"))
        #expect(kept[1].hasPrefix("Return-Path: <>\r\n"))
    }

    @Test("What is too large for people is refused, and what finds no room is put off")
    func deskLimits() async throws {
        let trace = MailTrace(heloName: "c", client: nil, protocolName: "SMTP", serverName: "mx.relay.example")
        let large = [UInt8](repeating: 65, count: KernelLimits.operatorMessageBytes + 1)
        #expect(await service.keep(large, from: nil, trace) == .tooLarge)
        mailbox.refuse(.storageUnavailable)
        #expect(await service.keep([65], from: nil, trace) == .postponed(.storageUnavailable))
        #expect(mailbox.kept.isEmpty)
    }

    // MARK: Addresses

    @Test("Mailboxes are the signed ones at our names, and that for complaints at the operator's")
    func destinations() throws {
        let address = try paths.address(of: Message.ID(5), recipients: [0], domain: nil)
        let path = ReturnPath(message: Message.ID(5), recipient: 0)
        for host in ["bounce.relay.example", "BOUNCE.example.com"] {
            for local in [address.localPart, address.localPart.uppercased()] {
                #expect(try service.destination("\(local)@\(host)") == .returnPath(path))
            }
        }
        #expect(try service.destination("Complaints@Bounce.Relay.example") == .complaints)
        for desk in [
            "postmaster@mx.relay.example", "Abuse@bounce.example.com", "POSTMASTER@bounce.relay.example",
            "\"postmaster\"@mx.relay.example", "\"Post\\master\"@bounce.relay.example",
        ] {
            #expect(try service.destination(desk) == .desk)
        }
        for (text, refusal) in [
            ("\(address.localPart)@elsewhere.example", ReportService.Refusal.elsewhere),
            ("postmaster@example.com", .elsewhere), ("\(address.localPart)@mx.relay.example", .unknown),
            ("ann@example.com", .elsewhere), ("complaints@bounce.example.com", .unknown),
            ("b-0123456789abcdefgh@bounce.relay.example", .unknown), ("ann@bounce.relay.example", .unknown),
            ("ann@[192.0.2.1]", .elsewhere), ("nobody", .unknown),
        ] {
            #expect(throws: refusal, "\(text)") { try service.destination(text) }
        }
    }
}
