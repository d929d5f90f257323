import Model
import Ports

extension MemoryStore {
    static func directoryChange(_ change: Change, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .createAccount(let name, let parent, let at):
            if let parent, !state.accounts.contains(where: { $0.id == parent }) { return .refused(.notFound(.account)) }
            let id = Int64(state.accounts.count) + 1
            state.accounts.append(
                Account(id: Account.ID(id), name: name, parent: parent, state: .active, createdAt: at))
            return .done(serial: id)
        case .setAccountState(let id, let to):
            guard let index = state.accounts.firstIndex(where: { $0.id == id }) else {
                return .refused(.notFound(.account))
            }
            state.accounts[index].state = to
            return .done(serial: id.value)
        case .createKey(let key): return createKey(key, &state)
        case .revokeKey(let id, let at):
            guard let index = state.keys.firstIndex(where: { $0.key.id == id }) else {
                return .refused(.notFound(.key))
            }
            state.keys[index].key.revokedAt = state.keys[index].key.revokedAt ?? at
            return .done(serial: id.value)
        case .createDomain, .setDomainProof, .recordCheck, .changeDomain, .changeKeys, .removeDomain:
            return domainChange(change, &state)
        case .noteKeyUse, .renameKey, .replaceKey: return keyChange(change, &state)
        case .suppress(let suppression): return suppress(suppression, &state)
        case .unsuppress(let account, let address, let domain):
            return unsuppress(account, address, domain, &state)
        case .accept, .settle, .cancel, .reschedule, .expedite, .replay, .report, .webhook, .relay, .saveRateWindows,
            .setQuota,
            .setDefaultQuotas, .once, .purge:
            return .refused(.internalError(incident: "not a change of the directory"))
        }
    }

    static func createKey(_ stored: StoredKey, _ state: inout State) -> ChangeOutcome {
        guard state.accounts.contains(where: { $0.id == stored.key.account }) else {
            return .refused(.notFound(.account))
        }
        if state.keys.contains(where: { $0.digest == stored.digest }) {
            return .refused(.alreadyExists(.key, field: "secret"))
        }
        var stored = stored
        stored.key.id = AccessKey.ID(Int64(state.keys.count) + 1)
        state.keys.append(stored)
        return .done(serial: stored.key.id.value)
    }
}
