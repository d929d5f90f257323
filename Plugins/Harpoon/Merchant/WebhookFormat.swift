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
        identity: { WebhookPayload(delivery: $0, ids: $1).identity })
}

/// What is posted: `{"event","webhook_id","timestamp","data"}`. The data is the payment as it was then.
struct WebhookPayload {
    let delivery: WebhookDelivery
    let ids: PublicIDs

    /// What receivers know a delivery by, over attempts and replays.
    var identity: String {
        isForwarded ? ids.forwarded(delivery.id) : ids.webhookDeliveries.text(delivery.id)
    }

    var bytes: [UInt8] {
        JSONWriter.object { payload in
            payload.member("event", delivery.name)
            payload.member("webhook_id", identity)
            payload.member("timestamp", WireTime(delivery.createdAt))
            if isForwarded, isTest { payload.member("test", true) }
            payload.member("data", RawJSON(bytes: data))
        }
    }

    private var isForwarded: Bool { delivery.name == OpenCollections.event }
    private var isTest: Bool { delivery.data.map { $0 == Array("{}".utf8) } ?? true }

    /// A test tells of a payment that nobody made.
    private var data: [UInt8] {
        if !isTest, let data = delivery.data { return data }
        if isForwarded { return JSONWriter.value(ForwardedPayment.sample(at: delivery.createdAt)) }
        return Self.sample(delivery.createdAt)
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
