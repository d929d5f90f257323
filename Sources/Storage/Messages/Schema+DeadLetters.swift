import Database

extension Schema {
    /// What was given up, and can be queued again.
    static let deadLetters = Migration(
        number: 8, name: "dead letters",
        sql: """
            -- The delivery's row as it was. Deliveries that ended before this table came to be are not in it.
            CREATE TABLE dead_letter (
                id INTEGER PRIMARY KEY, at INTEGER NOT NULL, attempts INTEGER NOT NULL, destination TEXT NOT NULL,
                simulation INTEGER NOT NULL, account INTEGER NOT NULL, origin INTEGER NOT NULL,
                policy INTEGER NOT NULL) STRICT;
            """)
}
