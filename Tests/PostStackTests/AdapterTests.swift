import AdapterKit
import Base
import Model
import Testing

@testable import PostStack

@Suite("PostStack declaration")
struct AdapterTests {
    private let adapter = PostStack()

    @Test("The routes are those of the contract, in its order")
    func routes() {
        #expect(
            adapter.routes.map { "\($0.method.rawValue) \($0.pattern)" } == [
                "POST /emails", "POST /emails/send", "POST /emails/batch", "GET /emails", "GET /emails/:id",
                "PATCH /emails/:id", "POST /emails/:id/cancel", "GET /emails/:id/events",
                "GET /emails/:id/insights", "POST /domains", "GET /domains", "GET /domains/:id", "PATCH /domains/:id",
                "DELETE /domains/:id", "POST /domains/:id/verify", "POST /api-keys", "GET /api-keys",
                "GET /api-keys/:id",
                "PATCH /api-keys/:id", "POST /api-keys/:id/rotate", "DELETE /api-keys/:id",
                "GET /suppressions", "POST /suppressions", "DELETE /suppressions/:email", "POST /webhooks",
                "GET /webhooks", "GET /webhooks/:id", "PATCH /webhooks/:id", "DELETE /webhooks/:id",
                "POST /webhooks/:id/test", "POST /webhooks/:id/rotate-secret", "GET /webhooks/:id/deliveries",
                "POST /webhooks/:id/deliveries/batch-replay", "POST /webhooks/:id/deliveries/:delivery/replay",
            ])
    }

    @Test("Sending and looking are open to keys that may only send, and nothing else is")
    func requirements() {
        for route in adapter.routes {
            let scope = route.pattern.hasPrefix("/emails") ? "sending_access" : "full_access"
            #expect(route.requirement == Requirement(anyOf: [scope]), "\(route.pattern)")
        }
    }

    @Test("All routes share one window of 60 requests a minute and key")
    func rateClass() {
        #expect(adapter.routes.allSatisfy { $0.rateClass == adapter.defaultRateClass })
        #expect(
            adapter.rateTiers == [
                RateClass("default"): [RateTier(owner: .key, limit: 60, window: .seconds(60))]
            ])
    }

    @Test("The key is checked first, then the rate, then what the key may do")
    func gate() {
        #expect(adapter.gate == [.credential, .account, .address, .rate, .kind, .scope])
    }

    @Test("A prefix tells test keys from live ones")
    func prefixes() {
        #expect(
            adapter.credentials.prefixes == [
                CredentialForm.Prefix("sk_live_", kind: .secret, mode: .live),
                CredentialForm.Prefix("sk_test_", kind: .secret, mode: .test),
            ])
    }

    @Test("A body cap leaves room for what the vendor allows")
    func bodyLimits() {
        let base64OfAttachments = (PostStackLimits.attachmentsBytes + 2) / 3 * 4
        #expect(PostStackLimits.emailBodyBytes > base64OfAttachments + PostStackLimits.attachmentBytes / 2)
        #expect(PostStackLimits.batchBodyBytes >= PostStackLimits.emailBodyBytes)
    }
}
