package import Base
package import Model
package import Ports

extension Fixture {
    /// Webhooks of the personality that tests speak: `transmitted` has two names, `cancelled` none.
    package static let webhookRules = WebhookRules(
        names: [
            .accepted: ["mail.accepted"], .transmitted: ["mail.sent", "sent"], .delivered: ["mail.delivered"],
            .bounced: ["mail.bounced"], .deferred: ["mail.deferred"],
        ],
        wildcard: "*", testName: "hook.test",
        policy: AttemptPolicy(
            fatal: [410...410], retries: RetryPolicy(listed: [.seconds(10), .seconds(60)]), timeout: .seconds(10)),
        disableAfter: 3, keepsWhileOff: false,
        signing: WebhookSigning(
            parts: [.body], encoding: .hexadecimal, prefix: "sha256=", separator: ",",
            fields: [.init("X-Signature", "{signatures}"), .init("X-Id", "{id}")]),
        secretPrefix: "whsec_", endpointsMax: 5)

    package static func webhook(
        _ events: [String] = ["*"], url: String = "https://hooks.example/in", account: Int64 = 1,
        origin: PersonalityID = personality, domains: [Int64] = []
    ) -> WebhookEndpoint {
        WebhookEndpoint(
            id: WebhookEndpoint.ID(0), account: Account.ID(account), origin: origin, url: UserData(url),
            events: events, domains: domains.map(MailDomain.ID.init),
            secrets: [WebhookEndpoint.SealedSecret(bytes: [1, 2, 3])], createdAt: start)
    }

    package static func webhookSettlement(
        _ id: Int64, endpoint: Int64 = 1, _ verdict: WebhookSettlement.Verdict, attempts: Int = 1, status: Int? = 200,
        at: Instant = start
    ) -> WebhookSettlement {
        WebhookSettlement(
            id: WebhookDelivery.ID(id), endpoint: WebhookEndpoint.ID(endpoint), at: at, verdict: verdict,
            attempts: attempts, status: status, response: UserData("said"))
    }
}
