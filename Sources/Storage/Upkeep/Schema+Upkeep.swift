import Database

extension Schema {
    /// What is the operator's own.
    static let upkeep = Migration(
        number: 16, name: "upkeep",
        sql: """
            -- Lanes that are held back until somebody lets them go on.
            CREATE TABLE lane_pause (lane TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
            """)

    /// What goes in slices, beyond a restart.
    static let mailRemovals = Migration(
        number: 20, name: "removals",
        sql: """
            -- Domains that are gone, and whose messages are to go as well. Accounts that go have a state that says so.
            CREATE TABLE mail_removal (domain INTEGER PRIMARY KEY, account INTEGER NOT NULL) STRICT;
            """)

    /// Messages that end by their callers' word.
    static let messageEnds = Migration(
        number: 22, name: "ends of messages",
        sql: """
            -- `part`: 0 contents, 1 all of it. What is due and not finished yet is moved on.
            CREATE TABLE message_end (
                at INTEGER NOT NULL, message INTEGER NOT NULL, part INTEGER NOT NULL,
                PRIMARY KEY (at, message, part)) STRICT, WITHOUT ROWID;
            """)
}
