import Database

/// What the writer runs on every webhook delivery, prepared once.
struct WebhookStatements {
    let sender: Statement
    let insert: Statement
    let count: Statement
    let settle: Statement
    let health: Statement
    let replay: Statement

    init(_ connection: Connection) throws(DatabaseError) {
        sender = try connection.prepare(
            "SELECT account, origin, domain FROM message WHERE id = ?", "read a message's owner")
        insert = try connection.prepare(
            """
            INSERT INTO webhook_delivery
            (id, endpoint, name, event, message, data, policy, created, queued, due, attempts)
            VALUES (?8, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7, 0)
            """, "queue a webhook delivery")
        count = try connection.prepare(
            "UPDATE webhook SET deliveries = deliveries + 1 WHERE id = ?", "count webhook deliveries")
        settle = try connection.prepare(
            """
            UPDATE webhook_delivery SET due = ?2, attempts = ?3, status = ?4, response = ?5, delivered = ?6
            WHERE id = ?1 AND due IS NOT NULL
            """, "settle a webhook delivery")
        // ?5: 1 for an attempt that went well. ?4: 0 forgets the failures, 1 is one more, NULL leaves them.
        health = try connection.prepare(
            """
            UPDATE webhook SET attempted = ?2, status = ?3,
            failures = CASE ?4 WHEN 0 THEN 0 WHEN 1 THEN failures + 1 ELSE failures END,
            successes = successes + ?5, errors = errors + 1 - ?5,
            errors_since = iif(?5 = 1, 0, errors_since + 1)
            WHERE id = ?1 RETURNING failures, origin, enabled
            """, "note a webhook's health")
        replay = try connection.prepare(
            """
            UPDATE webhook_delivery SET due = ?2, queued = ?2, attempts = 0, delivered = NULL,
            replayed = iif(delivered IS NULL, ?2, replayed) WHERE id = ?1 AND due IS NULL RETURNING endpoint
            """, "replay a webhook delivery")
    }
}
