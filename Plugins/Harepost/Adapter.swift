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
        Self.unlimited: [],
    ]

    public let requestID = RequestIDForm(headerName: "X-Request-Id", prefix: "req_", randomCharacters: 18)

    /// No mail leaves by this dialect; every personality has selectors.
    public let selectors = DKIMSelectors(rsa: "harepost", ed25519: "harepost-ed25519")

    public let domainPlan = Domains.plan

    public let ids: [IDKind: IDForm] = [
        .account: .short(prefix: "acct_"), .relay: .short(prefix: Deliveries.queuePrefix),
    ]

    public let routes = [
        Route(
            .post, "/v1/send", requirement: Self.anyKey, rateClass: sends, bodyLimitBytes: HarepostLimits.sendBytes,
            handler: Sends.send),
        Self.route(.get, "/v1/deliveries", Deliveries.list),
        Self.route(.get, "/v1/deliveries/:id", Deliveries.show),
        Self.route(.post, "/v1/deliveries/:id/replay", Deliveries.replay),
        Self.route(.post, "/v1/deliveries/:id/cancel", Deliveries.cancel),
        Self.route(.post, "/v1/domains", Domains.add),
        Self.route(.get, "/v1/domains", Domains.list),
        Self.route(.post, "/v1/domains/verify", Domains.verify),
        Self.route(.delete, "/v1/domains/:domain", Domains.remove),
        Self.route(.get, "/v1/signing-secret", Accounts.signingSecret),
        Self.signUp("/v1/accounts"),
        Self.signUp("/v1/signup"),
    ]

    public let relays: RelayRules? = RelayRules(
        signing: WebhookSigning(
            parts: [.time, .body], encoding: .hexadecimal, prefix: "v1=", separator: ",",
            fields: [.init(OwnHeader.signature, "t={time},{signatures}")]), secretPrefix: "whsec_")

    /// `signup`: whether people make accounts for themselves.
    public let switches = [Accounts.signUpSwitch: false]

    public init() {}

    public func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer { Face.of(failure).answer }

    /// The vendor documents none.
    public func fields(for window: WindowState) -> [AnswerField] { [] }

    static let sends = RateClass("send")
    private static let signUps = RateClass("signup")
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

    private static func signUp(_ pattern: String) -> Route {
        Route(
            .post, pattern, requirement: Requirement(anyOf: [], needsCredential: false), rateClass: signUps,
            bodyLimitBytes: HarepostLimits.requestBytes, handler: Accounts.signUp)
    }
}
