import Base
import Crypto
import Database
import Ports

/// How a connection finds a kept answer.
struct AnswerStatements {
    private let byID: Statement
    private let old: Statement

    static let columns = "fingerprint, status, body, sealed, expires"

    private let seal: StoreSeal

    /// What of an answer its number in `sealed` says: its dialect has sealed it, or the store.
    static let (sealedByDialect, sealedByStore): (Int64, Int64) = (1, 2)

    init(_ connection: Connection, seal: StoreSeal) throws(DatabaseError) {
        self.seal = seal
        byID = try connection.prepare(
            "SELECT \(Self.columns), key FROM answer_log WHERE id = ?", "read an answer")
        old = try connection.prepare("SELECT \(Self.columns) FROM answer WHERE key = ?", "look for an answer")
    }

    /// The answer under a key, and its row in the log; nil where there is none.
    func find(_ key: Digest256, _ keys: AnswerKeys) throws(DatabaseError) -> (row: Int64?, record: AnswerRecord)? {
        for row in keys.rows(for: key) {
            byID.bind(1, row)
            let found = try byID.first { Digest256(bytes: $0.bytes(5)) == key ? self.record($0) : nil }
            if let record = found ?? nil { return (row, record) }
        }
        guard keys.hasOld else { return nil }
        old.bind(1, key.bytes)
        return try old.first { self.record($0) }.flatMap(\.self).map { (nil, $0) }
    }

    private func record(_ row: Statement) -> AnswerRecord? {
        guard let fingerprint = Digest256(bytes: row.bytes(0)) else { return nil }
        let (stored, sealed) = (row.bytes(2), row.integer(3))
        let isOurs = sealed & Self.sealedByStore != 0
        guard let body = isOurs ? seal.opened(stored, .answer, of: 0) : stored else { return nil }
        return AnswerRecord(
            fingerprint: fingerprint,
            answer: StoredAnswer(
                status: Int(row.integer(1)), body: body, isSealed: sealed & Self.sealedByDialect != 0),
            expiresAt: Instant(nanoseconds: row.integer(4)))
    }
}
