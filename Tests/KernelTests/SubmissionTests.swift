import Base
import Crypto
import Model
import TestKit
import Testing

@testable import Kernel

@Suite("Submissions and messages")
struct SubmissionTests {
    @Test("Each address is in the envelope once, in its first role")
    func envelope() {
        let envelope = Fixture.submission(
            to: ["ann@x.net", "Ann@x.net", "ann@x.net"], cc: ["ann@x.net", "bob@x.net"],
            bcc: ["bob@x.net", "eve@x.net"]
        ).envelope
        #expect(envelope.map(\.address.address) == ["ann@x.net", "Ann@x.net", "bob@x.net", "eve@x.net"])
        #expect(envelope.map(\.role) == [.to, .to, .cc, .bcc])
    }

    @Test("Domains are compared without case, and display names not at all")
    func envelopeDomains() {
        let upper = MailAddress(name: "A", checkedAddress: "ann@X.NET", domain: "x.net")
        let lower = MailAddress(name: nil, checkedAddress: "ann@x.net", domain: "x.net")
        let submission = Submission(from: lower, to: [upper, lower], subject: "")
        #expect(submission.envelope.map(\.address) == [upper])
    }

    @Test(
        "Many recipients' states come to the one that matters most",
        arguments: [
            ([], Recipient.State.delivered), ([.delivered, .bounced], .bounced), ([.delivered, .queued], .queued),
            ([.cancelled, .delivered], .delivered), ([.cancelled, .suppressed], .suppressed),
            ([.cancelled], .cancelled),
            ([.complained, .bounced], .complained), ([.sending, .deferred, .queued], .deferred),
            ([.scheduled, .delivered], .scheduled), ([.queued, .sending], .sending), ([.failed, .deferred], .failed),
        ] as [([Recipient.State], Recipient.State)])
    func fold(states: [Recipient.State], expected: Recipient.State) {
        #expect(Message.fold(states) == expected)
        #expect(Message.fold(states.reversed()) == expected)
    }

    @Test("Every state folds to itself")
    func foldAlone() { for state in Recipient.State.allCases { #expect(Message.fold([state]) == state) } }
}

@Suite("Fingerprint")
struct FingerprintTests {
    private static let variants: [Submission] = {
        var variants = [
            Fixture.submission(), Fixture.submission(from: "other@example.com"), Fixture.submission(to: []),
            Fixture.submission(to: ["a@x", "b@x"]), Fixture.submission(to: ["b@x", "a@x"]),
            Fixture.submission(to: ["a@x"], cc: ["b@x"]), Fixture.submission(to: ["a@x"], bcc: ["b@x"]),
            Fixture.submission(to: ["a@xb@x"]), Fixture.submission(subject: ""), Fixture.submission(text: nil),
            Fixture.submission(text: ""), Fixture.submission(text: nil, html: ""),
            Fixture.submission(html: "Hello.\r\n"),
            Fixture.submission(tags: ["a", "b"]), Fixture.submission(tags: ["b", "a"]),
            Fixture.submission(tags: ["ab"]),
            Fixture.submission(tags: ["a1:b"]), Fixture.submission(scheduledAt: Fixture.start),
            Fixture.submission(scheduledAt: Fixture.start + .nanoseconds(1)),
        ]
        for attachment in [
            Attachment(fileName: "a", contentType: nil, contentID: nil, content: [1]),
            Attachment(fileName: "a", contentType: "b", contentID: nil, content: [1]),
            Attachment(fileName: "a", contentType: nil, contentID: "b", content: [1]),
            Attachment(fileName: "a", contentType: nil, contentID: nil, content: []),
        ] { variants.append(Fixture.submission(attachments: [attachment])) }
        for headers in [["X-A": "b"], ["X-Ab": ""], ["X-A": "", "X-B": ""]] {
            var submission = Fixture.submission()
            submission.headers = headers.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
            variants.append(submission)
        }
        var named = Fixture.submission()
        named.to = [Fixture.address("ann@example.net", name: "Ann")]
        var empty = Fixture.submission()
        empty.to = [Fixture.address("ann@example.net", name: "")]
        var reply = Fixture.submission()
        reply.replyTo = [Fixture.address("a@x")]
        var unsubscribe = Fixture.submission()
        unsubscribe.unsubscribe = true
        var faceted = Fixture.submission()
        faceted.facet = []
        return variants + [named, empty, reply, unsubscribe, faceted]
    }()

    @Test("Two submissions that differ in anything have different ones")
    func distinct() {
        let digests = Set(Self.variants.map { Fingerprint.of($0) })
        #expect(digests.count == Self.variants.count)
    }

    @Test("Equal submissions have equal ones")
    func equal() {
        for variant in Self.variants {
            let copy = variant
            #expect(Fingerprint.of(variant) == Fingerprint.of(copy))
        }
    }

    @Test("The idempotency key is no part of it")
    func key() {
        #expect(Fingerprint.of(Fixture.submission(idempotencyKey: "k")) == Fingerprint.of(Fixture.submission()))
    }

    @Test("The template is no part of it, as the texts are")
    func template() {
        var submission = Fixture.submission()
        submission.template = TemplateUse(template: Template.ID(1), version: 1)
        #expect(Fingerprint.of(submission) == Fingerprint.of(Fixture.submission()))
    }

    @Test("It is the same in every version of this program")
    func pinned() {
        // A change of this value makes every retry across an upgrade a mismatch.
        #expect(
            Fingerprint.of(Fixture.submission())
                == SHA256.digest(Array("f17:hello@example.comt15:ann@example.nets2:Hix8:Hello.\r\n".utf8)))
    }
}
