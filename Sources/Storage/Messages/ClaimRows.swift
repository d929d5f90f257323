import Crypto
import Database
import Model
import Ports
import Rows

/// Idempotency keys of messages: an append-only log with a table in memory (`IdempotencyTable` says why). The writer
/// thread's own.
final class ClaimRows {
    private let insert: Statement
    private let byID: Statement
    private var table = IdempotencyTable()
    private var last: Int64
    private var committedLast: Int64
    /// Of the open transaction:
    private var fresh: [(key: UInt64, row: Int64)] = []
    private var removed: [(key: UInt64, row: Int64)] = []
    private let connection: Connection

    /// Reads all keys.
    init(_ connection: Connection) throws(DatabaseError) {
        self.connection = connection
        insert = try connection.prepare(
            "INSERT INTO idempotency (id, key64, message, key, fingerprint) VALUES (?, ?, ?, ?, ?)",
            "insert an idempotency key")
        byID = try connection.prepare(
            "SELECT message, key, fingerprint FROM idempotency WHERE id = ?", "read an idempotency key")
        last = try connection.scalar("SELECT max(id) FROM idempotency", "read the last serial")
        committedLast = last
        var table = IdempotencyTable()
        try connection.prepare("SELECT key64, id FROM idempotency", "read idempotency keys").forEach { row in
            table.insert(UInt64(bitPattern: row.integer(0)), row: row.integer(1))
        }
        self.table = table
    }

    var count: Int { table.count }

    /// The message that an earlier request with this key made.
    func find(_ key: Digest256) throws(DatabaseError) -> AcceptFacts.Claim? {
        for row in table.rows(for: key.firstWord) {
            byID.bind(1, row)
            let found = try byID.first { ($0.integer(0), $0.bytes(1), $0.bytes(2)) }
            guard let (message, whole, fingerprint) = found, Digest256(bytes: whole) == key,
                let fingerprint = Digest256(bytes: fingerprint)
            else { continue }
            return AcceptFacts.Claim(message: Message.ID(message), fingerprint: fingerprint)
        }
        return nil
    }

    func add(_ record: IdempotencyRecord, for message: Message.ID) throws(DatabaseError) {
        last += 1
        insert.bind(1, last)
        insert.bind(2, Int64(bitPattern: record.key.firstWord))
        insert.bind(3, message.value)
        insert.bind(4, record.key.bytes)
        insert.bind(5, record.fingerprint.bytes)
        try insert.run()
        table.insert(record.key.firstWord, row: last)
        fresh.append((record.key.firstWord, last))
    }

    /// Forgets up to `limit` keys after a row whose message is gone; the last row that was looked at, or 0 at the end.
    func removeGone(after row: Int64, limit: Int) throws(DatabaseError) -> Int64 {
        let find = try connection.prepare(
            """
            SELECT i.id, i.key64, m.id IS NULL FROM (
                SELECT id, key64, message FROM idempotency WHERE id > ? ORDER BY id LIMIT ?) i
            LEFT JOIN message m ON m.id = i.message ORDER BY i.id
            """, "find keys without a message")
        find.bind(1, row)
        find.bind(2, Int64(limit))
        var (looked, latest, gone): (Int, Int64, [(key: UInt64, row: Int64)]) = (0, 0, [])
        try find.forEach { row in
            looked += 1
            latest = row.integer(0)
            if row.integer(2) == 1 { gone.append((UInt64(bitPattern: row.integer(1)), row.integer(0))) }
        }
        let remove = try connection.prepare("DELETE FROM idempotency WHERE id = ?", "remove an idempotency key")
        for claim in gone {
            remove.bind(1, claim.row)
            try remove.run()
        }
        removed += gone
        return looked < limit ? 0 : latest
    }

    func committed() {
        for claim in removed { table.remove(claim.key, row: claim.row) }
        removed.removeAll()
        fresh.removeAll(keepingCapacity: true)
        committedLast = last
    }

    func rollBack() {
        for claim in fresh { table.remove(claim.key, row: claim.row) }
        fresh.removeAll(keepingCapacity: true)
        removed.removeAll()
        last = committedLast
    }
}
