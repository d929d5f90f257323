import Base
import Model
import Ports

extension MemoryStore {
    static func noteUse(_ uses: [AccessKey.ID: Instant], _ state: inout State) -> ChangeOutcome {
        for index in state.keys.indices {
            guard let at = uses[state.keys[index].key.id] else { continue }
            state.keys[index].key.lastUsedAt = max(at, state.keys[index].key.lastUsedAt ?? at)
        }
        return .done(serial: 0)
    }

    static func renameKey(_ id: AccessKey.ID, _ label: String, _ state: inout State) -> ChangeOutcome {
        guard let index = state.keys.firstIndex(where: { $0.key.id == id }) else { return .refused(.notFound(.key)) }
        state.keys[index].key.label = label
        return .done(serial: id.value)
    }

    static func changeKey(
        _ id: AccessKey.ID, _ edit: KeyEdit, _ at: Instant, _ state: inout State
    ) -> ChangeOutcome {
        guard let index = state.keys.firstIndex(where: { $0.key.id == id && $0.key.revokedAt == nil }) else {
            return .refused(.notFound(.key))
        }
        if let label = edit.label { state.keys[index].key.label = label }
        if let scopes = edit.scopes { state.keys[index].key.scopes = scopes }
        if let networks = edit.networks { state.keys[index].key.allowedNetworks = networks }
        state.keys[index].key.changedAt = at
        return .done(serial: id.value)
    }

    static func replaceKey(
        _ old: AccessKey.ID, _ new: StoredKey, _ at: Instant, _ state: inout State
    ) -> ChangeOutcome {
        guard let index = state.keys.firstIndex(where: { $0.key.id == old && $0.key.revokedAt == nil }) else {
            return .refused(.notFound(.key))
        }
        let outcome = createKey(new, &state)
        if case .done = outcome { state.keys[index].key.revokedAt = at }
        return outcome
    }
}
