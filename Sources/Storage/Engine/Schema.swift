import Database

/// The schema, step by step. Never edit a step that was released: add one.
///
/// What shapes it (measured, on a 2-core machine with 10 to 17 million messages): the number of distinct pages that a
/// batch touches decides everything, so the accept path only appends. A message is one row, written once and never
/// updated; whatever changes about it lives in `delivery` (unfinished work only) and `event` (what happened). No index
/// has a random key: public ids are derived from the serial, and idempotency keys are looked up in memory.
enum Schema {
    static let migrations = [
        Migration(
            number: 1, name: "foundation",
            sql: """
                -- One row per start of the program; the latest one's number is the owner epoch in the log.
                CREATE TABLE run (epoch INTEGER PRIMARY KEY, started INTEGER NOT NULL) STRICT;

                CREATE TABLE personality (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

                CREATE TABLE account (
                    id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent INTEGER REFERENCES account(id),
                    state TEXT NOT NULL, created INTEGER NOT NULL) STRICT;

                CREATE TABLE access_key (
                    id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account(id), personality TEXT NOT NULL,
                    kind TEXT NOT NULL, mode TEXT NOT NULL, scopes TEXT NOT NULL, domains TEXT NOT NULL,
                    networks TEXT NOT NULL, label TEXT NOT NULL, prefix TEXT NOT NULL, digest BLOB NOT NULL UNIQUE,
                    created INTEGER NOT NULL, expires INTEGER, revoked INTEGER) STRICT;

                CREATE TABLE domain (
                    id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account(id), name TEXT NOT NULL,
                    sending TEXT NOT NULL, created INTEGER NOT NULL, verified INTEGER, UNIQUE (account, name)) STRICT;

                CREATE TABLE signing_key (
                    domain INTEGER NOT NULL REFERENCES domain(id), algorithm TEXT NOT NULL, public BLOB NOT NULL,
                    sealed BLOB NOT NULL, PRIMARY KEY (domain, algorithm)) STRICT, WITHOUT ROWID;

                -- Written once. `head` holds addresses, subject, header fields and tags; `body` texts and attachments,
                -- or NULL where they are in a file of their own, named in `content`.
                CREATE TABLE message (
                    id INTEGER PRIMARY KEY, account INTEGER NOT NULL, origin INTEGER NOT NULL, key INTEGER,
                    domain INTEGER, mode INTEGER NOT NULL, at INTEGER NOT NULL, head BLOB NOT NULL, body BLOB) STRICT;
                CREATE INDEX message_by_owner ON message (account, origin, id);

                CREATE TABLE content (
                    message INTEGER PRIMARY KEY, name TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;

                -- Unfinished work only. `id` packs message and recipient; no other index: the queue is in memory.
                CREATE TABLE delivery (
                    id INTEGER PRIMARY KEY, due INTEGER NOT NULL, attempts INTEGER NOT NULL, destination TEXT NOT NULL,
                    simulation INTEGER NOT NULL) STRICT;

                CREATE TABLE event (
                    id INTEGER PRIMARY KEY, message INTEGER NOT NULL, recipient INTEGER, kind INTEGER NOT NULL,
                    at INTEGER NOT NULL, detail BLOB) STRICT;
                CREATE INDEX event_by_message ON event (message);

                -- Append only. `key64` is the first eight bytes of `key`, for the table in memory.
                CREATE TABLE idempotency (
                    id INTEGER PRIMARY KEY, key64 INTEGER NOT NULL, message INTEGER NOT NULL, key BLOB NOT NULL,
                    fingerprint BLOB NOT NULL) STRICT;

                -- Messages per owner up to one of them: the totals of lists.
                CREATE TABLE message_count (
                    account INTEGER NOT NULL, origin INTEGER NOT NULL, messages INTEGER NOT NULL, upto INTEGER NOT NULL,
                    PRIMARY KEY (account, origin)) STRICT, WITHOUT ROWID;
                """),
        Migration(
            number: 2, name: "retry policies",
            sql: """
                -- How a delivery is tried again travels with it; the same few policies over and over, so by number.
                CREATE TABLE retry_policy (id INTEGER PRIMARY KEY, record BLOB NOT NULL UNIQUE) STRICT;

                ALTER TABLE delivery ADD COLUMN account INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE delivery ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;
                -- 0: the standard one for mail.
                ALTER TABLE delivery ADD COLUMN policy INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE delivery ADD COLUMN expires INTEGER NOT NULL DEFAULT 9223372036854775807;
                UPDATE delivery SET
                    account = (SELECT m.account FROM message m WHERE m.id = delivery.id >> 10),
                    origin = (SELECT m.origin FROM message m WHERE m.id = delivery.id >> 10);
                """),
        access,
        domains,
        webhooks,
        limits,
        answers,
        deadLetters,
        keyRotation,
        relays,
        reportAddresses,
        cells,
        templates,
        records,
        users,
        upkeep,
        keyCheck,
        answerLog,
        messageRemovals,
        mailRemovals,
        failureRuns,
        messageEnds,
    ]
}
