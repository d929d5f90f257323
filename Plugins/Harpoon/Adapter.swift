public import AdapterKit
import Base
public import Model

/// The dialect of harpoonsms.com: payments by mobile money to the merchant's own number, noticed and verified.
/// `CONTRACT.md` says what is served, `DEVIATIONS.md` what was decided where the vendor is silent.
public struct Harpoon: Personality {
    public let id = PersonalityID("harpoon")

    public let credentials = CredentialForm(
        scheme: "Bearer",
        prefixes: [
            CredentialForm.Prefix("hpn_live_sk_", kind: .secret, mode: .live),
            CredentialForm.Prefix("hpn_live_pk_", kind: .public, mode: .live),
            CredentialForm.Prefix("hpn_test_sk_", kind: .secret, mode: .test),
            CredentialForm.Prefix("hpn_test_pk_", kind: .public, mode: .test),
        ])

    public let scopes = ScopeVocabulary(
        words: [
            Scope.read, Scope.initialize, Scope.write, Scope.webhooks, Scope.reports, Scope.team,
        ],
        superset: nil, defaults: [Scope.read, Scope.write],
        publicWords: [Scope.read, Scope.initialize])

    public let gate: [GateStep] = [.credential, .account, .address, .rate, .kind, .scope]

    public let defaultRateClass = Self.everyRequest

    /// Three levels; the headers speak of the key's.
    public let rateTiers = [
        Self.everyRequest: [
            RateTier(owner: .key, limit: HarpoonLimits.requestsPerKey, window: HarpoonLimits.minute),
            RateTier(owner: .user, limit: HarpoonLimits.requestsPerUser, window: HarpoonLimits.minute),
            RateTier(owner: .global, limit: HarpoonLimits.requestsOfAll, window: HarpoonLimits.minute),
        ],
        Self.ingestion: [],
    ]

    public let requestID = RequestIDForm(headerName: "X-Request-ID", prefix: "req_", randomCharacters: 32)

    /// No mail leaves by this dialect; every personality has selectors.
    public let selectors = DKIMSelectors(rsa: "harpoon", ed25519: "harpoon-ed25519")

    public let ids = PublicID.forms

    /// Every endpoint gets every event, of test payments too.
    public let sharedWithTests: Set<SharedWithTests> = [.webhooks]

    public let routes = [
        Route(
            .post, "/v1/transactions/initialize",
            requirement: Requirement(
                anyOf: [Scope.write, Scope.initialize], kinds: [.secret, .public], reported: Scope.initialize),
            rateClass: everyRequest, bodyLimitBytes: HarpoonLimits.requestBytes, idempotency: idempotency,
            planner: Transactions.initialize),
        Self.route(.get, "/v1/transactions", [Scope.read, Scope.write], Transactions.list),
        Self.reading("/v1/transactions/:reference", Transactions.show),
        Self.reading("/v1/transactions/by-hpn/:hpn_code", Transactions.showByCode),
        Self.reading("/v1/transactions/by-client-ref/:client_ref", Transactions.showByClientReference),
        Self.route(.post, "/v1/transactions/:reference/reconcile", [Scope.write], Reconciliation.reconcile),
        Self.route(.post, "/v1/transactions/:reference/cancel", [Scope.write], Transactions.cancel),
        Self.route(.post, "/v1/webhooks", [Scope.webhooks], Webhooks.create),
        Self.route(.get, "/v1/webhooks", [Scope.webhooks], Webhooks.list),
        Self.route(.get, "/v1/webhooks/dead-letters", [Scope.webhooks], Webhooks.deadLetters),
        Self.route(.post, "/v1/webhooks/dead-letters/replay-batch", [Scope.webhooks], Webhooks.replayBatch),
        Self.route(.post, "/v1/webhooks/dead-letters/:id/replay", [Scope.webhooks], Webhooks.replay),
        Self.route(.get, "/v1/webhooks/:webhook_id", [Scope.webhooks], Webhooks.show),
        Self.route(.put, "/v1/webhooks/:webhook_id", [Scope.webhooks], Webhooks.update),
        Self.route(.delete, "/v1/webhooks/:webhook_id", [Scope.webhooks], Webhooks.remove),
        Self.route(.post, "/v1/webhooks/:webhook_id/test", [Scope.webhooks], Webhooks.test),
        Self.ingesting("/internal/v1/ingest/payment", Ingestion.payment),
        Self.ingesting("/internal/v1/ingest/sms-gateway/:line", Ingestion.smsGateway),
    ]

    public let webhooks: WebhookFormat? = .harpoon

    public let verbs = LineVerbs.all + PaymentVerbs.all

    public let recordTimers = [RecordTimer(Transaction.collection) { TransactionEdit.due($0, $1, $2) }]

    public init() {}

    public func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer { Face.of(failure).answer }

    /// The first answer, under the id of this request.
    public func replay(_ kept: Answer, to request: RequestFacts) -> Answer {
        var answer = kept
        answer.body = RequestIDMember.replaced(in: kept.body, by: request.requestID)
        return answer
    }

    public func fields(for window: WindowState) -> [AnswerField] {
        [
            AnswerField("X-RateLimit-Limit", String(window.limit)),
            AnswerField("X-RateLimit-Remaining", String(window.remaining)),
            AnswerField("X-RateLimit-Reset", String(window.resetAt.seconds)),
        ]
    }

    /// All of the vendor's routes share their windows.
    static let everyRequest = RateClass("default")
    /// A text that is refused may be lost, so no limit is set on lines; wrong credentials are slowed down.
    private static let ingestion = RateClass("ingestion")

    /// The vendor's header goes before the body's member; it knows no conflict, so another request with the key gets
    /// the first one's answer.
    private static let idempotency = IdempotencyRule(
        sources: [.header("Idempotency-Key"), .body("idempotency_key")],
        keyBytesMax: HarpoonLimits.idempotencyKeyBytes, scope: IdempotencyRule.Scope(byMode: true),
        lifetime: .ttl(HarpoonLimits.idempotencyWindow), fingerprint: .none, whenClaimed: .wait,
        whenDifferent: .replay, stores: .success, replay: .bytes(marker: nil))

    private static func route(
        _ method: Route.Method, _ pattern: String, _ scopes: [String], _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, pattern, requirement: Requirement(anyOf: scopes), rateClass: everyRequest,
            bodyLimitBytes: HarpoonLimits.requestBytes, handler: handler)
    }

    /// A route that pages in browsers may ask.
    private static func reading(_ pattern: String, _ handler: @escaping Route.Handler) -> Route {
        Route(
            .get, pattern, requirement: Requirement(anyOf: [Scope.read], kinds: [.secret, .public]),
            rateClass: everyRequest, bodyLimitBytes: HarpoonLimits.requestBytes, handler: handler)
    }

    private static func ingesting(_ pattern: String, _ handler: @escaping Route.Handler) -> Route {
        Route(
            .post, pattern, requirement: Requirement(anyOf: [], needsCredential: false), rateClass: ingestion,
            bodyLimitBytes: HarpoonLimits.ingestBytes, handler: handler)
    }
}

/// What a key may do.
enum Scope {
    static let read = "transactions:read"
    static let initialize = "transactions:initialize"
    static let write = "transactions:write"
    static let webhooks = "webhooks:manage"
    /// Nothing is documented that asks for these.
    static let reports = "reports:read"
    static let team = "team:manage"
}

/// The member of `meta` that names the request.
enum RequestIDMember {
    private static let beginning = Array(#""meta":{"request_id":""#.utf8)

    /// It stands in the answer's last object; what callers wrote stands before it, or after it with its quotation marks
    /// escaped.
    static func replaced(in body: [UInt8], by id: String) -> [UInt8] {
        guard let start = body.ranges(of: beginning).last?.upperBound,
            let end = body[start...].firstIndex(of: ASCII.quote)
        else { return body }
        return body[..<start] + Array(id.utf8) + body[end...]
    }
}
