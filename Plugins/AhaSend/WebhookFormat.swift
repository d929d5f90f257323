import AdapterKit
import Base
import Model

extension WebhookFormat {
    static let ahaSend = WebhookFormat(
        rules: WebhookRules(
            names: Dictionary(
                uniqueKeysWithValues: MailEvent.Kind.allCases.compactMap { kind in
                    Trigger(kind).map { (kind, [$0.rawValue]) }
                }),
            // Test events are asked for by no route yet; they bear the name of a reception.
            wildcard: nil, testName: Trigger.reception.rawValue,
            policy: AttemptPolicy(
                retries: RetryPolicy(
                    delays: .power(unit: .seconds(1), exponent: 4, cap: .seconds(3600)),
                    attempts: AhaSendLimits.webhookAttempts,
                    jitter: .proportional(percent: AhaSendLimits.webhookJitterPercent)),
                timeout: AhaSendLimits.webhookTimeout),
            disableAfter: nil, keepsWhileOff: false,
            signing: WebhookSigning(
                parts: [.id, .time, .body], encoding: .base64, prefix: "v1,", separator: " ",
                fields: [
                    .init("webhook-id", "{id}"), .init("webhook-timestamp", "{time}"),
                    .init("webhook-signature", "{signatures}"),
                ]),
            secretPrefix: "aha-whsec-", endpointsMax: AhaSendLimits.webhooks, secretCharacters: 64),
        payload: { WebhookPayload(occasion: $0, ids: $1).bytes }, identity: { WebhookPayload.identity($0, $1) })
}

/// What is posted: `{"type","timestamp","webhook_id","data"}`.
struct WebhookPayload {
    let occasion: WebhookOccasion
    let ids: PublicIDs

    /// The same for all endpoints that hear of an event, and over attempts.
    static func identity(_ delivery: WebhookDelivery, _ ids: PublicIDs) -> String {
        delivery.event.map { ids.events.text($0) } ?? ids.webhookDeliveries.text(delivery.id)
    }

    var bytes: [UInt8] {
        let delivery = occasion.delivery
        let trigger = Trigger(rawValue: delivery.name) ?? .reception
        return JSONWriter.object { payload in
            payload.member("type", trigger.type)
            payload.member("timestamp", WireTime(occasion.event?.at ?? delivery.createdAt, .nanoseconds))
            payload.member("webhook_id", ids.webhooks.text(delivery.endpoint))
            payload.object("data") { data in
                guard let event = occasion.event, let message = occasion.message else { return }
                write(event, MessageView(message: message, place: event.recipient ?? 0), trigger, to: &data)
            }
        }
    }

    private func write(
        _ event: MailEvent, _ view: MessageView, _ trigger: Trigger, to data: inout JSONObjectWriter
    ) {
        let uuid = MessageIdentity.uuid(view.message, view.place, ids)
        data.member("account_id", ids.accounts.text(view.message.account))
        data.member("event", trigger.rawValue)
        data.member("from", view.submission.from.address)
        data.member("recipient", view.recipient.address.address)
        data.member("subject", view.submission.subject)
        data.member("message_id_header", MessageIdentity.bracketed(uuid, view.submission.from))
        data.constants(#""is_bot":false"#)
        data.member("id", String(uuid.filter { $0 != "-" }))
        guard trigger != .failed, let attempt = view.attempt(event) else { return }
        data.member("delivery_attempt", attempt)
    }
}

extension DeliveryAttempt: JSONWritable {
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.memberIfPresent("classification", classification?.rawValue)
            object.member("smtp_code", code)
            object.memberIfPresent("enhanced_status_code", enhancedStatus)
            object.member("response", response)
            object.memberIfPresent("command", command)
        }
    }
}
