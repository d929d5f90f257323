import Database
import Model
import Ports
import Rows

/// Looks at how far a recipient is, when something is reported of it. The writer thread's own.
final class ReportRows {
    private let queued: Statement
    private let history: Statement

    init(_ connection: Connection) throws(DatabaseError) {
        queued = try connection.prepare("SELECT 1 FROM delivery WHERE id = ?", "look for a delivery")
        history = try connection.prepare(
            """
            SELECT kind FROM event WHERE message = ?1 AND (recipient = ?2 OR recipient IS NULL) ORDER BY id
            """, "read a recipient's events")
    }

    /// The delivery has not ended, or was replayed.
    func isQueued(_ id: DeliveryID) throws(DatabaseError) -> Bool {
        queued.bind(1, id.packed)
        return try queued.first { _ in true } ?? false
    }

    /// Of one that is not queued: the last event that ends a delivery tells. `queued` where there never was one.
    func state(of id: DeliveryID) throws(DatabaseError) -> Recipient.State {
        history.bind(1, id.message.value)
        history.bind(2, Int64(id.recipient))
        var state = Recipient.State.queued
        try history.forEach { row in
            for kind in EventRecord.kinds(row.integer(0)) { state = MessageRow.state(after: kind) ?? state }
        }
        return state
    }
}
