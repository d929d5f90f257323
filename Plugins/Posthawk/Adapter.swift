public import AdapterKit
import Base
public import Model

/// The dialect of posthawk.dev, as its clients speak it: `CONTRACT.md` says what is served, `DEVIATIONS.md` what was
/// decided where the vendor is silent.
public struct Posthawk: Personality {
    public let id = PersonalityID("posthawk")

    public let credentials = CredentialForm(
        scheme: "Bearer",
        prefixes: [
            CredentialForm.Prefix("ck_live_", kind: .secret, mode: .live),
            CredentialForm.Prefix("ck_test_", kind: .secret, mode: .test),
        ], keyField: "X-API-Key", precedence: .wellFormedAuthorization)

    public let scopes = ScopeVocabulary(
        words: [Scope.fullAccess, Scope.sending, Scope.reading], superset: Scope.fullAccess,
        defaults: [Scope.fullAccess])

    /// A replay sends nothing, so a used-up rate does not refuse it.
    public let gate: [GateStep] = [.credential, .account, .address, .kind, .scope, .idempotency, .rate]

    public let defaultRateClass = Self.unlimited

    /// The headers speak of the first tier.
    public let rateTiers = [
        Self.sends: [
            RateTier(owner: .key, limit: PosthawkLimits.sendsPerHour, window: PosthawkLimits.hour),
            RateTier(owner: .key, limit: PosthawkLimits.sendsPerDay, window: PosthawkLimits.day),
            RateTier(owner: .key, limit: PosthawkLimits.sendsPerMonth, window: .month),
        ],
        Self.unlimited: [],
    ]

    public let requestID = RequestIDForm(headerName: "X-Request-ID", prefix: "req_", randomCharacters: 16)

    public let selectors = DKIMSelectors(rsa: "posthawk", ed25519: "posthawk-ed25519")

    public let domainPlan = Domains.plan

    public let ids: [IDKind: IDForm] = [
        .message: .uuid, .event: .uuid, .domain: .uuid, .template: .uuid, .record(PublicID.log): .uuid,
    ]

    public let pace: OutboundPace? = OutboundPace(perSecond: PosthawkLimits.messagesPerSecond)

    public let templates: TemplateDialect? = TemplateDialect(
        syntax: .braces, missing: .literal, escape: .none, emptyIsMissing: true,
        versionsMax: PosthawkLimits.templateVersions)

    public let unservedPaths = [
        "/v1/batch", "/v1/webhooks", "/v1/suppressions", "/v1/contacts", "/v1/broadcasts", "/v1/newsletters",
        "/v1/validate",
    ]

    public let routes = [
        Self.sending("/v1/send", Sends.send).describes(
            "send", "Sends an email, or schedules it.", request: Shapes.send, answers: [201: .json(Shapes.accepted)]),
        Self.route(.get, "/v1/send/:id", Scope.reading, Sends.job).describes(
            "getJob", "Where an email stands.", answers: [200: .json(Shapes.job)]),
        Self.route(.post, "/v1/render", Scope.sending, Sends.render).describes(
            "render", "Fills in a template.", request: Shapes.render, answers: [200: .json(Shapes.rendered)]),
        Self.route(.get, "/v1/queue/stats", Scope.reading, Sends.queueStatistics).describes(
            "getQueueStatistics", "How many emails stand where.", answers: [200: .json(Shapes.queue)]),
        Self.sending("/scheduled", Schedules.create).describes(
            "schedule", "Schedules an email.", request: Shapes.schedule, answers: [201: .json(Shapes.scheduled)]),
        Self.route(.get, "/scheduled", Scope.reading, Schedules.list).describes(
            "listScheduled", "Scheduled emails, latest first.", query: Shapes.listQuery,
            answers: [200: .json(Shapes.scheduledEmails)]),
        Self.route(.get, "/scheduled/:id", Scope.reading, Schedules.show).describes(
            "getScheduled", "A scheduled email.", answers: [200: .json(Shapes.scheduledEmail)]),
        Self.route(.delete, "/scheduled/:id", Scope.sending, Schedules.cancel).describes(
            "cancelScheduled", "Takes back an email that waits.", answers: [200: .json(Shapes.cancelled)]),
        Self.route(.patch, "/scheduled/:id/reschedule", Scope.sending, Schedules.reschedule).describes(
            "reschedule", "Moves an email that waits.", request: Shapes.reschedule,
            answers: [200: .json(Shapes.scheduledEmail)]),
        Self.route(.post, "/scheduled/:id/send-now", Scope.sending, Schedules.sendNow).describes(
            "sendNow", "Sends an email that waits.", answers: [200: .json(Shapes.scheduledEmail)]),
        Self.route(.get, "/scheduled/:id/audit-log", Scope.reading, Schedules.auditLog).describes(
            "getAuditLog", "What happened to a scheduled email.", answers: [200: .json(Shapes.auditLog)]),
        Self.route(.get, "/v1/domains", Scope.reading, Domains.list).describes(
            "listDomains", "The domains of the workspace.", answers: [200: .json(Shapes.domains)]),
        Self.route(.get, "/v1/domains/:id", Scope.reading, Domains.show).describes(
            "getDomain", "A domain.", answers: [200: .json(Shapes.domain)]),
        Self.route(.patch, "/v1/domains/:id/limits", Scope.sending, Domains.setLimits).describes(
            "setDomainLimits", "Sets how many emails of a domain go out in a day and in a month.",
            request: Shapes.limits, answers: [200: .json(Shapes.domain)]),
    ]

    public let description: DialectDescription? = Shapes.dialect

    public let smtp: SMTPDialect? = .posthawk

    public let autoSuppression = AutoSuppression(
        hardBounce: AutoSuppression.Effect(.account), complaint: AutoSuppression.Effect(.account),
        softBounces: AutoSuppression.Repeated(PosthawkLimits.softBounces, AutoSuppression.Effect(.account)))

    public init() {}

    public func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer { Face.of(failure).answer }

    public func fields(for window: WindowState) -> [AnswerField] {
        [
            AnswerField("X-RateLimit-Limit", String(window.limit)),
            AnswerField("X-RateLimit-Remaining", String(window.remaining)),
            AnswerField("X-RateLimit-Reset", String(window.resetAt.seconds)),
        ]
    }

    /// What sends, over HTTP and SMTP.
    static let sends = RateClass("send")
    /// Everything that the vendor's limits are not for.
    private static let unlimited = RateClass("other")

    /// Another body with a known key gets the first answer; one at a time waits for it.
    private static let idempotency = IdempotencyRule(
        sources: [.header("Idempotency-Key"), .header("X-Idempotency-Key")],
        keyBytesMax: PosthawkLimits.idempotencyKeyBytes, scope: IdempotencyRule.Scope(byMode: true, byRoute: true),
        lifetime: .ttl(PosthawkLimits.idempotencyLifetime), fingerprint: .none, whenClaimed: .wait,
        whenDifferent: .replay, stores: .success, replay: .bytes(marker: nil))

    private static func sending(_ pattern: String, _ planner: @escaping Route.Planner) -> Route {
        Route(
            .post, pattern, requirement: Requirement(anyOf: [Scope.sending]), rateClass: sends,
            bodyLimitBytes: PosthawkLimits.sendBodyBytes, idempotency: idempotency, planner: planner)
    }

    private static func route(
        _ method: Route.Method, _ pattern: String, _ scope: String, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, pattern, requirement: Requirement(anyOf: [scope]), rateClass: unlimited,
            bodyLimitBytes: PosthawkLimits.bodyBytes, handler: handler)
    }
}

/// What a key may do. What is not in the vendor's table goes by its rule: GET needs `reading`, all else `sending`.
enum Scope {
    static let fullAccess = "full_access"
    static let sending = "sending"
    static let reading = "reading"

    /// As a refusal explains it; the first is the vendor's sentence.
    static func meaning(of scope: String) -> String {
        switch scope {
        case sending: "Send emails, render templates, schedule/cancel/reschedule emails"
        case reading: "Check delivery status, list scheduled emails, view queue stats"
        default: "Access all endpoints"
        }
    }
}

/// Kinds of ids that are this dialect's own.
enum PublicID {
    /// A message in the log, which is another thing than its job.
    static let log = "log"
}
