import Database

extension Schema {
    static let answers = Migration(
        number: 7, name: "answers kept for idempotency keys",
        sql: """
            -- `key` is the digest of a key within its namespace. Random, but the rows live for a day and are few where
            -- a dialect finds its messages again by `idempotency`.
            CREATE TABLE answer (
                key BLOB PRIMARY KEY, fingerprint BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
                sealed INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            """)
}
