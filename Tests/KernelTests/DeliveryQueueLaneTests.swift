import Base
import Model
import Ports
import TestKit
import Testing

@testable import Kernel

@Suite("Delivery queue: lanes that are found out, and that give way")
struct DeliveryQueueLaneTests {
    private let own = LaneID("example.net")
    private let provider = LaneID("mx:mx.example")
    private let start = Fixture.start

    @Test("A delivery that is moved waits in the other lane as if it had never been leased")
    func move() {
        var queue = DeliveryQueue()
        queue.insert(Fixture.delivery(message: 1), lane: own)
        let leases = queue.lease(from: own, limit: 10, now: start, until: start + .seconds(100))
        let moved = queue.move(leases[0], to: provider)
        #expect(moved)
        queue.sessionEnded(in: own, now: start)
        #expect(!queue.holds(leases[0]))
        let ready = queue.nextReadyLane(now: start)
        #expect(ready == provider)
        let statistics = queue.statistics()
        #expect(statistics.map(\.lane) == [provider] && statistics.map(\.waiting) == [1])
        let again = queue.lease(from: provider, limit: 10, now: start, until: start + .seconds(100))
        #expect(again.map(\.delivery) == leases.map(\.delivery))
        #expect(queue.laneCapacity == 2)
    }

    @Test("A lease that is not held any more moves nothing")
    func lateMove() {
        var queue = DeliveryQueue()
        queue.insert(Fixture.delivery(message: 1), lane: own)
        let lease = queue.lease(from: own, limit: 1, now: start, until: start + .seconds(100))[0]
        _ = queue.finish(lease)
        let moved = queue.move(lease, to: provider)
        #expect(!moved)
        #expect(queue.count == 0)
    }

    @Test("What is moved costs neither its lane's pace nor its origin's")
    func movedPace() {
        var queue = DeliveryQueue(originLimits: [Fixture.personality: 60]) { _ in
            LaneLimits(sessions: 10, deliveriesPerMinute: 60)
        }
        queue.insert(Fixture.delivery(message: 1), lane: own)
        let lease = queue.lease(from: own, limit: 1, now: start, until: start + .seconds(100))[0]
        _ = queue.move(lease, to: provider)
        queue.sessionEnded(in: own, now: start)
        let leased = queue.lease(from: provider, limit: 1, now: start, until: start + .seconds(100))
        #expect(leased.count == 1)
    }

    @Test("After a push-back a lane rests, and then goes on with fewer sessions")
    func pushBack() {
        var queue = DeliveryQueue { _ in LaneLimits(sessions: 2, givesWay: true) }
        for message in 1...5 as ClosedRange<Int64> {
            queue.insert(Fixture.delivery(message: message), lane: provider)
        }
        _ = queue.lease(from: provider, limit: 1, now: start, until: start + .seconds(100))
        queue.sessionEnded(in: provider, now: start, outcome: .pushedBack)
        let resting = queue.nextReadyLane(now: start + .seconds(1))
        #expect(resting == nil)
        let next = queue.nextEvent(now: start + .seconds(1))
        #expect(next == start + .seconds(2))
        let later = start + .seconds(2)
        let first = queue.nextReadyLane(now: later)
        #expect(first == provider)
        _ = queue.lease(from: provider, limit: 1, now: later, until: later + .seconds(100))
        let second = queue.nextReadyLane(now: later)
        #expect(second == nil)
    }

    @Test("An empty lane is remembered for as long as its pace or a push-back matters, and then forgotten")
    func forgetting() {
        var queue = DeliveryQueue { _ in LaneLimits(sessions: 2, deliveriesPerMinute: 6, givesWay: true) }
        var now = start
        for message in 1...100 as ClosedRange<Int64> {
            let lane = LaneID("mx:\(message)")
            queue.insert(Fixture.delivery(message: message, due: now), lane: lane)
            let ready = queue.nextReadyLane(now: now)
            #expect(ready == lane)
            let lease = queue.lease(from: lane, limit: 1, now: now, until: now + .seconds(100))[0]
            _ = queue.finish(lease)
            queue.sessionEnded(in: lane, now: now, outcome: message % 2 == 0 ? .pushedBack : .wentWell)
            // Longer than the pace's ten seconds, shorter than a push-back is remembered.
            now = now + .seconds(11)
        }
        #expect(queue.laneCapacity < 70)
    }
}
