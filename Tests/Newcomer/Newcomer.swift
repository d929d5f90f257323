public import AdapterKit
import Base
public import Model

/// A personality that no vendor has: the shortest one that uses every seam. Whoever writes an adapter reads it first,
/// and whoever changes a seam finds out here.
///
/// Its paths name accounts, and so may its callers: what is asked of a sub-account is asked for it. Its ids are UUIDs,
/// its keys may be bound to domains by their scopes, its POSTs keep their answers. Pages in browsers leave cards by
/// keys of their own; letters come in over SMTP too.
public struct Newcomer: Personality {
    public let id = PersonalityID("newcomer")

    public let credentials = CredentialForm(
        scheme: "Bearer",
        prefixes: [
            CredentialForm.Prefix("nc_", kind: .secret, mode: .live),
            CredentialForm.Prefix("ncp_", kind: .public, mode: .live),
        ])

    public let scopes = ScopeVocabulary(
        words: [Scope.everything, Scope.account, Scope.accounts, Scope.keys, Scope.cards], superset: Scope.everything,
        defaults: [Scope.everything], domainActions: [Scope.send, Scope.read, Scope.hooks],
        includes: [Scope.accounts: [Scope.account]])

    public let gate: [GateStep] = [.credential, .account, .pathAccount, .address, .rate, .idempotency, .kind, .scope]

    public let defaultRateClass = Self.everyRequest
    public let rateTiers = [Self.everyRequest: [RateTier(owner: .account, limit: 600, window: .aligned(.seconds(60)))]]
    public let requestID = RequestIDForm(headerName: "X-Request-Id", prefix: "req_", randomCharacters: 18)
    public let selectors = DKIMSelectors(rsa: "newcomer", ed25519: "newcomer-ed25519")

    public let ids: [IDKind: IDForm] = [
        .account: .uuid, .key: .uuid, .delivery: .timedUUID, .domain: .hex(prefix: "d_", digits: 32),
        .webhook: .letters(prefix: "wh_"), .webhookDelivery: .manyLetters(prefix: "whd_"),
        .event: .hex(prefix: "", digits: 16), .suppression: .short(prefix: "sup_"), .record(Cards.collection): .uuid,
    ]

    public let routes: [Route]

    public let webhooks: WebhookFormat? = Hooks.format

    public let suppressionPolicy = SuppressionPolicy.accept
    public let smtp: SMTPDialect? = .newcomer
    public let pace: OutboundPace? = OutboundPace(perSecond: 100)
    public let recordTimers = [Cards.fallingOff]
    public let options = [Cards.isOpen.declaration, Cards.lifetime.declaration]
    public let description: DialectDescription? = Shapes.dialect

    /// `more`: routes that a test adds.
    public init(adding more: [Route] = []) {
        routes = Accounts.routes + Keys.routes + Letters.routes + Hooks.routes + Cards.routes + more
    }

    public func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer {
        Refusal(failure).answer(requestID: request.requestID)
    }

    public func fields(for window: WindowState) -> [AnswerField] {
        [AnswerField("X-Remaining", String(window.remaining))]
    }

    public static let everyRequest = RateClass("default")
    public static let keepsAnswers = IdempotencyRule.keepsAnswers
}

/// What a key may do. Those that are for domains are granted for all of them or for one.
enum Scope {
    static let everything = "*"
    static let account = "account:read"
    static let accounts = "accounts"
    static let keys = "keys"
    static let send = "letters:send"
    static let read = "letters:read"
    static let hooks = "hooks"
    static let cards = "cards"
}

extension Route {
    /// A route of an account, which its path names: the caller's, or a sub-account of it.
    static func of(
        account pattern: String, _ method: Method, _ action: String, domains: Requirement.Domains = .none,
        quantifier: Requirement.Quantifier = .all, handler: @escaping Handler
    ) -> Route {
        Route(
            method, "/accounts/:account" + pattern,
            requirement: Requirement(
                anyOf: [action], domains: domains, quantifier: quantifier, reachesSubAccounts: true),
            rateClass: Newcomer.everyRequest, accountParameter: 0, handler: handler)
    }

    /// The same for a POST, whose answer is kept for as long as its idempotency key is good.
    static func of(
        account pattern: String, _ action: String, kinds: [AccessKey.Kind] = [.secret],
        domains: Requirement.Domains = .none, rule: IdempotencyRule = .keepsAnswers, planner: @escaping Planner
    ) -> Route {
        Route(
            .post, "/accounts/:account" + pattern,
            requirement: Requirement(anyOf: [action], kinds: kinds, domains: domains, reachesSubAccounts: true),
            rateClass: Newcomer.everyRequest, accountParameter: 0, idempotency: rule, planner: planner)
    }
}

extension IdempotencyRule {
    static let keepsAnswers = rule(stores: .successAndRefusals(except: [422, 429]))
    /// Where the answer has a secret.
    static let sealsAnswers = rule(stores: .onlySuccessSealed)

    private static func rule(stores: Stores) -> IdempotencyRule {
        IdempotencyRule(
            sources: [.header("Idempotency-Key")], lifetime: .ttl(.seconds(24 * 3600)), fingerprint: .exactBytes,
            whenClaimed: .refuse(lease: .seconds(300)), whenDifferent: .refuse, stores: stores,
            replay: .bytes(marker: "Replayed"))
    }
}
