import Database

extension Schema {
    /// What domains are proved for, what they are to publish, and what was seen of it.
    static let domains = Migration(
        number: 4, name: "domains",
        sql: """
            ALTER TABLE domain ADD COLUMN receiving TEXT NOT NULL DEFAULT 'pending';
            ALTER TABLE domain ADD COLUMN target TEXT NOT NULL DEFAULT 'pending';
            ALTER TABLE domain ADD COLUMN return_path TEXT;
            ALTER TABLE domain ADD COLUMN tracking_host TEXT;
            ALTER TABLE domain ADD COLUMN receives INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE domain ADD COLUMN checked INTEGER;

            -- The last check of each record. `verdict` is NULL where nothing is known, `seen` what stood there instead.
            CREATE TABLE domain_record (
                domain INTEGER NOT NULL REFERENCES domain(id), position INTEGER NOT NULL, purpose TEXT NOT NULL,
                name TEXT NOT NULL, verdict TEXT, readable INTEGER NOT NULL, seen BLOB,
                PRIMARY KEY (domain, position)) STRICT, WITHOUT ROWID;

            -- What a personality hangs on a domain, as JSON.
            CREATE TABLE domain_facet (
                domain INTEGER NOT NULL REFERENCES domain(id), personality TEXT NOT NULL, json BLOB NOT NULL,
                PRIMARY KEY (domain, personality)) STRICT, WITHOUT ROWID;

            -- The last number given to a domain. A number is never given again, or mail that was accepted from a
            -- domain which is gone would be signed with the keys of the next one.
            CREATE TABLE domain_sequence (last INTEGER NOT NULL) STRICT;
            INSERT INTO domain_sequence SELECT coalesce(max(id), 0) FROM domain;
            """)

    /// Two keys of each algorithm while one takes the other's place.
    static let keyRotation = Migration(
        number: 9, name: "key rotation",
        sql: """
            CREATE TABLE signing_key_of_slot (
                domain INTEGER NOT NULL REFERENCES domain(id), algorithm TEXT NOT NULL, slot INTEGER NOT NULL,
                use TEXT NOT NULL, public BLOB NOT NULL, sealed BLOB NOT NULL,
                PRIMARY KEY (domain, algorithm, slot)) STRICT, WITHOUT ROWID;
            INSERT INTO signing_key_of_slot SELECT domain, algorithm, 1, 'active', public, sealed FROM signing_key;
            DROP TABLE signing_key;
            ALTER TABLE signing_key_of_slot RENAME TO signing_key;

            -- NULL where the keys are not being rotated, or it has not come that far.
            ALTER TABLE domain ADD COLUMN rotation_started INTEGER;
            ALTER TABLE domain ADD COLUMN rotation_published INTEGER;
            ALTER TABLE domain ADD COLUMN rotation_activated INTEGER;
            """)

    /// Where reports of what could not be delivered go.
    static let reportAddresses = Migration(
        number: 11, name: "report addresses",
        sql: """
            -- NULL: nowhere.
            ALTER TABLE domain ADD COLUMN report_address TEXT;
            """)
}
