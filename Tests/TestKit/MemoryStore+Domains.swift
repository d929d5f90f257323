import Model
import Ports

extension MemoryStore {
    static func domainChange(_ change: DomainChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .create(let domain, let limit): createDomain(domain, atMost: limit, &state)
        case .setProof(let id, _, _), .recordCheck(let id, _), .edit(let id, _, _):
            update(id, &state) { change.apply(to: &$0) }
        case .changeKeys(let id, _, _, let from):
            if let known = state.domains.first(where: { $0.id == id }), known.rotation != from {
                .refused(.wrongState(.domain, state: .underWay, operation: .rotate))
            } else {
                update(id, &state) { change.apply(to: &$0) }
            }
        case .remove(let id):
            if let index = state.domains.firstIndex(where: { $0.id == id }) {
                remove(index, &state)
            } else {
                .refused(.notFound(.domain))
            }
        }
    }

    private static func createDomain(
        _ domain: MailDomain, atMost limit: Int, _ state: inout State
    ) -> ChangeOutcome {
        guard isThere(domain.account, state) else { return .refused(.notFound(.account)) }
        if state.domains.contains(where: { $0.account == domain.account && $0.name == domain.name }) {
            return .refused(.alreadyExists(.domain, field: "name"))
        }
        let count = state.domains.count { $0.account == domain.account }
        guard count < limit else {
            return .refused(.planLimitReached(.domain, current: count, maximum: limit, plan: ""))
        }
        state.domainsMade += 1
        var domain = domain
        domain.id = MailDomain.ID(state.domainsMade)
        state.domains.append(domain)
        return .done(serial: domain.id.value)
    }

    private static func update(
        _ id: MailDomain.ID, _ state: inout State, _ change: (inout MailDomain) -> Void
    ) -> ChangeOutcome {
        guard let index = state.domains.firstIndex(where: { $0.id == id }) else { return .refused(.notFound(.domain)) }
        change(&state.domains[index])
        return .done(serial: id.value)
    }

    private static func remove(_ index: Int, _ state: inout State) -> ChangeOutcome {
        let removed = state.domains.remove(at: index)
        state.suppressions.removeAll { $0.domain == removed.id }
        for index in state.keys.indices where state.keys[index].key.account == removed.account {
            state.keys[index].key.scopes = ScopeVocabulary.without(
                domain: removed.name, state.keys[index].key.scopes)
        }
        return .done(serial: removed.id.value)
    }
}
