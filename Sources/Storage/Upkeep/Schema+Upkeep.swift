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
}
