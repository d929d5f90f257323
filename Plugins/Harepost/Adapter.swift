public import AdapterKit
import Base
public import Model

/// The dialect of harepost.com, as its callers speak it: `CONTRACT.md` says what is served, `DEVIATIONS.md` what was
/// decided where the vendor is silent.
public struct Harepost: Personality {
    public let id = PersonalityID("harepost")

    public let credentials = CredentialForm(
        scheme: "Bearer", prefixes: [CredentialForm.Prefix("hp_live_", kind: .secret, mode: .live)])

    /// The vendor knows none.
    public let scopes = ScopeVocabulary(words: [], superset: nil, defaults: [])

    public let gate: [GateStep] = [.credential, .account, .address, .rate, .kind, .scope]

    public let defaultRateClass = Self.unlimited

    public let rateTiers = [
        Self.sends: [
            RateTier(owner: .account, limit: HarepostLimits.sendsPerMinute, window: HarepostLimits.minute)
        ],
        Self.signUps: [
            RateTier(owner: .address, limit: HarepostLimits.signUpsPerHour, window: HarepostLimits.hour)
        ],
        Self.newDomains: [
            RateTier(owner: .account, limit: HarepostLimits.domainsPerMinute, window: HarepostLimits.minute)
        ],
        Self.unlimited: [],
    ]

    public let requestID = RequestIDForm(headerName: "X-Request-Id", prefix: "req_", randomCharacters: 18)

    /// No mail leaves by this dialect; every personality has selectors.
    public let selectors = DKIMSelectors(rsa: "harepost", ed25519: "harepost-ed25519")

    public let domainPlan = Domains.plan

    public let ids: [IDKind: IDForm] = [
        .account: .short(prefix: Accounts.idPrefix), .relay: .short(prefix: Deliveries.queuePrefix),
    ]

    public let routes = [
        Route(
            .post, "/v1/send", requirement: Self.anyKey, rateClass: sends, bodyLimitBytes: HarepostLimits.sendBytes,
            handler: Sends.send
        ).describes(
            "send", "Accepts a request to be relayed.", request: Shapes.send, answers: [202: .json(Shapes.accepted)]),
        Self.route(.get, "/v1/deliveries", Deliveries.list).describes(
            "listDeliveries", "Deliveries, latest first.",
            query: [
                RouteDescription.Parameter("status", Shapes.status),
                RouteDescription.Parameter("limit", .integer(in: HarepostLimits.page), "25 where it is absent."),
                RouteDescription.Parameter("cursor", .string, "The next_cursor of the page before."),
            ], answers: [200: .json(Shapes.deliveries)]),
        Self.route(.get, "/v1/deliveries/:id", Deliveries.show).describes(
            "getDelivery", "A delivery with its attempts.", path: Self.queueID, answers: [200: .json(Shapes.delivery)]),
        Self.route(.post, "/v1/deliveries/:id/replay", Deliveries.replay).describes(
            "replayDelivery", "Queues a delivery anew that has ended.", path: Self.queueID,
            answers: [200: .json(Shapes.delivery), 409: .json(Shapes.failure)]),
        Self.route(.post, "/v1/deliveries/:id/cancel", Deliveries.cancel).describes(
            "cancelDelivery", "Takes back a delivery that waits.", path: Self.queueID,
            answers: [200: .json(Shapes.delivery), 409: .json(Shapes.failure)]),
        Route(
            .post, "/v1/domains", requirement: Self.anyKey, rateClass: newDomains,
            bodyLimitBytes: HarepostLimits.requestBytes, handler: Domains.add
        ).describes(
            "addDomain", "Adds a domain, or shows the record of one that is not verified yet.",
            request: Shapes.domainRequest, answers: [200: .json(Shapes.verified), 201: .json(Shapes.pending)]),
        Self.route(.get, "/v1/domains", Domains.list).describes(
            "listDomains", "All domains, latest first.", answers: [200: .json(Shapes.domains)]),
        Self.route(.post, "/v1/domains/verify", Domains.verify).describes(
            "verifyDomain", "Looks for a domain's record.", request: Shapes.domainRequest,
            answers: [200: .json(Shapes.verified), 409: .json(Shapes.unproven)]),
        Self.route(.delete, "/v1/domains/:domain", Domains.remove).describes(
            "removeDomain", "Removes a domain.", answers: [200: .json(Shapes.removed)]),
        Self.route(.get, "/v1/signing-secret", Accounts.signingSecret).describes(
            "getSigningSecret", "The secret that requests are signed with.",
            answers: [200: .json(Shapes.signingSecret)]),
        Self.signUp("/v1/accounts", "createAccount"),
        Self.signUp("/v1/signup", "signUp"),
    ]

    public let description: DialectDescription? = Shapes.dialect

    public let relays: RelayRules? = RelayRules(
        signing: WebhookSigning(
            parts: [.time, .body], encoding: .hexadecimal, prefix: "v1=", separator: ",",
            fields: [.init(OwnHeader.signature, "t={time},{signatures}")]), secretPrefix: "whsec_")

    public let options = [Accounts.signUp.declaration, Sends.insecureTargets.declaration]

    public init() {}

    public func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer { Face.of(failure).answer }

    /// The vendor documents none.
    public func fields(for window: WindowState) -> [AnswerField] { [] }

    static let sends = RateClass("send")
    private static let signUps = RateClass("signup")
    /// Each makes two pairs of keys.
    private static let newDomains = RateClass("domains")
    /// Everything that the vendor's limit is not for.
    private static let unlimited = RateClass("other")

    private static let anyKey = Requirement(anyOf: [])

    private static func route(
        _ method: Route.Method, _ pattern: String, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, pattern, requirement: anyKey, rateClass: unlimited, bodyLimitBytes: HarepostLimits.requestBytes,
            handler: handler)
    }

    private static let queueID = [RouteDescription.Parameter("id", Shapes.queueID)]

    private static func signUp(_ pattern: String, _ name: String) -> Route {
        Route(
            .post, pattern, requirement: Requirement(anyOf: [], needsCredential: false), rateClass: signUps,
            bodyLimitBytes: HarepostLimits.requestBytes, handler: Accounts.signUp
        ).guarded(by: .json).describes(
            name, "Makes an account, where the operator lets people.", request: Shapes.signUp,
            answers: [201: .json(Shapes.account)])
    }
}
