import Base
import Crypto
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Submitted mail")
struct SubmittedMailTests {
    private let trace = MailTrace(
        heloName: "client.example", client: IPAddress("192.0.2.1"), protocolName: "ESMTPSA", serverName: "in.example")

    private func mail(
        _ lines: [String], to recipients: [String] = ["ann@example.net"], from path: String? = "hello@example.com",
        utf8: Bool = false
    ) -> SubmittedMail {
        SubmittedMail(
            content: lines.flatMap { Array("\($0)\r\n".utf8) }, recipients: recipients.map { Fixture.address($0) },
            reversePath: path, declaresUTF8: utf8, trace: trace, reports: ReportWishes())
    }

    private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    @Test("Sender, subject and the recipients' places are read from the header")
    func header() throws {
        let (submission, _) = try mail(
            [
                "From: =?UTF-8?Q?Zo=C3=AB?= <hello@example.com>", "To: Ann <ann@example.net>, other@example.net",
                "Cc: bob@EXAMPLE.net", "Reply-To: r@example.com", "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "", "x",
            ], to: ["ann@example.net", "bob@example.net", "eve@example.net", "ann@example.net"]
        ).read(special: [])
        #expect(submission.from == Fixture.address("hello@example.com", name: "Zoë"))
        #expect(submission.to == [Fixture.address("ann@example.net", name: "Ann")])
        #expect(submission.cc.map(\.domain) == ["example.net"])
        #expect(submission.bcc == [Fixture.address("eve@example.net")])
        #expect(submission.replyTo == [Fixture.address("r@example.com")])
        #expect(submission.subject == "Grüße")
        #expect(submission.envelope.count == 3)
    }

    @Test("Special fields are taken out, and every other byte stays")
    func specialFields() throws {
        let (submission, fields) = try mail([
            "Received: from nowhere", "X-Secret: one", " two", "From: hello@example.com", "x-SECRET: three",
            "X-Kept:\tfour ", "", "X-Secret: body",
        ]).read(special: ["x-secret"])
        #expect(fields.map(\.name) == ["x-secret", "x-secret"])
        #expect(fields.map(\.value) == ["one two", "three"])
        #expect(
            text(submission.raw?.bytes)
                == "Received: from nowhere\r\nFrom: hello@example.com\r\nX-Kept:\tfour \r\n\r\nX-Secret: body\r\n")
    }

    @Test(
        "A message has exactly one author",
        arguments: [
            ["Subject: x", ""], ["no header"], ["From: hello@example.com", "From: other@example.com", ""],
            ["From: hello@example.com, other@example.com", ""], ["From: nobody", ""], ["From:", ""],
            ["From: Smith, John <hello@example.com>", ""], ["From: hello@example.com, nobody", ""],
        ])
    func authors(lines: [String]) {
        #expect(throws: KernelFailure.messageMalformed) { try mail(lines).read(special: []) }
    }

    private func bench() throws -> MailBench { try MailBench() }

    private func send(_ mail: SubmittedMail, _ bench: MailBench, key: String? = nil) async throws -> Acceptance {
        var (submission, _) = try mail.read(special: [])
        submission.idempotency = key.map { IdempotencyKey(UserData($0)) }
        let results = try await bench.service.send([submission], by: Principal(Fixture.key()), rule: Fixture.byMessage)
            .run()
        return try results[0].get()
    }

    @Test("What goes out is what came in, behind a trace field and what was missing")
    func outgoing() async throws {
        let bench = try bench()
        let lines = ["From: hello@example.com", "Subject: x", "", ".", "odd  \t", "end"]
        let id = try await send(mail(lines), bench).message
        let content = text(try await bench.office.outgoing(id, recipients: [0]).content)
        #expect(content.hasSuffix(lines.map { "\($0)\r\n" }.joined()))
        let added = content.dropLast(lines.map { "\($0)\r\n" }.joined().count)
        #expect(added.hasPrefix("Received: from client.example ([192.0.2.1])\r\n\tby in.example with ESMTPSA id "))
        #expect(added.contains("\r\nDate: Wed, 01 Jul 2026 08:30:00 +0000\r\nMessage-ID: <"))
        #expect(added.hasSuffix("@example.com>\r\n"))
    }

    @Test("A message that has Date and Message-ID keeps its own alone")
    func complete() async throws {
        let bench = try bench()
        let id = try await send(
            mail(["From: hello@example.com", "date: yesterday", "MESSAGE-ID: <mine>", "", "x"]), bench
        ).message
        let content = text(try await bench.office.outgoing(id, recipients: [0]).content)
        #expect(content.lowercased().split(separator: "date:").count == 2)
        #expect(content.lowercased().split(separator: "message-id:").count == 2)
    }

    @Test(
        "What Date and Message-ID are not is replaced, and what they are stays",
        arguments: [
            (["Date:", "Message-ID:"], true), (["Date: yesterday", "Message-ID: <mine>"], true),
            (["Date: Mon, 32 Jan 2026 10:00:00 +0000", "Message-ID: a@b.example"], true),
            (["Date: Fri, 30 Jan 2026 10:00:00 +0000 (UTC)", "Message-ID: <a@b>"], false),
            (["Date: 30 Jan 26 10:00 GMT", "Message-ID: <a+b@[192.0.2.1]>"], false),
        ])
    func identity(fields: [String], isReplaced: Bool) async throws {
        let bench = try bench()
        let id = try await send(mail(["From: hello@example.com"] + fields + ["", "x"]), bench).message
        let content = text(try await bench.office.outgoing(id, recipients: [0]).content)
        #expect(content.split(separator: "\r\nDate:").count == 2)
        #expect(content.split(separator: "\r\nMessage-ID:").count == 2)
        #expect(fields.allSatisfy { content.contains("\r\n\($0)\r\n") != isReplaced })
    }

    @Test("Bcc stays behind, and everything else is as it was")
    func blindCopies() async throws {
        let bench = try bench()
        let lines = ["From: hello@example.com", "Bcc: eve@example.net,", " bob@example.net", "X-A: b", "", "Bcc: x"]
        let id = try await send(mail(lines, to: ["eve@example.net"]), bench).message
        let content = text(try await bench.office.outgoing(id, recipients: [0]).content)
        #expect(content.hasSuffix("From: hello@example.com\r\nX-A: b\r\n\r\nBcc: x\r\n"))
        #expect(!content.contains("example.net"))
        let keeping = try MailBench(keepsBcc: true)
        let other = try await send(mail(lines, to: ["eve@example.net"]), keeping).message
        let kept = text(try await keeping.office.outgoing(other, recipients: [0]).content)
        #expect(kept.hasSuffix(lines.map { "\($0)\r\n" }.joined()))
    }

    @Test("Encoded words that a library made of URLs and identities are undone, but for what its author signed")
    func encodedIdentities() async throws {
        let bench = try bench()
        let url = "https://shop.example/u/" + String(repeating: "a", count: 60)
        let fields = [
            "List-Unsubscribe: =?utf-8?q?=3C\(url.prefix(40))?=", " =?utf-8?q?\(url.dropFirst(40))=3E?=",
            "references: =?us-ascii?q?=3Ca=40x=2Eexample=3E?= <b@x.example>",
        ]
        let kept = [
            "Subject: =?utf-8?q?gr=C3=BCn?=", "List-Id: =?utf-8?q?a?= <l.example>", "In-Reply-To: =?utf-8?q?=C3=BC?=",
        ]
        func outgoing(_ more: [String]) async throws -> String {
            let id = try await send(mail(["From: hello@example.com"] + more + fields + kept + ["", "x"]), bench).message
            return text(try await bench.office.outgoing(id, recipients: [0]).content)
        }
        let content = try await outgoing([])
        #expect(content.contains("List-Unsubscribe: <\(url)>\r\nreferences: <a@x.example> <b@x.example>\r\n"))
        for field in kept { #expect(content.contains("\r\n\(field)\r\n"), "\(field)") }
        let signed = try await outgoing(["DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; h=from; bh=x; b=x"])
        #expect(signed.contains((fields + kept).map { "\r\n\($0)" }.joined()))
    }

    @Test("An author that only UTF-8 can write needs hops that know it, whatever was declared")
    func internationalAuthor() async throws {
        let bench = try bench()
        for field in ["Reply-To: jörg@example.com", "Subject: ü"] {
            let id = try await send(mail(["From: hello@example.com", field, "", "x"]), bench).message
            #expect(
                try await bench.office.outgoing(id, recipients: [0]).needsSMTPUTF8 == field.hasPrefix("Reply"),
                "\(field)")
        }
    }

    @Test(
        "What needs UTF-8 everywhere is refused where the one next hop is known to take none, but for test mail",
        arguments: [false, true, nil])
    func internationalContent(hop: Bool?) async throws {
        let bench = try MailBench(transport: ScriptedTransport(takesInternational: hop))
        for (field, isTaken) in [
            ("From: jörg@example.com", hop != false),
            ("From: hello@example.com\r\nReply-To: jörg@x.example", hop != false),
            ("From: Jörg <hello@example.com>", true), ("From: hello@example.com\r\nTo: jörg@x.example", true),
        ] {
            let (submission, _) = try mail([field, "", "x"]).read(special: [])
            #expect(bench.service.isTooInternational(submission, mode: .live) != isTaken, "\(field)")
            #expect(!bench.service.isTooInternational(submission, mode: .test), "\(field)")
        }
        for (from, replyTo) in [("jörg@example.com", "a@x.example"), ("hello@example.com", "jörg@x.example")] {
            var submission = Fixture.submission()
            submission.from = try #require(MailAddress(parsing: from))
            submission.replyTo = [try #require(MailAddress(parsing: replyTo))]
            let result = try await bench.service.send([submission], by: Principal(Fixture.key())).run()[0]
            #expect((try? result.get()) != nil || hop == false, "\(from)")
            guard hop == false, case .failure(.invalid(let fault, _)) = result else { continue }
            #expect(fault.field == (from.hasPrefix("j") ? "from" : "reply_to"))
        }
    }

    @Test("A message that passed too many servers, or this one three times, goes round in circles")
    func loops() {
        func obstacle(_ traces: [String]) -> SubmittedMail.Obstacle? {
            mail(traces + ["From: hello@example.com", "", "x"]).obstacle(ownName: "In.example")
        }
        let own = "Received: from x (y)\r\n\tby in.example with ESMTP id 1;\r\n\tWed, 01 Jul 2026 08:30:00 +0000"
        let other = "Received: from in.example by other.example with ESMTP; Wed, 01 Jul 2026 08:30:00 +0000"
        #expect(obstacle([]) == nil && obstacle([own, own, other]) == nil)
        #expect(obstacle([own, other, own, own]) == .loop)
        #expect(obstacle(Array(repeating: other, count: KernelLimits.receivedFieldsMax)) == nil)
        #expect(obstacle(Array(repeating: other, count: KernelLimits.receivedFieldsMax + 1)) == .loop)
    }

    @Test("What no server takes and nobody may change is not taken")
    func notTransportable() {
        let long = String(repeating: "x", count: 999)
        func obstacle(_ fields: [String], _ body: String) -> SubmittedMail.Obstacle? {
            mail(["From: hello@example.com"] + fields + ["", body]).obstacle(ownName: "in.example")
        }
        #expect(obstacle([], long) == nil && obstacle([], "a\u{0}b") == nil)
        #expect(obstacle(["DKIM-Signature: v=1"], "short") == nil)
        #expect(obstacle(["DKIM-Signature: v=1"], long) == .notTransportable)
        #expect(obstacle(["Content-Type: multipart/signed; boundary=b"], long) == .notTransportable)
        #expect(obstacle(["X-A: \(long)"], "") == .notTransportable)
        #expect(obstacle(["X-A: \(long) \(long)"], "") == .notTransportable)
        #expect(obstacle(["X-A: a \(String(repeating: "b ", count: 600))"], "") == nil)
    }

    @Test("A hop of another kind gets other bytes, the same on every attempt, and raw shows what left")
    func renditions() async throws {
        let bench = try bench()
        let id = try await send(mail(["From: hello@example.com", "", "grün"]), bench).message
        let mail = try await bench.office.outgoing(id, recipients: [0])
        let kind = HopKind(takesEightBit: false, takesUTF8: true)
        let rerender = try #require(mail.rerender)
        let plain = try await rerender(kind)
        let again = try await rerender(kind)
        #expect(plain == again)
        #expect(mail.rendition.isEightBit && !plain.isEightBit && plain.digest != mail.digest)
        #expect(text(plain.content).contains("gr=C3=BCn"))
        var settlement = Fixture.settlement(id.value)
        settlement.result.contentDigest = plain.digest
        _ = await bench.store.commit([.settle([settlement])])
        #expect(try await bench.office.raw(id) == plain.content)
    }

    @Test(
        "Reports go where the envelope says, within the sender's domain",
        arguments: [
            ("bounces@example.com", "bounces@example.com"), (nil, ""), ("victim@example.net", "hello@example.com"),
        ] as [(String?, String)])
    func reversePath(path: String?, expected: String) async throws {
        let bench = try bench()
        let id = try await send(mail(["From: hello@example.com", "", "x"], from: path), bench).message
        #expect(try await bench.office.outgoing(id, recipients: [0]).sender == expected)
    }

    @Test("Only mail that says so and is so needs hops that know UTF-8")
    func international() async throws {
        for (subject, utf8, expected) in [("ü", true, true), ("ü", false, false), ("u", true, false)] {
            let bench = try bench()
            let id = try await send(
                mail(["From: hello@example.com", "Subject: \(subject)", "", "ü"], utf8: utf8), bench
            ).message
            #expect(try await bench.office.outgoing(id, recipients: [0]).needsSMTPUTF8 == expected)
        }
    }

    @Test("It is looked at as texts and files")
    func readable() async throws {
        let bench = try bench()
        let id = try await send(mail(["From: hello@example.com", "X-Order: 1", "", "Hello", "you"]), bench).message
        let message = try #require(try await bench.service.message(id, of: Fixture.owner))
        #expect(message.submission.text == "Hello\nyou")
        #expect(message.submission.headers == [.init(name: "X-Order", value: "1")])
    }

    @Test("The same message over HTTP and as bytes is the same request to an idempotency key, another is not")
    func sharedKey() async throws {
        let bench = try bench()
        let composed = Submission(
            from: Fixture.address("hello@example.com", name: "Acme"), to: [Fixture.address("ann@example.net")],
            subject: "Grüße", text: "Hello\nyou", idempotency: IdempotencyKey(UserData("k")))
        let first = try await bench.service.send([composed], by: Principal(Fixture.key()), rule: Fixture.byMessage)
            .run()
        let lines = [
            "From: Acme <hello@example.com>", "To: ann@example.net", "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=",
            "Message-ID: <other@client.example>", "Date: today", "", "Hello",
        ]
        let replay = try await send(mail(lines + ["you"]), bench, key: "k")
        #expect(try first[0].get().message == replay.message && replay.replayed)
        await #expect(throws: KernelFailure.idempotencyMismatch) {
            try await send(mail(lines + ["me"]), bench, key: "k")
        }
    }
}

@Suite("The gate of sessions")
struct GateSessionTests {
    private let now = Fixture.start
    private let send = RateClass("send")
    private static let form = CredentialForm(
        scheme: "Bearer", prefixes: [.init("sk_live_", kind: .secret, mode: .live)])

    private func gate(
        _ key: AccessKey = Fixture.key(), account: Account = Fixture.account(), limit: Int = 10
    ) -> Gate {
        Gate(
            personality: Fixture.personality, steps: [.credential, .account, .address, .rate, .kind, .scope],
            form: Self.form,
            scopes: ScopeVocabulary(words: ["all", "send", "read"], superset: "all", defaults: ["all"]),
            directory: Fixture.directory(accounts: [account], keys: [key]),
            limiter: RateLimiter(tiers: [send: [RateTier(owner: .key, limit: limit, window: .seconds(60))]]))
    }

    private func identify(
        _ gate: Gate, _ secret: String = Fixture.secret(), from address: String = "192.0.2.1"
    ) throws(KernelFailure) -> Gate.Caller {
        try gate.identify(secret: Array(secret.utf8), from: IPAddress(address), at: now)
    }

    private func admit(_ gate: Gate, _ caller: Gate.Caller) throws(KernelFailure) -> Gate.Passage {
        try gate.admit(
            caller, requirement: Requirement(anyOf: ["send"]), rateClass: send, from: IPAddress("192.0.2.1"),
            verb: "MAIL", at: now)
    }

    @Test("A good secret is known, and each thing it asks for is counted")
    func counted() throws {
        let gate = gate(limit: 2)
        let caller = try identify(gate)
        #expect(try admit(gate, caller).principal.key == AccessKey.ID(1))
        _ = try admit(gate, caller)
        #expect(throws: KernelFailure.self) { try admit(gate, caller) }
    }

    @Test("Bad secrets, suspended accounts and foreign networks are refused at once")
    func refused() throws {
        #expect(throws: KernelFailure.credentialUnknown) { try identify(gate(), "sk_live_unknown") }
        #expect(throws: KernelFailure.credentialMalformed(.form)) { try identify(gate(), "unknown") }
        #expect(throws: KernelFailure.credentialMissing) { try identify(gate(), "") }
        #expect(throws: KernelFailure.accountSuspended) {
            try identify(gate(account: Fixture.account(state: .suspended)))
        }
        let network = try #require(IPNetwork("10.0.0.0/8"))
        #expect(throws: KernelFailure.self) { try identify(gate(Fixture.key(networks: [network]))) }
    }

    @Test("What was known once is asked for anew each time: a key that was revoked since sends nothing more")
    func askedAnew() throws {
        let caller = try identify(gate())
        #expect(throws: KernelFailure.credentialRevoked(at: now)) {
            try admit(gate(Fixture.key(revokedAt: now)), caller)
        }
        #expect(throws: KernelFailure.self) { try admit(gate(Fixture.key(scopes: ["read"])), caller) }
    }

    @Test("A trusted network has what the operator gave it, while its account is active")
    func trusted() throws {
        var key = Fixture.key(0, scopes: ["send"])
        key.kind = .trustedNetwork
        #expect(try admit(gate(), .trusted(key)).principal.account == Account.ID(1))
        #expect(throws: KernelFailure.accountSuspended) {
            try admit(gate(account: Fixture.account(state: .suspended)), .trusted(key))
        }
        key.account = Account.ID(99)
        #expect(throws: KernelFailure.accountSuspended) { try admit(gate(), .trusted(key)) }
        key.account = Account.ID(1)
        key.scopes = ["read"]
        #expect(throws: KernelFailure.self) { try admit(gate(), .trusted(key)) }
    }
}
