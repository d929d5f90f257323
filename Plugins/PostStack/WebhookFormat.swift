import AdapterKit
import Base
import Model

extension WebhookFormat {
    static let postStack = WebhookFormat(
        rules: WebhookRules(
            names: Dictionary(
                uniqueKeysWithValues: MailEvent.Kind.allCases.compactMap { kind in
                    EmailEventType(kind).map { (kind, ["email.\($0.rawValue)"]) }
                }),
            wildcard: "*", testName: "webhook.test",
            policy: AttemptPolicy(
                retries: RetryPolicy(listed: PostStackLimits.webhookDelays), timeout: PostStackLimits.webhookTimeout),
            disableAfter: PostStackLimits.webhookFailures, keepsWhileOff: false,
            signing: WebhookSigning(
                parts: [.body], encoding: .hexadecimal, prefix: "sha256=", separator: ",",
                fields: [
                    .init("X-PostStack-Signature", "{signatures}"), .init("User-Agent", "PostStack-Webhook/1.0"),
                ]),
            secretPrefix: "whsec_", endpointsMax: PostStackLimits.webhooks),
        payload: { WebhookPayload(occasion: $0, ids: $1).bytes }, identity: { WebhookPayload.identity($0, $1) })
}

/// What is posted: `{"id","type","timestamp","data"}`, the members of `data` in snake case.
struct WebhookPayload {
    let occasion: WebhookOccasion
    let ids: PublicIDs

    /// The event's own id; where there is no event of a message, the delivery's.
    static func identity(_ delivery: WebhookDelivery, _ ids: PublicIDs) -> String {
        delivery.event.map { ids.events.text($0) }
            ?? ids.webhookDeliveries.text(delivery.id)
    }

    var bytes: [UInt8] {
        let delivery = occasion.delivery
        return JSONWriter.object { payload in
            payload.member("id", Self.identity(delivery, ids))
            payload.member("type", delivery.name)
            payload.member("timestamp", WireTime(occasion.event?.at ?? delivery.createdAt))
            if let event = occasion.event, let message = occasion.message {
                payload.object("data") { write(event, message, to: &$0) }
            } else {
                payload.member("data", RawJSON(bytes: delivery.data ?? Array("{}".utf8)))
            }
        }
    }

    private func write(_ event: MailEvent, _ message: Message, to data: inout JSONObjectWriter) {
        let submission = message.submission
        data.member("email_id", ids.messages.text(message.id))
        data.member("from", submission.from.address)
        data.array("to") { list in
            for address in submission.to { list.element(address.address) }
        }
        data.member("subject", submission.subject)
        data.member("tags", submission.tags)
        data.member("status", Self.status(after: event.kind).rawValue)
        if let index = event.recipient, message.recipients.indices.contains(index) {
            data.member("recipient", message.recipients[index].address.address)
        }
        if let metadata = EventMetadata(event, recipients: []) { write(metadata, event.kind, to: &data) }
    }

    private func write(_ metadata: EventMetadata, _ kind: MailEvent.Kind, to data: inout JSONObjectWriter) {
        data.memberIfPresent("reason", metadata.reason)
        guard kind == .bounced || kind == .softBounced, let attempt = metadata.attempt else { return }
        data.object("bounce") { bounce in
            bounce.member("type", kind == .bounced ? "hard" : "soft")
            // No code where nobody answered.
            bounce.member("code", attempt.code == 0 ? nil : attempt.code)
            bounce.member("message", attempt.text.text)
        }
    }

    /// Where the event leaves the recipient. The email's own status may have gone on since, and a delivery says the
    /// same whenever it is written.
    private static func status(after kind: MailEvent.Kind) -> EmailStatus {
        switch kind {
        case .accepted, .rescheduled, .replayed: .queued
        case .transmitted: .sending
        case .delivered, .opened, .clicked, .unsubscribed: .delivered
        case .deferred: .deferred
        case .bounced, .softBounced: .bounced
        case .failed, .suppressed, .cancelled: .failed
        case .complained: .complained
        }
    }
}

/// JSON that was written or checked before.
struct RawJSON: JSONWritable {
    let bytes: [UInt8]

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.text(JSONText(trusted: bytes)) }
}
