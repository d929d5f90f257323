package import Base
package import Model
package import Ports
import Synchronization

extension MemoryStore {
    package func pausedLanes() async throws(KernelFailure) -> [String] { state.withLock { Array($0.pausedLanes) } }

    /// Nothing ends here.
    package func nextMessageEnd() async throws(KernelFailure) -> Instant? { nil }

    package func mailRemovals() async throws(KernelFailure) -> [MailRemoval] { state.withLock { $0.mailRemovals } }

    static func upkeepChange(_ change: UpkeepChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .setPaused(let lane, true): state.pausedLanes.insert(lane)
        case .setPaused(let lane, false): state.pausedLanes.remove(lane)
        case .probe, .clear, .endMessages: break
        case .removeMessages(let removal):
            if !state.mailRemovals.contains(removal) { state.mailRemovals.append(removal) }
        case .removedMessages(let removal): state.mailRemovals.removeAll { $0 == removal }
        case .removeMessage: return .refused(.notFound(.message))
        }
        return .done(serial: 0)
    }
}
