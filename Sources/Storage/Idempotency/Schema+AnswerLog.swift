import Database

extension Schema {
    /// Answers as a log with a table of their keys in memory, as idempotency keys are: the index of random keys cost
    /// more than the message that an answer is about.
    static let answerLog = Migration(
        number: 18, name: "answers in a log",
        sql: """
            -- Append only. `key64` is the first eight bytes of `key`. What `answer` holds from before is read until it
            -- has expired.
            CREATE TABLE answer_log (
                id INTEGER PRIMARY KEY, key64 INTEGER NOT NULL, key BLOB NOT NULL, fingerprint BLOB NOT NULL,
                expires INTEGER NOT NULL, status INTEGER NOT NULL, sealed INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
            -- Nearly in the order of their making, as a dialect keeps all for as long. It holds all that the start
            -- reads.
            CREATE INDEX answer_log_by_expiry ON answer_log (expires, key64);
            """)
}
