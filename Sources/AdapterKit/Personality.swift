public import Model

/// One vendor's dialect, as data and a few functions: everything that the kernel and the servers need to speak it.
///
/// **Contract.** All of it is fixed when the program starts: the properties give the same value on every call, have no
/// side effects, and may be asked from any thread. Handlers and `answer` are pure but for what they do through `Call`.
///
/// **Errors.** `answer` renders every `KernelFailure`, also those of requests that could not be parsed; it never fails
/// and its body is always what the vendor's clients can read. A failure of a handler is rendered by `answer` too, so a
/// handler never builds an error body itself, except inside a batch.
///
/// **Registration.** `Composition` lists the personalities. Two with one id, or two routes of one personality with the
/// same method and the same pattern up to parameter names, stop the program with both names.
public protocol Personality: Sendable {
    /// As in the configuration, lower case.
    var id: PersonalityID { get }
    var credentials: CredentialForm { get }
    var scopes: ScopeVocabulary { get }
    /// The checks before a handler, in this dialect's order.
    var gate: [GateStep] { get }
    /// The class of requests that match no route.
    var defaultRateClass: RateClass { get }
    /// The vendor's own limits; the configuration may set others.
    var rateTiers: [RateClass: [RateTier]] { get }
    var requestID: RequestIDForm { get }
    var selectors: DKIMSelectors { get }
    /// What the owners of domains are asked to publish, and what that proves; `.none` without domains.
    var domainPlan: DomainPlan { get }
    /// How the ids of each kind of row are written; kinds that are left out have integers.
    var ids: [IDKind: IDForm] { get }
    var routes: [Route] { get }
    /// Paths of the vendor's that no route of ours takes, each with what lies below it: who asks for one is told that
    /// it is not served here (`featureDisabled(.unserved)`), and does not look for a slip of the pen.
    var unservedPaths: [String] { get }
    /// nil: the dialect has no webhooks.
    var webhooks: WebhookFormat? { get }
    /// nil: the dialect relays no requests.
    var relays: RelayRules? { get }
    /// What the operator does on the command line with what the dialect keeps.
    var verbs: [DialectVerb] { get }
    /// The records of the dialect's own that have due times.
    var recordTimers: [RecordTimer] { get }
    /// What the operator can set by `personalities` in the configuration; each name once.
    var options: [OptionDeclaration] { get }
    /// What holds of all routes that are described; nil: none is. Where some are, the server answers
    /// `GET /openapi.json`.
    var description: DialectDescription? { get }
    /// nil: the dialect takes no mail over SMTP.
    var smtp: SMTPDialect? { get }
    /// nil: the dialect has no templates.
    var templates: TemplateDialect? { get }
    /// How fast the vendor lets mail out; the configuration may say otherwise. nil: as fast as it goes.
    var pace: OutboundPace? { get }

    /// What its mail has of its own.
    var mailManner: MailManner { get }

    /// What test keys change although live keys go by it too; by itself nothing.
    var sharedWithTests: Set<SharedWithTests> { get }

    /// A failure in this dialect: status, fields, body.
    func answer(_ failure: KernelFailure, to request: RequestFacts) -> Answer

    /// The same for people, on routes with the face `page`: HTML.
    func page(_ failure: KernelFailure, to request: RequestFacts) -> Answer

    /// An answer that was kept, for another request with its key: as it is, but for what speaks of the request.
    func replay(_ kept: Answer, to request: RequestFacts) -> Answer

    /// The fields that speak of the rate window, part of every answer; none where the dialect has none.
    func fields(for window: WindowState) -> [AnswerField]

    /// What becomes of a message to suppressed addresses.
    var suppressionPolicy: SuppressionPolicy { get }

    /// Which bounces and complaints suppress the address.
    var autoSuppression: AutoSuppression { get }
}

extension Personality {
    public var suppressionPolicy: SuppressionPolicy { .drop }
    public var autoSuppression: AutoSuppression { .none }
}

extension Personality {
    /// The status and the fields of `answer`, and a sentence.
    public func page(_ failure: KernelFailure, to request: RequestFacts) -> Answer {
        FailurePage.answer(answer(failure, to: request))
    }

    public func replay(_ kept: Answer, to request: RequestFacts) -> Answer { kept }

    public var unservedPaths: [String] { [] }
    public var domainPlan: DomainPlan { .none }
    public var ids: [IDKind: IDForm] { [:] }
    public var webhooks: WebhookFormat? { nil }
    public var relays: RelayRules? { nil }
    public var recordTimers: [RecordTimer] { [] }
    public var verbs: [DialectVerb] { [] }
    public var options: [OptionDeclaration] { [] }
    public var description: DialectDescription? { nil }
    public var smtp: SMTPDialect? { nil }
    public var templates: TemplateDialect? { nil }
    public var pace: OutboundPace? { nil }
    public var mailManner: MailManner { .standard }
    public var sharedWithTests: Set<SharedWithTests> { [] }
}

/// What an answer may need to know of its request.
public struct RequestFacts: Sendable {
    /// As sent; empty where the request could not be parsed that far.
    public var method: String
    public var path: String
    public var requestID: String
    /// The log's lines about it; nil where nobody wants them.
    package var trace: RequestTrace?

    public init(method: String, path: String, requestID: String) {
        self.method = method
        self.path = path
        self.requestID = requestID
    }
}
