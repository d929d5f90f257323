import Model
import Ports

extension MemoryStore {
    static func domainChange(_ change: DomainChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .create(let domain): createDomain(domain, &state)
        case .setProof(let id, let proof, let at):
            update(id, &state) { domain in
                domain.sending = proof
                domain.verifiedAt = proof.holds ? at : nil
                if proof == .pinned {
                    domain.target = .pinned
                    domain.targetVerifiedAt = domain.targetVerifiedAt ?? at
                }
            }
        case .recordCheck(let id, let check): update(id, &state) { $0 = $0.applying(check) }
        case .edit(let id, let options, let facets):
            update(id, &state) { domain in
                domain.options = options
                domain.facets.merge(facets) { $1 }
            }
        case .changeKeys(let id, let keys, let rotation, let from):
            if let known = state.domains.first(where: { $0.id == id }), known.rotation != from {
                .refused(.wrongState(.domain, state: .underWay, operation: .rotate))
            } else {
                update(id, &state) { ($0.signingKeys, $0.rotation) = (keys, rotation) }
            }
        case .remove(let id):
            if let index = state.domains.firstIndex(where: { $0.id == id }) {
                remove(index, &state)
            } else {
                .refused(.notFound(.domain))
            }
        }
    }

    private static func createDomain(_ domain: MailDomain, _ state: inout State) -> ChangeOutcome {
        guard state.accounts.contains(where: { $0.id == domain.account }) else { return .refused(.notFound(.account)) }
        if state.domains.contains(where: { $0.account == domain.account && $0.name == domain.name }) {
            return .refused(.alreadyExists(.domain, field: "name"))
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
        return .done(serial: removed.id.value)
    }
}
