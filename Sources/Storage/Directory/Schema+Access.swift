import Database

extension Schema {
    static let keyCheck = Migration(
        number: 17, name: "key check",
        sql: """
            -- One row: a value sealed with the key file, by which it is known again.
            CREATE TABLE key_check (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL) STRICT;
            """)

    static let access = Migration(
        number: 3, name: "key use and suppressions",
        sql: """
            -- When a key was last used, to about a minute.
            CREATE TABLE key_use (
                key INTEGER PRIMARY KEY REFERENCES access_key(id), at INTEGER NOT NULL) STRICT;

            -- Addresses that get no mail from an account; `domain` narrows it to one sending domain. `address` is the
            -- form that is compared, `shown` the one that was given.
            CREATE TABLE suppression (
                id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account(id),
                domain INTEGER REFERENCES domain(id), address TEXT NOT NULL, shown TEXT NOT NULL, reason TEXT NOT NULL,
                note TEXT, origin TEXT, created INTEGER NOT NULL, expires INTEGER) STRICT;
            CREATE UNIQUE INDEX suppression_by_address ON suppression (account, address, ifnull(domain, 0));
            CREATE INDEX suppression_by_account ON suppression (account, id);
            """)

    /// Users of the SMTP relays, and keys that are changed after they were made.
    static let users = Migration(
        number: 15, name: "users of relays",
        sql: """
            -- NULL: a key that stands for itself.
            ALTER TABLE access_key ADD COLUMN user TEXT;
            ALTER TABLE access_key ADD COLUMN changed INTEGER;
            CREATE UNIQUE INDEX access_key_by_user ON access_key (personality, user)
                WHERE user IS NOT NULL AND revoked IS NULL;

            -- Selectors of the owner's own choice, `personality=selector`, with spaces between them.
            ALTER TABLE domain ADD COLUMN selectors TEXT NOT NULL DEFAULT '';

            ALTER TABLE webhook ADD COLUMN label TEXT NOT NULL DEFAULT '';
            -- 1: it hears of its domains alone, and of nothing while it has none.
            ALTER TABLE webhook ADD COLUMN bound INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE webhook ADD COLUMN changed INTEGER;
            -- Attempts, where `failures` counts deliveries that were given up.
            ALTER TABLE webhook ADD COLUMN successes INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE webhook ADD COLUMN errors INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE webhook ADD COLUMN errors_since INTEGER NOT NULL DEFAULT 0;
            """)

    /// Failures that suppress once there are several.
    static let failureRuns = Migration(
        number: 21, name: "failures in a row",
        sql: """
            -- Of addresses that failed of late. `before`: as many as there were before the message `delivered_by` went
            -- out. `cell`: of the messages that may end it.
            CREATE TABLE failure_run (
                account INTEGER NOT NULL, origin INTEGER NOT NULL, address TEXT NOT NULL, count INTEGER NOT NULL,
                before INTEGER NOT NULL, delivered_by INTEGER, cell INTEGER NOT NULL,
                PRIMARY KEY (account, origin, address)) STRICT, WITHOUT ROWID;
            """)
}
