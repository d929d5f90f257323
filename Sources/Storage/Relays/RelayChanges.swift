import Base
import Database
import Model
import Ports
import Rows

/// Relayed requests inside the writer's transaction. The writer thread's own.
final class RelayChanges {
    private let connection: Connection
    private let personalities: PersonalityNumbers
    private let statements: RelayStatements
    private let serials: Serials
    private var queued: [PendingRelay] = []

    init(
        _ connection: Connection, personalities: PersonalityNumbers, serials: Serials
    ) throws(DatabaseError) {
        self.connection = connection
        self.personalities = personalities
        statements = try RelayStatements(connection)
        self.serials = serials
    }

    // MARK: The transaction

    func rollBack() { queued.removeAll() }

    /// The relays that the committed transaction queued, once.
    func takeQueued() -> [PendingRelay] {
        guard !queued.isEmpty else { return [] }
        var taken: [PendingRelay] = []
        swap(&taken, &queued)
        return taken
    }

    // MARK: Accepting

    func accept(_ relay: EncodedRelay) throws(DatabaseError) -> ChangeOutcome {
        guard let origin = personalities.number(relay.origin) else {
            return .refused(.internalError(incident: "unregistered personality"))
        }
        let id = try serials.relay()
        let insert = statements.insert
        insert.bind(1, id)
        insert.bind(2, relay.account.value)
        insert.bind(3, origin)
        insert.bind(4, relay.at)
        try insert.binding(5, relay.head) { () throws(DatabaseError) in
            guard relay.contentName == nil else {
                insert.bindNull(6)
                return try insert.run()
            }
            try insert.binding(6, relay.body) { () throws(DatabaseError) in try insert.run() }
        }
        if let name = relay.contentName { try insertContent(name, relay.contentBytes, of: id) }
        try enqueue(id, relay.account.value, origin, relay.target, at: relay.at, made: 0)
        return .done(serial: id)
    }

    private func insertContent(_ name: String, _ bytes: Int, of id: Int64) throws(DatabaseError) {
        let insert = try connection.prepare(
            "INSERT INTO relay_content (relay, name, bytes) VALUES (?, ?, ?)", "insert a content")
        insert.bind(1, id)
        insert.bind(2, name)
        insert.bind(3, Int64(bytes))
        try insert.run()
    }

    private func enqueue(
        _ id: Int64, _ account: Int64, _ origin: Int64, _ target: String, at: Int64, made: Int64
    ) throws(DatabaseError) {
        let enqueue = statements.enqueue
        enqueue.bind(1, id)
        enqueue.bind(2, account)
        enqueue.bind(3, origin)
        enqueue.bind(4, target)
        enqueue.bind(5, at)
        enqueue.bind(6, made)
        try enqueue.run()
        queued.append(
            PendingRelay(id: Relay.ID(id), target: target, due: Instant(nanoseconds: at), attempts: 0))
    }

    // MARK: Changes

    func apply(_ change: RelayChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .accept(let relay): try accept(EncodedRelay(relay))
        case .settle(let settlements): .settled(try settlements.map { item throws(DatabaseError) in try settle(item) })
        case .cancel(let id, let at): try cancel(id, at)
        case .replay(let id, let at): try replay(id, at)
        case .keepSecret(let owner, let sealed, let at): try keepSecret(owner, sealed, at)
        }
    }

    /// What a row of the queue says of its relay.
    private struct Row {
        let account: Int64
        let origin: Int64
        let target: String
        let made: Int64
    }

    /// Applies only to the attempt that the row waits for: what was finished or taken back meanwhile stays so.
    private func settle(_ settlement: RelaySettlement) throws(DatabaseError) -> Bool {
        let id = settlement.id.value
        let made: Int64?
        if let due = settlement.due {
            statements.putOff.bind(1, id)
            statements.putOff.bind(2, Int64(settlement.attempts - 1))
            statements.putOff.bind(3, due.nanoseconds)
            made = try statements.putOff.first { $0.integer(0) }
        } else {
            let row = try finish(id, attempts: Int64(settlement.attempts - 1))
            if let row, settlement.outcome != .delivered { try end(id, row, settlement.outcome, settlement.at) }
            made = row.map { $0.made + 1 }
        }
        guard let made else { return false }
        try insertAttempt(settlement, number: made)
        return true
    }

    private func finish(_ id: Int64, attempts: Int64) throws(DatabaseError) -> Row? {
        statements.finish.bind(1, id)
        statements.finish.bind(2, attempts)
        return try statements.finish.first {
            Row(account: $0.integer(0), origin: $0.integer(1), target: $0.text(2), made: $0.integer(3))
        }
    }

    private func end(_ id: Int64, _ row: Row, _ state: Relay.State, _ at: Instant) throws(DatabaseError) {
        let insert = statements.end
        insert.bind(1, id)
        insert.bind(2, row.account)
        insert.bind(3, row.origin)
        insert.bind(4, state.code)
        insert.bind(5, row.target)
        insert.bind(6, at.nanoseconds)
        try insert.run()
    }

    private func insertAttempt(_ settlement: RelaySettlement, number: Int64) throws(DatabaseError) {
        let insert = statements.insertAttempt
        insert.bind(1, settlement.id.value)
        insert.bind(2, number)
        insert.bind(3, settlement.outcome.code)
        insert.bind(4, settlement.status.map { Int64($0) })
        insert.bind(5, settlement.failure.map { Int64($0.rawValue) })
        insert.bind(6, settlement.latency.nanoseconds)
        insert.bind(7, settlement.at.nanoseconds)
        try insert.run()
    }

    private func cancel(_ id: Relay.ID, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        let remove = try connection.prepare(
            "DELETE FROM relay_queue WHERE id = ? RETURNING account, origin, target, made", "take back a relay")
        remove.bind(1, id.value)
        let row = try remove.first {
            Row(account: $0.integer(0), origin: $0.integer(1), target: $0.text(2), made: $0.integer(3))
        }
        guard let row else { return .refused(try refusal(id, .cancel)) }
        try end(id.value, row, .cancelled, at)
        return .done(serial: id.value)
    }

    private func replay(_ id: Relay.ID, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        let remove = try connection.prepare(
            "DELETE FROM relay_end WHERE relay = ? RETURNING account, origin, target", "queue a relay anew")
        remove.bind(1, id.value)
        guard let row = try remove.first({ ($0.integer(0), $0.integer(1), $0.text(2)) }) else {
            return .refused(try refusal(id, .send))
        }
        let count = try connection.prepare(
            "SELECT coalesce(max(number), 0) FROM relay_attempt WHERE relay = ?", "count attempts")
        count.bind(1, id.value)
        let made = try count.first { $0.integer(0) } ?? 0
        try enqueue(id.value, row.0, row.1, row.2, at: at.nanoseconds, made: made)
        let note = try connection.prepare(
            "INSERT INTO relay_replay (relay, at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at = ?2", "note a replay")
        note.bind(1, id.value)
        note.bind(2, at.nanoseconds)
        try note.run()
        return .done(serial: id.value)
    }

    private func refusal(_ id: Relay.ID, _ operation: Operation) throws(DatabaseError) -> KernelFailure {
        let look = try connection.prepare(
            "SELECT EXISTS (SELECT 1 FROM relay_queue q WHERE q.id = relay.id) FROM relay WHERE id = ?",
            "look for a relay")
        look.bind(1, id.value)
        guard let isQueued = try look.first({ $0.integer(0) == 1 }) else { return .notFound(.delivery) }
        return .wrongState(.delivery, state: isQueued ? .underWay : .ended, operation: operation)
    }

    private func keepSecret(
        _ owner: Tenant, _ sealed: [UInt8], _ at: Instant
    ) throws(DatabaseError) -> ChangeOutcome {
        guard let origin = personalities.number(owner.origin) else {
            return .refused(.internalError(incident: "unregistered personality"))
        }
        let account = try connection.prepare("SELECT 1 FROM account WHERE id = ?", "look for an account")
        account.bind(1, owner.account.value)
        guard try account.first({ _ in true }) == true else { return .refused(.notFound(.account)) }
        let insert = try connection.prepare(
            "INSERT INTO relay_secret (account, origin, sealed, created) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            "keep a signing secret")
        insert.bind(1, owner.account.value)
        insert.bind(2, origin)
        insert.bind(3, sealed)
        insert.bind(4, at.nanoseconds)
        try insert.run()
        return .done(serial: owner.account.value)
    }
}
