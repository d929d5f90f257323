extension Requirement {
    /// Whether the key's words are asked about domains that only the body or stored rows name.
    package var isAnsweredLater: Bool {
        guard needsCredential, !anyOf.isEmpty else { return false }
        return switch domains {
        case .none, .every, .query, .path: false
        case .body, .stored, .narrowed: true
        }
    }

    /// Checks that a key with these words may do what is asked for these domains, lower case: for each of them or for
    /// one, as `quantifier` or the requirement says; none stands for all domains at once. `domainNotPermitted`
    /// otherwise.
    package func check(
        _ domains: [String], _ quantifier: Quantifier? = nil, held: [String], in scopes: ScopeVocabulary
    ) throws(KernelFailure) {
        guard !anyOf.isEmpty else { return }
        func permits(_ domain: String?) -> Bool { anyOf.contains { scopes.permits($0, domain: domain, held: held) } }
        let action = reported ?? anyOf.first
        if domains.isEmpty {
            guard permits(nil) else { throw .domainNotPermitted(domain: nil, action: action) }
            return
        }
        switch quantifier ?? self.quantifier {
        case .all:
            if let refused = domains.first(where: { !permits($0) }) {
                throw .domainNotPermitted(domain: refused, action: action)
            }
        case .any:
            guard domains.contains(where: permits) else {
                throw .domainNotPermitted(domain: domains.first, action: action)
            }
        }
    }
}
