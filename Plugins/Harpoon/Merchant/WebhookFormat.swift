import AdapterKit
import Base
import Model

extension WebhookFormat {
    static let harpoon = WebhookFormat(
        rules: WebhookRules(
            names: [:], wildcard: nil, testName: TransactionEvent.completed.rawValue,
            policy: AttemptPolicy(
                // The vendor's: any 4xx ends a delivery, 408 and 429 too.
                fatal: [400...499],
                retries: RetryPolicy(
                    delays: .exponential(
                        first: HarpoonLimits.webhookFirstWait, factor: 2, cap: HarpoonLimits.webhookLongestWait),
                    attempts: HarpoonLimits.webhookAttempts, lifetime: HarpoonLimits.webhookLifetime),
                timeout: HarpoonLimits.webhookTimeout),
            disableAfter: nil, keepsWhileOff: false,
            signing: WebhookSigning(
                parts: [.time, .body], encoding: .hexadecimal, prefix: "sha256=", separator: ",",
                fields: [
                    .init("X-Harpoon-Signature", "{signatures}"), .init("X-Harpoon-Timestamp", "{time}"),
                    .init("X-Harpoon-Webhook-ID", "{id}"), .init("User-Agent", "Harpoon-Webhook/1.0"),
                ]),
            secretPrefix: "whsec_", endpointsMax: HarpoonLimits.webhooks),
        payload: { WebhookPayload(delivery: $0.delivery, ids: $1).bytes },
        identity: { $1.webhookDeliveries.text($0.id) })
}

/// What is posted: `{"event","webhook_id","timestamp","data"}`. The data is the payment as it was then.
struct WebhookPayload {
    let delivery: WebhookDelivery
    let ids: PublicIDs

    var bytes: [UInt8] {
        JSONWriter.object { payload in
            payload.member("event", delivery.name)
            payload.member("webhook_id", ids.webhookDeliveries.text(delivery.id))
            payload.member("timestamp", WireTime(delivery.createdAt))
            payload.member("data", RawJSON(bytes: data))
        }
    }

    /// A test tells of a payment that nobody made.
    private var data: [UInt8] {
        guard let data = delivery.data, data != Array("{}".utf8) else { return Self.sample(delivery.createdAt) }
        return data
    }

    private static func sample(_ at: Instant) -> [UInt8] {
        JSONWriter.object { object in
            object.constants(
                #""reference":"hpn_trx_00000000000000000000000000000000","hpn_code":"TEST22","status":"SUCCESS""#)
            object.constants(
                #""expected_amount":"1.00","actual_amount":"1.00","difference":null,"difference_type":"EXACT""#)
            object.constants(
                #""currency":"GHS","payer_phone":null,"telco_provider":"mtn","telco_transaction_id":"00000000000""#)
            object.constants(#""meta":{"test":true},"client_reference":null"#)
        }
    }
}
