import Database
import Model
import Rows

/// The rows of addresses that failed of late, by account and personality. The writer thread's own.
///
/// Every delivery ends a run, and hardly any address has one: so the cells of messages whose addresses may have one are
/// kept in memory, and added to before a row is written. A cell that stays there in vain costs look-ups that find
/// nothing.
final class FailureRuns {
    struct Key {
        let account: Int64
        let origin: PersonalityID
        let address: String
    }

    private let connection: Connection
    private let personalities: PersonalityNumbers
    private var cells: Set<Cell> = []

    init(_ connection: Connection, personalities: PersonalityNumbers) throws(DatabaseError) {
        self.connection = connection
        self.personalities = personalities
        var cells: Set<Cell> = []
        try connection.prepare("SELECT DISTINCT cell FROM failure_run", "read where addresses failed").forEach { row in
            cells.insert(Cell(UInt8(truncatingIfNeeded: row.integer(0))))
        }
        self.cells = cells
    }

    func mayKnow(_ message: Message.ID) -> Bool { !cells.isEmpty && cells.contains(CellNumber(message.value).cell) }

    /// An empty one where nothing is known.
    func read(_ key: Key) throws(DatabaseError) -> FailureRun {
        let read = try connection.prepare(
            "SELECT count, before, delivered_by FROM failure_run WHERE account = ? AND origin = ? AND address = ?",
            "read failures in a row")
        bind(key, to: read)
        return try read.first { row in
            FailureRun(
                count: Int(row.integer(0)), before: Int(row.integer(1)),
                deliveredBy: row.optionalInteger(2).map(Message.ID.init))
        } ?? FailureRun()
    }

    /// nil: there is nothing to remember any more.
    func write(_ run: FailureRun?, _ key: Key, _ message: Message.ID) throws(DatabaseError) {
        guard let run else {
            let delete = try connection.prepare(
                "DELETE FROM failure_run WHERE account = ? AND origin = ? AND address = ?", "forget failures in a row")
            bind(key, to: delete)
            return try delete.run()
        }
        let cell = CellNumber(message.value).cell
        cells.insert(cell)
        let write = try connection.prepare(
            """
            INSERT INTO failure_run (account, origin, address, count, before, delivered_by, cell)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO UPDATE SET count = ?4, before = ?5, delivered_by = ?6
            """, "count failures in a row")
        bind(key, to: write)
        write.bind(4, Int64(run.count))
        write.bind(5, Int64(run.before))
        write.bind(6, run.deliveredBy?.value)
        write.bind(7, Int64(cell.value))
        try write.run()
    }

    private func bind(_ key: Key, to statement: Statement) {
        statement.bind(1, key.account)
        statement.bind(2, personalities.number(key.origin) ?? 0)
        statement.bind(3, key.address)
    }
}
