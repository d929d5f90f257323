import Base
import Kernel
import Model
import TestKit
import Testing

@Suite("Webhook lanes")
struct WebhookLanesTests {
    private let now = Fixture.start

    private func webhook(_ id: Int64, endpoint: Int64 = 1, due: Instant = Fixture.start) -> PendingWebhook {
        PendingWebhook(
            id: WebhookDelivery.ID(id), endpoint: WebhookEndpoint.ID(endpoint), due: due, attempts: 0)
    }

    private func takeAll(_ lanes: inout WebhookLanes, at now: Instant = Fixture.start) -> [Int64] {
        var taken: [Int64] = []
        while let webhook = lanes.next(now: now) { taken.append(webhook.id.value) }
        return taken
    }

    @Test("What is due comes in order of time, then of making; what is not does not")
    func order() {
        var lanes = WebhookLanes()
        lanes.insert(webhook(3))
        lanes.insert(webhook(1, due: now + .seconds(1)))
        lanes.insert(webhook(2))
        #expect(takeAll(&lanes) == [2, 3])
        #expect(lanes.nextAlarm == now + .seconds(1))
        #expect(takeAll(&lanes, at: now + .seconds(1)) == [1])
        #expect(lanes.waitingCount == 0)
    }

    @Test("Endpoints take turns, however much one has waiting")
    func fairness() {
        var lanes = WebhookLanes()
        for id in 1...50 as ClosedRange<Int64> { lanes.insert(webhook(id, endpoint: 1)) }
        lanes.insert(webhook(100, endpoint: 2))
        lanes.insert(webhook(101, endpoint: 3))
        #expect(takeAll(&lanes).prefix(3) == [1, 100, 101])
    }

    @Test("A lane widens with success to its maximum, and narrows to one with a failure")
    func width() {
        var lanes = WebhookLanes()
        for id in 1...200 as ClosedRange<Int64> { lanes.insert(webhook(id)) }
        var running = takeAll(&lanes).count
        #expect(running == KernelLimits.webhookLaneWidthAtStart)
        for _ in 0..<10 {
            lanes.ended(WebhookEndpoint.ID(1), success: true)
            running += takeAll(&lanes).count - 1
        }
        #expect(running == KernelLimits.webhookLaneWidth)
        for _ in 0..<running { lanes.ended(WebhookEndpoint.ID(1), success: false) }
        #expect(takeAll(&lanes).count == 1)
    }

    @Test("A lane's statistics count what waits once, however often it was moved")
    func statistics() {
        var lanes = WebhookLanes()
        for id in 1...6 as ClosedRange<Int64> { lanes.insert(webhook(id)) }
        lanes.insert(webhook(6, due: now + .seconds(1)))
        let taken = takeAll(&lanes).count
        let lane = lanes.statistics().first
        #expect(taken > 0 && lane?.waiting == 6 - taken && lane?.running == taken && lane?.isHeld == false)
        #expect(lane?.earliestDue == now)
        lanes.drop(WebhookEndpoint.ID(1))
        let left = lanes.statistics()
        #expect(left.map(\.waiting) == [0] && left.map(\.earliestDue) == [nil])
    }

    @Test("A held lane keeps what it has until it is let go")
    func held() {
        var lanes = WebhookLanes()
        lanes.setHeld(WebhookEndpoint.ID(1), true)
        lanes.insert(webhook(1))
        lanes.insert(webhook(2, endpoint: 2))
        #expect(takeAll(&lanes) == [2])
        lanes.setHeld(WebhookEndpoint.ID(1), false)
        #expect(takeAll(&lanes) == [1])
    }

    @Test("A delivery that waits and is queued again waits once, at its new time")
    func moved() {
        var lanes = WebhookLanes()
        lanes.insert(webhook(1, due: now + .seconds(60)))
        lanes.insert(webhook(1))
        #expect(takeAll(&lanes) == [1])
        #expect(takeAll(&lanes, at: now + .seconds(100)) == [])
    }

    @Test("A dropped lane has nothing left")
    func dropped() {
        var lanes = WebhookLanes()
        for id in 1...3 as ClosedRange<Int64> { lanes.insert(webhook(id)) }
        lanes.drop(WebhookEndpoint.ID(1))
        #expect(takeAll(&lanes) == [] && lanes.waitingCount == 0)
    }

    @Test("A clock that is set back loses nothing")
    func clock() {
        var lanes = WebhookLanes()
        for id in 1...5 as ClosedRange<Int64> { lanes.insert(webhook(id)) }
        #expect(takeAll(&lanes).count == 4)
        lanes.ended(WebhookEndpoint.ID(1), success: true)
        #expect(takeAll(&lanes, at: now - .seconds(100)) == [])
        #expect(lanes.nextAlarm == now)
        #expect(takeAll(&lanes) == [5])
    }
}
