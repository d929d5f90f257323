import Database

extension Schema {
    /// Accounts' cells, and the marks from which numbers are given out.
    ///
    /// Up to here each table of rows had numbers of its own, one after the other. From here on messages, events and
    /// webhook deliveries have `n << 8 | cell` of one n; `boundary` lies above all that were given out before, and what
    /// lies below it stays. The cell of an account is `Model.Cell`.
    static let cells = Migration(
        number: 12, name: "cells",
        sql: """
            ALTER TABLE account ADD COLUMN cell INTEGER NOT NULL DEFAULT 0;
            WITH RECURSIVE tree (id, cell) AS (
                SELECT id, (((id & 2147483647) * 2654435761) >> 24) & 255 FROM account WHERE parent IS NULL
                UNION ALL SELECT a.id, t.cell FROM account a JOIN tree t ON a.parent = t.id)
            UPDATE account SET cell = (SELECT t.cell FROM tree t WHERE t.id = account.id);

            -- `rows` and `relays`: no number below was kept back; all from there on are free.
            CREATE TABLE serial_mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            INSERT INTO serial_mark (name, value) SELECT 'boundary', ((max(
                ifnull((SELECT max(id) FROM message), 0), ifnull((SELECT max(id) FROM event), 0),
                ifnull((SELECT max(id) FROM webhook_delivery), 0)) >> 8) + 1) << 8;
            INSERT INTO serial_mark (name, value) SELECT 'rows', value >> 8 FROM serial_mark WHERE name = 'boundary';
            INSERT INTO serial_mark (name, value) SELECT 'relays', ifnull(max(id), 0) + 1 FROM relay;
            """)
}
