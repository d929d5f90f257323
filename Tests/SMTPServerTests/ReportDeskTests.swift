import Base
import Kernel
import MailFormat
import Model
import Ports
import SMTPServer
import TestKit
import Testing

@testable import SMTPWire

@Suite("The mx role")
struct ReportDeskTests {
    private let store = MemoryStore()
    private let mailbox = MemoryMailbox()
    private let paths: ReturnPaths
    private let desk: ReportDesk

    init() throws {
        let idKey = [UInt8](repeating: 1, count: 32)
        paths = ReturnPaths(idKey: idKey, host: try DomainName(parsing: "bounce.relay.example"))
        desk = ReportDesk(
            ReportService(
                store: store, directory: Fixture.directory(), returnPaths: paths, mailbox: mailbox, idKey: idKey,
                workers: ImmediateWorkers(), time: HandTime(), log: CollectingLog().log()),
            hostName: try #require(HeloName("mx.relay.example")))
    }

    private func recipient(_ text: String) throws -> EnvelopeRecipient {
        EnvelopeRecipient(mailbox: try #require(Mailbox(text)))
    }

    private func reply(_ answer: SMTPAnswer) -> String { answer.verdict.reply.description }

    /// A delivered message's return path.
    private func delivered() async throws -> String {
        _ = await store.commit([.accept(Fixture.message())])
        let id = try #require(store.messageIDs.first)
        _ = await store.commit([.settle([Fixture.settlement(id.value)])])
        return try paths.address(of: id, recipients: [0], domain: nil).wireText
    }

    private func answer(_ content: String, to addresses: String...) async throws -> String {
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        let mail = ReceivedMail(
            sender: ReversePath(mailbox: nil), recipients: try addresses.map(recipient), content: Array(lines.utf8),
            trace: TraceFacts(heloName: "c.example", protocolName: "ESMTP"))
        return reply(await desk.accept(mail, SMTPClient(address: nil)))
    }

    private static let bounce = """
        From: mailer-daemon@example.net
        Content-Type: message/delivery-status

        Final-Recipient: rfc822;ann@example.net
        Action: failed
        Status: 5.1.1
        """

    @Test("Nobody logs in, and TLS is offered and not asked for")
    func configuration() async {
        let settings = desk.configuration(offersTLS: true)
        #expect(settings.offersStartTLS && !settings.requiresTLS)
        #expect(settings.mechanisms.isEmpty && !settings.requiresAuthentication)
        #expect(!desk.configuration(offersTLS: false).offersStartTLS)
    }

    @Test("Only mailboxes of ours are taken, and nothing is relayed")
    func recipients() async throws {
        let path = try await delivered()
        let client = SMTPClient(address: nil)
        for (address, expected) in [
            (path, "250"), ("complaints@bounce.relay.example", "250"), ("ann@example.net", "550 5.7.1"),
            ("ann@bounce.relay.example", "550 5.1.1"), ("b-0123456789abcdefgh@bounce.relay.example", "550 5.1.1"),
        ] {
            #expect(reply(desk.check(try recipient(address), client)).hasPrefix(expected), "\(address)")
        }
    }

    @Test("A report is taken once it is recorded; what is none is refused, and what cannot be written is put off")
    func content() async throws {
        let path = try await delivered()
        #expect(try await answer("From: ann@example.net\n\nI am away.", to: path).hasPrefix("554 5.6.0"))
        store.refuseNext([.storageUnavailable])
        #expect(try await answer(Self.bounce, to: path).hasPrefix("451 4."))
        #expect(try await answer(Self.bounce, to: "complaints@bounce.relay.example", path).hasPrefix("250 2."))
        #expect(
            try await store.message(#require(store.messageIDs.first), content: false)?.recipients.map(\.state) == [
                .bounced
            ])
    }

    @Test("What is written to the postmaster is kept, up to a size")
    func postmaster() async throws {
        let address = "postmaster@bounce.relay.example"
        #expect(try await answer("From: ann@example.net\n\nHello?", to: address).hasPrefix("250 2."))
        #expect(mailbox.kept.count == 1)
        let long = "From: ann@example.net\n\n" + String(repeating: "x", count: KernelLimits.operatorMessageBytes)
        #expect(try await answer(long, to: address).hasPrefix("552 5.3.4"))
        mailbox.refuse(.overloaded(retryAfter: .seconds(1)))
        #expect(try await answer("From: ann@example.net\n\nHello?", to: address).hasPrefix("451 4."))
        #expect(mailbox.kept.count == 1)
    }
}
