import Database

/// What the writer runs on every message, prepared once.
struct WriterStatements {
    let begin: Statement
    let commit: Statement
    let rollBack: Statement
    let insertMessage: Statement
    let insertContent: Statement
    let insertDelivery: Statement
    let insertEvent: Statement
    let insertClaim: Statement
    let claimByID: Statement
    let deleteDelivery: Statement
    let deferDelivery: Statement
    let deleteDeliveries: Statement
    let moveDeliveries: Statement
    let attemptState: Statement
    let suppressionsOf: Statement

    init(_ connection: Connection) throws(DatabaseError) {
        begin = try connection.prepare("BEGIN IMMEDIATE", "begin")
        commit = try connection.prepare("COMMIT", "commit")
        rollBack = try connection.prepare("ROLLBACK", "roll back")
        insertMessage = try connection.prepare(
            """
            INSERT INTO message (id, account, origin, key, domain, mode, at, head, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, "insert a message")
        insertContent = try connection.prepare(
            "INSERT INTO content (message, name, bytes) VALUES (?, ?, ?)", "insert a content")
        insertDelivery = try connection.prepare(
            """
            INSERT INTO delivery (id, due, attempts, destination, simulation, account, origin, policy, expires)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, "insert a delivery")
        insertEvent = try connection.prepare(
            "INSERT INTO event (id, message, recipient, kind, at, detail) VALUES (?, ?, ?, ?, ?, ?)", "insert an event")
        insertClaim = try connection.prepare(
            "INSERT INTO idempotency (id, key64, message, key, fingerprint) VALUES (?, ?, ?, ?, ?)",
            "insert an idempotency key")
        claimByID = try connection.prepare(
            "SELECT message, key, fingerprint FROM idempotency WHERE id = ?", "read an idempotency key")
        deleteDelivery = try connection.prepare("DELETE FROM delivery WHERE id = ?", "finish a delivery")
        deferDelivery = try connection.prepare(
            "UPDATE delivery SET due = ?2, attempts = ?3 WHERE id = ?1", "defer a delivery")
        deleteDeliveries = try connection.prepare(
            "DELETE FROM delivery WHERE id BETWEEN ? AND ?", "cancel deliveries")
        moveDeliveries = try connection.prepare(
            "UPDATE delivery SET due = ?3 WHERE id BETWEEN ?1 AND ?2", "move deliveries")
        attemptState = try connection.prepare(
            """
            SELECT EXISTS (SELECT 1 FROM delivery WHERE id BETWEEN ?1 AND ?2),
            EXISTS (SELECT 1 FROM event WHERE message = ?3 AND recipient IS NOT NULL AND kind <> ?4)
            """, "look for attempts")
        suppressionsOf = try connection.prepare(
            "SELECT domain, expires FROM suppression WHERE account = ? AND address = ?", "look for a suppression")
    }
}
