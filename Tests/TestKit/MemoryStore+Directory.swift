import Model
import Ports

extension MemoryStore {
    static func directoryChange(_ change: DirectoryChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .createAccount(let name, let parent, let at):
            if let parent, !isThere(parent, state) { return .refused(.notFound(.account)) }
            let id = Int64(state.accounts.count + state.accountsRemoved) + 1
            state.accounts.append(
                Account(id: Account.ID(id), name: name, parent: parent, state: .active, createdAt: at))
            return .done(serial: id)
        case .setAccountState(let id, let to):
            guard let index = state.accounts.firstIndex(where: { $0.id == id }) else {
                return .refused(.notFound(.account))
            }
            let isParent = to == .removing && state.accounts.contains { $0.parent == id }
            guard state.accounts[index].state != .removing, !isParent else {
                return .refused(.wrongState(.account, state: .underWay, operation: .edit))
            }
            state.accounts[index].state = to
            return .done(serial: id.value)
        case .removeAccount(let id, at: _): return removeAccount(id, &state)
        case .createKey(let key, let limit): return createKey(key, atMost: limit, &state)
        case .revokeKey(let id, let at):
            guard let index = state.keys.firstIndex(where: { $0.key.id == id }) else {
                return .refused(.notFound(.key))
            }
            state.keys[index].key.revokedAt = state.keys[index].key.revokedAt ?? at
            return .done(serial: id.value)
        case .setKeyCheck(let sealed):
            state.keyCheck = sealed
            return .done(serial: 0)
        case .noteKeyUse(let uses): return noteUse(uses, &state)
        case .changeKey(let id, let edit, let at): return changeKey(id, edit, at, &state)
        case .replaceKey(let old, let new, let at): return replaceKey(old, new, at, &state)
        }
    }

    static func isThere(_ account: Account.ID, _ state: State) -> Bool {
        state.accounts.contains { $0.id == account && $0.state != .removing }
    }

    private static func removeAccount(_ id: Account.ID, _ state: inout State) -> ChangeOutcome {
        guard state.accounts.contains(where: { $0.id == id && $0.state == .removing }),
            !state.rows.contains(where: { $0.new.account == id })
        else { return .refused(.wrongState(.account, state: .underWay, operation: .remove)) }
        state.accounts.removeAll { $0.id == id }
        state.accountsRemoved += 1
        state.keys.removeAll { $0.key.account == id }
        state.domains.removeAll { $0.account == id }
        state.suppressions.removeAll { $0.account == id }
        return .done(serial: id.value)
    }

    static func createKey(_ stored: StoredKey, atMost limit: Int = .max, _ state: inout State) -> ChangeOutcome {
        guard isThere(stored.key.account, state) else {
            return .refused(.notFound(.account))
        }
        if state.keys.contains(where: { $0.digest == stored.digest }) {
            return .refused(.alreadyExists(.key, field: "secret"))
        }
        if let user = stored.key.user,
            state.keys.contains(where: {
                $0.key.user == user && $0.key.personality == stored.key.personality && $0.key.revokedAt == nil
            })
        {
            return .refused(.alreadyExists(.smtpCredential, field: "user"))
        }
        let good = state.keys.count { known in
            known.key.account == stored.key.account && known.key.personality == stored.key.personality
                && known.key.revokedAt == nil && known.key.expiresAt.map { $0 > stored.key.createdAt } ?? true
        }
        guard good < limit else {
            return .refused(.planLimitReached(.key, current: good, maximum: limit, plan: ""))
        }
        var stored = stored
        stored.key.id = AccessKey.ID(Int64(state.keys.count) + 1)
        state.keys.append(stored)
        return .done(serial: stored.key.id.value)
    }
}
