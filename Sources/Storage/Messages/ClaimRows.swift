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

    /// Reads all keys.
    init(_ connection: Connection) throws(DatabaseError) {
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

    func committed() {
        fresh.removeAll(keepingCapacity: true)
        committedLast = last
    }

    func rollBack() {
        for claim in fresh { table.remove(claim.key, row: claim.row) }
        fresh.removeAll(keepingCapacity: true)
        last = committedLast
    }
}
