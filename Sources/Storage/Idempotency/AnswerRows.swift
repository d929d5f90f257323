import Base
import Crypto
import Database
import Ports

/// Answers that are kept to be given again: a log with a table of their keys in memory. The writer thread's own.
final class AnswerRows {
    private let connection: Connection
    private let keys: AnswerKeys
    private let seal: StoreSeal
    private let statements: AnswerStatements
    private let insert: Statement
    private let remove: Statement
    private var last: Int64
    private var committedLast: Int64
    /// Of the open transaction:
    private var fresh: [(key: UInt64, row: Int64)] = []
    private var removed: [(key: UInt64, row: Int64)] = []

    /// Reads the keys of all of them.
    init(_ connection: Connection, keys: AnswerKeys, seal: StoreSeal) throws(DatabaseError) {
        self.seal = seal
        self.connection = connection
        self.keys = keys
        statements = try AnswerStatements(connection, seal: seal)
        insert = try connection.prepare(
            """
            INSERT INTO answer_log (id, key64, key, fingerprint, expires, status, sealed, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, "keep an answer")
        remove = try connection.prepare("DELETE FROM answer_log WHERE id = ?", "remove an answer")
        last = try connection.scalar("SELECT max(id) FROM answer_log", "read the last serial")
        committedLast = last
        keys.hasOld = try connection.scalar("SELECT EXISTS (SELECT 1 FROM answer)", "look for older answers") == 1
        try connection.prepare(
            "SELECT key64, id FROM answer_log INDEXED BY answer_log_by_expiry", "read the keys of answers"
        ).forEach { row in keys.insert(UInt64(bitPattern: row.integer(0)), row: row.integer(1)) }
    }

    func find(_ key: Digest256) throws(DatabaseError) -> AnswerRecord? { try statements.find(key, keys)?.record }

    /// In place of one that has expired, if there is one.
    func save(_ record: AnswerRecord, _ key: Digest256) throws(DatabaseError) {
        if let row = try statements.find(key, keys)?.row { try remove(key.firstWord, row) }
        last += 1
        insert.bind(1, last)
        insert.bind(2, Int64(bitPattern: key.firstWord))
        insert.bind(3, key.bytes)
        insert.bind(4, record.fingerprint.bytes)
        insert.bind(5, record.expiresAt.nanoseconds)
        insert.bind(6, Int64(record.answer.status))
        let body = try DatabaseError.sealing { () throws(CryptoError) in
            try seal.sealed(record.answer.body, .answer, of: 0)
        }
        let ours = seal.isOn ? AnswerStatements.sealedByStore : 0
        insert.bind(7, ours | (record.answer.isSealed ? AnswerStatements.sealedByDialect : 0))
        try insert.binding(8, body) { () throws(DatabaseError) in try insert.run() }
        keys.insert(key.firstWord, row: last)
        fresh.append((key.firstWord, last))
    }

    private func remove(_ key: UInt64, _ row: Int64) throws(DatabaseError) {
        remove.bind(1, row)
        try remove.run()
        removed.append((key, row))
    }

    func purge(expiredBy instant: Instant) throws(DatabaseError) {
        let find = try connection.prepare(
            "SELECT key64, id FROM answer_log WHERE expires <= ?", "find expired answers")
        find.bind(1, instant.nanoseconds)
        var gone: [(key: UInt64, row: Int64)] = []
        try find.forEach { gone.append((UInt64(bitPattern: $0.integer(0)), $0.integer(1))) }
        for answer in gone { try remove(answer.key, answer.row) }
        guard keys.hasOld else { return }
        let old = try connection.prepare("DELETE FROM answer WHERE expires <= ?", "remove expired answers")
        old.bind(1, instant.nanoseconds)
        try old.run()
    }

    // MARK: The transaction

    func committed() {
        for answer in removed { keys.remove(answer.key, row: answer.row) }
        removed.removeAll()
        fresh.removeAll(keepingCapacity: true)
        committedLast = last
    }

    /// A key that was saved and removed in the one transaction stands in both.
    func rollBack() {
        for answer in fresh { keys.remove(answer.key, row: answer.row) }
        fresh.removeAll(keepingCapacity: true)
        removed.removeAll()
        last = committedLast
    }
}
