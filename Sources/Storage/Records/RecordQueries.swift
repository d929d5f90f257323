import Base
import Crypto
import Database
import Model
import Ports

/// A connection's reads of records and facets. What is read for every call is prepared once, at its first use.
final class RecordQueries {
    private let connection: Connection
    private let personalities: PersonalityNumbers
    private var byID: Statement?
    private var byKey: Statement?

    private static let columns = """
        r.id, r.account, c.origin, r.mode, c.name, r.state, r.version, r.created, r.since, r.due, r.minted, r.body
        """
    private static let source = "record r JOIN record_collection c ON c.id = r.collection"

    init(_ connection: Connection, personalities: PersonalityNumbers) {
        self.connection = connection
        self.personalities = personalities
    }

    // MARK: One record

    func record(_ id: Int64) throws(DatabaseError) -> Record? {
        let select: Statement
        if let byID {
            select = byID
        } else {
            select = try connection.prepare(
                "SELECT \(Self.columns) FROM \(Self.source) WHERE r.id = ? AND r.state <> ''", "read a record")
            byID = select
        }
        select.bind(1, id)
        return try select.first { self.record($0) }
    }

    /// Of the rows of the log that may hold the key, the latest one's that does.
    func record(_ key: Digest256, rows: [Int64]) throws(DatabaseError) -> Record? {
        let select: Statement
        if let byKey {
            select = byKey
        } else {
            select = try connection.prepare("SELECT record, key FROM record_key WHERE id = ?", "read a record's key")
            byKey = select
        }
        for row in rows.sorted(by: >) {
            select.bind(1, row)
            guard let (id, bytes) = try select.first({ ($0.integer(0), $0.bytes(1)) }),
                Digest256(bytes: bytes) == key, let record = try record(id)
            else { continue }
            return record
        }
        return nil
    }

    private func record(_ row: Statement) -> Record {
        Record(
            id: Record.ID(row.integer(0)),
            space: RecordSpace(
                account: Account.ID(row.integer(1)), origin: personalities.id(row.integer(2)),
                mode: row.integer(3) == 0 ? .live : .test, collection: row.text(4)),
            state: row.text(5), version: Int(row.integer(6)), createdAt: Instant(nanoseconds: row.integer(7)),
            since: Instant(nanoseconds: row.integer(8)),
            due: row.optionalInteger(9).map { Instant(nanoseconds: $0) }, minted: row.optionalText(10),
            body: row.bytes(11))
    }

    // MARK: Lists

    func records(_ query: RecordQuery) throws(DatabaseError) -> RecordPage {
        let (condition, source) = Self.condition(query)
        let count = try connection.prepare("SELECT count(*) FROM \(source) WHERE \(condition)", "count records")
        bind(query, count)
        let total = Int(try count.first { $0.integer(0) } ?? 0)
        let list = try connection.prepare(Self.listSQL(query), "list records")
        bind(query, list)
        list.bind(7, Int64(query.limit))
        list.bind(8, Int64(query.offset))
        var records: [Record] = []
        try list.forEach { records.append(self.record($0)) }
        return RecordPage(records: records, total: total)
    }

    /// By the mark where there is one, else by the states, else by the space alone: each is an index whose order is the
    /// list's, but for several states, which are sorted.
    static func listSQL(_ query: RecordQuery) -> String {
        let (condition, source) = condition(query)
        return """
            SELECT \(columns) FROM \(source) JOIN record_collection c ON c.id = r.collection WHERE \(condition)
            ORDER BY r.id DESC LIMIT ?7 OFFSET ?8
            """
    }

    private static func condition(_ query: RecordQuery) -> (condition: String, source: String) {
        var condition = "r.created BETWEEN ?5 AND ?6"
        if query.states.isEmpty {
            condition += " AND r.state <> ''"
        } else {
            let places = (0..<query.states.count).map { "?\(9 + $0)" }
            condition += " AND r.state IN (\(places.joined(separator: ", ")))"
        }
        if query.mark == nil {
            condition += " AND r.collection = ?1 AND r.account = ?2 AND r.mode = ?3"
            return (condition, "record r")
        }
        condition += " AND m.collection = ?1 AND m.account = ?2 AND m.mode = ?3 AND m.name = ?4"
        condition += " AND m.value = ?\(9 + query.states.count)"
        return (condition, "record_mark m JOIN record r ON r.id = m.record")
    }

    private func bind(_ query: RecordQuery, _ statement: Statement) {
        statement.bind(1, number(of: query.space))
        statement.bind(2, query.space.account.value)
        statement.bind(3, query.space.mode == .live ? 0 : 1)
        if let mark = query.mark { statement.bind(4, mark.name) }
        statement.bind(5, query.from?.nanoseconds ?? Int64.min)
        statement.bind(6, query.to?.nanoseconds ?? Int64.max)
        for (index, state) in query.states.sorted().enumerated() { statement.bind(Int32(9 + index), state) }
        if let mark = query.mark { statement.bind(Int32(9 + query.states.count), mark.value) }
    }

    /// 0, which no collection has, where nothing was ever put into it.
    private func number(of space: RecordSpace) -> Int64 {
        let select = try? connection.prepare(
            "SELECT id FROM record_collection WHERE origin = ? AND name = ?", "find a collection")
        select?.bind(1, personalities.number(space.origin) ?? 0)
        select?.bind(2, space.collection)
        return (try? select?.first { $0.integer(0) }) ?? 0
    }

    // MARK: Due ones

    func due(at now: Instant, limit: Int) throws(DatabaseError) -> [Record] {
        let select = try connection.prepare(
            """
            SELECT \(Self.columns) FROM record_due d JOIN record r ON r.id = d.record
            JOIN record_collection c ON c.id = r.collection WHERE d.due <= ? ORDER BY d.due, d.record LIMIT ?
            """, "read due records")
        select.bind(1, now.nanoseconds)
        select.bind(2, Int64(limit))
        var records: [Record] = []
        try select.forEach { records.append(self.record($0)) }
        return records
    }

    func nextDue() throws(DatabaseError) -> Instant? {
        try connection.prepare("SELECT due FROM record_due ORDER BY due LIMIT 1", "read the next due time")
            .first { Instant(nanoseconds: $0.integer(0)) }
    }

    // MARK: Facets

    func facets(
        _ kind: Facet.Kind, of rows: [Int64], origin: PersonalityID
    ) throws(DatabaseError) -> [Int64: [UInt8]] {
        let select = try connection.prepare(
            "SELECT body FROM facet WHERE kind = ? AND row = ? AND origin = ?", "read a facet")
        var facets: [Int64: [UInt8]] = [:]
        for row in rows {
            select.bind(1, kind.rawValue)
            select.bind(2, row)
            select.bind(3, personalities.number(origin) ?? 0)
            facets[row] = try select.first { $0.bytes(0) }
        }
        return facets
    }
}
