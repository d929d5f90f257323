import Base
import Crypto
import Database
import Ports

/// How a connection finds a kept answer.
struct AnswerStatements {
    private let byID: Statement
    private let old: Statement

    static let columns = "fingerprint, status, body, sealed, expires"

    init(_ connection: Connection) throws(DatabaseError) {
        byID = try connection.prepare(
            "SELECT \(Self.columns), key FROM answer_log WHERE id = ?", "read an answer")
        old = try connection.prepare("SELECT \(Self.columns) FROM answer WHERE key = ?", "look for an answer")
    }

    /// The answer under a key, and its row in the log; nil where there is none.
    func find(_ key: Digest256, _ keys: AnswerKeys) throws(DatabaseError) -> (row: Int64?, record: AnswerRecord)? {
        for row in keys.rows(for: key) {
            byID.bind(1, row)
            let found = try byID.first { Digest256(bytes: $0.bytes(5)) == key ? Self.record($0) : nil }
            if let record = found ?? nil { return (row, record) }
        }
        guard keys.hasOld else { return nil }
        old.bind(1, key.bytes)
        return try old.first(Self.record).flatMap(\.self).map { (nil, $0) }
    }

    private static func record(_ row: Statement) -> AnswerRecord? {
        guard let fingerprint = Digest256(bytes: row.bytes(0)) else { return nil }
        return AnswerRecord(
            fingerprint: fingerprint,
            answer: StoredAnswer(status: Int(row.integer(1)), body: row.bytes(2), isSealed: row.integer(3) == 1),
            expiresAt: Instant(nanoseconds: row.integer(4)))
    }
}
