import Database
import Model
import Ports

/// The operator's own business. Its changes are few, so no statement is kept. The writer thread's own.
struct UpkeepChanges {
    private let connection: Connection
    private let removal: Removal

    init(_ connection: Connection, _ removal: Removal) {
        self.connection = connection
        self.removal = removal
    }

    func apply(_ change: UpkeepChange) throws(DatabaseError) -> ChangeOutcome {
        switch change {
        case .setPaused(let lane, let isPaused):
            let statement = try connection.prepare(
                isPaused
                    ? "INSERT OR IGNORE INTO lane_pause (lane) VALUES (?)" : "DELETE FROM lane_pause WHERE lane = ?",
                "pause a lane")
            statement.bind(1, lane)
            try statement.run()
        case .clear(let slice): return try removal.clear(slice)
        case .removeMessage(let id): return try removal.removeMessage(id)
        case .removeMessages(let removal):
            let note = try connection.prepare(
                "INSERT OR IGNORE INTO mail_removal (domain, account) VALUES (?, ?)", "note a removal")
            note.bind(1, removal.domain.value)
            note.bind(2, removal.account.value)
            try note.run()
        case .removedMessages(let removal):
            let end = try connection.prepare("DELETE FROM mail_removal WHERE domain = ?", "end a removal")
            end.bind(1, removal.domain.value)
            try end.run()
        case .endMessages(let at, let limit): return try removal.endMessages(at: at, limit: limit)
        case .probe:
            // A row that is written as it is takes its place in the log all the same.
            try connection.execute(
                "UPDATE run SET started = started WHERE epoch = (SELECT max(epoch) FROM run)", "probe the disk")
        }
        return .done(serial: 0)
    }
}
