import AdapterConformance
import AdapterKit
import Base
import Model
import Testing

@testable import AhaSend

@Suite("AhaSend on the wire")
struct WireTests {
    private let ids = AdapterConformance.ids(of: AhaSend())

    private func object(_ message: Message, place: Int = 0) -> String {
        json(MessageObject(view: MessageView(message: message, place: place), ids: ids))
    }

    @Test("A message has every member that typed clients want, in their types")
    func message() throws {
        let events = [
            Sample.event(.accepted, recipient: nil, after: .zero),
            Sample.event(.bounced, attempt: Sample.refusal),
        ]
        let text = object(Sample.message(states: [.bounced], events: events))
        let uuid = ids.deliveries.text(Message.ID(7), recipient: 0, at: Sample.now)
        #expect(
            text
                == #"{"object":"message","created_at":"2026-07-01T08:30:00Z","updated_at":"2026-07-01T08:30:02Z","#
                + #""sent_at":null,"delivered_at":null,"retain_until":"2026-07-31T08:30:00Z","direction":"outbound","#
                + #""is_bounce_notification":false,"bounce_classification":"InvalidRecipient","delivery_attempts":["#
                + #"{"time":"2026-07-01T08:30:02Z","log":"550 5.1.1 no such user","status":"Bounced"}],"#
                + #""message_id":"<\#(uuid)@acme.test>","id":"\#(uuid)","subject":"Receipt 81","tags":[],"#
                + #""sender":"no-reply@acme.test","recipient":"kim@shop.test","status":"Bounced","num_attempts":1,"#
                + #""click_count":0,"open_count":0,"reference_message_id":null,"#
                + #""domain_id":"\#(ids.domains.text(MailDomain.ID(1)))","#
                + #""account_id":"\#(ids.accounts.text(Account.ID(1)))","template_id":null}"#)
    }

    @Test("Ids of messages are UUIDs of version 7, all others of version 4")
    func versions() {
        let uuid = ids.deliveries.text(Message.ID(7), recipient: 0, at: Sample.now)
        #expect(uuid.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        for text in [
            ids.accounts.text(Account.ID(1)), ids.keys.text(AccessKey.ID(1)), ids.domains.text(MailDomain.ID(1)),
            ids.webhooks.text(WebhookEndpoint.ID(1)), ids.suppressions.text(Suppression.ID(1)),
            ids.events.text(MailEvent.ID(1)),
        ] {
            #expect(text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }

    @Test("A public key is no secret, has 64 characters, and is another for each key")
    func publicKeys() {
        let first = PublicHalf.text(of: AccessKey.ID(1), ids)
        #expect(first.wholeMatch(of: /aha-pk-[0-9a-f]{64}/) != nil)
        #expect(first == PublicHalf.text(of: AccessKey.ID(1), ids))
        #expect(first != PublicHalf.text(of: AccessKey.ID(2), ids))
    }

    @Test("Parts of one message tell of themselves alone")
    func parts() {
        var submission = Sample.submission
        submission.to.append(Sample.address("lee@shop.test"))
        submission.division = .perRecipient
        let events = [
            Sample.event(.accepted, recipient: 0, after: .zero), Sample.event(.accepted, recipient: 1, after: .zero),
            Sample.event(.bounced, recipient: 1, attempt: Sample.refusal),
        ]
        let message = Sample.message(submission, states: [.queued, .bounced], events: events)
        #expect(object(message).contains(#""recipient":"kim@shop.test","status":"Received","num_attempts":0"#))
        #expect(object(message, place: 1).contains(#""recipient":"lee@shop.test","status":"Bounced","num_attempts":1"#))
        let headers = [0, 1].map { MessageIdentity(MessageView(message: message, place: $0), ids).header }
        #expect(headers[0] != headers[1])
    }

    @Test("A conversation has one Message-ID, and an id for each recipient")
    func conversation() {
        var submission = Sample.submission
        submission.cc = [Sample.address("lee@shop.test")]
        submission.division = .sharedHeader
        let message = Sample.message(submission, states: [.queued, .queued])
        let both = [0, 1].map { MessageIdentity(MessageView(message: message, place: $0), ids) }
        #expect(both[0].header == both[1].header && both[0].id != both[1].id)
    }

    @Test(
        "Every state has its word, and a test's end another",
        arguments: [
            (Recipient.State.scheduled, "Received", "Received"), (.queued, "Received", "Received"),
            (.sending, "Received", "Received"), (.deferred, "Deferred", "Sandbox Deferred"),
            (.delivered, "Delivered", "Sandbox Delivered"), (.bounced, "Bounced", "Sandbox Bounced"),
            (.failed, "Failed", "Sandbox Failed"), (.suppressed, "Suppressed", "Sandbox Suppressed"),
            (.cancelled, "Failed", "Sandbox Failed"), (.complained, "Delivered", "Sandbox Delivered"),
        ])
    func statuses(_ state: Recipient.State, _ word: String, _ tested: String) {
        #expect(MessageStatus(state, gaveUp: false, isSandbox: false).rawValue == word)
        #expect(MessageStatus(state, gaveUp: false, isSandbox: true).rawValue == tested)
    }

    @Test("Who gave up after several attempts has failed, and has not bounced")
    func givenUp() {
        let attempt = AttemptResult(classification: .mailboxFull, code: 452, text: UserData("full"))
        let message = Sample.message(
            states: [.bounced], events: [Sample.event(.softBounced, attempt: attempt)])
        #expect(object(message).contains(#""bounce_classification":"QuotaIssues""#))
        #expect(object(message).contains(#""status":"Failed""#))
    }

    @Test("Every class of refusal has one of the vendor's fifteen words", arguments: AttemptResult.Class.allCases)
    func classes(_ classification: AttemptResult.Class) {
        #expect((BounceClass(classification) == nil) == (classification == .none))
    }

    @Test("What was accepted shows its schedule, and a name also where there is none")
    func accepted() {
        let plain = AcceptedObject(id: "<a@b>", recipient: Sample.address("kim@shop.test"), schedule: nil)
        #expect(
            json(plain)
                == #"{"object":"message","id":"<a@b>","recipient":{"email":"kim@shop.test","name":""},"#
                + #""status":"queued","error":null}"#)
        let later = AcceptedObject(
            id: "<a@b>", recipient: Sample.address("kim@shop.test", name: "Kim"),
            schedule: Schedule(firstAttempt: Sample.now, expires: nil))
        #expect(
            json(later)
                == #"{"object":"message","id":"<a@b>","recipient":{"email":"kim@shop.test","name":"Kim"},"#
                + #""status":"scheduled","error":null,"schedule":{"first_attempt":"2026-07-01T08:30:00Z"}}"#)
    }

    @Test("A list leaves out the cursors that lead nowhere")
    func envelope() {
        func text(_ envelope: ListEnvelope) -> String {
            String(decoding: JSONWriter.object { envelope.write(&$0) { _ in } }, as: UTF8.self)
        }
        #expect(
            text(ListEnvelope(hasMore: false, next: nil, previous: nil))
                == #"{"object":"list","data":[],"pagination":{"has_more":false}}"#)
        #expect(
            text(ListEnvelope(hasMore: true, next: "n", previous: "p")).hasSuffix(
                #""pagination":{"has_more":true,"next_cursor":"n","previous_cursor":"p"}}"#))
    }
}
