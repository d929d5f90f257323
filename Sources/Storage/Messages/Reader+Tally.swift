import Base
import Database
import Model
import Ports

extension Reader {
    /// Goes through what is unfinished and through dead letters; what is finished is only counted.
    func tally(account: Int64, origin: Int64, now: Instant) throws(DatabaseError) -> MessageTally {
        let count = try connection.prepare(MessageCounts.totalSQL(ofOwner: true), "count messages")
        count.bind(1, account)
        count.bind(2, origin)
        let total = try count.first { $0.integer(0) } ?? 0
        let unfinished = try connection.prepare(
            """
            SELECT count(*) FILTER (WHERE due <= ?3 AND attempts = 0), count(*) FROM (
                SELECT min(due) AS due, max(attempts) AS attempts FROM delivery
                WHERE account = ?1 AND origin = ?2 GROUP BY id >> 10)
            """, "count what is unfinished")
        unfinished.bind(1, account)
        unfinished.bind(2, origin)
        unfinished.bind(3, now.nanoseconds)
        let (waiting, open) = try unfinished.first { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
        let dead = try connection.prepare(
            "SELECT count(DISTINCT id >> 10) FROM dead_letter WHERE account = ? AND origin = ?", "count dead letters")
        dead.bind(1, account)
        dead.bind(2, origin)
        let failed = try dead.first { $0.integer(0) } ?? 0
        return MessageTally(
            total: Int(total), waiting: Int(waiting), delayed: Int(open - waiting), failed: Int(failed))
    }
}
