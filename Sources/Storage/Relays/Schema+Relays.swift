import Database

extension Schema {
    /// Relayed requests, and what the proof that they may go to a domain needs. A relay is one row, written once; how
    /// far it is stands in `relay_queue` while it is unfinished, in `relay_end` where it did not get there, and in
    /// nothing but its last attempt where it did, which is how nearly all of them end.
    static let relays = Migration(
        number: 10, name: "relays",
        sql: """
            -- `head`: method, target, fields, metadata, policy. `body` is NULL where it is in a file of its own.
            CREATE TABLE relay (
                id INTEGER PRIMARY KEY, account INTEGER NOT NULL, origin INTEGER NOT NULL, at INTEGER NOT NULL,
                head BLOB NOT NULL, body BLOB) STRICT;
            CREATE INDEX relay_by_owner ON relay (account, origin, id);

            CREATE TABLE relay_content (relay INTEGER PRIMARY KEY, name TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;

            -- Unfinished ones only. `attempts` since it was queued, at `queued`; `made` all there ever were.
            CREATE TABLE relay_queue (
                id INTEGER PRIMARY KEY, account INTEGER NOT NULL, origin INTEGER NOT NULL, target TEXT NOT NULL,
                due INTEGER NOT NULL, attempts INTEGER NOT NULL, made INTEGER NOT NULL, queued INTEGER NOT NULL) STRICT;

            CREATE TABLE relay_attempt (
                relay INTEGER NOT NULL, number INTEGER NOT NULL, outcome INTEGER NOT NULL, status INTEGER,
                failure INTEGER, latency INTEGER NOT NULL, at INTEGER NOT NULL,
                PRIMARY KEY (relay, number)) STRICT, WITHOUT ROWID;

            -- Finished and not delivered: dead letters, and what was taken back.
            CREATE TABLE relay_end (
                relay INTEGER PRIMARY KEY, account INTEGER NOT NULL, origin INTEGER NOT NULL, state INTEGER NOT NULL,
                target TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
            CREATE INDEX relay_end_by_owner ON relay_end (account, origin, state, relay);

            -- When its caller queued a relay anew.
            CREATE TABLE relay_replay (relay INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;

            CREATE TABLE relay_secret (
                account INTEGER NOT NULL REFERENCES account(id), origin INTEGER NOT NULL, sealed BLOB NOT NULL,
                created INTEGER NOT NULL, PRIMARY KEY (account, origin)) STRICT, WITHOUT ROWID;

            -- The operator's word for a domain holds for calling it, too.
            ALTER TABLE domain ADD COLUMN target_verified INTEGER;
            UPDATE domain SET target = 'pinned', target_verified = verified WHERE sending = 'pinned';
            """)
}
