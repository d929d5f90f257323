import Database

/// What the writer runs on every relayed request, prepared once.
struct RelayStatements {
    let insert: Statement
    let enqueue: Statement
    let putOff: Statement
    let finish: Statement
    let end: Statement
    let insertAttempt: Statement

    init(_ connection: Connection) throws(DatabaseError) {
        insert = try connection.prepare(
            "INSERT INTO relay (id, account, origin, at, head, body) VALUES (?, ?, ?, ?, ?, ?)", "insert a relay")
        enqueue = try connection.prepare(
            """
            INSERT INTO relay_queue (id, account, origin, target, due, attempts, made, queued)
            VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?5)
            """, "queue a relay")
        putOff = try connection.prepare(
            """
            UPDATE relay_queue SET due = ?3, attempts = attempts + 1, made = made + 1
            WHERE id = ?1 AND attempts = ?2 RETURNING made
            """, "put a relay off")
        finish = try connection.prepare(
            "DELETE FROM relay_queue WHERE id = ?1 AND attempts = ?2 RETURNING account, origin, target, made",
            "finish a relay")
        end = try connection.prepare(
            "INSERT INTO relay_end (relay, account, origin, state, target, at) VALUES (?, ?, ?, ?, ?, ?)",
            "end a relay")
        insertAttempt = try connection.prepare(
            """
            INSERT INTO relay_attempt (relay, number, outcome, status, failure, latency, at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, "insert an attempt")
    }
}
