package import Crypto
import Database
package import Model
package import Ports

extension SQLiteStore {
    package func answer(_ key: Digest256) async throws(KernelFailure) -> AnswerRecord? {
        let keys = answerKeys
        // A key that is new, as nearly all are, is told from memory.
        guard keys.hasOld || !keys.rows(for: key).isEmpty else { return nil }
        return try read { reader throws(DatabaseError) in try reader.answer(key, keys) }
    }
}

extension Reader {
    func answer(_ key: Digest256, _ keys: AnswerKeys) throws(DatabaseError) -> AnswerRecord? {
        if let answers { return try answers.find(key, keys)?.record }
        let statements = try AnswerStatements(connection, seal: seal)
        answers = statements
        return try statements.find(key, keys)?.record
    }
}
