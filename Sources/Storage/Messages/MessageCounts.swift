import Database

/// How many messages each owner has: the totals of lists.
///
/// To count in every commit would write one more page each time, a tenth of what a commit writes. So the table says how
/// many there were up to a message, and is brought up to date when enough have come since; whoever asks for a total
/// adds those after it, which are never many (`StorageLimits.uncountedMessages`). The writer thread's own.
final class MessageCounts {
    private struct Owner: Hashable {
        let account: Int64
        let origin: Int64
    }

    private let add: Statement
    private let subtract: Statement
    private let connection: Connection
    /// Committed since the table was brought up to date.
    private var uncounted: [Owner: Int64] = [:]
    /// Of the open transaction:
    private var current: [Owner: Int64] = [:]
    private var removed: [Owner: Int64] = [:]
    private var isWritten = false
    /// Committed since the start, by origin.
    private(set) var accepted: [Int64: UInt64] = [:]

    /// Finds what an earlier process had not counted.
    init(_ connection: Connection) throws(DatabaseError) {
        add = try connection.prepare(
            """
            INSERT INTO message_count (account, origin, messages, upto) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET messages = messages + ?3, upto = ?4
            """, "count messages")
        subtract = try connection.prepare(
            "UPDATE message_count SET messages = messages - 1 WHERE account = ? AND origin = ? AND upto >= ?",
            "count a message no more")
        self.connection = connection
        try connection.prepare(
            """
            SELECT account, origin, count(*) FROM message
            WHERE id > (SELECT coalesce(max(upto), 0) FROM message_count) GROUP BY account, origin
            """, "count new messages"
        ).forEach { uncounted[Owner(account: $0.integer(0), origin: $0.integer(1))] = $0.integer(2) }
    }

    func note(account: Int64, origin: Int64) { current[Owner(account: account, origin: origin), default: 0] += 1 }

    /// A message is removed: it was counted in the table, or is one of those that are yet to be.
    func remove(_ id: Int64, account: Int64, origin: Int64) throws(DatabaseError) {
        subtract.bind(1, account)
        subtract.bind(2, origin)
        subtract.bind(3, id)
        try subtract.run()
        if connection.changedRows == 0 { removed[Owner(account: account, origin: origin), default: 0] += 1 }
    }

    /// Inside the transaction, at its end. `last`: no message has a number above it, and every later one will.
    func write(upTo last: Int64) throws(DatabaseError) {
        let total = uncounted.values.reduce(current.values.reduce(0, +), +)
        guard total >= StorageLimits.uncountedMessages else { return }
        isWritten = true
        let kept = uncounted.merging(current, uniquingKeysWith: +)
            .merging(removed.mapValues { -$0 }, uniquingKeysWith: +)
        for (owner, messages) in kept {
            add.bind(1, owner.account)
            add.bind(2, owner.origin)
            add.bind(3, messages)
            add.bind(4, last)
            try add.run()
        }
    }

    func committed() {
        for (owner, messages) in current { accepted[owner.origin, default: 0] += UInt64(messages) }
        if isWritten {
            uncounted.removeAll(keepingCapacity: true)
        } else {
            uncounted.merge(current, uniquingKeysWith: +)
            uncounted.merge(removed.mapValues { -$0 }, uniquingKeysWith: +)
        }
        forgetTransaction()
    }

    func rolledBack() { forgetTransaction() }

    private func forgetTransaction() {
        current.removeAll(keepingCapacity: true)
        removed.removeAll(keepingCapacity: true)
        isWritten = false
    }

    /// The total of an owner, account ?1 and origin ?2, or of everybody.
    static func totalSQL(ofOwner: Bool) -> String {
        guard ofOwner else {
            return """
                SELECT (SELECT coalesce(sum(messages), 0) FROM message_count) + (SELECT count(*) FROM message
                WHERE id > (SELECT coalesce(max(upto), 0) FROM message_count))
                """
        }
        return """
            SELECT coalesce((SELECT messages FROM message_count WHERE account = ?1 AND origin = ?2), 0)
            + (SELECT count(*) FROM message WHERE account = ?1 AND origin = ?2
            AND id > coalesce((SELECT upto FROM message_count WHERE account = ?1 AND origin = ?2), 0))
            """
    }
}
