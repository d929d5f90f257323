public import Model

/// A method and a path pattern, what it asks of the caller, and what answers it.
public struct Route: Sendable {
    /// The methods that dialects use. HEAD and OPTIONS are answered by the server: HEAD as GET without the body.
    public enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// Answers one call. It runs on the shard that the request came in by and must not block it.
    public typealias Handler = @Sendable (Call) async throws(KernelFailure) -> Answer

    /// Makes the checks of one call, and says what is to be done and answered. What it throws is answered as a failure.
    /// Of the answer, status and body are kept for requests with the same key; other fields than the content's are not.
    public typealias Planner = @Sendable (Call) async throws(KernelFailure) -> Plan<Answer>

    package enum Action: Sendable {
        case handler(Handler)
        /// For rules by which an answer is kept: it is stored with what it is about.
        case planner(Planner)
    }

    public let method: Method
    /// `/emails/:id/events`: literal segments, and parameters that match any one segment. Literals win.
    public let pattern: String
    public let requirement: Requirement
    public let rateClass: RateClass
    /// A longer body is refused before it is read.
    public let bodyLimitBytes: Int
    /// Which of the path's parameters names an account, for the gate's `pathAccount` step; nil: none does.
    public let accountParameter: Int?
    /// What the key of a request means; nil: keys mean nothing here.
    public let idempotency: IdempotencyRule?
    package let action: Action
    /// nil for most routes; see `Route+Traits`.
    package var traits: Traits?

    /// `idempotency`: a rule by which messages are found again themselves (`whileEffectExists`).
    public init(
        _ method: Method, _ pattern: String, requirement: Requirement, rateClass: RateClass,
        bodyLimitBytes: Int = 64 * 1024, accountParameter: Int? = nil, idempotency: IdempotencyRule? = nil,
        handler: @escaping Handler
    ) {
        self.init(
            method, pattern, requirement, rateClass, bodyLimitBytes, accountParameter, idempotency, .handler(handler))
    }

    /// `idempotency`: a rule by which answers are kept.
    public init(
        _ method: Method, _ pattern: String, requirement: Requirement, rateClass: RateClass,
        bodyLimitBytes: Int = 64 * 1024, accountParameter: Int? = nil, idempotency: IdempotencyRule,
        planner: @escaping Planner
    ) {
        self.init(
            method, pattern, requirement, rateClass, bodyLimitBytes, accountParameter, idempotency, .planner(planner))
    }

    private init(
        _ method: Method, _ pattern: String, _ requirement: Requirement, _ rateClass: RateClass,
        _ bodyLimitBytes: Int, _ accountParameter: Int?, _ idempotency: IdempotencyRule?, _ action: Action
    ) {
        self.method = method
        self.pattern = pattern
        self.requirement = requirement
        self.rateClass = rateClass
        self.bodyLimitBytes = bodyLimitBytes
        self.accountParameter = accountParameter
        self.idempotency = idempotency
        self.action = action
    }
}
