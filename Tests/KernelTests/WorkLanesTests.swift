import Base
import Kernel
import TestKit
import Testing

@Suite("Work lanes")
struct WorkLanesTests {
    private let now = Fixture.start
    private let limits = WorkLimits(running: 100, laneWidth: 32, laneWidthAtStart: 4, unrecorded: 100)

    private func work(_ id: Int64, lane: Int = 1, due: Instant = Fixture.start) -> Work<Int> {
        Work(id: id, lane: lane, due: due)
    }

    private func takeAll(_ lanes: inout WorkLanes<Int>, at now: Instant = Fixture.start) -> [Int64] {
        var taken: [Int64] = []
        while let work = lanes.next(now: now) { taken.append(work.id) }
        return taken
    }

    @Test("What is due comes in order of time, then of making; what is not does not")
    func order() {
        var lanes = WorkLanes<Int>(limits)
        lanes.insert(work(3))
        lanes.insert(work(1, due: now + .seconds(1)))
        lanes.insert(work(2))
        #expect(takeAll(&lanes) == [2, 3])
        #expect(lanes.nextAlarm == now + .seconds(1))
        #expect(takeAll(&lanes, at: now + .seconds(1)) == [1])
        #expect(lanes.waitingCount == 0)
    }

    @Test("Lanes take turns, however much one has waiting")
    func fairness() {
        var lanes = WorkLanes<Int>(limits)
        for id in 1...50 as ClosedRange<Int64> { lanes.insert(work(id, lane: 1)) }
        lanes.insert(work(100, lane: 2))
        lanes.insert(work(101, lane: 3))
        #expect(takeAll(&lanes).prefix(3) == [1, 100, 101])
    }

    @Test("A lane widens with success to its maximum, and narrows to one with a failure")
    func width() {
        var lanes = WorkLanes<Int>(limits)
        for id in 1...200 as ClosedRange<Int64> { lanes.insert(work(id)) }
        var running = takeAll(&lanes).count
        #expect(running == limits.laneWidthAtStart)
        for _ in 0..<10 {
            lanes.ended(1, success: true)
            running += takeAll(&lanes).count - 1
        }
        #expect(running == limits.laneWidth)
        for _ in 0..<running { lanes.ended(1, success: false) }
        #expect(takeAll(&lanes).count == 1)
    }

    @Test("A lane's statistics count what waits once, however often it was moved")
    func statistics() {
        var lanes = WorkLanes<Int>(limits)
        for id in 1...6 as ClosedRange<Int64> { lanes.insert(work(id)) }
        lanes.insert(work(6, due: now + .seconds(1)))
        let taken = takeAll(&lanes).count
        let lane = lanes.statistics().first
        #expect(taken > 0 && lane?.waiting == 6 - taken && lane?.running == taken && lane?.isHeld == false)
        #expect(lane?.earliestDue == now)
        lanes.drop(1)
        let left = lanes.statistics()
        #expect(left.map(\.waiting) == [0] && left.map(\.earliestDue) == [nil])
    }

    @Test("A held lane keeps what it has until it is let go")
    func held() {
        var lanes = WorkLanes<Int>(limits)
        lanes.setHeld(1, true)
        lanes.insert(work(1))
        lanes.insert(work(2, lane: 2))
        #expect(takeAll(&lanes) == [2])
        lanes.setHeld(1, false)
        #expect(takeAll(&lanes) == [1])
    }

    @Test("A delivery that waits and is queued again waits once, at its new time")
    func moved() {
        var lanes = WorkLanes<Int>(limits)
        lanes.insert(work(1, due: now + .seconds(60)))
        lanes.insert(work(1))
        #expect(takeAll(&lanes) == [1])
        #expect(takeAll(&lanes, at: now + .seconds(100)) == [])
    }

    @Test("A dropped lane has nothing left")
    func dropped() {
        var lanes = WorkLanes<Int>(limits)
        for id in 1...3 as ClosedRange<Int64> { lanes.insert(work(id)) }
        lanes.drop(1)
        #expect(takeAll(&lanes) == [] && lanes.waitingCount == 0)
    }

    @Test("A clock that is set back loses nothing")
    func clock() {
        var lanes = WorkLanes<Int>(limits)
        for id in 1...5 as ClosedRange<Int64> { lanes.insert(work(id)) }
        #expect(takeAll(&lanes).count == 4)
        lanes.ended(1, success: true)
        #expect(takeAll(&lanes, at: now - .seconds(100)) == [])
        #expect(lanes.nextAlarm == now)
        #expect(takeAll(&lanes) == [5])
    }

    @Test("What is withdrawn is not done, and only what waits can be")
    func withdrawn() {
        var lanes = WorkLanes<Int>(limits)
        for id in 1...2 as ClosedRange<Int64> { lanes.insert(work(id)) }
        let withdrawn = [1, 1, 9].map { lanes.withdraw($0, from: 1) }
        #expect(withdrawn == [true, false, false])
        #expect(takeAll(&lanes) == [2])
        let taken = lanes.withdraw(2, from: 1)
        #expect(!taken)
        lanes.ended(1, success: true)
        lanes.recorded(1)
        lanes.insert(work(3, due: now + .seconds(5)))
        _ = lanes.withdraw(3, from: 1)
        #expect(takeAll(&lanes, at: now + .seconds(9)) == [])
        lanes.insert(work(4, due: now + .seconds(9)))
        #expect(takeAll(&lanes, at: now + .seconds(9)) == [4])
    }

    @Test("A lane keeps its width until what it did is recorded, and is forgotten when nothing is left")
    func memory() {
        var lanes = WorkLanes<Int>(limits)
        for id in 1...4 as ClosedRange<Int64> { lanes.insert(work(id)) }
        #expect(takeAll(&lanes).count == 4)
        for _ in 0..<4 { lanes.ended(1, success: false) }
        // They come back before they are recorded, as an engine has it.
        for id in 1...4 as ClosedRange<Int64> { lanes.insert(work(id)) }
        for _ in 0..<4 { lanes.recorded(1) }
        #expect(takeAll(&lanes).count == 1)
        let waiting = lanes.statistics().map(\.waiting)
        #expect(waiting == [3])
        lanes.drop(1)
        lanes.ended(1, success: false)
        lanes.recorded(1)
        for id in 5...8 as ClosedRange<Int64> { lanes.insert(work(id)) }
        #expect(takeAll(&lanes).count == limits.laneWidthAtStart)
    }
}
