import AdapterKit
import Base
import Model
import Testing

@testable import PostStack

@Suite("PostStack JSON")
struct WireTests {
    // MARK: Accepted

    @Test(
        "An accepted email is its id, and flags only where they are true",
        arguments: [
            (false, false, #"{"id":"em_1"}"#), (true, false, #"{"id":"em_1","replayed":true}"#),
            (false, true, #"{"id":"em_1","test_mode":true}"#),
            (true, true, #"{"id":"em_1","replayed":true,"test_mode":true}"#),
        ])
    func accepted(_ replayed: Bool, _ testMode: Bool, _ wire: String) {
        #expect(json(AcceptedObject(publicID: "em_1", replayed: replayed, testMode: testMode)) == wire)
    }

    @Test("A change answers a body, never nothing")
    func success() {
        #expect(Answer.success.status == 200)
        #expect(text(.success) == #"{"success":true}"#)
    }

    // MARK: Email

    @Test("An email in a list has every member but the bodies and events")
    func listed() {
        #expect(
            json(EmailObject(message: Sample.message(), publicID: "em_7")) == """
                {"id":7,"publicId":"em_7","fromAddress":"hello@example.com","fromName":"Acme",\
                "toAddresses":["ann@example.net"],"ccAddresses":null,"bccAddresses":null,"replyTo":null,\
                "subject":"Hi","headers":null,"tags":null,"status":"delivered","testMode":false,\
                "recipientProvider":null,"unsubscribeEnabled":false,"spamScore":null,"spamWarnings":null,\
                "scheduledAt":null,"sentAt":null,"createdAt":"2026-07-01T08:30:00.123Z"}
                """)
    }

    @Test("An email on its own has bodies and events too")
    func whole() {
        var message = Sample.message(events: [Sample.event(.accepted), Sample.event(.rescheduled)])
        message.submission.text = nil
        message.submission.html = "<p>\"é\"</p>"
        let wire = json(EmailObject(message: message, publicID: "em_7", isWhole: true))
        #expect(wire.contains(#","htmlBody":"<p>\"é\"</p>","textBody":null,"events":[{"id":31,"#))
        #expect(wire.ranges(of: #""eventType""#).count == 1, "a new time is no event of this dialect")
    }

    @Test("Lists and headers stand as they were sent")
    func lists() {
        var submission = Sample.submission
        submission.cc = [Sample.address("C@Example.net", name: "Cee")]
        submission.bcc = [Sample.address("d@example.net")]
        submission.replyTo = [Sample.address("r@example.com")]
        submission.headers = [.init(name: "X-B", value: "2"), .init(name: "X-A", value: "1")]
        submission.tags = ["b", "a"]
        submission.unsubscribe = true
        submission.scheduledAt = Sample.now
        let wire = json(EmailObject(message: Sample.message(submission, mode: .test), publicID: "em_7"))
        #expect(wire.contains(#""ccAddresses":["C@Example.net"],"bccAddresses":["d@example.net"]"#))
        #expect(wire.contains(#""replyTo":["r@example.com"]"#))
        #expect(wire.contains(#""headers":{"X-B":"2","X-A":"1"},"tags":["b","a"]"#))
        #expect(wire.contains(#""testMode":true"#))
        #expect(wire.contains(#""unsubscribeEnabled":true"#))
        #expect(wire.contains(#""scheduledAt":"2026-07-01T08:30:00.123Z""#))
    }

    @Test("The guess at an email's size is no smaller than a usual email")
    func reservation() {
        let events: [MailEvent] = [.accepted, .transmitted, .delivered].map { Sample.event($0) }
        var submission = Sample.submission
        submission.html = String(repeating: "<p class=\"x\">text</p>\n", count: 80)
        let email = EmailObject(message: Sample.message(submission, events: events), publicID: "em_7", isWhole: true)
        #expect(json(email).utf8.count <= email.bytesReserved)
    }

    // MARK: Events

    @Test("An event has every member, and the older names of two of them")
    func event() {
        let event = EventObject(
            event: Sample.event(.delivered), type: .delivered, recipients: Sample.message().recipients)
        #expect(
            json(event) == """
                {"id":31,"emailId":7,"eventType":"delivered","metadata":null,"geoCountry":null,"geoRegion":null,\
                "geoCity":null,"uaClientName":null,"uaClientType":null,"uaOs":null,"uaDeviceType":null,\
                "isPrefetch":false,"createdAt":"2026-07-01T08:30:00.123Z","type":"delivered",\
                "timestamp":"2026-07-01T08:30:00.123Z"}
                """)
    }

    @Test("A refusal says what the server said", arguments: [MailEvent.Kind.bounced, .softBounced, .deferred, .failed])
    func refusal(_ kind: MailEvent.Kind) {
        #expect(
            metadata(Sample.event(kind, attempt: Sample.refusal))
                == #"{"code":550,"enhancedCode":"5.1.1","message":"no such user"}"#)
    }

    @Test("Where nobody answered there is no code")
    func noAnswer() {
        let attempt = AttemptResult(classification: .noAnswer, code: 0, text: UserData("timed out"))
        #expect(metadata(Sample.event(.deferred, attempt: attempt)) == #"{"code":null,"message":"timed out"}"#)
    }

    @Test("What was taken back says so")
    func cancelled() {
        #expect(metadata(Sample.event(.cancelled, recipient: nil)) == #"{"reason":"cancelled"}"#)
    }

    @Test("Of several recipients each event names its own")
    func recipient() {
        var submission = Sample.submission
        submission.to.append(Sample.address("bob@example.net"))
        let message = Sample.message(submission, states: [.delivered, .bounced])
        #expect(metadata(Sample.event(.delivered, recipient: 1), of: message) == #"{"recipient":"bob@example.net"}"#)
        #expect(metadata(Sample.event(.accepted, recipient: nil), of: message) == nil)
        #expect(metadata(Sample.event(.delivered, recipient: 9), of: message) == nil)
    }

    private func metadata(_ event: MailEvent, of message: Message = Sample.message()) -> String? {
        EventMetadata(event, recipients: message.recipients).map { json($0) }
    }

    // MARK: Lists

    @Test("The last page may be short, and of nothing there is no page", arguments: [(0, 0), (1, 1), (20, 1), (21, 2)])
    func meta(_ total: Int, _ pages: Int) {
        #expect(
            json(PageMeta(page: 1, perPage: 20, total: total))
                == #"{"page":1,"perPage":20,"total":\#(total),"totalPages":\#(pages)}"#)
    }

    @Test("An insight has a code, a sentence and a weight")
    func insight() {
        #expect(
            json(Insight(code: "c", message: "m", severity: .info)) == #"{"code":"c","message":"m","severity":"info"}"#)
    }
}
