public import Base
public import Model
public import Ports

/// Deliveries in memory: which are due, which are leased, in which lane. A pure value; its owner gives it the time.
///
/// A delivery waits in its lane by due time, those due together in order of acceptance, the lane's accounts in
/// rotation. A lease takes it out and names it by a token; whoever settles must still hold that token, so a late worker
/// can never overwrite a newer state. After a crash there are no leases: everything unfinished is due again, which "at
/// least once" allows.
///
/// Its work grows with what is due and not with what waits: neither lanes nor deliveries are ever gone through.
public struct DeliveryQueue: Sendable {
    /// A delivery in somebody's hands.
    public struct Lease: Sendable, Equatable {
        public let delivery: PendingDelivery
        let token: UInt32
    }

    private struct Expiry: Comparable {
        let at: Instant
        let id: DeliveryID
        let token: UInt32

        static func < (left: Expiry, right: Expiry) -> Bool { left.at < right.at }
    }

    /// When to look at a lane again.
    private struct Appointment: Comparable {
        let at: Instant
        let lane: UInt32

        static func < (left: Appointment, right: Appointment) -> Bool {
            left.at == right.at ? left.lane < right.lane : left.at < right.at
        }
    }

    private let limits: @Sendable (LaneID) -> LaneLimits
    private let originLimits: [PersonalityID: Int]
    private var table = QueueTable()
    private var lanes: [QueueLane] = []
    private var laneNumbers: [LaneID: UInt32] = [:]
    private var freeLanes: [UInt32] = []
    private var calendar = BinaryHeap<Appointment>()
    private var leases = BinaryHeap<Expiry>()
    private var pacers: [PersonalityID: Pacer] = [:]
    private var nextToken: UInt32 = 1

    /// `limits`: each lane's, asked once. `originLimits`: deliveries a minute of all that came in by a personality,
    /// over all lanes; a delivery goes when both its lane and its origin have room.
    public init(
        originLimits: [PersonalityID: Int] = [:],
        limits: @escaping @Sendable (LaneID) -> LaneLimits = { _ in LaneLimits() }
    ) {
        self.originLimits = originLimits
        self.limits = limits
    }

    public var count: Int { table.count }

    /// Lanes that there is memory for.
    var laneCapacity: Int { lanes.count }

    /// Puts a delivery in; one with its identity is replaced.
    public mutating func insert(_ delivery: PendingDelivery, lane: LaneID) {
        remove(delivery.id)
        let number = self.lane(lane)
        lanes[Int(number)].count += 1
        place(table.insert(delivery, lane: number))
    }

    /// Takes a delivery out, leased or not: its row is gone.
    public mutating func forget(_ id: DeliveryID) { remove(id) }

    private mutating func remove(_ id: DeliveryID) {
        guard let row = table.remove(id) else { return }
        lanes[Int(row.lane)].count -= 1
        if row.token != 0 { lanes[Int(row.lane)].leased -= 1 }
        forgetIfIdle(row.lane)
    }

    /// Destinations come and go: what is left of a lane in which nothing is, is its number for another one. While its
    /// pace or a push-back has to be remembered it stays, with an appointment to be looked at again.
    private mutating func forgetIfIdle(_ number: UInt32, now: Instant? = nil) {
        let lane = lanes[Int(number)]
        guard lane.count == 0, lane.sessions == 0, !lane.isPaused else { return }
        if let until = lane.forgettable, until > now ?? Instant(nanoseconds: .min) { return appoint(number, at: until) }
        laneNumbers[lane.id] = nil
        lanes[Int(number)] = QueueLane(id: lane.id, limits: lane.limits)
        freeLanes.append(number)
    }

    private mutating func lane(_ id: LaneID) -> UInt32 {
        if let number = laneNumbers[id] { return number }
        let lane = QueueLane(id: id, limits: limits(id))
        let number: UInt32
        if let free = freeLanes.popLast() {
            number = free
            lanes[Int(number)] = lane
        } else {
            number = UInt32(lanes.count)
            lanes.append(lane)
        }
        laneNumbers[id] = number
        return number
    }

    /// Gives an unleased row its turn in its lane.
    private mutating func place(_ slot: QueueTable.Slot) {
        let row = table[slot]
        lanes[Int(row.lane)].insert(QueueLane.Turn(due: row.due, id: row.id), account: row.account)
        if lanes[Int(row.lane)].hasRoom { appoint(row.lane, at: row.due) }
    }

    // MARK: Appointments

    private mutating func appoint(_ lane: UInt32, at: Instant) {
        if let appointment = lanes[Int(lane)].appointment, appointment <= at { return }
        lanes[Int(lane)].appointment = at
        calendar.insert(Appointment(at: at, lane: lane))
    }

    /// Makes the lane's next appointment, if it has room and something waits.
    private mutating func appointNext(_ lane: UInt32, now: Instant) {
        guard lanes[Int(lane)].hasRoom, let due = lanes[Int(lane)].next(now, table) else { return }
        let earliest = lanes[Int(lane)].earliest(now)
        appoint(lane, at: earliest > now ? max(due, earliest) : due)
    }

    /// The first appointment that was not replaced by an earlier one, of a lane with room: one without makes its next
    /// when it has room again.
    private var firstAppointment: Appointment? {
        mutating get {
            while let first = calendar.first {
                let isKept = lanes[Int(first.lane)].appointment == first.at
                if isKept, lanes[Int(first.lane)].hasRoom { return first }
                if isKept { lanes[Int(first.lane)].appointment = nil }
                calendar.removeFirst()
            }
            return nil
        }
    }

    /// A lane that has something due, is not paused, and has room; nil when there is none. Whoever asks leases from it.
    public mutating func nextReadyLane(now: Instant) -> LaneID? {
        while let first = firstAppointment, first.at <= now {
            calendar.removeFirst()
            lanes[Int(first.lane)].appointment = nil
            if lanes[Int(first.lane)].hasDue(now, table), lanes[Int(first.lane)].earliest(now) <= now {
                return lanes[Int(first.lane)].id
            }
            appointNext(first.lane, now: now)
            forgetIfIdle(first.lane, now: now)
        }
        return nil
    }

    /// When there may be something to do next: a delivery due in a lane with room, or a lease that expires. Never
    /// before `now`; nil when nothing waits.
    public mutating func nextEvent(now: Instant) -> Instant? {
        let times = [firstAppointment?.at, earliestExpiry?.at].compactMap { $0 }
        return times.min().map { max($0, now) }
    }

    // MARK: Leasing

    /// Leases up to `limit` due deliveries of a lane to one session, account by account and message by message.
    /// Deliveries of one message that are due together come together, as one transaction can carry them.
    public mutating func lease(from lane: LaneID, limit: Int, now: Instant, until expiry: Instant) -> [Lease] {
        guard let number = laneNumbers[lane] else { return [] }
        let room = min(limit, lanes[Int(number)].pacer?.room(now) ?? limit)
        var leased: [Lease] = []
        while leased.count < room {
            let turns = takeMessage(from: number, limit: room - leased.count, now: now)
            if turns.isEmpty { break }
            for turn in turns { leased.append(lease(turn.id, until: expiry)) }
        }
        if !leased.isEmpty {
            lanes[Int(number)].sessions += 1
            lanes[Int(number)].pacer?.take(leased.count, now)
        }
        appointNext(number, now: now)
        return leased
    }

    /// The next message whose origin has room too. Whose has none is put off until it has.
    private mutating func takeMessage(from lane: UInt32, limit: Int, now: Instant) -> [QueueLane.Turn] {
        guard !originLimits.isEmpty else { return lanes[Int(lane)].takeMessage(now, limit: limit, table) }
        while lanes[Int(lane)].hasDue(now, table), let id = lanes[Int(lane)].upcoming(table),
            let slot = table.slot(of: id)
        {
            let origin = table.origin(table[slot])
            guard let perMinute = originLimits[origin] else {
                return lanes[Int(lane)].takeMessage(now, limit: limit, table)
            }
            var pacer = pacers[origin] ?? Pacer(perMinute: perMinute)
            let room = pacer.room(now)
            guard room > 0 else {
                lanes[Int(lane)].putOff(until: pacer.earliest(now))
                continue
            }
            let turns = lanes[Int(lane)].takeMessage(now, limit: min(limit, room), table)
            pacer.take(turns.count, now)
            pacers[origin] = pacer
            return turns
        }
        return []
    }

    private mutating func lease(_ id: DeliveryID, until expiry: Instant) -> Lease {
        // A turn that stands has a row.
        guard let slot = table.slot(of: id) else { preconditionFailure("a turn without its delivery") }
        let token = nextToken
        // Zero is no token; after four thousand million the numbers begin anew.
        nextToken = nextToken == .max ? 1 : nextToken + 1
        table[slot].token = token
        lanes[Int(table[slot].lane)].leased += 1
        leases.insert(Expiry(at: expiry, id: id, token: token))
        return Lease(delivery: table.delivery(table[slot]), token: token)
    }

    /// The session that leased from `lane` has ended, whatever became of its leases.
    public mutating func sessionEnded(in lane: LaneID, now: Instant, outcome: SessionOutcome = .saidNothing) {
        guard let number = laneNumbers[lane] else { return }
        lanes[Int(number)].sessions -= 1
        lanes[Int(number)].throttle?.note(outcome, now)
        appointNext(number, now: now)
        forgetIfIdle(number, now: now)
    }

    /// The delivery is finished. False if the lease is not held any more: then nothing changed.
    public mutating func finish(_ lease: Lease) -> Bool {
        guard holds(lease) else { return false }
        remove(lease.delivery.id)
        return true
    }

    /// Gives the delivery back for another attempt at `due`. False if the lease is not held any more.
    public mutating func giveBack(_ lease: Lease, due: Instant, attempts: Int) -> Bool {
        guard let slot = held(lease) else { return false }
        release(slot)
        table[slot].due = due
        table[slot].attempts = UInt16(clamping: attempts)
        place(slot)
        return true
    }

    /// Puts a delivery into another lane, as if it had never been leased. False if the lease is not held any more.
    public mutating func move(_ lease: Lease, to lane: LaneID) -> Bool {
        guard let slot = held(lease) else { return false }
        release(slot)
        let (left, entered) = (table[slot].lane, self.lane(lane))
        lanes[Int(left)].count -= 1
        lanes[Int(left)].pacer?.giveBack(1)
        pacers[table.origin(table[slot])]?.giveBack(1)
        lanes[Int(entered)].count += 1
        table[slot].lane = entered
        place(slot)
        forgetIfIdle(left)
        return true
    }

    public func holds(_ lease: Lease) -> Bool { held(lease) != nil }

    private func held(_ lease: Lease) -> QueueTable.Slot? {
        guard let slot = table.slot(of: lease.delivery.id), table[slot].token == lease.token else { return nil }
        return slot
    }

    /// Takes expired leases back: their deliveries are due at once.
    public mutating func expireLeases(now: Instant) {
        while let first = earliestExpiry, first.at <= now {
            leases.removeFirst()
            guard let slot = table.slot(of: first.id) else { continue }
            release(slot)
            table[slot].due = now
            place(slot)
        }
    }

    private mutating func release(_ slot: QueueTable.Slot) {
        table[slot].token = 0
        lanes[Int(table[slot].lane)].leased -= 1
    }

    /// The first lease that is still held. Those given up are dropped here, long before they would expire: at
    /// thousands a second they would fill the memory.
    private var earliestExpiry: Expiry? {
        mutating get {
            while let first = leases.first {
                if let slot = table.slot(of: first.id), table[slot].token == first.token { return first }
                leases.removeFirst()
            }
            return nil
        }
    }

    // MARK: What callers and operators change

    /// Takes out every delivery of a message, if none is leased, finished or was attempted; nil otherwise, or if there
    /// is none.
    public mutating func withdraw(_ message: Message.ID, recipients: Int) -> [PendingDelivery]? {
        let found = slots(of: message, recipients: recipients).map { table[$0] }
        guard !found.isEmpty, found.count == recipients, found.allSatisfy({ $0.token == 0 && $0.attempts == 0 }) else {
            return nil
        }
        let withdrawn = found.map(table.delivery)
        for row in found { remove(row.id) }
        return withdrawn
    }

    /// Takes out one recipient's delivery, if no attempt at it was made or is running; nil otherwise.
    public mutating func withdraw(_ part: DeliveryID) -> PendingDelivery? {
        guard let row = table.slot(of: part).map({ table[$0] }), row.token == 0, row.attempts == 0 else { return nil }
        let withdrawn = table.delivery(row)
        remove(row.id)
        return withdrawn
    }

    /// Makes every unleased delivery of a message due at `due`.
    public mutating func expedite(_ message: Message.ID, recipients: Int, due: Instant) {
        for slot in slots(of: message, recipients: recipients) where table[slot].token == 0 {
            table[slot].due = due
            place(slot)
        }
    }

    public mutating func setPaused(_ lane: LaneID, _ isPaused: Bool, now: Instant) {
        let number = self.lane(lane)
        lanes[Int(number)].isPaused = isPaused
        appointNext(number, now: now)
        forgetIfIdle(number)
    }

    /// Messages of a tenant that are leased. Goes through the leases, held ones and those given back of late, never
    /// through rows.
    public func leasedMessages(of tenant: Tenant) -> Int {
        var messages: Set<Message.ID> = []
        for lease in leases.unordered {
            guard let slot = table.slot(of: lease.id), table[slot].token == lease.token else { continue }
            let delivery = table.delivery(table[slot])
            if delivery.account == tenant.account, delivery.origin == tenant.origin {
                messages.insert(lease.id.message)
            }
        }
        return messages.count
    }

    /// An attempt at this message is running.
    public func isSending(_ message: Message.ID, recipients: Int) -> Bool {
        slots(of: message, recipients: recipients).contains { table[$0].token != 0 }
    }

    private func slots(of message: Message.ID, recipients: Int) -> [QueueTable.Slot] {
        (0..<recipients).compactMap { table.slot(of: DeliveryID(message: message, recipient: $0)) }
    }

    // MARK: Looking

    /// Per lane that has something or is paused, by name. Goes through lanes and their accounts, never through rows: it
    /// may be asked while a million wait.
    public mutating func statistics() -> [LaneStatistics] {
        var statistics: [LaneStatistics] = []
        for index in lanes.indices where lanes[index].isPaused || lanes[index].count > 0 {
            statistics.append(
                LaneStatistics(
                    lane: lanes[index].id, waiting: lanes[index].count - lanes[index].leased,
                    leased: lanes[index].leased, earliestDue: lanes[index].earliestDue(table),
                    isPaused: lanes[index].isPaused))
        }
        return statistics.sorted { $0.lane < $1.lane }
    }
}

/// How full a lane is.
public struct LaneStatistics: Sendable, Equatable {
    public var lane: LaneID
    public var waiting = 0
    public var leased = 0
    /// When what waits longest is, or was, due; nil where nothing waits.
    public var earliestDue: Instant?
    public var isPaused: Bool

    public init(lane: LaneID, waiting: Int = 0, leased: Int = 0, earliestDue: Instant? = nil, isPaused: Bool) {
        self.lane = lane
        self.waiting = waiting
        self.leased = leased
        self.earliestDue = earliestDue
        self.isPaused = isPaused
    }
}
