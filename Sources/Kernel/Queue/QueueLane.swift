import Base
import Ports

/// What waits in one lane: each account's deliveries by due time, and the accounts in rotation.
///
/// Accounts take turns, a message each, so one that queued a hundred thousand delays another by one message at a time.
/// Whoever has nothing due waits outside the rotation. A turn may be stale, because its delivery was taken out or moved
/// meanwhile; the table says which still stand.
struct QueueLane: Sendable {
    /// A delivery's place: its time, and among equals the order of acceptance.
    struct Turn: Comparable, Sendable {
        let due: Instant
        let id: DeliveryID

        static func < (left: Turn, right: Turn) -> Bool {
            left.due == right.due ? left.id < right.id : left.due < right.due
        }
    }

    private enum Place: Equatable {
        case nowhere
        case waiting(Instant)
        case rotation
    }

    private struct Queue {
        var turns = BinaryHeap<Turn>()
        var place = Place.nowhere
    }

    private struct Call: Comparable {
        let at: Instant
        let queue: Int

        static func < (left: Call, right: Call) -> Bool { left.at < right.at }
    }

    let id: LaneID
    let limits: LaneLimits
    var sessions = 0
    var isPaused = false
    /// Its deliveries, leased ones included.
    var count = 0
    /// Those of them that are leased.
    var leased = 0
    /// When the queue means to look at this lane again.
    var appointment: Instant?
    var pacer: Pacer?
    var throttle: LaneThrottle?
    private var queues: [Queue] = []
    private var numbers: [UInt32: Int] = [:]
    private var waiting = BinaryHeap<Call>()
    private var rotation: [Int] = []
    /// Those before it have had their turn.
    private var head = 0

    init(id: LaneID, limits: LaneLimits) {
        self.id = id
        self.limits = limits
        pacer = limits.deliveriesPerMinute.map(Pacer.init)
        throttle = limits.givesWay ? LaneThrottle(sessions: limits.sessions) : nil
    }

    var hasRoom: Bool { !isPaused && sessions < throttle?.sessions ?? limits.sessions }

    /// When pace and throttle let the next delivery go; the past where they do.
    func earliest(_ now: Instant) -> Instant {
        max(pacer?.earliest(now) ?? now, throttle?.restsUntil ?? now)
    }

    /// From when on nothing is lost by forgetting the lane, once it is empty.
    var forgettable: Instant? {
        [pacer?.next, throttle?.forgettable].compactMap { $0 }.max()
    }

    mutating func insert(_ turn: Turn, account: UInt32) {
        let queue = queue(of: account)
        queues[queue].turns.insert(turn)
        switch queues[queue].place {
        case .rotation: break
        case .waiting(let at) where at <= turn.due: break
        case .waiting, .nowhere: wait(queue, until: turn.due)
        }
    }

    private mutating func queue(of account: UInt32) -> Int {
        if let number = numbers[account] { return number }
        queues.append(Queue())
        numbers[account] = queues.count - 1
        return queues.count - 1
    }

    private mutating func wait(_ queue: Int, until at: Instant) {
        queues[queue].place = .waiting(at)
        waiting.insert(Call(at: at, queue: queue))
    }

    /// When the first turn comes that stands; the beginning of time if one has, also for a clock that is set back; nil
    /// without one.
    mutating func next(_ now: Instant, _ table: QueueTable) -> Instant? {
        if hasDue(now, table) { return Instant(nanoseconds: .min) }
        // So the rotation is empty.
        while let call = waiting.first {
            if queues[call.queue].place == .waiting(call.at) {
                guard let turn = firstTurn(of: call.queue, table) else {
                    waiting.removeFirst()
                    queues[call.queue].place = .nowhere
                    continue
                }
                // Earlier where the account was put off.
                if turn.due <= call.at { return call.at }
                waiting.removeFirst()
                wait(call.queue, until: turn.due)
            } else {
                waiting.removeFirst()
            }
        }
        return nil
    }

    /// Puts the account whose turn it is off until `at`.
    mutating func putOff(until at: Instant) {
        guard head < rotation.count else { return }
        let queue = rotation[head]
        advance()
        wait(queue, until: at)
    }

    /// The first delivery of the account whose turn it is, once `hasDue` has said that there is one.
    mutating func upcoming(_ table: QueueTable) -> DeliveryID? {
        head < rotation.count ? firstTurn(of: rotation[head], table)?.id : nil
    }

    /// Whether a turn has come that stands.
    mutating func hasDue(_ now: Instant, _ table: QueueTable) -> Bool {
        admit(now)
        while head < rotation.count {
            if let turn = firstTurn(of: rotation[head], table), turn.due <= now { return true }
            leaveRotation(table)
        }
        return false
    }

    /// The next account's message: its turns that have come and stand, at most `limit`; empty when there is none.
    mutating func takeMessage(_ now: Instant, limit: Int, _ table: QueueTable) -> [Turn] {
        guard hasDue(now, table) else { return [] }
        let queue = rotation[head]
        var taken: [Turn] = []
        while taken.count < limit, let turn = firstTurn(of: queue, table), turn.due <= now,
            turn.id.message == taken.first?.id.message ?? turn.id.message
        {
            queues[queue].turns.removeFirst()
            // Who is moved twice to one time has two turns.
            if taken.last != turn { taken.append(turn) }
        }
        // To the end of the rotation; whoever has nothing due any more drops out there.
        rotation.append(queue)
        advance()
        return taken
    }

    /// When the delivery that waits longest is, or was, due; nil where none waits. Looks at each account once.
    mutating func earliestDue(_ table: QueueTable) -> Instant? {
        var earliest: Instant?
        for queue in queues.indices {
            guard let due = firstTurn(of: queue, table)?.due else { continue }
            earliest = min(earliest ?? due, due)
        }
        return earliest
    }

    /// Brings those into the rotation whose time has come.
    private mutating func admit(_ now: Instant) {
        while let call = waiting.first, call.at <= now {
            waiting.removeFirst()
            guard queues[call.queue].place == .waiting(call.at) else { continue }
            queues[call.queue].place = .rotation
            rotation.append(call.queue)
        }
    }

    private mutating func leaveRotation(_ table: QueueTable) {
        let queue = rotation[head]
        advance()
        queues[queue].place = .nowhere
        if let turn = firstTurn(of: queue, table) { wait(queue, until: turn.due) }
    }

    private mutating func advance() {
        head += 1
        guard head >= 64, head * 2 >= rotation.count else { return }
        rotation.removeFirst(head)
        head = 0
    }

    private mutating func firstTurn(of queue: Int, _ table: QueueTable) -> Turn? {
        while let turn = queues[queue].turns.first {
            if table.stands(turn) { return turn }
            queues[queue].turns.removeFirst()
        }
        return nil
    }
}
