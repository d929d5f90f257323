import Database

extension Schema {
    /// Templates with what is edited of them, and what was published. A number is never another template's: messages
    /// say which one they were made of.
    static let templates = Migration(
        number: 13, name: "templates",
        sql: """
            CREATE TABLE template (
                id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES account(id),
                origin INTEGER NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
                draft BLOB, version INTEGER NOT NULL) STRICT;
            CREATE INDEX template_by_owner ON template (account, origin, id);

            CREATE TABLE template_version (
                template INTEGER NOT NULL REFERENCES template(id) ON DELETE CASCADE, number INTEGER NOT NULL,
                at INTEGER NOT NULL, content BLOB NOT NULL, PRIMARY KEY (template, number)) STRICT;
            """)
}
