import Base
import Database
import Model
import Rows

/// The log of events. Each row written is fanned out to webhooks. The writer thread's own.
final class EventRows {
    private let insert: Statement
    private let webhooks: WebhookChanges
    private let serials: Serials
    private let cells: Cells

    init(
        _ connection: Connection, webhooks: WebhookChanges, serials: Serials, cells: Cells
    ) throws(DatabaseError) {
        self.webhooks = webhooks
        self.serials = serials
        self.cells = cells
        insert = try connection.prepare(
            "INSERT INTO event (id, message, recipient, kind, at, detail) VALUES (?, ?, ?, ?, ?, ?)", "insert an event")
    }

    /// The row has the number of the last of the events that it stands for.
    func add(_ event: EventRow, of message: Message.ID) throws(DatabaseError) {
        let kinds = EventRecord.kinds(event.code)
        let last = try serials.rows(Int64(kinds.count), in: cells.cell(ofMessage: message.value))
        insert.bind(1, last)
        insert.bind(2, message.value)
        insert.bind(3, event.recipient.map { Int64($0) })
        insert.bind(4, event.code)
        insert.bind(5, event.at.nanoseconds)
        insert.bind(6, event.detail)
        try insert.run()
        try webhooks.fanOut(kinds, last: last, message: message.value, at: event.at.nanoseconds)
    }
}
