public import Base
package import HTTPWire
package import Kernel
public import Model
import Ports

/// One request that passed the gate, and what its handler may do.
public struct Call: Sendable {
    /// Whose key it is; nil on routes that need no credential.
    public let caller: Principal?
    /// The path's parameters, decoded, in the order of the pattern.
    public let parameters: [String]
    public let body: [UInt8]
    public let now: Instant
    public let ids: PublicIDs
    /// As the answer's head will say it.
    public let requestID: String
    /// The client's, or what a trusted proxy says of it; nil where that is not known.
    public let clientAddress: IPAddress?

    let requirement: Requirement
    let rule: IdempotencyRule?
    let services: Services
    /// nil where nothing has to be asked of `Access`.
    let accessRecord: AccessRecord?
    /// The caller as the desks see it: of the account that the request is about.
    private(set) var principal: Principal?
    private let service: MailService
    private let trace: RequestTrace?
    private let head: RequestHead
    /// nil: nothing that it shows is large.
    private let place: AnswerPlace?

    /// `account`: a sub-account of the caller's that the path names; nil: the request is about the caller's own.
    package init(
        caller: Principal?, account: Account.ID? = nil, requirement: Requirement, rule: IdempotencyRule?,
        parameters: [String], head: RequestHead, body: [UInt8], now: Instant, clientAddress: IPAddress? = nil,
        mail: MailService, services: Services, ids: PublicIDs, requestID: String = "",
        trace: RequestTrace? = nil, place: AnswerPlace? = nil
    ) {
        self.place = place
        self.caller = caller
        self.parameters = parameters
        self.head = head
        self.body = body
        self.now = now
        self.clientAddress = clientAddress
        self.requirement = requirement
        self.rule = rule
        self.services = services
        self.ids = ids
        self.requestID = requestID
        self.trace = trace
        service = mail
        principal = account.flatMap { caller?.acting(on: $0) } ?? caller
        accessRecord = caller != nil && requirement.isAnsweredLater ? AccessRecord() : nil
    }

    /// The account that the request is about, and that all desks act for: the one that the path names, else the
    /// caller's. nil on routes that need no credential.
    public var account: Account.ID? { principal?.account }

    /// The same call, about a sub-account of its account; `notFound` for any other.
    public func acting(on account: Account.ID) throws(KernelFailure) -> Call {
        guard let own = self.account, services.directory.account(account)?.parent == own else {
            throw .notFound(.account)
        }
        var call = self
        call.principal = principal?.acting(on: account)
        return call
    }

    /// The kernel's mail service, on behalf of the call's account.
    public var mail: MailDesk {
        MailDesk(
            service, caller: principal, personality: services.personality, suppression: services.suppressionPolicy,
            rule: rule, at: now, trace: trace,
            bounds: caller?.domains.isEmpty == false ? KeyReach(self).domains : nil, place: place)
    }

    /// The parameter at `index`, which the route's pattern has.
    public func parameter(_ index: Int) -> String { parameters[index] }

    var method: String { String(decoding: head.methodBytes, as: UTF8.self) }
    var path: String { String(decoding: head.path, as: UTF8.self) }

    /// The value of a header field; several lines joined as RFC 9110 §5.3 says.
    public func header(_ name: String) -> String? { FieldName(name).flatMap { head.value(of: $0) } }

    /// `bodyMalformed` where the request does not say that its body is JSON (RFC 8259 §11).
    package func demandJSON() throws(KernelFailure) {
        let type = header("Content-Type")?.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        guard type?.asciiLowercased == "application/json" else { throw .bodyMalformed }
    }

    /// The request's idempotency key by the route's rule; nil where it has none, or the route has no rule. `element`:
    /// the place in a batch of what the key is for. `member` gives the value of a member of the body, or the element.
    public func idempotencyKey(
        element: Int? = nil, member: (String) -> String?
    ) throws(KernelFailure) -> IdempotencyKey? {
        try rule?.key(element: element, header: { header($0) }, member: member)
    }

    /// The same, where the body's outermost object may have it as a member. The body is read for it only if that
    /// member's name stands in it somewhere, or could in escapes. What is no JSON has no key.
    public func idempotencyKey() throws(KernelFailure) -> IdempotencyKey? {
        var document: JSONDocument?
        return try idempotencyKey { name in
            guard JSONText.mayHave(name, body) else { return nil }
            if document == nil { document = try? JSONDocument(body, limits: JSONLimits(bytesMax: body.count)) }
            return document?.root[named: name]?.string
        }
    }

    /// The templates of the caller's account.
    public var templates: TemplateDesk {
        TemplateDesk(
            services.templates, dialect: services.templateDialect,
            tenant: caller.map { Tenant(account: $0.account, origin: services.personality) })
    }

    /// The clocks of a time zone by its name in the IANA database; nil for a name that is none.
    public func timeZone(_ name: String) async -> TimeZoneRules? { await services.timeZones.rules(name) }

    /// The query's parameters, decoded.
    public var query: Query { Query(of: head) }

    /// The query as it was sent, without the question mark; empty where there is none.
    public var rawQuery: String { String(decoding: head.query ?? [], as: UTF8.self) }
}

/// The query of a request's target. Of a name that stands twice the last value counts; a value that cannot be decoded
/// is a text with a NUL, which nothing that is looked for is equal to or contains: whoever must refuse it asks whether
/// the query is readable.
public struct Query: Sendable {
    private let pairs: [QueryPair]
    public let isReadable: Bool

    package init(of head: RequestHead) {
        let decoded = try? QueryPairs.decode(head.query)
        pairs = decoded ?? QueryPairs.decodeEach(head.query)
        isReadable = decoded != nil
    }

    /// The fields of a form (`application/x-www-form-urlencoded`), read as a query is; nil where they cannot be
    /// decoded.
    public init?(form body: [UInt8]) {
        guard let pairs = try? QueryPairs.decode(body[...]) else { return nil }
        self.pairs = pairs
        isReadable = true
    }

    public func text(_ name: String) -> String? { pairs.last { $0.name == name }?.value }

    /// All names and values, in their order.
    public var all: [(name: String, value: String)] { pairs.map { ($0.name, $0.value) } }

    /// All values of a name that may stand several times, in their order.
    public func texts(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    /// An integer clamped into `range`; `fallback` where it is absent or no integer.
    public func int(_ name: String, in range: ClosedRange<Int>, else fallback: Int) -> Int {
        guard let value = text(name).flatMap({ Int($0) }) else { return fallback }
        return min(max(value, range.lowerBound), range.upperBound)
    }
}

extension JSONText {
    /// Whether a name could be that of a member somewhere in a text; cheaper than reading it.
    fileprivate static func mayHave(_ name: String, _ text: [UInt8]) -> Bool {
        let name = Array(name.utf8)
        guard let first = name.first, text.count >= name.count else { return false }
        for place in text.indices {
            // A name can be written with escapes (RFC 8259 §7).
            if text[place] == UInt8(ascii: "\\") { return true }
            guard text[place] == first, place + name.count <= text.count else { continue }
            if text[place..<(place + name.count)].elementsEqual(name) { return true }
        }
        return false
    }
}
