import Database

extension Schema {
    /// Rate windows and quotas. None of these tables is touched for an account without quotas, nor by tiers whose
    /// windows are shorter than an hour.
    static let limits = Migration(
        number: 6, name: "limits",
        sql: """
            -- What is used of a rate tier. Written with the commits if the tier is durable, else at an orderly end.
            CREATE TABLE rate_window (
                personality TEXT NOT NULL, class TEXT NOT NULL, tier TEXT NOT NULL, owner TEXT NOT NULL,
                mark INTEGER NOT NULL, used INTEGER NOT NULL, ends INTEGER NOT NULL,
                PRIMARY KEY (personality, class, tier, owner)) STRICT, WITHOUT ROWID;

            -- `owner` is a kind of row, 'account' or 'domain', and `id` its number.
            CREATE TABLE quota (
                owner TEXT NOT NULL, id INTEGER NOT NULL, period TEXT NOT NULL, unit TEXT NOT NULL,
                units INTEGER NOT NULL, PRIMARY KEY (owner, id, period, unit)) STRICT, WITHOUT ROWID;

            -- What is used of a quota in the period that begins at `start`.
            CREATE TABLE quota_usage (
                owner TEXT NOT NULL, id INTEGER NOT NULL, period TEXT NOT NULL, unit TEXT NOT NULL,
                start INTEGER NOT NULL, ends INTEGER NOT NULL, used INTEGER NOT NULL,
                PRIMARY KEY (owner, id, period, unit, start)) STRICT, WITHOUT ROWID;

            -- What a scheduled message was charged: a cancel gives it back, another time moves it.
            CREATE TABLE quota_charge (
                message INTEGER NOT NULL, owner TEXT NOT NULL, id INTEGER NOT NULL, period TEXT NOT NULL,
                unit TEXT NOT NULL, start INTEGER NOT NULL, ends INTEGER NOT NULL, units INTEGER NOT NULL,
                PRIMARY KEY (message, owner, id, period, unit)) STRICT, WITHOUT ROWID;
            """)
}
