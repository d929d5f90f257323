import Model
import Ports

extension MemoryStore {
    static func keyChange(_ change: Change, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .noteKeyUse(let uses):
            for index in state.keys.indices {
                guard let at = uses[state.keys[index].key.id] else { continue }
                state.keys[index].key.lastUsedAt = max(at, state.keys[index].key.lastUsedAt ?? at)
            }
            return .done(serial: 0)
        case .renameKey(let id, let label):
            guard let index = state.keys.firstIndex(where: { $0.key.id == id }) else {
                return .refused(.notFound(.key))
            }
            state.keys[index].key.label = label
            return .done(serial: id.value)
        case .replaceKey(let old, let new, let at):
            guard let index = state.keys.firstIndex(where: { $0.key.id == old && $0.key.revokedAt == nil }) else {
                return .refused(.notFound(.key))
            }
            let outcome = createKey(new, &state)
            if case .done = outcome { state.keys[index].key.revokedAt = at }
            return outcome
        default: return .refused(.internalError(incident: "not a change of keys"))
        }
    }
}
