package import Base
package import Model

/// Deliveries in memory: which are due, which are leased, in which lane. A pure value; its owner gives it the time.
///
/// A delivery waits in its lane by due time, those due together in order of acceptance. A lease takes it out and names
/// it by a token; whoever settles must still hold that token, so a late worker can never overwrite a newer state. After
/// a crash there are no leases: everything unfinished is due again, which "at least once" allows.
package struct DeliveryQueue: Sendable {
    /// A delivery in somebody's hands.
    package struct Lease: Sendable, Equatable {
        package let delivery: PendingDelivery
        let token: UInt64
    }

    private struct Entry {
        var delivery: PendingDelivery
        let lane: LaneID
        /// Set while leased.
        var token: UInt64?
    }

    private struct Turn: Comparable {
        let due: Instant
        let id: DeliveryID

        static func < (left: Turn, right: Turn) -> Bool {
            left.due == right.due ? left.id < right.id : left.due < right.due
        }
    }

    private struct Lane {
        var turns = BinaryHeap<Turn>()
        var sessions = 0
        var isPaused = false
    }

    private var entries: [DeliveryID: Entry] = [:]
    private var lanes: [LaneID: Lane] = [:]
    private var leases = BinaryHeap<Expiry>()
    private var nextToken: UInt64 = 1

    private struct Expiry: Comparable {
        let at: Instant
        let id: DeliveryID
        let token: UInt64

        static func < (left: Expiry, right: Expiry) -> Bool { left.at < right.at }
    }

    package init() {}

    package var count: Int { entries.count }

    package mutating func insert(_ delivery: PendingDelivery, lane: LaneID) {
        entries[delivery.id] = Entry(delivery: delivery, lane: lane, token: nil)
        lanes[lane, default: Lane()].turns.insert(Turn(due: delivery.due, id: delivery.id))
    }

    // MARK: Leasing

    /// The lanes that have something due, are not paused and have fewer than `sessions` sessions open.
    package mutating func readyLanes(now: Instant, sessions: Int) -> [LaneID] {
        lanes.keys.filter { lane in
            guard !lanes[lane, default: Lane()].isPaused, lanes[lane, default: Lane()].sessions < sessions,
                let due = earliestTurn(in: lane)?.due
            else { return false }
            return due <= now
        }.sorted()
    }

    /// Leases up to `limit` due deliveries of a lane to one session. Deliveries of one message that are due together
    /// come together, as one transaction can carry them.
    package mutating func lease(from lane: LaneID, limit: Int, now: Instant, until expiry: Instant) -> [Lease] {
        var leased: [Lease] = []
        while leased.count < limit, let turn = earliestTurn(in: lane), turn.due <= now {
            lanes[lane]?.turns.removeFirst()
            guard var entry = entries[turn.id] else { continue }
            entry.token = nextToken
            entries[turn.id] = entry
            leases.insert(Expiry(at: expiry, id: turn.id, token: nextToken))
            leased.append(Lease(delivery: entry.delivery, token: nextToken))
            nextToken += 1
        }
        if !leased.isEmpty { lanes[lane]?.sessions += 1 }
        return leased
    }

    /// The session that leased from `lane` has ended, whatever became of its leases.
    package mutating func sessionEnded(in lane: LaneID) {
        lanes[lane]?.sessions -= 1
        dropIfIdle(lane)
    }

    /// The delivery is finished. False if the lease is not held any more: then nothing changed.
    package mutating func finish(_ lease: Lease) -> Bool {
        guard holds(lease) else { return false }
        entries[lease.delivery.id] = nil
        return true
    }

    /// Gives the delivery back for another attempt at `due`. False if the lease is not held any more.
    package mutating func giveBack(_ lease: Lease, due: Instant, attempts: Int) -> Bool {
        guard holds(lease), var entry = entries[lease.delivery.id] else { return false }
        entry.token = nil
        entry.delivery.due = due
        entry.delivery.attempts = attempts
        entries[lease.delivery.id] = entry
        lanes[entry.lane, default: Lane()].turns.insert(Turn(due: due, id: lease.delivery.id))
        return true
    }

    package func holds(_ lease: Lease) -> Bool { entries[lease.delivery.id]?.token == lease.token }

    /// Takes expired leases back: their deliveries are due at once.
    package mutating func expireLeases(now: Instant) {
        while let first = earliestExpiry, first.at <= now {
            leases.removeFirst()
            guard var entry = entries[first.id] else { continue }
            entry.token = nil
            entry.delivery.due = now
            entries[first.id] = entry
            lanes[entry.lane, default: Lane()].turns.insert(Turn(due: now, id: first.id))
        }
    }

    // MARK: What callers and operators change

    /// Takes out every delivery of a message, if none is leased, finished or was attempted; nil otherwise, or if there
    /// is none.
    package mutating func withdraw(_ message: Message.ID, recipients: Int) -> [PendingDelivery]? {
        let found = deliveries(of: message, recipients: recipients)
        guard !found.isEmpty, found.count == recipients,
            found.allSatisfy({ $0.token == nil && $0.delivery.attempts == 0 })
        else { return nil }
        for entry in found { entries[entry.delivery.id] = nil }
        return found.map(\.delivery)
    }

    /// Makes every unleased delivery of a message due at `due`.
    package mutating func expedite(_ message: Message.ID, recipients: Int, due: Instant) {
        for var entry in deliveries(of: message, recipients: recipients) where entry.token == nil {
            entry.delivery.due = due
            entries[entry.delivery.id] = entry
            lanes[entry.lane, default: Lane()].turns.insert(Turn(due: due, id: entry.delivery.id))
        }
    }

    package mutating func setPaused(_ lane: LaneID, _ isPaused: Bool) {
        lanes[lane, default: Lane()].isPaused = isPaused
    }

    /// An attempt at this message is running.
    package func isSending(_ message: Message.ID, recipients: Int) -> Bool {
        deliveries(of: message, recipients: recipients).contains { $0.token != nil }
    }

    private func deliveries(of message: Message.ID, recipients: Int) -> [Entry] {
        (0..<recipients).compactMap { entries[DeliveryID(message: message, recipient: $0)] }
    }

    // MARK: When to look again

    /// When the next delivery of an unpaused lane with room is due, or the next lease expires; nil with neither.
    package mutating func nextEvent(sessions: Int) -> Instant? {
        var next = earliestExpiry?.at
        for (lane, state) in lanes where !state.isPaused && state.sessions < sessions {
            guard let due = earliestTurn(in: lane)?.due else { continue }
            next = min(next ?? due, due)
        }
        return next
    }

    /// Per lane: waiting, leased and paused, by name.
    package func statistics() -> [LaneStatistics] {
        var statistics: [LaneID: LaneStatistics] = [:]
        for (lane, state) in lanes { statistics[lane] = LaneStatistics(lane: lane, isPaused: state.isPaused) }
        for entry in entries.values {
            // A lane without a session and without turns is dropped, though a lease from it may still be held.
            var lane = statistics[entry.lane] ?? LaneStatistics(lane: entry.lane, isPaused: false)
            if entry.token == nil { lane.waiting += 1 } else { lane.leased += 1 }
            statistics[entry.lane] = lane
        }
        return statistics.values.sorted { $0.lane < $1.lane }
    }

    /// The first turn that still stands: withdrawn and moved deliveries leave stale ones behind, dropped here.
    private mutating func earliestTurn(in lane: LaneID) -> Turn? {
        while let turn = lanes[lane]?.turns.first {
            if let entry = entries[turn.id], entry.token == nil, entry.delivery.due == turn.due { return turn }
            lanes[lane]?.turns.removeFirst()
        }
        return nil
    }

    /// The first lease that is still held. Those given up are dropped here, long before they would expire: at
    /// thousands a second they would fill the memory.
    private var earliestExpiry: Expiry? {
        mutating get {
            while let first = leases.first {
                if entries[first.id]?.token == first.token { return first }
                leases.removeFirst()
            }
            return nil
        }
    }

    private mutating func dropIfIdle(_ lane: LaneID) {
        guard let state = lanes[lane], state.sessions == 0, state.turns.isEmpty, !state.isPaused else { return }
        lanes[lane] = nil
    }
}

/// How full a lane is.
package struct LaneStatistics: Sendable, Equatable {
    package var lane: LaneID
    package var waiting = 0
    package var leased = 0
    package var isPaused: Bool
}
