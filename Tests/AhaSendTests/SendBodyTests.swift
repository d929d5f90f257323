import AdapterKit
import Base
import Model
import Testing

@testable import AhaSend

@Suite("AhaSend bodies of messages")
struct SendBodyTests {
    private let least = #""from":{"email":"a@acme.test"},"subject":"s","text_content":"t""#

    private func body(_ more: String = "", recipients: String = #"[{"email":"kim@shop.test"}]"#) -> String {
        "{\(least),\"recipients\":\(recipients)\(more.isEmpty ? "" : ",")\(more)}"
    }

    private func fault(_ more: String) -> FieldFault? {
        do throws(KernelFailure) {
            _ = try messages(body(more))
            return nil
        } catch {
            if case .invalid(let fault, rest: _) = error { return fault }
            return nil
        }
    }

    @Test("Addresses are trimmed and lower-cased, names kept")
    func addresses() throws {
        let sent = try messages(
            #"{"from":{"email":" No-Reply@ACME.test ","name":"Acme, Inc."},"subject":"s","html_content":"h","#
                + #""recipients":[{"email":"Kim@Shop.test","name":"Kim"},{"email":"lee@shop.test","name":""}]}"#)
        #expect(sent.submission.from == Sample.address("no-reply@acme.test", name: "Acme, Inc."))
        #expect(sent.recipients == [Sample.address("kim@shop.test", name: "Kim"), Sample.address("lee@shop.test")])
        #expect(sent.submission.division == .perRecipient)
    }

    @Test("What is no address alone is refused", arguments: ["", "kim", "Kim <kim@shop.test>", "<kim@shop.test>"])
    func notAnAddress(_ text: String) {
        #expect(throws: KernelFailure.self) {
            try messages(body(recipients: "[{\"email\":\"\(text)\"}]"))
        }
    }

    @Test("A request needs its members", arguments: ["from", "subject", "text_content", "recipients"])
    func required(_ member: String) throws {
        let members = [
            "from": #"{"email":"a@acme.test"}"#, "subject": "\"s\"", "text_content": "\"t\"",
            "recipients": #"[{"email":"k@shop.test"}]"#,
        ]
        let rest = members.filter { $0.key != member }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        #expect(throws: KernelFailure.invalid(FieldFault(member, .missing))) { try messages("{\(rest)}") }
    }

    @Test("Recipients are 1 to 100, of a conversation 50 in all")
    func counts() throws {
        func list(_ count: Int) -> String {
            "[" + (0..<count).map { #"{"email":"k\#($0)@shop.test"}"# }.joined(separator: ",") + "]"
        }
        #expect(try messages(body(recipients: list(100))).recipients.count == 100)
        for wrong in [list(0), list(101)] {
            #expect(throws: KernelFailure.self) { try messages(body(recipients: wrong)) }
        }
        let both = try conversation("{\(least),\"to\":\(list(25)),\"cc\":\(list(25))}")
        #expect(both.recipients.count == 50 && both.submission.division == .sharedHeader)
        #expect(throws: KernelFailure.self) {
            try conversation("{\(least),\"to\":\(list(25)),\"bcc\":\(list(26))}")
        }
    }

    @Test(
        "What is built later is refused by name where it asks for anything",
        arguments: [
            (#""substitutions":{"a":1}"#, "substitutions"), (#""tracking":{"open":true}"#, "tracking.open"),
            (#""tracking":{"click":true}"#, "tracking.click"),
        ])
    func notServed(_ more: String, _ field: String) {
        #expect(fault(more) == FieldFault(field, .notServed))
    }

    @Test(
        "The same members are taken where they ask for nothing",
        arguments: [
            #""substitutions":{}"#, #""substitutions":null"#, #""tracking":{"open":false,"click":null}"#,
            #""retention":{"data":null}"#, #""retention":null"#, #""tracking":null"#,
        ])
    func asksForNothing(_ more: String) throws { _ = try messages(body(more)) }

    @Test("Retention is in days: of the content from none, of the message from one, and up to thirty")
    func retention() throws {
        let keeping = try messages(body(#""retention":{"metadata":30,"data":0}"#)).submission.keeping
        #expect(keeping == Submission.Keeping(contents: .zero, message: .seconds(30 * 86_400)))
        #expect(try messages(body(#""retention":{}"#)).submission.keeping == nil)
        for (member, value, least) in [("metadata", 0, 1), ("metadata", 31, 1), ("data", -1, 0), ("data", 31, 0)] {
            let told = fault(#""retention":{"\#(member)":\#(value)}"#)
            #expect(told == FieldFault("retention.\(member)", .range(minimum: least, maximum: 30)))
        }
    }

    @Test("A recipient's own substitutions are refused too")
    func recipientSubstitutions() {
        let recipients = #"[{"email":"kim@shop.test","substitutions":{"x":1}}]"#
        #expect(throws: KernelFailure.invalid(FieldFault("recipients[0].substitutions", .notServed))) {
            try messages(body(recipients: recipients))
        }
    }

    @Test(
        "Reply-To stands in one place, a Message-ID in none, and the relay's own fields in none",
        arguments: [
            (#""reply_to":{"email":"r@acme.test"},"headers":{"Reply-To":"x@acme.test"}"#, "headers.Reply-To"),
            (#""headers":{"AhaSend-Sandbox":"true"}"#, "headers.AhaSend-Sandbox"),
            (#""headers":{"Cc":"x@acme.test"}"#, "headers.Cc"), (#""headers":{"A b":"x"}"#, "headers.A b"),
            (#""headers":{"X":"a\nb"}"#, "headers.X"), (#""headers":{"Reply-To":"nobody"}"#, "headers.Reply-To"),
        ])
    func headers(_ more: String, _ field: String) { #expect(fault(more)?.field == field) }

    @Test("Reply-To may be given as a header, and a Message-ID is passed over")
    func headerReplyTo() throws {
        let sent = try messages(body(#""headers":{"reply-to":"R <r@acme.test>","Message-ID":"<x>","X-A":"1"}"#))
        #expect(sent.submission.replyTo == [Sample.address("r@acme.test", name: "R")])
        #expect(sent.submission.headers == [.init(name: "X-A", value: "1")])
    }

    @Test("A file is shown inside only by an id in brackets, and its data is text or base64")
    func attachments() throws {
        let sent = try messages(
            body(
                #""attachments":[{"data":"aGk=","base64":true,"content_type":"image/png","file_name":"a.png","#
                    + #""content_id":"<logo@acme.test>","content_disposition":"inline"},"#
                    + #"{"data":"hi","content_type":"text/plain","file_name":"b.txt","content_id":"logo"}]"#))
        let files = sent.submission.attachments
        #expect(files.map(\.contentID) == ["logo@acme.test", nil])
        #expect(files.map(\.content) == [Array("hi".utf8), Array("hi".utf8)])
    }

    @Test("A disposition other than the one that is due is refused")
    func disposition() {
        let file = #"{"data":"hi","content_type":"text/plain","file_name":"b.txt","content_disposition":"inline"}"#
        #expect(fault(#""attachments":[\#(file)]"#)?.field == "attachments[0].content_disposition")
    }

    @Test(
        "Tags are 10 of 64 characters",
        arguments: [
            ("[" + Array(repeating: "\"t\"", count: 11).joined(separator: ",") + "]", false),
            ("[\"" + String(repeating: "t", count: 64) + "\"]", true),
            ("[\"" + String(repeating: "t", count: 65) + "\"]", false), (#"["a,b"]"#, false), (#"[""]"#, false),
        ])
    func tags(_ tags: String, _ isGood: Bool) { #expect((fault(#""tags":\#(tags)"#) == nil) == isGood) }

    @Test("A test comes to what was asked, and a wish without a test to nothing")
    func sandbox() throws {
        #expect(try messages(body(#""sandbox":true"#)).submission.sandbox == .delivered)
        #expect(try messages(body(#""sandbox":true,"sandbox_result":"defer""#)).submission.sandbox == .deferred)
        #expect(try messages(body(#""sandbox_result":"bounce""#)).submission.sandbox == nil)
        #expect(fault(#""sandbox_result":"explode""#)?.field == "sandbox_result")
    }

    @Test(
        "Schedules lie ahead, and not too far",
        arguments: [
            (#"{"first_attempt":"2026-07-01T08:30:00Z"}"#, "schedule.first_attempt"),
            (#"{"first_attempt":"2026-07-08T08:30:01Z"}"#, "schedule.first_attempt"),
            (#"{"first_attempt":"2026-07-02T08:30:00"}"#, "schedule.first_attempt"),
            (#"{"expires":"2026-07-09T08:30:01Z"}"#, "schedule.expires"),
            (
                #"{"first_attempt":"2026-07-03T08:30:00Z","expires":"2026-07-02T08:30:00Z"}"#, "schedule.expires"
            ),
        ])
    func badSchedules(_ schedule: String, _ field: String) {
        #expect(fault(#""schedule":\#(schedule)"#)?.field == field)
    }

    @Test("A schedule at its bounds is taken")
    func schedule() throws {
        let sent = try messages(
            body(#""schedule":{"first_attempt":"2026-07-08T08:30:00Z","expires":"2026-07-09T08:30:00Z"}"#))
        #expect(sent.submission.scheduledAt == Sample.now + .seconds(7 * 86_400))
        #expect(sent.submission.expiresAt == Sample.now + .seconds(8 * 86_400))
    }
}
