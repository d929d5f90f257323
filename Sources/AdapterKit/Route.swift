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

    public let method: Method
    /// `/emails/:id/events`: literal segments, and parameters that match any one segment. Literals win.
    public let pattern: String
    public let requirement: Requirement
    public let rateClass: RateClass
    /// A longer body is refused before it is read.
    public let bodyLimitBytes: Int
    /// Which of the path's parameters names an account, for the gate's `pathAccount` step; nil: none does.
    public let accountParameter: Int?
    public let handler: Handler

    public init(
        _ method: Method, _ pattern: String, requirement: Requirement, rateClass: RateClass,
        bodyLimitBytes: Int = 64 * 1024, accountParameter: Int? = nil, handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.requirement = requirement
        self.rateClass = rateClass
        self.bodyLimitBytes = bodyLimitBytes
        self.accountParameter = accountParameter
        self.handler = handler
    }
}
