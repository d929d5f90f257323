import Base
import Database
import Model
import Ports
import Rows

/// A connection's reads of relayed requests. What is read for every one is prepared once, at its first use.
final class RelayReader {
    private let connection: Connection
    private let personalities: PersonalityNumbers
    private let seal: StoreSeal
    private let relayByID: Statement
    private let dueByID: Statement
    private let contentOf: Statement
    private let attemptsOf: Statement
    private let lastAttemptOf: Statement

    /// `queue` first: a row of it says more than any other.
    private static let columns = """
        r.id, r.account, r.origin, r.at, r.head, q.attempts, e.state, e.at, p.at
        """
    private static let joins = """
        LEFT JOIN relay_queue q ON q.id = r.id LEFT JOIN relay_end e ON e.relay = r.id
        LEFT JOIN relay_replay p ON p.relay = r.id
        """
    private static let attemptColumns = "number, outcome, status, failure, latency, at"

    init(
        _ connection: Connection, personalities: PersonalityNumbers, seal: StoreSeal = .none
    ) throws(DatabaseError) {
        self.connection = connection
        self.seal = seal
        self.personalities = personalities
        relayByID = try connection.prepare(
            "SELECT \(Self.columns) FROM relay r \(Self.joins) WHERE r.id = ?", "read a relay")
        dueByID = try connection.prepare(
            """
            SELECT r.account, r.origin, r.head, r.body, q.attempts, q.queued FROM relay_queue q
            JOIN relay r ON r.id = q.id WHERE q.id = ?
            """, "read a due relay")
        contentOf = try connection.prepare("SELECT name FROM relay_content WHERE relay = ?", "read a content's name")
        attemptsOf = try connection.prepare(
            "SELECT \(Self.attemptColumns) FROM relay_attempt WHERE relay = ? ORDER BY number", "read attempts")
        lastAttemptOf = try connection.prepare(
            "SELECT \(Self.attemptColumns) FROM relay_attempt WHERE relay = ? ORDER BY number DESC LIMIT 1",
            "read the last attempt")
    }

    // MARK: One

    func relay(_ id: Relay.ID) throws(DatabaseError) -> Relay? {
        relayByID.bind(1, id.value)
        guard let found = try relayByID.first({ self.row($0) }), let relay = found else { return nil }
        return try withAttempts(relay)
    }

    func attempts(_ id: Relay.ID) throws(DatabaseError) -> [RelayAttempt] {
        attemptsOf.bind(1, id.value)
        var attempts: [RelayAttempt] = []
        try attemptsOf.forEach { attempts.append(Self.attempt($0)) }
        return attempts
    }

    /// A due relay, and the file that its body is in.
    struct Due {
        var relay: DueRelay
        var contentName: String?
    }

    func due(_ id: Relay.ID) throws(DatabaseError) -> Due? {
        dueByID.bind(1, id.value)
        let found = try dueByID.first { row -> (DueRelay, hasBody: Bool)? in
            guard let request = self.request(row.bytes(2), of: row.integer(0)) else { return nil }
            let body = row.optionalBytes(3).map { self.seal.opened($0, .relayBody, of: row.integer(0)) ?? $0 }
            let relay = DueRelay(
                id: id, account: Account.ID(row.integer(0)), origin: self.personalities.id(row.integer(1)),
                request: request, body: body ?? [], attempts: Int(row.integer(4)),
                queuedAt: Instant(nanoseconds: row.integer(5)))
            return (relay, body != nil)
        }
        guard let found, let (relay, hasBody) = found else { return nil }
        if hasBody { return Due(relay: relay) }
        contentOf.bind(1, id.value)
        return Due(relay: relay, contentName: try contentOf.first { $0.text(0) })
    }

    private func request(_ head: [UInt8], of account: Int64) -> RelayRequest? {
        seal.opened(head, .relayHead, of: account).flatMap { try? RelayRecord.request(head: $0) }
    }

    /// A head that does not read back is damage on disk: it is as if the relay were not there.
    private func row(_ row: Statement) -> Relay? {
        guard let request = request(row.bytes(4), of: row.integer(1)) else { return nil }
        var state = Relay.State.delivered
        if let attempts = row.optionalInteger(5) {
            state = attempts == 0 ? .queued : .retrying
        } else if let code = row.optionalInteger(6) {
            state = Relay.State(code: code)
        }
        let ended = state == .cancelled ? row.optionalInteger(7) : nil
        let changed = [ended, row.optionalInteger(8)].compactMap { $0 }.max()
        return Relay(
            id: Relay.ID(row.integer(0)), account: Account.ID(row.integer(1)),
            origin: personalities.id(row.integer(2)), request: request, state: state,
            createdAt: Instant(nanoseconds: row.integer(3)), changedAt: changed.map { Instant(nanoseconds: $0) })
    }

    private func withAttempts(_ relay: Relay) throws(DatabaseError) -> Relay {
        var relay = relay
        lastAttemptOf.bind(1, relay.id.value)
        relay.lastAttempt = try lastAttemptOf.first { Self.attempt($0) }
        relay.attempts = relay.lastAttempt?.number ?? 0
        return relay
    }

    private static func attempt(_ row: Statement) -> RelayAttempt {
        RelayAttempt(
            number: Int(row.integer(0)), outcome: Relay.State(code: row.integer(1)),
            status: row.optionalInteger(2).map { Int($0) },
            failure: row.optionalInteger(3).flatMap { UInt8(exactly: $0) }.flatMap { HTTPFailure(rawValue: $0) },
            latency: .nanoseconds(row.integer(4)), at: Instant(nanoseconds: row.integer(5)))
    }

    // MARK: Lists

    func relays(_ query: RelayQuery) throws(DatabaseError) -> Page<Relay> {
        var page = try query.slice.page { window throws(DatabaseError) in
            let select = try connection.prepare(Self.listSQL(query.state, window), "list relays")
            select.bind(1, query.tenant.account.value)
            select.bind(2, personalities.number(query.tenant.origin) ?? 0)
            window.bind(to: select, from: 3)
            if let state = query.state, state.isFinal, state != .delivered { select.bind(6, state.code) }
            var relays: [Relay] = []
            try select.forEach { if let relay = self.row($0) { relays.append(relay) } }
            return relays
        }
        for index in page.items.indices { page.items[index] = try withAttempts(page.items[index]) }
        return page
    }

    /// Each state is read from where it stands: unfinished ones from the queue, failed ones from the index of ends. All
    /// others were delivered, so a look at the owner's relays in order finds a page of those at once.
    static func listSQL(_ state: Relay.State?, _ window: ListWindow) -> String {
        switch state {
        case nil, .delivered:
            let (place, order) = window.sql(by: "r.id", from: 3)
            let delivered = state == nil ? "" : "AND q.id IS NULL AND e.relay IS NULL "
            return """
                SELECT \(columns) FROM relay r \(joins) WHERE r.account = ?1 AND r.origin = ?2 AND \(place)
                \(delivered)\(order)
                """
        case .queued, .retrying:
            let (place, order) = window.sql(by: "q.id", from: 3)
            let attempts = state == .queued ? "= 0" : "> 0"
            return """
                SELECT \(columns) FROM relay_queue q JOIN relay r ON r.id = q.id
                LEFT JOIN relay_end e ON e.relay = r.id LEFT JOIN relay_replay p ON p.relay = r.id
                WHERE q.account = ?1 AND q.origin = ?2 AND \(place) AND q.attempts \(attempts) \(order)
                """
        case .rejected, .dead, .cancelled:
            let (place, order) = window.sql(by: "e.relay", from: 3)
            return """
                SELECT \(columns) FROM relay_end e JOIN relay r ON r.id = e.relay
                LEFT JOIN relay_queue q ON q.id = r.id LEFT JOIN relay_replay p ON p.relay = r.id
                WHERE e.account = ?1 AND e.origin = ?2 AND e.state = ?6 AND \(place) \(order)
                """
        }
    }

    // MARK: At start

    func pending(after last: Relay.ID, limit: Int) throws(DatabaseError) -> [PendingRelay] {
        let select = try connection.prepare(
            "SELECT id, target, due, attempts FROM relay_queue WHERE id > ? ORDER BY id LIMIT ?",
            "read the relays' queue")
        select.bind(1, last.value)
        select.bind(2, Int64(limit))
        var pending: [PendingRelay] = []
        // Neighbours often have one target, and share its text.
        var target = ""
        try select.forEach { row in
            let text = row.text(1)
            if text != target { target = text }
            pending.append(
                PendingRelay(
                    id: Relay.ID(row.integer(0)), target: target, due: Instant(nanoseconds: row.integer(2)),
                    attempts: Int(row.integer(3))))
        }
        return pending
    }

    func signingSecret(of owner: Tenant) throws(DatabaseError) -> [UInt8]? {
        let select = try connection.prepare(
            "SELECT sealed FROM relay_secret WHERE account = ? AND origin = ?", "read a signing secret")
        select.bind(1, owner.account.value)
        select.bind(2, personalities.number(owner.origin) ?? 0)
        return try select.first { $0.bytes(0) }
    }
}
