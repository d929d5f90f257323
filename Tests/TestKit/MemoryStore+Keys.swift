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

    static func changeKey(
        _ id: AccessKey.ID, _ edit: AccessKey.Edit, _ at: Instant, _ state: inout State
    ) -> ChangeOutcome {
        guard let index = state.keys.firstIndex(where: { $0.key.id == id && $0.key.revokedAt == nil }) else {
            return .refused(.notFound(.key))
        }
        state.keys[index].key = state.keys[index].key.edited(edit, at: at)
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
