import AdapterKit
import Base
import Model
import Testing

@testable import PostStack

@Suite("PostStack SendEmail")
struct SendEmailTests {
    @Test("A whole body comes to a submission")
    func whole() throws {
        let body = """
            {"from":"Acme <hello@example.com>","to":["ann@example.net","Bob <bob@example.net>"],"cc":["c@example.net"],
            "bcc":["d@example.net"],"reply_to":"r@example.com","subject":"Hi","html":"<p>Hi</p>","text":"Hi",
            "headers":{"X-B":"2","X-A":"1"},"tags":["b","a"],"scheduled_at":"2026-07-01T10:30:00+02:00",
            "unsubscribe":true,"attachments":[{"filename":"a.txt","content":"aGk=","content_type":"text/plain",
            "content_id":"logo"}]}
            """
        let submission = try email(body).submission(nil)
        #expect(submission.from == Sample.address("hello@example.com", name: "Acme"))
        #expect(submission.to == [Sample.address("ann@example.net"), Sample.address("bob@example.net", name: "Bob")])
        #expect(submission.cc == [Sample.address("c@example.net")])
        #expect(submission.bcc == [Sample.address("d@example.net")])
        #expect(submission.replyTo == [Sample.address("r@example.com")])
        #expect((submission.subject, submission.html, submission.text) == ("Hi", "<p>Hi</p>", "Hi"))
        #expect(submission.headers == [.init(name: "X-B", value: "2"), .init(name: "X-A", value: "1")])
        #expect(submission.tags == ["b", "a"])
        #expect(submission.scheduledAt?.rfc3339(.milliseconds) == "2026-07-01T08:30:00.000Z")
        #expect(submission.unsubscribe)
        #expect(
            submission.attachments == [
                Attachment(fileName: "a.txt", contentType: "text/plain", contentID: "logo", content: Array("hi".utf8))
            ])
        #expect(submission.idempotency == nil)
    }

    @Test(
        "A field that must be there is asked for by name",
        arguments: [
            ("{}", "Missing required field: from"),
            (#"{"from":"a@b.example"}"#, "Missing required field: to"),
            (#"{"from":"a@b.example","to":[]}"#, "Missing required field: to"),
            (#"{"from":"a@b.example","to":null}"#, "Missing required field: to"),
            (#"{"from":"a@b.example","to":["c@d.example"]}"#, "Missing required field: subject"),
            (#"{"from":"a@b.example","to":["c@d.example"],"subject":"x"}"#, "Missing required field: html"),
            (
                #"{"from":"a@b.example","to":["c@d.example"],"subject":"x","text":"","attachments":[{"content":""}]}"#,
                "Missing required field: attachments[0].filename"
            ),
            (#"{"from":"nobody","to":["c@d.example"],"text":""}"#, "Missing required field: subject"),
        ])
    func missing(_ body: String, _ sentence: String) {
        #expect(refusal(body) == Face(.badRequest, sentence))
    }

    @Test(
        "A value that breaks a rule is 422",
        arguments: [
            (#""to":["nobody"]"#, "Invalid email address"),
            (#""reply_to":"nobody""#, "Invalid email address"),
            (#""reply_to":["a@b.example","c@d.example"]"#, "Too many items: reply_to"),
            (#""subject":"a\r\nBcc: c@d.example""#, "Invalid header: subject"),
            (#""headers":{"X-A":"a\nB: c"}"#, "Invalid header: headers"),
            (#""headers":{"X A":"a"}"#, "Invalid header: headers"),
            (#""headers":{"Subject":"a"}"#, "Field not allowed: headers"),
            (#""scheduled_at":"tomorrow""#, "Invalid date: scheduled_at"),
            (#""signature":"always""#, "Invalid value: signature"),
            (#""attachments":[{"filename":"a","content":"%%"}]"#, "Invalid base64: attachments[0].content"),
            (
                #""attachments":[{"filename":"a","content":"","content_type":"pdf"}]"#,
                "Invalid value: attachments[0].content_type"
            ),
            (
                #""attachments":[{"filename":"a","content":"","content_id":"a b"}]"#,
                "Invalid header: attachments[0].content_id"
            ),
        ])
    func invalid(_ member: String, _ sentence: String) {
        #expect(refusal(Self.body(member)) == Face(.unprocessable, sentence))
    }

    @Test(
        "A member of another type is 400",
        arguments: [
            ("to", "1"), ("to", "[1]"), ("subject", "1"), ("html", "[]"), ("headers", #"{"X-A":1}"#), ("tags", #""a""#),
            ("attachments", "{}"), ("unsubscribe", #""yes""#), ("idempotency_key", "1"), ("variables", "[]"),
            ("idempotency_window_hours", #""5""#), ("tracking", "true"), ("scheduled_at", "5"), ("template_id", "5"),
        ])
    func wrongType(_ field: String, _ value: String) {
        #expect(refusal(Self.body("\"\(field)\":\(value)")) == Face(.badRequest, "Invalid type: \(field)"))
    }

    @Test("A member inside another is named with its path")
    func nestedType() {
        #expect(refusal(Self.body(#""tracking":{"opens":"yes"}"#)) == Face(.badRequest, "Invalid type: tracking.opens"))
        #expect(refusal(Self.body(#""attachments":[1]"#)) == Face(.badRequest, "Invalid type: attachments[0]"))
    }

    @Test("No list has more than fifty recipients", arguments: ["to", "cc", "bcc"])
    func recipients(_ field: String) {
        let addresses = (0...50).map { #""a\#($0)@b.example""# }.joined(separator: ",")
        #expect(refusal(Self.body("\"\(field)\":[\(addresses)]")) == Face(.unprocessable, "Too many items: \(field)"))
    }

    @Test("An attachment is measured decoded", arguments: [(0, true), (1, false)])
    func attachmentSize(_ excess: Int, _ isAccepted: Bool) {
        let content = Base64.encode([UInt8](repeating: 0, count: PostStackLimits.attachmentBytes + excess))
        let text = String(decoding: content, as: UTF8.self)
        let face = refusal(Self.body(#""attachments":[{"filename":"a","content":"\#(text)"}]"#))
        #expect(face == (isAccepted ? nil : Face(.unprocessable, "Too large: attachments[0].content")))
    }

    @Test("All attachments together are measured too")
    func attachmentsSize() {
        let content = Base64.encode([UInt8](repeating: 0, count: PostStackLimits.attachmentsBytes / 3 + 1))
        let file = #"{"filename":"a","content":"\#(String(decoding: content, as: UTF8.self))"}"#
        #expect(
            refusal(Self.body(#""attachments":[\#(file),\#(file),\#(file)]"#))
                == Face(.unprocessable, "Too large: attachments"))
        #expect(refusal(Self.body(#""attachments":[\#(file),\#(file)]"#)) == nil)
    }

    @Test(
        "Of a path the last part is the file's name",
        arguments: [
            ("../../etc/passwd", "passwd"), (#"C:\\temp\\a.txt"#, "a.txt"), ("a b.txt", "a b.txt"),
        ])
    func fileName(_ sent: String, _ kept: String) throws {
        let body = Self.body(#""attachments":[{"filename":"\#(sent)","content":"aGk="}]"#)
        #expect(try email(body).submission(nil).attachments.first?.fileName == kept)
    }

    @Test("Angle brackets around a content id are taken off")
    func contentID() throws {
        let body = Self.body(#""attachments":[{"filename":"a","content":"aGk=","content_id":"<logo@x>"}]"#)
        #expect(try email(body).submission(nil).attachments.first?.contentID == "logo@x")
    }

    @Test("One address instead of a list is a list of one")
    func loneAddress() throws {
        #expect(try email(Self.body(#""to":"x@y.example""#)).submission(nil).to.count == 1)
    }

    @Test("Members that the dialect does not know are dropped")
    func unknownMembers() throws {
        #expect(refusal(Self.body(#""surprise":{"deep":[1,2]}"#)) == nil)
    }

    @Test("A template may bring subject and bodies")
    func template() throws {
        let sent = try email(#"{"from":"a@b.example","to":["c@d.example"],"template_id":"tpl_1"}"#)
        #expect(sent.templateID == "tpl_1")
    }

    @Test(
        "The body's key goes before the header's, and an empty one is none",
        arguments: [
            (#","idempotency_key":"own""#, "header" as String?, nil as Int?, "own" as String?),
            ("", "header", nil, "header"), ("", "header", 3, "header:3"),
            (#","idempotency_key":"own""#, "header", 3, "own"), (#","idempotency_key":"""#, "header", nil, "header"),
            (#","idempotency_key":"""#, "", nil, nil), ("", nil, nil, nil), ("", nil, 3, nil),
        ])
    func idempotencyKey(_ member: String, _ header: String?, _ index: Int?, _ key: String?) throws {
        let body = #"{"from":"a@b.example","to":["c@d.example"],"subject":"x","text":"y"\#(member)}"#
        #expect(try Self.key(email(body), header, element: index) == key)
    }

    @Test("A key of more than 255 bytes is refused, in the body and in the header")
    func longKey() throws {
        let long = String(repeating: "k", count: 256)
        let refused = KernelFailure.idempotencyKeyInvalid(limitBytes: 255)
        #expect(throws: refused) { try Self.key(email(Self.body(#""idempotency_key":"\#(long)""#)), nil) }
        #expect(throws: refused) { try Self.key(email(Self.body()), long) }
        #expect(try Self.key(email(Self.body()), String(long.dropLast())) != nil)
    }

    private static func key(_ email: SendEmail, _ header: String?, element: Int? = nil) throws -> String? {
        try PostStack.idempotency.key(
            element: element, header: { $0 == "Idempotency-Key" ? header : nil }, member: { _ in email.idempotencyKey }
        )?.text.text
    }

    // MARK: Pieces

    /// A body that is in order, with one more member or another value for one.
    private static func body(_ member: String = #""x":0"#) -> String {
        let name = member.prefix { $0 != ":" }
        let usual = [
            #""from":"a@b.example""#, #""to":["c@d.example"]"#, #""subject":"x""#, #""text":"y""#,
        ]
        return "{" + (usual.filter { !$0.hasPrefix(name) } + [member]).joined(separator: ",") + "}"
    }

    private func refusal(_ body: String) -> Face? {
        do throws(KernelFailure) {
            _ = try email(body)
            return nil
        } catch {
            return Face.of(error)
        }
    }
}

@Suite("PostStack words")
struct WordTests {
    @Test(
        "Every state has a word",
        arguments: [
            (Recipient.State.scheduled, "queued"), (.queued, "queued"), (.sending, "sending"), (.deferred, "deferred"),
            (.delivered, "delivered"), (.bounced, "bounced"), (.failed, "failed"), (.suppressed, "failed"),
            (.cancelled, "failed"), (.complained, "complained"),
        ])
    func status(_ state: Recipient.State, _ word: String) {
        #expect(EmailStatus(state).rawValue == word)
    }

    @Test("Every state is found by its word", arguments: Recipient.State.allCases)
    func states(_ state: Recipient.State) {
        #expect(EmailStatus(state).states.contains(state))
    }

    @Test(
        "Every event has a word, but the new time of an email",
        arguments: [
            (MailEvent.Kind.accepted, "queued" as String?), (.transmitted, "sent"), (.delivered, "delivered"),
            (.deferred, "deferred"), (.bounced, "bounced"), (.softBounced, "soft_bounced"), (.failed, "failed"),
            (.suppressed, "failed"), (.cancelled, "failed"), (.rescheduled, nil), (.complained, "complained"),
            (.opened, "opened"), (.clicked, "clicked"), (.unsubscribed, "unsubscribed"),
        ])
    func eventType(_ kind: MailEvent.Kind, _ word: String?) {
        #expect(EmailEventType(kind)?.rawValue == word)
    }
}

@Suite("PostStack list filters")
struct FilterTests {
    @Test("Without filters nothing is narrowed")
    func none() throws {
        #expect(try filter([:]).isEmpty)
        #expect(try filter(["status": "", "to": ""]).isEmpty)
    }

    @Test("A cancelled email is found among the failed")
    func status() throws {
        #expect(try filter(["status": "failed"]).states == [.failed, .suppressed, .cancelled])
    }

    @Test("A status that does not exist is 422")
    func badStatus() {
        #expect { try filter(["status": "sent"]) } throws: {
            ($0 as? KernelFailure).map(Face.of) == Face(.unprocessable, "Invalid value: status")
        }
    }

    @Test(
        "A date is the whole of its day, a time its millisecond",
        arguments: [
            ("2026-07-01", "2026-07-01T00:00:00.000Z", "2026-07-02T00:00:00.000Z"),
            ("2026-07-01T08:30:00.250Z", "2026-07-01T08:30:00.250Z", "2026-07-01T08:30:00.251Z"),
            ("2026-07-01T08:30:00", "2026-07-01T08:30:00.000Z", "2026-07-01T08:30:00.001Z"),
        ])
    func dates(_ text: String, _ start: String, _ end: String) throws {
        let filter = try filter(["date_from": text, "date_to": text])
        #expect(filter.from == Instant(rfc3339: start))
        #expect(filter.until == Instant(rfc3339: end))
    }

    @Test("What is no date is 422", arguments: ["date_from", "date_to"])
    func badDate(_ field: String) {
        #expect { try filter([field: "yesterday"]) } throws: {
            ($0 as? KernelFailure).map(Face.of) == Face(.unprocessable, "Invalid date: \(field)")
        }
    }

    @Test("A domain is named by its number, and by another text none is")
    func domain() throws {
        #expect(try filter(["domain_id": "12"]).domain == MailDomain.ID(12))
        #expect(try filter(["domain_id": "dom_abc"]).matchesNothing)
    }

    @Test("What is known of no email matches none", arguments: ["provider", "country", "device"])
    func unknown(_ name: String) throws {
        #expect(try filter([name: "x"]).matchesNothing)
    }

    @Test("Parts of addresses and subject, and a tag, are passed on")
    func texts() throws {
        let filter = try filter(["to": "a", "from": "b", "subject": "c", "tag": "d"])
        #expect(filter.toContains == "a")
        #expect(filter.fromContains == "b")
        #expect(filter.subjectContains == "c")
        #expect(filter.tag == "d")
    }

    private func filter(_ query: [String: String]) throws(KernelFailure) -> MessageFilter {
        try MessageFilter { query[$0] }
    }
}

@Suite("PostStack insights")
struct InsightTests {
    @Test("A message with both bodies has nothing to mend")
    func fine() {
        #expect(codes(text: "x", html: "<p>x</p>").isEmpty)
    }

    @Test("A body that is missing or empty is named")
    func bodies() {
        #expect(codes(text: nil, html: "x") == ["missing_text_body"])
        #expect(codes(text: "", html: "x") == ["missing_text_body"])
        #expect(codes(text: "x", html: nil) == ["missing_html_body"])
    }

    @Test("A long subject is counted in characters, not in bytes")
    func subject() {
        #expect(codes(text: "x", html: "x", subject: String(repeating: "é", count: 70)).isEmpty)
        #expect(codes(text: "x", html: "x", subject: String(repeating: "é", count: 71)) == ["subject_too_long"])
    }

    @Test("Gmail cuts HTML of more than 102 KB")
    func size() {
        #expect(codes(text: "x", html: String(repeating: "x", count: 102 * 1024)).isEmpty)
        #expect(codes(text: "x", html: String(repeating: "x", count: 102 * 1024 + 1)) == ["large_html"])
    }

    private func codes(text: String?, html: String?, subject: String = "Hi") -> [String] {
        var submission = Sample.submission
        submission.text = text
        submission.html = html
        submission.subject = subject
        return Insight.all(for: submission).map(\.code)
    }
}
