import Database

extension Schema {
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
}
