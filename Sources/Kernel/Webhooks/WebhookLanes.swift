package import Base
package import Model

/// Webhook deliveries in memory: which are due, for which endpoint, and whose turn it is. A pure value; its owner gives
/// it the time.
///
/// Each endpoint has a lane of its own. A lane's width, how many of its deliveries may be on their way at once, doubles
/// with each success up to a maximum and falls to one with a failure: a dead endpoint holds a single place, however
/// much waits for it, and its neighbours have the rest. Lanes that have something due take turns.
package struct WebhookLanes: Sendable {
    private struct Turn: Comparable {
        let due: Instant
        let id: WebhookDelivery.ID

        static func < (left: Turn, right: Turn) -> Bool {
            left.due == right.due ? left.id < right.id : left.due < right.due
        }
    }

    private struct Alarm: Comparable {
        let due: Instant
        let lane: WebhookEndpoint.ID

        static func < (left: Alarm, right: Alarm) -> Bool {
            left.due == right.due ? left.lane < right.lane : left.due < right.due
        }
    }

    /// First come, first served.
    private struct Place: Comparable {
        let number: UInt64
        let lane: WebhookEndpoint.ID

        static func < (left: Place, right: Place) -> Bool { left.number < right.number }
    }

    private struct Waiting {
        var due: Instant
        var attempts: Int
    }

    private struct Lane {
        var turns = BinaryHeap<Turn>()
        /// What waits; there may be more turns, which are stale.
        var count = 0
        var running = 0
        var width = KernelLimits.webhookLaneWidthAtStart
        var isHeld = false
        var isInLine = false
        /// The earliest alarm that is set for it.
        var alarm: Instant?
    }

    private var lanes: [WebhookEndpoint.ID: Lane] = [:]
    /// What waits, with its one due time: a turn with another one is stale.
    private var waiting: [WebhookDelivery.ID: Waiting] = [:]
    private var alarms = BinaryHeap<Alarm>()
    private var line = BinaryHeap<Place>()
    private var nextPlace: UInt64 = 0

    package init() {}

    package var waitingCount: Int { waiting.count }

    /// Queues a delivery, or moves it if it waits already.
    package mutating func insert(_ webhook: PendingWebhook) {
        let isNew =
            waiting.updateValue(Waiting(due: webhook.due, attempts: webhook.attempts), forKey: webhook.id) == nil
        lanes[webhook.endpoint, default: Lane()].turns.insert(Turn(due: webhook.due, id: webhook.id))
        if isNew { lanes[webhook.endpoint]?.count += 1 }
        setAlarm(webhook.endpoint, webhook.due)
    }

    /// The next delivery to make, if one is due and its lane has room. Whoever takes it calls `ended`.
    package mutating func next(now: Instant) -> PendingWebhook? {
        while let alarm = alarms.first, alarm.due <= now {
            alarms.removeFirst()
            if lanes[alarm.lane]?.alarm == alarm.due { lanes[alarm.lane]?.alarm = nil }
            standInLine(alarm.lane)
        }
        while let place = line.removeFirst() {
            lanes[place.lane]?.isInLine = false
            guard let lane = lanes[place.lane], !lane.isHeld, lane.running < lane.width,
                let turn = earliestTurn(in: place.lane)
            else { continue }
            guard turn.due <= now else {
                setAlarm(place.lane, turn.due)
                continue
            }
            lanes[place.lane]?.turns.removeFirst()
            let taken = waiting.removeValue(forKey: turn.id)
            lanes[place.lane]?.count -= 1
            lanes[place.lane]?.running += 1
            standInLine(place.lane)
            return PendingWebhook(
                id: turn.id, endpoint: place.lane, due: turn.due, attempts: taken?.attempts ?? 0)
        }
        return nil
    }

    /// An attempt is over; the endpoint answered with success or did not.
    package mutating func ended(_ endpoint: WebhookEndpoint.ID, success: Bool) {
        guard var lane = lanes[endpoint] else { return }
        lane.running -= 1
        lane.width = success ? min(lane.width * 2, KernelLimits.webhookLaneWidth) : 1
        lanes[endpoint] = lane
        standInLine(endpoint)
        if lane.running == 0, lane.turns.isEmpty, !lane.isHeld, success { lanes[endpoint] = nil }
    }

    /// A held lane keeps what is in it.
    package mutating func setHeld(_ endpoint: WebhookEndpoint.ID, _ isHeld: Bool) {
        if !isHeld, lanes[endpoint] == nil { return }
        lanes[endpoint, default: Lane()].isHeld = isHeld
        if !isHeld { standInLine(endpoint) }
    }

    package func isHeld(_ endpoint: WebhookEndpoint.ID) -> Bool { lanes[endpoint]?.isHeld ?? false }

    /// Forgets what waits for an endpoint.
    package mutating func drop(_ endpoint: WebhookEndpoint.ID) {
        while let turn = lanes[endpoint]?.turns.removeFirst() { waiting[turn.id] = nil }
        lanes[endpoint]?.count = 0
        if lanes[endpoint]?.running == 0 { lanes[endpoint] = nil }
    }

    /// Lanes in which something is or that are held, by number.
    package mutating func statistics() -> [WebhookLaneStatistics] {
        lanes.keys.sorted().compactMap { endpoint in
            let earliest = earliestTurn(in: endpoint)
            guard let lane = lanes[endpoint], lane.isHeld || lane.count + lane.running > 0 else { return nil }
            return WebhookLaneStatistics(
                endpoint: endpoint, waiting: lane.count, running: lane.running, earliestDue: earliest?.due,
                isHeld: lane.isHeld)
        }
    }

    /// When to ask `next` again, if nothing ends before; nil with nothing to come.
    package var nextAlarm: Instant? { alarms.first?.due }

    private mutating func setAlarm(_ endpoint: WebhookEndpoint.ID, _ due: Instant) {
        if let alarm = lanes[endpoint]?.alarm, alarm <= due { return }
        lanes[endpoint]?.alarm = due
        alarms.insert(Alarm(due: due, lane: endpoint))
    }

    private mutating func standInLine(_ endpoint: WebhookEndpoint.ID) {
        guard lanes[endpoint]?.isInLine == false else { return }
        lanes[endpoint]?.isInLine = true
        line.insert(Place(number: nextPlace, lane: endpoint))
        nextPlace += 1
    }

    private mutating func earliestTurn(in endpoint: WebhookEndpoint.ID) -> Turn? {
        while let turn = lanes[endpoint]?.turns.first {
            if waiting[turn.id]?.due == turn.due { return turn }
            lanes[endpoint]?.turns.removeFirst()
        }
        return nil
    }
}

/// How full an endpoint's lane is.
package struct WebhookLaneStatistics: Sendable, Equatable {
    package var endpoint: WebhookEndpoint.ID
    package var waiting: Int
    package var running: Int
    /// When what waits longest is, or was, due; nil where nothing waits.
    package var earliestDue: Instant?
    /// By the operator's pause, or as its account switched it off, or we did.
    package var isHeld: Bool
    /// By the operator's pause.
    package var isPaused = false
}
