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
        ], takesWebTokens: true)

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
        Self.logIns: [
            RateTier(owner: .address, limit: HarpoonLimits.logInsPerAddress, window: HarpoonLimits.logInWindow)
        ],
        Self.visits: [RateTier(owner: .address, limit: HarpoonLimits.visitsPerAddress, window: HarpoonLimits.minute)],
    ]

    public let requestID = RequestIDForm(headerName: "X-Request-ID", prefix: "req_", randomCharacters: 32)

    /// No mail leaves by this dialect; every personality has selectors.
    public let selectors = DKIMSelectors(rsa: "harpoon", ed25519: "harpoon-ed25519")

    public let ids = PublicID.forms

    /// Every endpoint gets every event, of test payments too.
    public let sharedWithTests: Set<SharedWithTests> = [.webhooks]

    public let routes = Self.table + Self.forwarders

    public let description: DialectDescription? = Shapes.dialect

    public let options = [
        InitializeRequest.requiresPhone.declaration, Transactions.checkoutOrigin.declaration,
        Transactions.cancelRefusal.declaration, IntakeRules.balanceWait.declaration, OpenCollections.isOn.declaration,
        TwilioSignature.ingestOrigin.declaration,
    ]

    public let webhooks: WebhookFormat? = .harpoon

    public let verbs = LineVerbs.all + PaymentVerbs.all + PaymentMethodVerbs.all + PeopleVerbs.all

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
    private static let visits = RateClass("pages")
    private static let logIns = RateClass("sessions")

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

    /// About webhooks and open collections: with a secret key or in a session. `kinds`: for a session alone.
    private static func managing(
        _ method: Route.Method, _ pattern: String, _ handler: @escaping Route.Handler,
        kinds: [AccessKey.Kind] = [.secret, .webToken]
    ) -> Route {
        Route(
            method, pattern, requirement: Requirement(anyOf: [Scope.webhooks], kinds: kinds), rateClass: everyRequest,
            bodyLimitBytes: HarpoonLimits.requestBytes, handler: handler)
    }

    /// One payment, which pages in browsers may ask for.
    private static func reading(
        _ pattern: String, _ name: String, _ summary: String, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            .get, pattern, requirement: Requirement(anyOf: [Scope.read], kinds: [.secret, .public]),
            rateClass: everyRequest, bodyLimitBytes: HarpoonLimits.requestBytes, handler: handler
        ).open(to: pages).describes(name, summary, answers: [200: .json(Shapes.transaction)])
    }

    /// For whoever pays, with nothing but an address.
    private static func visiting(_ pattern: String, _ handler: @escaping Route.Handler) -> Route {
        Route(
            .get, pattern, requirement: Requirement(anyOf: [], needsCredential: false), rateClass: visits,
            handler: handler
        ).showing(.page)
    }

    /// With a public key, from any origin: what a secret one brings no page learns.
    private static let pages = CrossOrigin(
        for: [.public], requestHeaders: ["Authorization", "Content-Type", "Idempotency-Key"],
        exposedHeaders: [
            "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-ID", "Retry-After",
        ])

    /// The vendor's, and the ways in that have a form of their own.
    private static let table: [Route] = [
        Route(
            .post, "/v1/transactions/initialize",
            requirement: Requirement(
                anyOf: [Scope.write, Scope.initialize], kinds: [.secret, .public], reported: Scope.initialize),
            rateClass: everyRequest, bodyLimitBytes: HarpoonLimits.requestBytes, idempotency: idempotency,
            planner: Transactions.initialize
        ).open(to: pages).describes(
            "initializeTransaction", "Asks for a payment.", request: Shapes.initialize,
            answers: [201: .json(Shapes.initialized)]),
        route(.get, "/v1/transactions", [Scope.read, Scope.write], Transactions.list).describes(
            "listTransactions", "Payments, latest first.", query: Shapes.transactionQuery,
            answers: [200: .json(Shapes.transactions)]),
        reading("/v1/transactions/:reference", "getTransaction", "A payment.", Transactions.show),
        reading(
            "/v1/transactions/by-hpn/:hpn_code", "getTransactionByCode", "The latest payment with a code.",
            Transactions.showByCode),
        reading(
            "/v1/transactions/by-client-ref/:client_ref", "getTransactionByClientReference",
            "The payment with a reference of the caller's.", Transactions.showByClientReference),
        route(.post, "/v1/transactions/:reference/reconcile", [Scope.write], Reconciliation.reconcile).describes(
            "reconcileTransaction", "Finds the money of a payment by the network's id.", request: Shapes.reconcile,
            answers: [200: .json(Shapes.reconciled), 422: .json(Shapes.failedReconciliation)]),
        route(.post, "/v1/transactions/:reference/cancel", [Scope.write], Transactions.cancel).describes(
            "cancelTransaction", "Calls off a payment that has not ended.", request: Shapes.reason,
            answers: [200: .json(Shapes.cancelled)]),
        Route(
            .get, "/v1/merchant/payment-methods",
            requirement: Requirement(anyOf: [Scope.read], kinds: [.secret, .public]), rateClass: everyRequest,
            handler: Merchant.paymentMethods
        ).open(to: pages).describes(
            "listPaymentMethods", "The numbers that customers pay to.", answers: [200: .json(Shapes.paymentMethods)]),
        visiting("/pay/:public_slug", CheckoutPage.show),
        visiting("/pay/page.js") { call in CheckoutPage.script(call) },
        visiting("/pay/page.css") { call in CheckoutPage.style(call) },
        managing(.post, "/v1/webhooks", Webhooks.create).describes(
            "createWebhook", "Makes an endpoint.", request: Shapes.newWebhook,
            answers: [201: .json(Shapes.createdWebhook)]),
        managing(.get, "/v1/webhooks", Webhooks.list).describes(
            "listWebhooks", "All endpoints.", answers: [200: .json(Shapes.webhooks)]),
        managing(.get, "/v1/webhooks/dead-letters", Webhooks.deadLetters).describes(
            "listDeadLetters", "Deliveries that were given up.", query: Shapes.deadLetterQuery,
            answers: [200: .json(Shapes.deadLetters)]),
        managing(.post, "/v1/webhooks/dead-letters/replay-batch", Webhooks.replayBatch).describes(
            "replayDeadLetters", "Tries several again.", request: Shapes.replayBatch,
            answers: [200: .json(Shapes.replayedBatch)]),
        managing(.post, "/v1/webhooks/dead-letters/:id/replay", Webhooks.replay).describes(
            "replayDeadLetter", "Tries one again.", answers: [200: .json(Shapes.replayed)]),
        managing(.get, "/v1/webhooks/:webhook_id", Webhooks.show).describes(
            "getWebhook", "An endpoint.", answers: [200: .json(Shapes.webhook)]),
        managing(.put, "/v1/webhooks/:webhook_id", Webhooks.update).describes(
            "updateWebhook", "Changes an endpoint.", request: Shapes.webhookChange,
            answers: [200: .json(Shapes.webhook)]),
        managing(.delete, "/v1/webhooks/:webhook_id", Webhooks.remove).describes(
            "deleteWebhook", "Removes an endpoint.", answers: [200: .json(Shapes.deleted)]),
        managing(.post, "/v1/webhooks/:webhook_id/test", Webhooks.test).describes(
            "testWebhook", "Sends a sample to an endpoint, now.",
            answers: [200: .json(Shapes.tested), 422: .json(Shapes.failure)]),
        managing(.post, "/v1/webhooks/:webhook_id/secret", Webhooks.reveal, kinds: [.webToken]).describes(
            "revealWebhookSecret", "Shows an endpoint's secret, for the password, in a session.",
            request: Shapes.password, answers: [200: .json(Shapes.revealed)]),
        managing(.post, "/v1/open-collections/endpoint", OpenCollections.create).describes(
            "createCollectionEndpoint", "Makes the endpoint for money without a code.",
            request: Shapes.newCollectionEndpoint, answers: [201: .json(Shapes.createdCollectionEndpoint)]),
        managing(.get, "/v1/open-collections/endpoint", OpenCollections.show).describes(
            "getCollectionEndpoint", "The endpoint for money without a code.",
            answers: [200: .json(Shapes.collectionEndpointOrNull)]),
        managing(.put, "/v1/open-collections/endpoint", OpenCollections.update).describes(
            "updateCollectionEndpoint", "Changes the endpoint for money without a code.",
            request: Shapes.collectionEndpointChange, answers: [200: .json(Shapes.collectionEndpoint)]),
        managing(.delete, "/v1/open-collections/endpoint", OpenCollections.remove).describes(
            "deleteCollectionEndpoint", "Removes the endpoint for money without a code.",
            answers: [200: .json(Shapes.deleted)]),
        managing(.post, "/v1/open-collections/endpoint/test", OpenCollections.test).describes(
            "testCollectionEndpoint", "Sends a sample to the endpoint for money without a code, now.",
            answers: [200: .json(Shapes.tested), 422: .json(Shapes.failure)]),
        managing(
            .post, "/v1/open-collections/endpoint/secret", OpenCollections.reveal, kinds: [.webToken]
        ).describes(
            "revealCollectionSecret", "Shows the endpoint's secret, for the password, in a session.",
            request: Shapes.password, answers: [200: .json(Shapes.revealed)]),
        Route(
            .post, "/internal/v1/session", requirement: Requirement(anyOf: [], needsCredential: false),
            rateClass: logIns, bodyLimitBytes: HarpoonLimits.requestBytes, handler: Sessions.open
        ).guarded(by: .json),
        ingesting("/internal/v1/ingest/payment", .post, Ingestion.payment),
        ingesting("/internal/v1/ingest/sms-gateway/:line", .post, Ingestion.smsGateway),
        ingesting(Ingestion.path(.smsSync, ":line"), .get, Ingestion.nothingToSend),
    ]

    /// One route a form, and one for GET where the form has that.
    private static let forwarders = Line.Forwarder.allCases.flatMap { forwarder -> [Route] in
        guard let form = ForwarderForm.of(forwarder) else { return [] }
        let handler = Ingestion.forwarded(by: forwarder, form)
        let methods: [Route.Method] = form.usesGet ? [.post, .get] : [.post]
        return methods.map { ingesting(Ingestion.path(forwarder, ":line"), $0, handler) }
    }

    private static func ingesting(
        _ pattern: String, _ method: Route.Method, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, pattern, requirement: Requirement(anyOf: [], needsCredential: false), rateClass: ingestion,
            bodyLimitBytes: HarpoonLimits.ingestBytes, handler: handler
        ).guarded(by: .secret)
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
