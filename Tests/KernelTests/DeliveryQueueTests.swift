import Base
import Model
import Ports
import TestKit
import Testing

@testable import Kernel

@Suite("Delivery queue")
struct DeliveryQueueTests {
    private let lane = LaneID("a")
    private let start = Fixture.start

    @Test("It does what a plain list would, over random operations", arguments: 1...30 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var run = QueueRun(seed: seed)
        for step in 0..<400 {
            run.act()
            guard run.agrees else {
                Issue.record("seed \(seed), step \(step)")
                return
            }
        }
    }

    @Test("What is due together comes in the order of acceptance, earlier times first")
    func order() {
        var queue = DeliveryQueue()
        for (message, due) in [(3, 5), (1, 5), (2, 0), (4, 9)] {
            queue.insert(Fixture.delivery(message: Int64(message), due: start + .seconds(due)), lane: lane)
        }
        let leases = queue.lease(from: lane, limit: 10, now: start + .seconds(5), until: start + .seconds(100))
        #expect(leases.map(\.delivery.id.message.value) == [2, 1, 3])
    }

    @Test("A late worker cannot settle what somebody else leased since")
    func fencing() {
        var queue = DeliveryQueue()
        queue.insert(Fixture.delivery(message: 1), lane: lane)
        let first = queue.lease(from: lane, limit: 1, now: start, until: start + .seconds(10))[0]
        queue.expireLeases(now: start + .seconds(10))
        let second = queue.lease(from: lane, limit: 1, now: start + .seconds(10), until: start + .seconds(20))[0]
        let late = [queue.finish(first), queue.giveBack(first, due: start, attempts: 9)]
        #expect(late == [false, false])
        #expect(queue.holds(second))
        let isDone = queue.finish(second)
        #expect(isDone && queue.count == 0)
    }

    @Test("A message of which one delivery is finished is not withdrawn")
    func partlyDone() {
        var queue = DeliveryQueue()
        queue.insert(Fixture.delivery(message: 1, recipient: 0), lane: lane)
        queue.insert(Fixture.delivery(message: 1, recipient: 1), lane: LaneID("b"))
        let lease = queue.lease(from: lane, limit: 1, now: start, until: start + .seconds(10))[0]
        _ = queue.finish(lease)
        let withdrawn = queue.withdraw(Message.ID(1), recipients: 2)
        #expect(withdrawn == nil && queue.count == 1)
    }

    @Test("A lease that was given up wakes nobody when it would have expired")
    func staleExpiry() {
        var queue = DeliveryQueue()
        queue.insert(Fixture.delivery(message: 1), lane: lane)
        let lease = queue.lease(from: lane, limit: 1, now: start, until: start + .seconds(3600))[0]
        let held = queue.nextEvent(now: start)
        #expect(held == start + .seconds(3600))
        _ = queue.finish(lease)
        let after = queue.nextEvent(now: start)
        #expect(after == nil)
    }

    @Test("A paused lane keeps what it has and gives nothing")
    func paused() {
        var queue = DeliveryQueue()
        queue.insert(Fixture.delivery(message: 1), lane: lane)
        queue.setPaused(lane, true, now: start)
        let ready = queue.nextReadyLane(now: start)
        let next = queue.nextEvent(now: start)
        #expect(ready == nil && next == nil)
        let paused = queue.statistics()
        #expect(paused.map(\.waiting) == [1] && paused.map(\.isPaused) == [true])
        queue.setPaused(lane, false, now: start)
        let resumed = queue.nextReadyLane(now: start)
        #expect(resumed == lane)
    }

    @Test("Accounts take turns, a message each, whoever queued how much")
    func fairness() {
        var queue = DeliveryQueue()
        for message in 1...100 as ClosedRange<Int64> {
            queue.insert(Fixture.delivery(message: message, account: 1), lane: lane)
        }
        for message in 101...103 as ClosedRange<Int64> {
            queue.insert(Fixture.delivery(message: message, account: 2), lane: lane)
        }
        let leases = queue.lease(from: lane, limit: 8, now: start, until: start + .seconds(100))
        #expect(leases.map(\.delivery.id.message.value) == [1, 101, 2, 102, 3, 103, 4, 5])
    }

    @Test("Deliveries of one message come together, also beside other accounts' messages")
    func together() {
        var queue = DeliveryQueue()
        for (message, account) in [(1, 1), (2, 2)] {
            for recipient in 0..<3 {
                queue.insert(
                    Fixture.delivery(message: Int64(message), recipient: recipient, account: Int64(account)),
                    lane: lane)
            }
        }
        let leases = queue.lease(from: lane, limit: 5, now: start, until: start + .seconds(100))
        #expect(leases.map(\.delivery.id.message.value) == [1, 1, 1, 2, 2])
    }

    @Test("A paced lane gives as many as its pace allows, and says when the next may go")
    func pace() {
        var queue = DeliveryQueue { _ in LaneLimits(sessions: 10, deliveriesPerMinute: 60) }
        for message in 1...3 as ClosedRange<Int64> { queue.insert(Fixture.delivery(message: message), lane: lane) }
        let first = queue.nextReadyLane(now: start)
        let leased = queue.lease(from: lane, limit: 10, now: start, until: start + .seconds(100))
        #expect(first == lane && leased.count == 1)
        let early = queue.nextReadyLane(now: start)
        let next = queue.nextEvent(now: start)
        #expect(early == nil && next == start + .seconds(1))
        let later = queue.nextReadyLane(now: start + .seconds(1))
        #expect(later == lane)
    }

    @Test("A fast pace lets a tenth of a second's worth go together")
    func burst() {
        var queue = DeliveryQueue { _ in LaneLimits(deliveriesPerMinute: 60_000) }
        for message in 1...500 as ClosedRange<Int64> { queue.insert(Fixture.delivery(message: message), lane: lane) }
        let leased = queue.lease(from: lane, limit: 500, now: start + .seconds(60), until: start + .seconds(100))
        #expect(leased.count == 100)
    }

    @Test("All that came in by one personality keeps its pace over all lanes, and holds up nobody else")
    func originPace() {
        let slow = Fixture.otherPersonality
        var queue = DeliveryQueue(originLimits: [slow: 60]) { _ in LaneLimits(sessions: 10) }
        for (index, name) in ["a", "b", "c"].enumerated() {
            let message = Int64(index * 2 + 1)
            queue.insert(Fixture.delivery(message: message, account: 7, origin: slow), lane: LaneID(name))
            queue.insert(Fixture.delivery(message: message + 1, account: 8), lane: LaneID(name))
        }
        var leased: [Int64] = []
        while let lane = queue.nextReadyLane(now: start) {
            leased += queue.lease(from: lane, limit: 10, now: start, until: start + .seconds(100)).map {
                $0.delivery.id.message.value
            }
        }
        #expect(leased.sorted() == [1, 2, 4, 6])
        let next = queue.nextEvent(now: start)
        #expect(next == start + .seconds(1))
    }

    @Test("A lane that has emptied leaves nothing behind")
    func forgetting() {
        var queue = DeliveryQueue()
        for round in 1...3 as ClosedRange<Int64> {
            for message in 1...50 as ClosedRange<Int64> {
                let lane = LaneID("\(round).\(message)")
                queue.insert(Fixture.delivery(message: message, destination: lane.name), lane: lane)
            }
            while let lane = queue.nextReadyLane(now: start) {
                for lease in queue.lease(from: lane, limit: 1, now: start, until: start + .seconds(10)) {
                    _ = queue.finish(lease)
                }
                queue.sessionEnded(in: lane, now: start)
            }
        }
        let left = queue.statistics()
        #expect(queue.count == 0 && left.isEmpty && queue.laneCapacity == 50)
    }

    @Test("Two deliveries of one message have different identities, and each tells what it is of")
    func identity() {
        for message: Int64 in [1, 1 << 40] {
            for recipient in [0, 1, 999, 1023] {
                let id = DeliveryID(message: Message.ID(message), recipient: recipient)
                #expect(id.message.value == message && id.recipient == recipient)
                #expect(DeliveryID.range(of: Message.ID(message)).contains(id.packed))
                #expect(!DeliveryID.range(of: Message.ID(message + 1)).contains(id.packed))
            }
        }
    }
}

/// The queue and its model, going through the same random operations.
private struct QueueRun {
    private let random: SeededRandom
    private var queue = DeliveryQueue { _ in LaneLimits(sessions: 2) }
    private var model = QueueModel()
    private var leases: [(real: DeliveryQueue.Lease, number: Int, lane: LaneID)] = []
    private var now = Fixture.start
    private var messages: Int64 = 0
    private(set) var agrees = true

    private static let lanes = [LaneID("a"), LaneID("b"), LaneID("c")]
    private static let recipients = 3
    private static let sessions = 2

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func act() {
        switch random.int(in: 0..<10) {
        case 0, 1: insert()
        case 2, 3: lease()
        case 4, 5: settle()
        case 6: endSession()
        case 7: changeMessage()
        case 8: pause()
        default: passTime()
        }
        compare()
    }

    private mutating func check(_ holds: Bool) { agrees = agrees && holds }

    private mutating func insert() {
        messages += 1
        for recipient in 0..<Self.recipients {
            let lane = random.element(of: Self.lanes)
            let due = now + .seconds(random.int(in: 0..<4))
            let delivery = Fixture.delivery(message: messages, recipient: recipient, due: due)
            queue.insert(delivery, lane: lane)
            model.insert(delivery, lane: lane)
        }
    }

    private mutating func lease() {
        guard let lane = queue.nextReadyLane(now: now) else {
            return check(model.readyLanes(now: now, sessions: Self.sessions).isEmpty)
        }
        check(model.readyLanes(now: now, sessions: Self.sessions).contains(lane))
        let limit = random.int(in: 1..<5)
        let expiry = now + .seconds(random.int(in: 1..<6))
        let real = queue.lease(from: lane, limit: limit, now: now, until: expiry)
        let expected = model.lease(from: lane, limit: limit, now: now, until: expiry)
        check(real.map(\.delivery) == expected.map(\.delivery))
        leases += zip(real, expected).map { ($0, $1.number, lane) }
    }

    /// Finishes or gives back any lease that was ever made, held or not.
    private mutating func settle() {
        guard !leases.isEmpty else { return }
        let lease = random.element(of: leases)
        check(queue.holds(lease.real) == model.holds(lease.number))
        if random.once(in: 2) {
            check(queue.finish(lease.real) == model.finish(lease.number))
        } else {
            let due = now + .seconds(random.int(in: 0..<4))
            let attempts = lease.real.delivery.attempts + 1
            check(
                queue.giveBack(lease.real, due: due, attempts: attempts)
                    == model.giveBack(lease.number, due: due, attempts: attempts))
        }
    }

    private mutating func endSession() {
        guard let lane = Self.lanes.first(where: { model.openSessions(in: $0) > 0 }) else { return }
        queue.sessionEnded(in: lane, now: now)
        model.sessionEnded(in: lane)
    }

    private mutating func changeMessage() {
        guard messages > 0 else { return }
        let message = Message.ID(Int64(random.int(in: 1..<Int(messages) + 1)))
        check(queue.isSending(message, recipients: Self.recipients) == model.isSending(message))
        if random.once(in: 2) {
            let withdrawn = queue.withdraw(message, recipients: Self.recipients)
            check(withdrawn.map { Set($0.map(\.id)) } == model.withdraw(message, recipients: Self.recipients))
        } else {
            queue.expedite(message, recipients: Self.recipients, due: now)
            model.expedite(message, due: now)
        }
    }

    private mutating func pause() {
        let lane = random.element(of: Self.lanes)
        let isPaused = random.once(in: 3)
        queue.setPaused(lane, isPaused, now: now)
        model.setPaused(lane, isPaused)
    }

    private mutating func passTime() {
        now = now + .seconds(random.int(in: -1..<4))
        queue.expireLeases(now: now)
        model.expireLeases(now: now)
    }

    private mutating func compare() {
        check(queue.count == model.items.count)
        // It may look too early, because what was due was taken out, but never too late.
        let next = model.nextEvent(sessions: Self.sessions).map { max($0, now) }
        if let next { check(queue.nextEvent(now: now).map { $0 <= next } ?? false) }
        let counts = queue.statistics().filter { $0.waiting + $0.leased > 0 }
        check(Dictionary(uniqueKeysWithValues: counts.map { ($0.lane, [$0.waiting, $0.leased]) }) == model.counts)
        let dues = counts.compactMap { lane in lane.earliestDue.map { (lane.lane, $0) } }
        check(Dictionary(uniqueKeysWithValues: dues) == model.earliestDues)
    }
}
