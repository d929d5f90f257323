public import AdapterKit
import Base
public import Model

/// The dialect of ahasend.com's email API v2 and relay: `CONTRACT.md` says what is served, `DEVIATIONS.md` what was
/// decided where the vendor is silent.
public struct AhaSend: Personality {
    public let id = PersonalityID("ahasend")

    public let credentials = CredentialForm(
        scheme: "Bearer", prefixes: [CredentialForm.Prefix("aha-sk-", kind: .secret, mode: .live)], takesAnyForm: true,
        secretCharacters: 64)

    public let scopes = ScopeVocabulary.ahaSend

    public let gate: [GateStep] = [.credential, .account, .pathAccount, .address, .rate, .idempotency, .kind, .scope]

    public let defaultRateClass = Self.everyRequest

    public let rateTiers = [
        Self.everyRequest: [
            RateTier(
                owner: .account, limit: 1,
                window: .bucket(refill: AhaSendLimits.requestRefill, burst: AhaSendLimits.requestBurst))
        ]
    ]

    public let requestID = RequestIDForm(headerName: "X-Request-Id", prefix: "req_", randomCharacters: 18)

    public let selectors = DKIMSelectors(rsa: "ahasend", ed25519: "ahasend-ed25519")

    public let domainPlan = Domains.plan

    public let ids: [IDKind: IDForm] = [
        .delivery: .timedUUID, .message: .uuid, .event: .uuid, .account: .uuid, .key: .uuid, .domain: .uuid,
        .webhook: .uuid, .webhookDelivery: .uuid, .suppression: .uuid, .record(ScopeIdentity.kind): .uuid,
        .record(PublicHalf.first): .hex(prefix: "", digits: 32),
        .record(PublicHalf.second): .hex(prefix: "", digits: 32),
        .record(AccountObject.owner): .uuid,
    ]

    public let unservedPaths =
        ["members", "sub-accounts", "routes", "statistics", "templates", "contacts", "lists"].map {
            "/v2/accounts/:account_id/\($0)"
        } + ["/v1/email/send"]

    public let routes = Self.all

    public let description: DialectDescription? = Shapes.dialect

    public let webhooks: WebhookFormat? = .ahaSend

    public let smtp: SMTPDialect? = .ahaSend

    /// Who is suppressed is told of as such, and is no reason to refuse the message.
    public let suppressionPolicy = SuppressionPolicy.accept

    public let autoSuppression = AutoSuppression(
        hardBounce: AutoSuppression.Effect(.sendingDomain, lifetime: AhaSendLimits.hardBounceSuppression),
        complaint: AutoSuppression.Effect(.sendingDomain))

    public let mailManner = MailManner(
        retries: {
            var retries = RetryPolicy(listed: AhaSendLimits.mailDelays)
            retries.lifetime = AhaSendLimits.mailLifetime
            return retries
        }(), identifiesRecipients: true)

    public init() {}

    public func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer { Face.of(failure).answer }

    /// The vendor documents none.
    public func fields(for window: WindowState) -> [AnswerField] { [] }

    /// All routes share one bucket.
    static let everyRequest = RateClass("default")
}
