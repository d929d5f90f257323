import Base
import Database
import Model
import Rows

/// The log of events. Each row written is fanned out to webhooks. The writer thread's own.
final class EventRows {
    private let insert: Statement
    private let webhooks: WebhookChanges
    /// The latest number given out, and the latest that is on disk.
    private var last: Int64
    private var committedLast: Int64

    init(_ connection: Connection, webhooks: WebhookChanges) throws(DatabaseError) {
        self.webhooks = webhooks
        insert = try connection.prepare(
            "INSERT INTO event (id, message, recipient, kind, at, detail) VALUES (?, ?, ?, ?, ?, ?)", "insert an event")
        last = try connection.scalar("SELECT max(id) FROM event", "read the last serial")
        committedLast = last
    }

    /// The row has the number of the last of the events that it stands for.
    func add(_ event: EventRow, of message: Message.ID) throws(DatabaseError) {
        let kinds = EventRecord.kinds(event.code)
        last += Int64(kinds.count)
        insert.bind(1, last)
        insert.bind(2, message.value)
        insert.bind(3, event.recipient.map { Int64($0) })
        insert.bind(4, event.code)
        insert.bind(5, event.at.nanoseconds)
        insert.bind(6, event.detail)
        try insert.run()
        try webhooks.fanOut(kinds, last: last, message: message.value, at: event.at.nanoseconds)
    }

    func committed() { committedLast = last }

    func rollBack() { last = committedLast }
}
