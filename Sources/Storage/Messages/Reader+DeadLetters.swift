import Base
import Database
import Model
import Ports

extension Reader {
    /// At most `limit` of those after `last`, in the order of acceptance.
    func deadLetters(
        after last: DeliveryID, limit: Int, _ personalities: PersonalityNumbers
    ) throws(DatabaseError) -> [DeadLetter] {
        let statement = try connection.prepare(
            Self.deadLetters + "WHERE id > ? ORDER BY id LIMIT ?", "read dead letters")
        statement.bind(1, last.packed)
        statement.bind(2, Int64(limit))
        return try deadLetters(statement, personalities)
    }

    /// Latest first.
    func latestDeadLetters(
        skip: Int, limit: Int, _ personalities: PersonalityNumbers
    ) throws(DatabaseError) -> [DeadLetter] {
        let statement = try connection.prepare(
            Self.deadLetters + "ORDER BY id DESC LIMIT ? OFFSET ?", "read the latest dead letters")
        statement.bind(1, Int64(limit))
        statement.bind(2, Int64(skip))
        return try deadLetters(statement, personalities)
    }

    private static let deadLetters = "SELECT id, at, attempts, destination, account, origin FROM dead_letter "

    private func deadLetters(
        _ statement: Statement, _ personalities: PersonalityNumbers
    ) throws(DatabaseError) -> [DeadLetter] {
        var letters: [DeadLetter] = []
        try statement.forEach { row in
            letters.append(
                DeadLetter(
                    id: DeliveryID(packed: row.integer(0)), at: Instant(nanoseconds: row.integer(1)),
                    attempts: Int(row.integer(2)), destination: row.text(3), account: Account.ID(row.integer(4)),
                    origin: personalities.id(row.integer(5))))
        }
        return letters
    }
}
