"""Rows of messages, made of a few real ones: millions of them in minutes, as the server itself would have written them."""

import sqlite3
from pathlib import Path

# Rows of one transaction.
PIECE = 200_000
SECOND = 1_000_000_000


def multiply(database: Path, account: int, count: int, placeholder: bytes, seconds: int = 1) -> None:
    """`count` copies of an account's messages and of their events, one after the other, each accepted `seconds` after
    the one before; the latest is of now. `placeholder` stands in each head, and becomes the row's number in as many digits
    as it has characters. Nobody else uses the database, and no message of it waits for anything; `recount` follows."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA wal_autocheckpoint = 20000")
    patterns = connection.execute(
        "SELECT id, account, origin, key, domain, mode, at, head, body FROM message WHERE account = ? ORDER BY id",
        (account,),
    ).fetchall()
    events = {
        row[0]: connection.execute(
            "SELECT recipient, kind, detail FROM event WHERE message = ? ORDER BY id", (row[0],)
        ).fetchall()
        for row in patterns
    }
    mark = connection.execute("SELECT value FROM serial_mark WHERE name = 'rows'").fetchone()[0]
    begin = max(row[6] for row in patterns) - count * seconds * SECOND
    for first in range(0, count, PIECE):
        messages, happened = [], []
        for number in range(first, min(first + PIECE, count)):
            old, owner, origin, key, domain, mode, _, head, body = patterns[number * 7919 % len(patterns)]
            serial = mark << 8 | old & 255
            at = begin + number * seconds * SECOND
            digits = b"%0*d" % (len(placeholder), number)
            messages.append((serial, owner, origin, key, domain, mode, at, head.replace(placeholder, digits), body))
            mark += 1
            for recipient, kind, detail in events[old]:
                # A row may stand for several events, which have a number each.
                mark += 4
                happened.append(((mark - 1) << 8 | old & 255, serial, recipient, kind, at, detail))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", messages)
        connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", happened)
        connection.execute("UPDATE serial_mark SET value = ? WHERE name = 'rows'", (mark + 1,))
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def recount(database: Path) -> None:
    """Has the totals of lists be those of the rows."""
    connection = sqlite3.connect(database)
    connection.execute(
        """INSERT OR REPLACE INTO message_count (account, origin, messages, upto)
        SELECT account, origin, count(*), (SELECT max(id) FROM message) FROM message GROUP BY account, origin"""
    )
    connection.commit()
    connection.close()
