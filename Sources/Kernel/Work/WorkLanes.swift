public import Base
import Ports

/// Work in memory: what is due, in which lane, and whose turn it is. A pure value; its owner gives it the time.
///
/// A lane's width, how much of it may be under way at once, doubles with each success up to a maximum and falls to one
/// with a failure: a dead destination holds a single place, however much waits for it, and its neighbours have the
/// rest. Lanes that have something due take turns.
public struct WorkLanes<LaneID: Hashable & Comparable & Sendable>: Sendable {
    private struct Turn: Comparable {
        let due: Instant
        let id: Int64

        static func < (left: Turn, right: Turn) -> Bool {
            left.due == right.due ? left.id < right.id : left.due < right.due
        }
    }

    private struct Alarm: Comparable {
        let due: Instant
        let lane: LaneID

        static func < (left: Alarm, right: Alarm) -> Bool {
            left.due == right.due ? left.lane < right.lane : left.due < right.due
        }
    }

    /// First come, first served.
    private struct Place: Comparable {
        let number: UInt64
        let lane: LaneID

        static func < (left: Place, right: Place) -> Bool { left.number < right.number }
        static func == (left: Place, right: Place) -> Bool { left.number == right.number }
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
        /// Over, and not on disk yet: it may come back.
        var unrecorded = 0
        var width: Int
        var isHeld = false
        var isInLine = false
        /// The earliest alarm that is set for it.
        var alarm: Instant?
    }

    private let limits: WorkLimits
    private var lanes: [LaneID: Lane] = [:]
    /// What waits, with its one due time: a turn with another one is stale.
    private var waiting: [Int64: Waiting] = [:]
    private var alarms = BinaryHeap<Alarm>()
    private var line = BinaryHeap<Place>()
    private var nextPlace: UInt64 = 0

    public init(_ limits: WorkLimits) { self.limits = limits }

    public var waitingCount: Int { waiting.count }

    /// Queues work, or moves it if it waits already.
    public mutating func insert(_ work: Work<LaneID>) {
        let isNew = waiting.updateValue(Waiting(due: work.due, attempts: work.attempts), forKey: work.id) == nil
        lanes[work.lane, default: Lane(width: limits.laneWidthAtStart)].turns.insert(Turn(due: work.due, id: work.id))
        if isNew { lanes[work.lane]?.count += 1 }
        setAlarm(work.lane, work.due)
    }

    /// Takes work out of the queue; false where it does not wait there.
    public mutating func withdraw(_ id: Int64, from lane: LaneID) -> Bool {
        guard waiting.removeValue(forKey: id) != nil else { return false }
        lanes[lane]?.count -= 1
        forgetIfIdle(lane)
        return true
    }

    /// The next work to do, if some is due and its lane has room. Whoever takes it calls `ended`.
    public mutating func next(now: Instant) -> Work<LaneID>? {
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
            return Work(id: turn.id, lane: place.lane, due: turn.due, attempts: taken?.attempts ?? 0)
        }
        return nil
    }

    /// An attempt is over; the destination took it or did not. Once that is on disk, and what is to come back has
    /// come, `recorded` is called.
    public mutating func ended(_ id: LaneID, success: Bool) {
        guard let index = lanes.index(forKey: id) else { return }
        lanes.values[index].running -= 1
        lanes.values[index].unrecorded += 1
        lanes.values[index].width = success ? min(lanes.values[index].width * 2, limits.laneWidth) : 1
        standInLine(id)
    }

    /// What `ended` is on disk: a lane in which nothing is left is forgotten.
    public mutating func recorded(_ id: LaneID) {
        lanes[id]?.unrecorded -= 1
        forgetIfIdle(id)
    }

    private mutating func forgetIfIdle(_ id: LaneID) {
        guard let index = lanes.index(forKey: id) else { return }
        let lane = lanes.values[index]
        let isIdle = lane.running == 0 && lane.count == 0 && lane.unrecorded == 0
        if isIdle, !lane.isHeld { lanes.remove(at: index) }
    }

    /// A held lane keeps what is in it.
    public mutating func setHeld(_ id: LaneID, _ isHeld: Bool) {
        if !isHeld, lanes[id] == nil { return }
        lanes[id, default: Lane(width: limits.laneWidthAtStart)].isHeld = isHeld
        if !isHeld { standInLine(id) }
    }

    public func isHeld(_ id: LaneID) -> Bool { lanes[id]?.isHeld ?? false }

    /// Forgets what waits in a lane.
    public mutating func drop(_ id: LaneID) {
        while let turn = lanes[id]?.turns.removeFirst() { waiting[turn.id] = nil }
        lanes[id]?.count = 0
        if let lane = lanes[id], lane.running == 0, lane.unrecorded == 0 { lanes[id] = nil }
    }

    /// Lanes in which something is or that are held, in their order.
    public mutating func statistics() -> [WorkLaneStatistics<LaneID>] {
        lanes.keys.sorted().compactMap { id in
            let earliest = earliestTurn(in: id)
            guard let lane = lanes[id], lane.isHeld || lane.count + lane.running > 0 else { return nil }
            return WorkLaneStatistics(
                lane: id, waiting: lane.count, running: lane.running, earliestDue: earliest?.due, isHeld: lane.isHeld)
        }
    }

    /// When to ask `next` again, if nothing ends before; nil with nothing to come.
    public var nextAlarm: Instant? { alarms.first?.due }

    private mutating func setAlarm(_ id: LaneID, _ due: Instant) {
        if let alarm = lanes[id]?.alarm, alarm <= due { return }
        lanes[id]?.alarm = due
        alarms.insert(Alarm(due: due, lane: id))
    }

    private mutating func standInLine(_ id: LaneID) {
        guard lanes[id]?.isInLine == false else { return }
        lanes[id]?.isInLine = true
        line.insert(Place(number: nextPlace, lane: id))
        nextPlace += 1
    }

    private mutating func earliestTurn(in id: LaneID) -> Turn? {
        while let turn = lanes[id]?.turns.first {
            if waiting[turn.id]?.due == turn.due { return turn }
            lanes[id]?.turns.removeFirst()
        }
        return nil
    }
}

/// How full a lane is.
public struct WorkLaneStatistics<LaneID: Sendable & Equatable>: Sendable, Equatable {
    public var lane: LaneID
    public var waiting: Int
    public var running: Int
    /// When what waits longest is, or was, due; nil where nothing waits.
    public var earliestDue: Instant?
    public var isHeld: Bool
}
