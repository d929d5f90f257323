import Base
import Crypto
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Post office")
struct PostOfficeTests {
    private static let keyring = Result { try Fixture.keyring() }
    private static let keys = Result {
        try keyring.get().makeKeys(account: Account.ID(1), domain: "example.com")
    }

    private func bench(
        _ sending: MailDomain.Proof, transport: ScriptedTransport? = nil,
        algorithms: Set<SigningKey.Algorithm> = [.rsa, .ed25519]
    ) throws -> MailBench {
        try MailBench(
            transport: transport,
            directory: Fixture.directory(domains: [Fixture.domain(sending: sending, keys: try Self.keys.get())]),
            keyring: try Self.keyring.get(), algorithms: algorithms)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The algorithms of a message's signatures, in their order.
    private func algorithms(_ bytes: [UInt8]) -> [String] {
        text(bytes).split(separator: "a=").dropFirst().map { String($0.prefix { $0 != ";" }) }.filter {
            $0.hasSuffix("sha256")
        }
    }

    private let full = Fixture.submission(
        to: ["ann@example.net", "bob@example.org"], bcc: ["eve@example.net"], subject: "Grüße", html: "<p>Hello</p>",
        attachments: [Attachment(fileName: "a.txt", contentType: nil, contentID: nil, content: [65])])

    @Test("A message is composed to the same bytes each time")
    func deterministic() async throws {
        let bench = try bench(.pinned)
        let id = await bench.accept(Fixture.message(full))
        let first = try await bench.office.outgoing(id, recipients: [0])
        bench.time.advance(by: .seconds(86_400))
        let second = try await bench.office.outgoing(id, recipients: [0])
        #expect(first.content == second.content)
        #expect(first.digest == SHA256.digest(first.content).bytes)
    }

    @Test("A domain that the operator vouches for signs with both keys, RSA first; one seen in DNS with RSA only")
    func signatures() async throws {
        for (sending, expected) in [
            (MailDomain.Proof.pinned, ["rsa-sha256", "ed25519-sha256"]), (.verified, ["rsa-sha256"]),
        ] {
            let bench = try bench(sending)
            let content = try await bench.office.outgoing(await bench.accept(), recipients: [0]).content
            #expect(algorithms(content) == expected)
            #expect(text(content).contains("d=example.com") && text(content).contains("s=r;"))
        }
    }

    @Test("Ed25519 alone signs where it is wanted and published; RSA stands in where it is not")
    func oneSignature() async throws {
        for (sending, wanted, expected) in [
            (MailDomain.Proof.pinned, SigningKey.Algorithm.ed25519, "ed25519-sha256"),
            (.verified, .ed25519, "rsa-sha256"), (.pinned, .rsa, "rsa-sha256"),
        ] {
            let bench = try bench(sending, algorithms: [wanted])
            let content = try await bench.office.outgoing(await bench.accept(), recipients: [0]).content
            #expect(algorithms(content) == [expected])
        }
    }

    @Test("The envelope is that of the recipients asked for, and blind copies stand nowhere else")
    func envelope() async throws {
        let bench = try bench(.pinned)
        let mail = try await bench.office.outgoing(await bench.accept(Fixture.message(full)), recipients: [2, 1])
        #expect(mail.sender == "hello@example.com")
        #expect(mail.recipients == ["eve@example.net", "bob@example.org"])
        #expect(!mail.needsSMTPUTF8)
        #expect(!text(mail.content).contains("eve@"))
    }

    @Test("A recipient that only UTF-8 can write makes no demand on the others' hops")
    func internationalRecipient() async throws {
        let bench = try bench(.pinned)
        var submission = Fixture.submission(to: ["ann@example.net"])
        submission.bcc = [Fixture.address("jörg@example.net")]
        let hidden = try await bench.office.outgoing(
            await bench.accept(Fixture.message(submission)), recipients: [0, 1])
        #expect(!hidden.needsSMTPUTF8 && hidden.recipients.contains("jörg@example.net"))

        submission.bcc = []
        submission.to.append(Fixture.address("jörg@example.net", name: "Jörg"))
        let shown = try await bench.office.outgoing(
            await bench.accept(Fixture.message(submission)), recipients: [0, 1])
        #expect(shown.needsSMTPUTF8 && text(shown.content).contains("jörg@example.net"))
        let kind = HopKind(takesEightBit: true, takesUTF8: false)
        let rerender = try #require(shown.rerender)
        let plain = try await rerender(kind)
        #expect(!plain.needsSMTPUTF8 && plain.content.allSatisfy { $0 < 0x80 })
        #expect(text(plain.content).contains("To: ann@example.net,"))
        #expect(text(plain.content).contains("?= :;"))

        submission.to.removeLast()
        submission.replyTo = [Fixture.address("jörg@example.net")]
        let author = try await bench.office.outgoing(await bench.accept(Fixture.message(submission)), recipients: [0])
        let rerenderAuthor = try #require(author.rerender)
        let other = try await rerenderAuthor(kind)
        #expect(author.needsSMTPUTF8 && other.needsSMTPUTF8)
    }

    @Test("A message asked to offer unsubscribing offers it once, in our words")
    func unsubscribe() async throws {
        let bench = try bench(.pinned)
        var submission = Fixture.submission()
        submission.unsubscribe = true
        submission.headers = [
            .init(name: "list-unsubscribe", value: "<mailto:x@example.com>"), .init(name: "X-A", value: "b"),
        ]
        let content = text(
            try await bench.office.outgoing(await bench.accept(Fixture.message(submission)), recipients: [0]).content)
        #expect(content.contains("X-A: b") && !content.contains("mailto:"))
        #expect(content.contains("<https://mail.example/u/"))
        #expect(content.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
    }

    @Test("The raw message is what was handed over")
    func raw() async throws {
        let bench = try bench(.pinned)
        let id = await bench.accept(Fixture.message(simulation: .delivered))
        let mail = try await bench.office.outgoing(id, recipients: [0])
        #expect(try await bench.office.raw(id) == mail.content)
        let other = await bench.accept(Fixture.message(due: Fixture.start + .seconds(60)))
        var settlement = Fixture.settlement(other.value)
        settlement.result.contentDigest = try await bench.office.outgoing(other, recipients: [0]).digest
        _ = await bench.store.commit([.settle([settlement])])
        #expect(try await bench.office.raw(other) != nil)
    }

    @Test("Bytes that are not those that were handed over are not shown")
    func changedRaw() async throws {
        let bench = try bench(.pinned)
        let id = await bench.accept(Fixture.message(due: Fixture.start + .seconds(60)))
        _ = await bench.store.commit([.settle([Fixture.settlement(id.value)])])
        #expect(try await bench.office.raw(id) == nil)
    }

    @Test("A message that does not exist has no bytes")
    func absent() async throws {
        let bench = try bench(.pinned)
        await #expect(throws: KernelFailure.notFound(.message)) { try await bench.office.raw(Message.ID(9)) }
        await #expect(throws: KernelFailure.notFound(.message)) {
            try await bench.office.outgoing(Message.ID(9), recipients: [0])
        }
    }

    @Test("With another key file nothing is signed, and that is an error")
    func wrongKeyFile() async throws {
        let other = Keyring(
            sealing: try SealingKey(bytes: Array(repeating: 9, count: 32)), random: SeededRandom(seed: 1))
        let bench = try MailBench(
            transport: nil, directory: Fixture.directory(domains: [Fixture.domain(keys: try Self.keys.get())]),
            keyring: other)
        let id = await bench.accept()
        await #expect(throws: KernelFailure.self) { try await bench.office.outgoing(id, recipients: [0]) }
    }

    @Test("A sealed key that was moved to another domain does not open")
    func movedKey() async throws {
        let bench = try MailBench(
            transport: nil,
            directory: Fixture.directory(domains: [Fixture.domain(name: "example.org", keys: try Self.keys.get())]),
            keyring: try Self.keyring.get())
        let id = await bench.accept(Fixture.message(Fixture.submission(from: "a@example.org")))
        await #expect(throws: KernelFailure.self) { try await bench.office.outgoing(id, recipients: [0]) }
    }
}
