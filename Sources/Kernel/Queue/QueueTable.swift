import Base
import Model
import Ports

/// The rows of the queue, packed: a million of them are to fit beside everything else. What many rows share
/// (destinations, accounts, policies, lanes) is kept once and named by a number.
struct QueueTable: Sendable {
    /// One delivery, 56 bytes.
    struct Row {
        var id: DeliveryID
        var due: Instant
        var expires: Instant
        var destination: UInt32
        var account: UInt32
        var lane: UInt32
        /// Not zero while leased.
        var token: UInt32 = 0
        var attempts: UInt16
        var policy: UInt16
        var origin: UInt16
        var simulation: Int16
    }

    typealias Slot = UInt32

    private var rows: [Row] = []
    private var free: [Slot] = []
    private var index = SlotIndex()
    private var destinations = Names<String>()
    private var accounts = Names<Account.ID>()
    private var policies = Names<RetryPolicy>()
    private var origins = Names<PersonalityID>()

    var count: Int { index.count }

    subscript(slot: Slot) -> Row {
        get { rows[Int(slot)] }
        set { rows[Int(slot)] = newValue }
    }

    func slot(of id: DeliveryID) -> Slot? { index.slot(of: id, in: rows) }

    /// In no order.
    var all: some Sequence<Row> { index.all.lazy.map { rows[Int($0)] } }

    /// There is none with its identity.
    mutating func insert(_ delivery: PendingDelivery, lane: UInt32) -> Slot {
        let row = Row(
            id: delivery.id, due: delivery.due, expires: delivery.expires,
            destination: destinations.number(delivery.destination), account: accounts.number(delivery.account),
            lane: lane, attempts: UInt16(clamping: delivery.attempts),
            policy: UInt16(clamping: policies.number(delivery.policy)),
            origin: UInt16(clamping: origins.number(delivery.origin)),
            simulation: Int16(clamping: delivery.simulation.code))
        let slot: Slot
        if let reused = free.popLast() {
            slot = reused
            rows[Int(slot)] = row
        } else {
            slot = Slot(rows.count)
            rows.append(row)
        }
        index.insert(slot, in: rows)
        return slot
    }

    /// The row that was taken out, if there was one.
    mutating func remove(_ id: DeliveryID) -> Row? {
        guard let slot = index.remove(id, in: rows) else { return nil }
        free.append(slot)
        let row = rows[Int(slot)]
        destinations.release(row.destination)
        accounts.release(row.account)
        policies.release(UInt32(row.policy))
        origins.release(UInt32(row.origin))
        return row
    }

    /// Withdrawn, moved and leased deliveries leave turns behind that no longer stand.
    func stands(_ turn: QueueLane.Turn) -> Bool {
        guard let slot = slot(of: turn.id) else { return false }
        return rows[Int(slot)].token == 0 && rows[Int(slot)].due == turn.due
    }

    func delivery(_ row: Row) -> PendingDelivery {
        PendingDelivery(
            id: row.id, due: row.due, attempts: Int(row.attempts), destination: destinations[row.destination],
            simulation: SimulatedOutcome(code: Int64(row.simulation)), account: accounts[row.account],
            origin: origins[UInt32(row.origin)], policy: policies[UInt32(row.policy)], expires: row.expires)
    }

    func origin(_ row: Row) -> PersonalityID { origins[UInt32(row.origin)] }
}

/// Values that many rows share, by number; each is kept while a row has it.
struct Names<Value: Hashable & Sendable>: Sendable {
    private var values: [Value?] = []
    private var uses: [Int] = []
    private var numbers: [Value: UInt32] = [:]
    private var free: [UInt32] = []
    /// The one asked for last, which is mostly the one asked for next.
    private var latest: UInt32 = 0

    /// The value's number, which is to be released once.
    mutating func number(_ value: Value) -> UInt32 {
        if Int(latest) >= values.count || values[Int(latest)] != value { latest = find(value) }
        uses[Int(latest)] += 1
        return latest
    }

    private mutating func find(_ value: Value) -> UInt32 {
        if let number = numbers[value] { return number }
        let number: UInt32
        if let reused = free.popLast() {
            number = reused
            values[Int(number)] = value
        } else {
            number = UInt32(values.count)
            values.append(value)
            uses.append(0)
        }
        numbers[value] = number
        return number
    }

    mutating func release(_ number: UInt32) {
        uses[Int(number)] -= 1
        guard uses[Int(number)] == 0, let value = values[Int(number)] else { return }
        numbers[value] = nil
        values[Int(number)] = nil
        free.append(number)
    }

    subscript(number: UInt32) -> Value {
        guard let value = values[Int(number)] else { preconditionFailure("a row with a name that was released") }
        return value
    }
}
