import Base
import Database
import Model
import Ports
import Rows

/// The rows of messages and of the names of their files. The writer thread's own.
final class MessageRows {
    private let insert: Statement
    private let insertContent: Statement
    private let insertEnd: Statement
    private let counts: MessageCounts
    private let serials: Serials
    private let cells: Cells

    init(
        _ connection: Connection, counts: MessageCounts, serials: Serials, cells: Cells
    ) throws(DatabaseError) {
        self.counts = counts
        self.serials = serials
        self.cells = cells
        insert = try connection.prepare(
            """
            INSERT INTO message (id, account, origin, key, domain, mode, at, head, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, "insert a message")
        insertContent = try connection.prepare(
            "INSERT INTO content (message, name, bytes) VALUES (?, ?, ?)", "insert a content")
        insertEnd = try connection.prepare(
            "INSERT INTO message_end (at, message, part) VALUES (?, ?, ?)", "note when a message ends")
    }

    /// `origin`: the number of the personality that it came in by. The message's own number.
    func add(_ encoded: EncodedMessage, origin: Int64) throws(DatabaseError) -> Message.ID {
        let id = try serials.rows(in: cells.cell(of: encoded.message.account))
        insert.bind(1, id)
        insert.bind(2, encoded.message.account.value)
        insert.bind(3, origin)
        if encoded.message.key == AccessKey.noID {
            insert.bindNull(4)
        } else {
            insert.bind(4, encoded.message.key.value)
        }
        insert.bind(5, encoded.message.domain.value)
        insert.bind(6, encoded.message.mode == .live ? 0 : 1)
        insert.bind(7, encoded.message.at.nanoseconds)
        try insert.binding(8, encoded.head) { () throws(DatabaseError) in
            guard encoded.contentName == nil else {
                insert.bindNull(9)
                return try insert.run()
            }
            try insert.binding(9, encoded.body) { () throws(DatabaseError) in try insert.run() }
        }
        if let name = encoded.contentName { try add(name, encoded.contentBytes, of: id) }
        for end in encoded.message.ends {
            insertEnd.bind(1, end.at.nanoseconds)
            insertEnd.bind(2, id)
            insertEnd.bind(3, end.part.rawValue)
            try insertEnd.run()
        }
        counts.note(account: encoded.message.account.value, origin: origin)
        return Message.ID(id)
    }

    private func add(_ content: String, _ bytes: Int, of message: Int64) throws(DatabaseError) {
        insertContent.bind(1, message)
        insertContent.bind(2, content)
        insertContent.bind(3, Int64(bytes))
        try insertContent.run()
    }

    func uncount(_ id: Int64, account: Int64, origin: Int64) throws(DatabaseError) {
        try counts.remove(id, account: account, origin: origin)
    }

    // MARK: The transaction

    /// Inside it, at its end.
    func writeCounts() throws(DatabaseError) { try counts.write(upTo: serials.upTo) }

    func committed() { counts.committed() }

    func rollBack() { counts.rolledBack() }
}
