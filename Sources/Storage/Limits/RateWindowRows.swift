import Base
import Database
import Model
import Ports

/// Rate windows on disk. The writer thread's own.
final class RateWindowRows {
    private let save: Statement
    private let purge: Statement
    /// Given to a transaction that failed: the next one writes them first, as they will not be given again.
    private var unsaved: [RateWindowRecord] = []

    init(_ connection: Connection) throws(DatabaseError) {
        save = try connection.prepare(
            """
            INSERT INTO rate_window (personality, class, tier, owner, mark, used, ends) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET mark = excluded.mark, used = excluded.used, ends = excluded.ends
            """, "save a rate window")
        purge = try connection.prepare("DELETE FROM rate_window WHERE ends <= ?", "remove ended rate windows")
    }

    /// What rides with the transaction.
    func ride(_ records: [RateWindowRecord]) throws(DatabaseError) {
        unsaved += records
        try save(unsaved)
    }

    func committed() { unsaved.removeAll(keepingCapacity: true) }

    func save(_ records: [RateWindowRecord]) throws(DatabaseError) {
        for record in records {
            save.bind(1, record.personality.name)
            save.bind(2, record.rateClass)
            save.bind(3, record.tier)
            save.bind(4, record.owner)
            save.bind(5, record.mark.nanoseconds)
            save.bind(6, Int64(record.used))
            save.bind(7, record.endsAt.nanoseconds)
            try save.run()
        }
    }

    func purge(endedBy instant: Instant) throws(DatabaseError) {
        purge.bind(1, instant.nanoseconds)
        try purge.run()
    }
}
