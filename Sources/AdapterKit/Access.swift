import Base
import Kernel
public import Model
import Synchronization

/// The second half of a route's requirement: what only the body or a stored row can tell. Asked before anything is
/// changed.
///
/// A route whose requirement says that its domains stand in stored rows, or that its list is narrowed to them, has to
/// ask: what it answers else is an internal error, and what it planned is not made. A member of the body that the
/// requirement names is looked at by the server; where it is not there, the route has to ask as well.
public struct Access: Sendable {
    private let requirement: Requirement
    private let scopes: ScopeVocabulary
    private let caller: Principal?
    private let directory: Directory
    private let account: Account.ID?
    private let record: AccessRecord?

    init(_ call: Call) {
        requirement = call.requirement
        scopes = call.services.scopes
        directory = call.services.directory
        caller = call.caller
        account = call.account
        record = call.accessRecord
    }

    /// Checks that the key may do what the route asks for these domains, lower case: for each of them or for one, as
    /// `quantifier` or the route's says; none stands for all domains at once. `domainNotPermitted` otherwise.
    public func authorise(
        domains: [String], _ quantifier: Requirement.Quantifier? = nil
    ) throws(KernelFailure) {
        record?.note()
        guard let caller else { return }
        try requirement.check(domains, quantifier, held: caller.scopes, in: scopes)
    }

    /// Whether the key may do what the route asks for one of these domains; none stands for all at once.
    public func permits(oneOf domains: [String]) -> Bool { (try? authorise(domains: domains, .any)) != nil }

    /// The domains that a list is narrowed to; nil: it is not.
    public var visibleDomains: [String]? {
        record?.note()
        guard let caller else { return nil }
        var visible: Set<String> = []
        for action in requirement.anyOf {
            guard let domains = scopes.domains(of: action, held: caller.scopes) else { return nil }
            visible.formUnion(domains)
        }
        return requirement.anyOf.isEmpty ? nil : visible.sorted()
    }

    /// Narrows a list of messages to those from domains that the key may see.
    public func narrow(_ filter: inout MessageFilter) {
        guard let visible = visibleDomains else { return }
        let ids = visible.compactMap { name in account.flatMap { directory.domain(name, of: $0)?.id } }
        filter.domains = filter.domains.map { $0.intersection(ids) } ?? Set(ids)
    }
}

/// That `Access` was asked. One for a call whose requirement demands it.
final class AccessRecord: Sendable {
    private let asked = Atomic(false)

    func note() { asked.store(true, ordering: .relaxed) }
    var isAsked: Bool { asked.load(ordering: .relaxed) }
}

extension Call {
    /// What the key may do for domains that only the handler knows.
    public var access: Access { Access(self) }

    /// What the requirement demands was asked, or it demands nothing.
    package var isAuthorised: Bool { accessRecord?.isAsked ?? true }

    /// Looks at the member of the body that the requirement names, if it names one. A body that cannot be read, or has
    /// no such member, is the handler's to refuse, or to ask about.
    package func authoriseBody() throws(KernelFailure) {
        guard case .body(let member) = requirement.domains, let caller else { return }
        if (try? requirement.check([], held: caller.scopes, in: services.scopes)) != nil {
            accessRecord?.note()
            return
        }
        guard let document = try? JSONDocument(body, limits: JSONLimits(bytesMax: body.count)) else { return }
        var value: JSONValue? = document.root
        for name in member.split(separator: ".") { value = value?[named: String(name)] }
        guard let texts = value?.texts, !texts.isEmpty else { return }
        let domains = texts.compactMap(Self.domain)
        if domains.count == texts.count { try access.authorise(domains: domains) }
    }

    private static func domain(_ text: String) -> String? {
        MailAddress(parsing: text)?.domain.asciiLowercased ?? HostName.normalized(text)
    }
}

extension JSONValue {
    /// A string, or a list of nothing else.
    fileprivate var texts: [String]? {
        if let text = string { return [text] }
        guard let elements = elements.map({ Array($0) }) else { return nil }
        let texts = elements.compactMap(\.string)
        return texts.count == elements.count ? texts : nil
    }
}
