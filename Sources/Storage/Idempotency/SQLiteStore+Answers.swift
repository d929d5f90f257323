package import Crypto
import Database
package import Model
package import Ports

extension SQLiteStore {
    package func answer(_ key: Digest256) async throws(KernelFailure) -> AnswerRecord? {
        try read { reader throws(DatabaseError) in try reader.answer(key) }
    }
}

extension Reader {
    func answer(_ key: Digest256) throws(DatabaseError) -> AnswerRecord? {
        let statement: Statement
        if let answerByKey {
            statement = answerByKey
        } else {
            statement = try connection.prepare(AnswerRows.findSQL, "look for an answer")
            answerByKey = statement
        }
        statement.bind(1, key.bytes)
        return try statement.first { AnswerRows.record($0) } ?? nil
    }
}
