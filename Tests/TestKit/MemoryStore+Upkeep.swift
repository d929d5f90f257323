package import Model
import Ports
import Synchronization

extension MemoryStore {
    package func pausedLanes() async throws(KernelFailure) -> [String] { state.withLock { Array($0.pausedLanes) } }

    static func upkeepChange(_ change: UpkeepChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .setPaused(let lane, true): state.pausedLanes.insert(lane)
        case .setPaused(let lane, false): state.pausedLanes.remove(lane)
        case .probe, .clear: break
        case .removeMessage: return .refused(.notFound(.message))
        }
        return .done(serial: 0)
    }
}
