import AdapterConformance
import AdapterKit
import Base
import Model
import Testing

@testable import AhaSend

@Suite("AhaSend webhooks")
struct WebhookTests {
    private let ids = AdapterConformance.ids(of: AhaSend())

    private func payload(_ kind: MailEvent.Kind, _ change: (inout Submission) -> Void = { _ in }) -> String {
        var submission = Sample.submission
        change(&submission)
        var event = Sample.event(kind, after: .milliseconds(250), attempt: Sample.refusal)
        event.attempt = kind == .accepted ? nil : event.attempt
        let name = Trigger(kind)?.rawValue ?? ""
        let delivery = WebhookDelivery(
            id: WebhookDelivery.ID(3), endpoint: WebhookEndpoint.ID(9), name: name, event: event.id,
            message: event.message, createdAt: Sample.now)
        let occasion = WebhookOccasion(
            delivery: delivery, event: event, message: Sample.message(submission, events: [event]))
        return String(decoding: WebhookPayload(occasion: occasion, ids: ids).bytes, as: UTF8.self)
    }

    private var head: String {
        let uuid = ids.deliveries.text(Message.ID(7), recipient: 0, at: Sample.now)
        return #""from":"no-reply@acme.test","recipient":"kim@shop.test","subject":"Receipt 81","#
            + #""message_id_header":"<\#(uuid)@acme.test>","is_bot":false,"id":"\#(uuid.filter { $0 != "-" })""#
    }

    private func whole(_ type: String, _ event: String, _ rest: String = "") -> String {
        #"{"type":"\#(type)","timestamp":"2026-07-01T08:30:00.25Z","#
            + #""webhook_id":"\#(ids.webhooks.text(WebhookEndpoint.ID(9)))","#
            + #""data":{"account_id":"\#(ids.accounts.text(Account.ID(1)))","event":"\#(event)",\#(head)\#(rest)}}"#
    }

    @Test("A reception tells of the message, and of no attempt")
    func reception() { #expect(payload(.accepted) == whole("message.reception", "on_reception")) }

    @Test("A bounce tells what the server said")
    func bounce() {
        let attempt =
            #","delivery_attempt":{"classification":"InvalidRecipient","smtp_code":550,"#
            + #""enhanced_status_code":"5.1.1","response":"no such user"}"#
        #expect(payload(.bounced) == whole("message.bounced", "on_bounced", attempt))
    }

    @Test("Who gives up tells of failure without an attempt", arguments: [MailEvent.Kind.failed, .softBounced])
    func failure(_ kind: MailEvent.Kind) { #expect(payload(kind) == whole("message.failed", "on_failed")) }

    @Test(
        "A test tells of attempts in the vendor's own words",
        arguments: [
            (
                MailEvent.Kind.delivered, "message.delivered", "on_delivered",
                #"{"smtp_code":250,"enhanced_status_code":"2.0.0","response":"OK: queued","command":"DATA"}"#
            ),
            (
                .deferred, "message.transient_error", "on_transient_error",
                #"{"classification":"QuotaIssues","smtp_code":452,"enhanced_status_code":"4.2.2","#
                    + #""response":"The recipient's inbox is out of storage space","command":"RCPT TO"}"#
            ),
            (
                .bounced, "message.bounced", "on_bounced",
                #"{"classification":"InvalidRecipient","smtp_code":550,"enhanced_status_code":"5.1.1","#
                    + #""response":"The email account that you tried to reach does not exist","command":"RCPT TO"}"#
            ),
        ])
    func sandbox(_ kind: MailEvent.Kind, _ type: String, _ event: String, _ attempt: String) {
        #expect(payload(kind) { $0.sandbox = .bounced } == whole(type, event, ",\"delivery_attempt\":\(attempt)"))
    }

    @Test("The n-th wait is n to the fourth seconds, a tenth more or less, and there are six attempts")
    func waits() throws {
        let retries = try #require(AhaSend().webhooks).rules.policy.retries
        #expect(retries.attempts == 6)
        for (made, seconds) in [(1, 1.0), (2, 16), (3, 81), (4, 256), (5, 625)] {
            for fraction in [UInt64.min, .max] {
                let wait = try #require(retries.delay(after: made, random: ConstantRandom(bits: fraction)))
                #expect(abs(wait / .seconds(seconds) - 1) <= 0.1001)
            }
        }
        #expect(retries.delay(after: 6, random: ConstantRandom(bits: 0)) == nil)
    }

    @Test("The event's id stays the same for all endpoints and attempts")
    func identity() {
        let first = WebhookDelivery(
            id: WebhookDelivery.ID(3), endpoint: WebhookEndpoint.ID(9), name: "on_bounced", event: MailEvent.ID(5),
            createdAt: Sample.now)
        var second = first
        (second.id, second.endpoint) = (WebhookDelivery.ID(4), WebhookEndpoint.ID(10))
        #expect(WebhookPayload.identity(first, ids) == WebhookPayload.identity(second, ids))
    }
}

/// Always the same number.
struct ConstantRandom: RandomSource {
    let bits: UInt64

    func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * ($0 % 8))) }
    }
}
