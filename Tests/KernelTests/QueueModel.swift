import Base
import Model
import Ports

/// What `DeliveryQueue` promises, said as plainly as can be: one list, searched from end to end.
struct QueueModel {
    struct Item {
        var delivery: PendingDelivery
        let lane: LaneID
        /// Number of the lease and when it expires.
        var lease: (number: Int, expiry: Instant)?
    }

    private(set) var items: [Item] = []
    private var paused: Set<LaneID> = []
    private var sessions: [LaneID: Int] = [:]
    private var leasesMade = 0

    mutating func insert(_ delivery: PendingDelivery, lane: LaneID) {
        items.append(Item(delivery: delivery, lane: lane))
    }

    private func due(in lane: LaneID, now: Instant) -> [Int] {
        items.indices
            .filter { items[$0].lane == lane && items[$0].lease == nil && items[$0].delivery.due <= now }
            .sorted {
                (items[$0].delivery.due, items[$0].delivery.id) < (items[$1].delivery.due, items[$1].delivery.id)
            }
    }

    func readyLanes(now: Instant, sessions limit: Int) -> [LaneID] {
        Set(items.map(\.lane)).sorted().filter { lane in
            !paused.contains(lane) && sessions[lane, default: 0] < limit && !due(in: lane, now: now).isEmpty
        }
    }

    mutating func lease(
        from lane: LaneID, limit: Int, now: Instant, until expiry: Instant
    ) -> [(delivery: PendingDelivery, number: Int)] {
        var leased: [(PendingDelivery, Int)] = []
        for index in due(in: lane, now: now).prefix(limit) {
            leasesMade += 1
            items[index].lease = (leasesMade, expiry)
            leased.append((items[index].delivery, leasesMade))
        }
        if !leased.isEmpty { sessions[lane, default: 0] += 1 }
        return leased
    }

    mutating func sessionEnded(in lane: LaneID) { sessions[lane, default: 0] -= 1 }

    func openSessions(in lane: LaneID) -> Int { sessions[lane, default: 0] }

    private func index(leased number: Int) -> Int? { items.firstIndex { $0.lease?.number == number } }

    func holds(_ number: Int) -> Bool { index(leased: number) != nil }

    mutating func finish(_ number: Int) -> Bool {
        guard let index = index(leased: number) else { return false }
        items.remove(at: index)
        return true
    }

    mutating func giveBack(_ number: Int, due: Instant, attempts: Int) -> Bool {
        guard let index = index(leased: number) else { return false }
        items[index].lease = nil
        items[index].delivery.due = due
        items[index].delivery.attempts = attempts
        return true
    }

    mutating func expireLeases(now: Instant) {
        for index in items.indices {
            guard let lease = items[index].lease, lease.expiry <= now else { continue }
            items[index].lease = nil
            items[index].delivery.due = now
        }
    }

    private func indices(of message: Message.ID) -> [Int] {
        items.indices.filter { items[$0].delivery.id.message == message }
    }

    mutating func withdraw(_ message: Message.ID, recipients: Int) -> Set<DeliveryID>? {
        let found = indices(of: message)
        guard found.count == recipients,
            found.allSatisfy({ items[$0].lease == nil && items[$0].delivery.attempts == 0 })
        else { return nil }
        let ids = Set(found.map { items[$0].delivery.id })
        items.removeAll { ids.contains($0.delivery.id) }
        return ids
    }

    mutating func expedite(_ message: Message.ID, due: Instant) {
        for index in indices(of: message) where items[index].lease == nil { items[index].delivery.due = due }
    }

    mutating func setPaused(_ lane: LaneID, _ isPaused: Bool) {
        if isPaused { paused.insert(lane) } else { paused.remove(lane) }
    }

    func isSending(_ message: Message.ID) -> Bool { indices(of: message).contains { items[$0].lease != nil } }

    func nextEvent(sessions limit: Int) -> Instant? {
        let expiries = items.compactMap { $0.lease?.expiry }
        let dues = items.filter {
            $0.lease == nil && !paused.contains($0.lane) && sessions[$0.lane, default: 0] < limit
        }.map(\.delivery.due)
        return (expiries + dues).min()
    }

    /// Waiting and leased per lane that has any.
    var counts: [LaneID: [Int]] {
        var counts: [LaneID: [Int]] = [:]
        for item in items { counts[item.lane, default: [0, 0]][item.lease == nil ? 0 : 1] += 1 }
        return counts
    }

    /// When what waits longest is due, per lane in which something waits.
    var earliestDues: [LaneID: Instant] {
        let waiting = items.filter { $0.lease == nil }
        return Dictionary(waiting.map { ($0.lane, $0.delivery.due) }, uniquingKeysWith: min)
    }
}
