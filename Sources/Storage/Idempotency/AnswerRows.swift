import Base
import Crypto
import Database
import Ports

/// Answers that are kept to be given again. The writer thread's own.
///
/// Their keys are in an index of their own, random as they are: they live for a day, and most dialects keep none.
final class AnswerRows {
    private let find: Statement
    private let save: Statement
    private let purge: Statement

    static let findSQL = "SELECT fingerprint, status, body, sealed, expires FROM answer WHERE key = ?"

    init(_ connection: Connection) throws(DatabaseError) {
        find = try connection.prepare(Self.findSQL, "look for an answer")
        save = try connection.prepare(
            """
            INSERT INTO answer (key, fingerprint, status, body, sealed, expires) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
            body = excluded.body, sealed = excluded.sealed, expires = excluded.expires
            """, "keep an answer")
        purge = try connection.prepare("DELETE FROM answer WHERE expires <= ?", "remove expired answers")
    }

    func find(_ key: Digest256) throws(DatabaseError) -> AnswerRecord? {
        find.bind(1, key.bytes)
        return try find.first(Self.record).flatMap(\.self)
    }

    static func record(_ row: Statement) -> AnswerRecord? {
        guard let fingerprint = Digest256(bytes: row.bytes(0)) else { return nil }
        return AnswerRecord(
            fingerprint: fingerprint,
            answer: StoredAnswer(status: Int(row.integer(1)), body: row.bytes(2), isSealed: row.integer(3) == 1),
            expiresAt: Instant(nanoseconds: row.integer(4)))
    }

    /// In place of one that has expired, if there is one.
    func save(_ record: AnswerRecord, _ key: Digest256) throws(DatabaseError) {
        save.bind(1, key.bytes)
        save.bind(2, record.fingerprint.bytes)
        save.bind(3, Int64(record.answer.status))
        save.bind(4, record.answer.body)
        save.bind(5, record.answer.isSealed ? 1 : 0)
        save.bind(6, record.expiresAt.nanoseconds)
        try save.run()
    }

    func purge(expiredBy instant: Instant) throws(DatabaseError) {
        purge.bind(1, instant.nanoseconds)
        try purge.run()
    }
}
