import Database

extension Schema {
    /// Personalities' own records. Their keys are random (codes, other people's references), so they stand in a log
    /// that is only appended to and are looked up in memory, as idempotency keys are. Whether a key is taken is asked
    /// of the record, so nothing of the log is ever changed.
    static let records = Migration(
        number: 14, name: "records",
        sql: """
            CREATE TABLE record_collection (
                id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (origin, name)) STRICT;

            -- `mode`: 0 live, 1 test. `state` is empty once it was removed.
            CREATE TABLE record (
                id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, account INTEGER NOT NULL, mode INTEGER NOT NULL,
                state TEXT NOT NULL, version INTEGER NOT NULL, created INTEGER NOT NULL, since INTEGER NOT NULL,
                due INTEGER, minted TEXT, body BLOB NOT NULL) STRICT;
            CREATE INDEX record_by_space ON record (collection, account, mode, id);
            CREATE INDEX record_by_state ON record (collection, account, mode, state, id);

            -- What is due, in order. Not an index of `record`: it has unfinished ones only.
            CREATE TABLE record_due (
                due INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (due, record)) STRICT, WITHOUT ROWID;

            -- Append only. `key64` is the first eight bytes of `key`, for the table in memory.
            CREATE TABLE record_key (
                id INTEGER PRIMARY KEY, key64 INTEGER NOT NULL, record INTEGER NOT NULL, key BLOB NOT NULL) STRICT;

            CREATE TABLE record_mark (
                collection INTEGER NOT NULL, account INTEGER NOT NULL, mode INTEGER NOT NULL, name TEXT NOT NULL,
                value TEXT NOT NULL, record INTEGER NOT NULL,
                PRIMARY KEY (collection, account, mode, name, value, record)) STRICT, WITHOUT ROWID;

            -- `kind`: what the row is, as `Facet.Kind` numbers it.
            CREATE TABLE facet (
                kind INTEGER NOT NULL, row INTEGER NOT NULL, origin INTEGER NOT NULL, body BLOB NOT NULL,
                PRIMARY KEY (kind, row, origin)) STRICT, WITHOUT ROWID;

            -- An endpoint of its own is a URL that single records named. It has no secret, wants no events, and stands
            -- in no list.
            ALTER TABLE webhook ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
            CREATE UNIQUE INDEX webhook_own ON webhook (account, origin, url) WHERE own = 1 AND deleted IS NULL;
            -- When it was queued anew after it had been given up.
            ALTER TABLE webhook_delivery ADD COLUMN replayed INTEGER;
            """)
}
