public import Base
package import HTTPWire
package import Kernel
public import Model

/// One request that passed the gate, and what its handler may do.
public struct Call: Sendable {
    /// nil on routes that need no credential.
    public let caller: Principal?
    /// The path's parameters, decoded, in the order of the pattern.
    public let parameters: [String]
    public let body: [UInt8]
    public let now: Instant
    /// The client's; nil on a local socket.
    public let address: IPAddress?
    /// The kernel's mail service, on behalf of the caller.
    public let mail: MailDesk
    public let ids: PublicIDs

    let requirement: Requirement
    let rule: IdempotencyRule?
    let services: Services
    private let head: RequestHead

    package init(
        caller: Principal?, requirement: Requirement, rule: IdempotencyRule?, parameters: [String],
        head: RequestHead, body: [UInt8], now: Instant, mail: MailService, services: Services, ids: PublicIDs,
        trace: RequestTrace? = nil, address: IPAddress? = nil
    ) {
        self.caller = caller
        self.parameters = parameters
        self.head = head
        self.body = body
        self.now = now
        self.address = address
        self.mail = MailDesk(
            mail, caller: caller, personality: services.personality, suppression: services.suppressionPolicy,
            rule: rule, trace: trace)
        self.requirement = requirement
        self.rule = rule
        self.services = services
        self.ids = ids
    }

    /// The parameter at `index`, which the route's pattern has.
    public func parameter(_ index: Int) -> String { parameters[index] }

    var method: String { String(decoding: head.methodBytes, as: UTF8.self) }
    var path: String { String(decoding: head.path, as: UTF8.self) }

    /// The value of a header field; several lines joined as RFC 9110 §5.3 says.
    public func header(_ name: String) -> String? { FieldName(name).flatMap { head.value(of: $0) } }

    /// The request's idempotency key by the route's rule; nil where it has none, or the route has no rule. `element`:
    /// the place in a batch of what the key is for. `member` gives the value of a member of the body, or the element.
    public func idempotencyKey(
        element: Int? = nil, member: (String) -> String?
    ) throws(KernelFailure) -> IdempotencyKey? {
        try rule?.key(element: element, header: header, member: member)
    }

    /// The query's parameters, decoded.
    public var query: Query { Query((try? QueryPairs.decode(head.query)) ?? []) }
}

/// The query of a request's target. Of a name that stands twice the last value counts; in a query that cannot be
/// decoded nothing stands.
public struct Query: Sendable {
    private let pairs: [QueryPair]

    init(_ pairs: [QueryPair]) { self.pairs = pairs }

    public func text(_ name: String) -> String? { pairs.last { $0.name == name }?.value }

    /// An integer clamped into `range`; `fallback` where it is absent or no integer.
    public func int(_ name: String, in range: ClosedRange<Int>, else fallback: Int) -> Int {
        guard let value = text(name).flatMap({ Int($0) }) else { return fallback }
        return min(max(value, range.lowerBound), range.upperBound)
    }
}
