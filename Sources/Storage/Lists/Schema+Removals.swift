import Database

extension Schema {
    /// What was removed of what the lists' index may hold.
    static let messageRemovals = Migration(
        number: 19, name: "removed messages",
        sql: """
            -- Append only, and forgotten once the index has them: numbers never come again.
            CREATE TABLE message_removal (id INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL) STRICT;
            """)
}
