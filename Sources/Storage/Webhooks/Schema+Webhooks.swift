import Database

extension Schema {
    /// Deliveries are the log as well: a row is made with its event, and what becomes of it is written into it. While
    /// `due` is set it is unfinished; with neither `due` nor `delivered` it was given up. The two partial indexes hold
    /// only those, however long the log is.
    static let webhooks = Migration(
        number: 5, name: "webhooks",
        sql: """
            CREATE TABLE webhook (
                id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account(id), origin INTEGER NOT NULL,
                url TEXT NOT NULL, events TEXT NOT NULL, domains TEXT NOT NULL, enabled INTEGER NOT NULL,
                secret BLOB NOT NULL, previous BLOB, previous_until INTEGER, created INTEGER NOT NULL, rotated INTEGER,
                disabled INTEGER, reason TEXT, failures INTEGER NOT NULL DEFAULT 0, attempted INTEGER, status INTEGER,
                deliveries INTEGER NOT NULL DEFAULT 0, deleted INTEGER) STRICT;
            CREATE INDEX webhook_by_owner ON webhook (account, origin);

            -- What a delivery is attempted under; its waits are those of a retry policy. `fatal`: statuses, "400-499".
            CREATE TABLE webhook_policy (
                id INTEGER PRIMARY KEY, retries INTEGER NOT NULL, timeout INTEGER NOT NULL, fatal TEXT NOT NULL,
                UNIQUE (retries, timeout, fatal)) STRICT;

            CREATE TABLE webhook_delivery (
                id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, name TEXT NOT NULL, event INTEGER, message INTEGER,
                data BLOB, policy INTEGER NOT NULL, created INTEGER NOT NULL, queued INTEGER NOT NULL,
                due INTEGER, attempts INTEGER NOT NULL,
                status INTEGER, response TEXT, delivered INTEGER) STRICT;
            CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint, id);
            CREATE INDEX webhook_delivery_open ON webhook_delivery (endpoint, id) WHERE due IS NOT NULL;
            CREATE INDEX webhook_delivery_failed ON webhook_delivery (endpoint, id)
                WHERE due IS NULL AND delivered IS NULL;
            """)
}
