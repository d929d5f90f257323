public import Model

/// The second half of a route's requirement: what only the body or a stored row can tell. Asked before anything is
/// changed.
public struct Access: Sendable {
    private let requirement: Requirement
    private let scopes: ScopeVocabulary
    private let caller: Principal?

    init(_ requirement: Requirement, scopes: ScopeVocabulary, caller: Principal?) {
        self.requirement = requirement
        self.scopes = scopes
        self.caller = caller
    }

    /// Checks that the key may do what the route asks for these domains, lower case: for each of them or for one, as
    /// the route's quantifier says; none stands for all domains at once. `domainNotPermitted` otherwise.
    public func authorise(domains: [String]) throws(KernelFailure) {
        guard !requirement.anyOf.isEmpty, let caller else { return }
        if domains.isEmpty {
            guard permits(nil, caller) else { throw .domainNotPermitted(domain: nil, action: action) }
            return
        }
        switch requirement.quantifier {
        case .all:
            if let refused = domains.first(where: { !permits($0, caller) }) {
                throw .domainNotPermitted(domain: refused, action: action)
            }
        case .any:
            guard domains.contains(where: { permits($0, caller) }) else {
                throw .domainNotPermitted(domain: domains.first, action: action)
            }
        }
    }

    /// The domains that a list is narrowed to; nil: it is not.
    public var visibleDomains: [String]? {
        guard let caller else { return nil }
        var visible: Set<String> = []
        for action in requirement.anyOf {
            guard let domains = scopes.domains(of: action, held: caller.scopes) else { return nil }
            visible.formUnion(domains)
        }
        return requirement.anyOf.isEmpty ? nil : visible.sorted()
    }

    /// What a refusal names.
    private var action: String? { requirement.reported ?? requirement.anyOf.first }

    private func permits(_ domain: String?, _ caller: Principal) -> Bool {
        requirement.anyOf.contains { scopes.permits($0, domain: domain, held: caller.scopes) }
    }
}

extension Call {
    /// What the key may do for domains that only the handler knows.
    public var access: Access { Access(requirement, scopes: services.scopes, caller: caller) }
}
