public import AdapterKit
import Base
public import Model

/// The dialect of poststack.dev, as its clients speak it: `CONTRACT.md` says what is served, `DEVIATIONS.md` what was
/// decided where the vendor is silent.
public struct PostStack: Personality {
    public let id = PersonalityID("poststack")

    public let credentials = CredentialForm(
        scheme: "Bearer",
        prefixes: [
            CredentialForm.Prefix("sk_live_", kind: .secret, mode: .live),
            CredentialForm.Prefix("sk_test_", kind: .secret, mode: .test),
        ])

    public let scopes = ScopeVocabulary(
        words: [Scope.fullAccess, Scope.sendingAccess], superset: Scope.fullAccess, defaults: [Scope.fullAccess])

    public let gate: [GateStep] = [.credential, .account, .address, .rate, .kind, .scope]

    public let defaultRateClass = Self.everyRequest

    public let rateTiers = [
        Self.everyRequest: [
            RateTier(owner: .key, limit: PostStackLimits.requestsPerWindow, window: PostStackLimits.rateWindow)
        ]
    ]

    public let requestID = RequestIDForm(headerName: "X-Request-Id", prefix: "req_", randomCharacters: 18)

    public let selectors = DKIMSelectors(rsa: "poststack", ed25519: "poststack-ed25519")

    public let domainPlan = Domains.plan

    public let ids: [IDKind: IDForm] = [
        .message: .letters(prefix: "em_"), .domain: .letters(prefix: "dom_"), .event: .letters(prefix: "evt_"),
        .webhookDelivery: .letters(prefix: "evt_"),
    ]

    public let unservedPaths = [
        "/emails/preview", "/emails/spam-preview", "/templates", "/broadcasts", "/contacts", "/segments",
        "/inbound", "/workflows",
    ]

    public let routes = [
        Self.sending("/emails", bodyLimitBytes: PostStackLimits.emailBodyBytes, Emails.send),
        Self.sending("/emails/send", bodyLimitBytes: PostStackLimits.emailBodyBytes, Emails.send),
        Self.sending("/emails/batch", bodyLimitBytes: PostStackLimits.batchBodyBytes, Emails.sendBatch),
        Self.sending(.get, "/emails", Emails.list),
        Self.sending(.get, "/emails/:id", Emails.show),
        Self.sending(.patch, "/emails/:id", Emails.reschedule),
        Self.sending(.post, "/emails/:id/cancel", Emails.cancel),
        Self.sending(.get, "/emails/:id/events", Emails.events),
        Self.sending(.get, "/emails/:id/insights", Emails.insights),
        Self.managing(.post, "/domains", Domains.create),
        Self.managing(.get, "/domains", Domains.list),
        Self.managing(.get, "/domains/:id", Domains.show),
        Self.managing(.patch, "/domains/:id", Domains.update),
        Self.managing(.delete, "/domains/:id", Domains.remove),
        Self.managing(.post, "/domains/:id/verify", Domains.verify),
        Self.managing(.post, "/api-keys", APIKeys.create),
        Self.managing(.get, "/api-keys", APIKeys.list),
        Self.managing(.get, "/api-keys/:id", APIKeys.show),
        Self.managing(.patch, "/api-keys/:id", APIKeys.rename),
        Self.managing(.post, "/api-keys/:id/rotate", APIKeys.rotate),
        Self.managing(.delete, "/api-keys/:id", APIKeys.remove),
        Self.managing(.get, "/suppressions", Suppressions.list),
        Self.managing(.post, "/suppressions", Suppressions.add),
        Self.managing(.delete, "/suppressions/:email", Suppressions.remove),
        Self.managing(.post, "/webhooks", Webhooks.create),
        Self.managing(.get, "/webhooks", Webhooks.list),
        Self.managing(.get, "/webhooks/:id", Webhooks.show),
        Self.managing(.patch, "/webhooks/:id", Webhooks.update),
        Self.managing(.delete, "/webhooks/:id", Webhooks.remove),
        Self.managing(.post, "/webhooks/:id/test", Webhooks.test),
        Self.managing(.post, "/webhooks/:id/rotate-secret", Webhooks.rotateSecret),
        Self.managing(.get, "/webhooks/:id/deliveries", Webhooks.deliveries),
        Self.managing(.post, "/webhooks/:id/deliveries/batch-replay", Webhooks.replayBatch),
        Self.managing(.post, "/webhooks/:id/deliveries/:delivery/replay", Webhooks.replay),
    ]

    public let webhooks: WebhookFormat? = .postStack

    public let smtp: SMTPDialect? = .postStack

    public let autoSuppression = AutoSuppression(
        hardBounce: AutoSuppression.Effect(.account), complaint: AutoSuppression.Effect(.account))

    public init() {}

    public func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer { Face.of(failure).answer }

    public func fields(for window: WindowState) -> [AnswerField] {
        [
            AnswerField("X-RateLimit-Limit", String(window.limit)),
            AnswerField("X-RateLimit-Remaining", String(window.remaining)),
            AnswerField("X-RateLimit-Reset", String(window.resetAt.seconds)),
        ]
    }

    /// All routes share one window.
    static let everyRequest = RateClass("default")

    /// The body's key goes before the header's, because the clients put a random header on every POST.
    static let idempotency = IdempotencyRule(
        sources: [.body("idempotency_key"), .header("Idempotency-Key")],
        keyBytesMax: PostStackLimits.idempotencyKeyBytes, scope: IdempotencyRule.Scope(byMode: true),
        lifetime: .whileEffectExists, fingerprint: .command, whenClaimed: .wait, whenDifferent: .refuse,
        stores: .success, replay: .rerender)

    /// A route that sends.
    private static func sending(
        _ pattern: String, bodyLimitBytes: Int, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            .post, pattern, requirement: Requirement(anyOf: [Scope.sendingAccess]), rateClass: everyRequest,
            bodyLimitBytes: bodyLimitBytes, idempotency: idempotency, handler: handler)
    }

    /// A route that is part of sending, which is all that a restricted key may do.
    private static func sending(
        _ method: Route.Method, _ pattern: String, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, pattern, requirement: Requirement(anyOf: [Scope.sendingAccess]), rateClass: everyRequest,
            bodyLimitBytes: PostStackLimits.bodyBytes, handler: handler)
    }

    /// A route that only keys with all rights may call.
    private static func managing(
        _ method: Route.Method, _ pattern: String, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, pattern, requirement: Requirement(anyOf: [Scope.fullAccess]), rateClass: everyRequest,
            bodyLimitBytes: PostStackLimits.bodyBytes, handler: handler)
    }
}

/// What a key may do.
enum Scope {
    static let fullAccess = "full_access"
    static let sendingAccess = "sending_access"
}
