import Base
package import Model
package import Ports
import Synchronization

extension MemoryStore {
    struct Dead {
        var letter: DeadLetter
        var delivery: PendingDelivery
    }

    package func deadLetters(after last: DeliveryID, limit: Int) async throws(KernelFailure) -> [DeadLetter] {
        state.withLock { state in
            let all = state.dead.map(\.letter).sorted { $0.id < $1.id }
            return Array(all.drop { $0.id <= last }.prefix(limit))
        }
    }

    package func latestDeadLetters(skip: Int, limit: Int) async throws(KernelFailure) -> [DeadLetter] {
        let all = try await deadLetters(after: DeliveryID(packed: 0), limit: .max)
        return Array(all.reversed().dropFirst(skip).prefix(limit))
    }

    package func latestPendingDeliveries(skip: Int, limit: Int) async throws(KernelFailure) -> [PendingDelivery] {
        let all = try await pendingDeliveries(after: DeliveryID(packed: 0), limit: .max)
        return Array(all.reversed().dropFirst(skip).prefix(limit))
    }

    static func bury(_ delivery: PendingDelivery, _ settlement: Settlement, _ state: inout State) {
        let letter = DeadLetter(
            id: delivery.id, at: settlement.at, attempts: settlement.attempts, destination: delivery.destination,
            account: delivery.account, origin: delivery.origin)
        state.dead.append(Dead(letter: letter, delivery: delivery))
    }

    static func replay(
        _ id: Message.ID, _ at: Instant, _ state: inout State, _ queued: inout [PendingDelivery]
    ) -> ChangeOutcome {
        let found = state.dead.filter { $0.letter.id.message == id }
        guard !found.isEmpty, var row = state.row(id) else { return .refused(.notFound(.delivery)) }
        state.dead.removeAll { $0.letter.id.message == id }
        for item in found {
            var delivery = item.delivery
            delivery.due = at
            delivery.attempts = 1
            delivery.expires = at + delivery.policy.lifetime
            row.pending[delivery.id.recipient] = delivery
            queued.append(delivery)
            note(&row, &state, delivery.id.recipient, .replayed, at)
        }
        state.replace(row)
        return .done(serial: id.value)
    }
}
