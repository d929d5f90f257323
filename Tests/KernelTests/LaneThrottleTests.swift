import Base
import TestKit
import Testing

@testable import Kernel

@Suite("Lane throttle")
struct LaneThrottleTests {
    private let start = Fixture.start

    @Test("Each push-back halves the sessions and doubles the rest, down to one session and up to the longest rest")
    func pushBacks() {
        var throttle = LaneThrottle(sessions: 8)
        var now = start
        var sessions: [Int] = []
        var rests: [Duration] = []
        for _ in 0..<10 {
            throttle.note(.pushedBack, now)
            sessions.append(throttle.sessions)
            rests.append(throttle.restsUntil - now)
            now = throttle.restsUntil
        }
        #expect(sessions == [4, 2, 1, 1, 1, 1, 1, 1, 1, 1])
        #expect(rests[..<3] == [.seconds(2), .seconds(4), .seconds(8)] && rests.last == .seconds(600))
    }

    @Test("Sessions that hear of one push-back together count it once")
    func once() {
        var throttle = LaneThrottle(sessions: 8)
        for _ in 0..<3 { throttle.note(.pushedBack, start) }
        #expect(throttle.sessions == 4 && throttle.restsUntil == start + .seconds(2))
    }

    @Test("Sessions that go well bring back what was taken, one by one, and no more")
    func recovery() {
        var throttle = LaneThrottle(sessions: 4)
        throttle.note(.pushedBack, start)
        let later = throttle.restsUntil
        var sessions: [Int] = []
        for _ in 0..<4 {
            throttle.note(.wentWell, later)
            sessions.append(throttle.sessions)
        }
        #expect(sessions == [3, 4, 4, 4])
        throttle.note(.pushedBack, later)
        #expect(throttle.restsUntil == later + .seconds(2))
    }

    @Test("A session that says nothing changes nothing")
    func silence() {
        var throttle = LaneThrottle(sessions: 4)
        throttle.note(.saidNothing, start)
        #expect(throttle.sessions == 4 && throttle.restsUntil < start)
    }
}
