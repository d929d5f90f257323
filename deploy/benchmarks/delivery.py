"""Delivery to smtp-sink: signed, beside what RSA alone permits and what Debian's Postfix relays unsigned.

While its lane is paused, smtp-source fills Polyrelay's queue with --messages messages of --octets; the lane is resumed,
and the time is taken until each delivery is on disk. So for both signatures (RSA-2048 and Ed25519) and for Ed25519
alone, by a smarthost and directly (a name server of our own names smtp-sink as the exchange of every domain), over at
most --sessions connections.

In the same rounds: `openssl speed` says how many RSA-2048 signatures all cores make in a second; and a Postfix of its
own is filled the same way with as many, which it holds. They are released, and the time is taken from the
flush of its queue until smtp-sink has all of them. Its destination concurrency is --sessions from the start, its
process limit 100 or twice that, it keeps its connections, and it neither signs nor looks names up. Who is not being
measured is stopped.

Before, each way is looked at: of --proof messages every one must arrive once, with the signatures that it is to have.
"""

import argparse
import json
import os
import re
import sqlite3
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from .names import EXCHANGE, name_server
from .options import add_mail
from .postfix import Postfix, Sink, send
from .servers import MailRelay, Process, processor_seconds, say

BOTH, ONE = ("rsa", "ed25519"), ("ed25519",)
ALGORITHMS = {"rsa": "rsa-sha256", "ed25519": "ed25519-sha256"}
# Of RSA's signatures a second, and of Postfix's messages a second.
BOTH_GOAL, ONE_GOAL = 0.5, 4.0
SIGNING_SECONDS = 3
DRAIN_SECONDS = 300


@dataclass(frozen=True)
class Row:
    way: str
    signatures: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.way}, {' and '.join(self.signatures)}"

    @property
    def folder(self) -> str:
        return "-".join((self.way, *self.signatures))

    @property
    def goal(self) -> float:
        return BOTH_GOAL if self.signatures == BOTH else ONE_GOAL

    def lane(self, sink: Sink) -> str:
        return f"smarthost:127.0.0.1:{sink.port}" if self.way == "smarthost" else f"mxclear:{EXCHANGE}"


ROWS = [Row(way, signatures) for signatures in (BOTH, ONE) for way in ("smarthost", "direct")]


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=10_000, help="messages of a round (default 10000)")
    parser.add_argument("--proof", type=int, default=1_000, help="messages that are looked at (default 1000)")
    parser.add_argument("--signatures", choices=("both", "ed25519"), help="only these rows (default: all)")
    add_mail(parser)


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    rows = [row for row in ROWS if options.signatures in (None, "both" if row.signatures == BOTH else "ed25519")]
    with name_server() as names:
        proofs = {row: proof(binary, options, folder, row, names) for row in rows}
        with Sink().serving() as sink:
            rounds, counts, rsa, postfix = measure(binary, options, folder, rows, sink, names)
    summaries = [summary(row, rounds[row], counts[row], proofs[row], rsa, postfix) for row in rows]
    return {
        "rows": summaries,
        "rsa_signatures_per_second": round(statistics.median(rsa)),
        "rsa_rates": [round(one) for one in rsa],
        "postfix_per_second": round(statistics.median(postfix)),
        "postfix_rates": [round(one) for one in postfix],
        "passed": all(one["passed"] for one in summaries),
    }


def relay(binary: Path, folder: Path, row: Row, options, sink: Sink, names: int) -> MailRelay:
    delivery = {"hostname": "bench.test", "tls": "never", "perDestination": {"connections": options.sessions}}
    if row.signatures != BOTH:
        delivery |= {"signatures": list(row.signatures)}
    if row.way == "smarthost":
        delivery |= {"mode": "smarthost", "smarthost": f"127.0.0.1:{sink.port}"}
    else:
        delivery |= {"mode": "direct", "port": sink.port, "mtaSTS": False}
    made = MailRelay(binary, folder, delivery=delivery, dns={"servers": [f"127.0.0.1:{names}"]})
    made.verb("check")
    return made


# Once, to look at


def proof(binary: Path, options, folder: Path, row: Row, names: int) -> dict:
    """How many messages arrived, how many different ones, and how often each kind of signature is on them."""
    say(f"Looking at {row.name}")
    dump = folder / f"{row.folder}.dump"
    with Sink(dump).serving() as sink:
        looked_at = relay(binary, folder / f"{row.folder}-proof", row, options, sink, names)
        with looked_at.serving():
            send(looked_at.smtp_port, options, options.proof)
            await_empty(looked_at)
    text = dump.read_text()
    arrived = re.findall(r"(?im)^message-id:\s*(\S+)", text)
    signed = Counter(re.findall(r"(?im)^dkim-signature:(?:[^\n]|\n[ \t])*?\ba=([a-z0-9-]+)", text))
    expected = {ALGORITHMS[one]: options.proof for one in row.signatures}
    return {
        "arrived": len(arrived),
        "different": len(set(arrived)),
        "signatures": dict(signed),
        "passed": len(arrived) == len(set(arrived)) == options.proof and signed == expected,
    }


# In rounds, to measure


@dataclass
class Counts:
    """Over all rounds of a row."""

    sent: int = 0
    arrived: int = 0
    delivered: int = 0


@dataclass
class Run:
    rate: float
    processor: float


def measure(binary: Path, options, folder: Path, rows: list[Row], sink: Sink, names: int):
    runs: dict[Row, list[Run]] = {row: [] for row in rows}
    counts = {row: Counts() for row in rows}
    rsa, relayed = [], []
    with ExitStack() as stack:
        relays: dict[Row, tuple[MailRelay, Process]] = {}
        for row in rows:
            made = relay(binary, folder / row.folder, row, options, sink, names)
            relays[row] = made, stack.enter_context(made.serving())[0]
            relays[row][1].pause()
        postfix = Postfix(folder / "postfix", options.sessions, relay_to=sink.port)
        stack.enter_context(postfix.serving())
        postfix.pause()
        for index in range(options.rounds):
            say(f"Round {index + 1} of {options.rounds}")
            rsa.append(rsa_signatures_per_second())
            relayed.append(postfix_round(postfix, sink, options))
            for row, (made, process) in relays.items():
                runs[row].append(one_round(row, made, process, sink, options, counts[row]))
        for row, (made, process) in relays.items():
            process.go_on()
            counts[row].delivered = made.delivered()
            process.pause()
    return runs, counts, rsa, relayed


def one_round(row: Row, made: MailRelay, process: Process, sink: Sink, options, counts: Counts) -> Run:
    process.go_on()
    made.verb("queue", "pause", row.lane(sink))
    before = sink.messages
    send(made.smtp_port, options, options.messages)
    if sink.messages != before or unfinished(made) != options.messages:
        raise SystemExit(f"bench: {row.name}: the lane {row.lane(sink)} does not hold its messages back")
    used, begun = processor_seconds(process.child.pid), time.monotonic()
    made.verb("queue", "resume", row.lane(sink))
    await_empty(made)
    took = time.monotonic() - begun
    used = processor_seconds(process.child.pid) - used
    sink.await_messages(before + options.messages, DRAIN_SECONDS)
    process.pause()
    counts.sent += options.messages
    counts.arrived += sink.settled(DRAIN_SECONDS) - before
    return Run(options.messages / took, used / options.messages * 1e6)


def postfix_round(postfix: Postfix, sink: Sink, options) -> float:
    postfix.go_on()
    send(postfix.port, options, options.messages)
    postfix.release()
    before, begun = sink.messages, time.monotonic()
    postfix.flush()
    sink.await_messages(before + options.messages, DRAIN_SECONDS)
    took = time.monotonic() - begun
    await_none(postfix.unfinished, "in Postfix's queue")
    postfix.pause()
    return options.messages / took


def rsa_signatures_per_second() -> float:
    """On all cores together."""
    command = ["openssl", "speed", "-multi", str(os.cpu_count()), "-seconds", str(SIGNING_SECONDS), "rsa2048"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    # The columns: seconds to sign, seconds to verify, signatures a second, verifications a second.
    found = re.search(r"^rsa 2048 bits\s+\S+\s+\S+\s+([\d.]+)", said, re.MULTILINE)
    if not found:
        raise SystemExit(f"bench: openssl speed says no figure for RSA: {said}")
    return float(found[1])


def unfinished(made: MailRelay) -> int:
    return ask(made, "SELECT count(*) FROM delivery")


def await_empty(made: MailRelay) -> None:
    """Returns when each delivery's outcome is on disk."""
    await_none(lambda: ask(made, "SELECT EXISTS (SELECT 1 FROM delivery)"), "not delivered")


def await_none(left: Callable[[], int], what: str) -> None:
    deadline = time.monotonic() + DRAIN_SECONDS
    while left():
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: messages are {what} after {DRAIN_SECONDS} s")
        threading.Event().wait(0.01)


def ask(made: MailRelay, query: str) -> int:
    database = sqlite3.connect(f"file:{made.folder}/polyrelay.db?mode=ro", uri=True)
    try:
        return database.execute(query).fetchone()[0]
    finally:
        database.close()


# The figures


def summary(row: Row, runs: list[Run], counts: Counts, proof: dict, rsa: list[float], postfix: list[float]) -> dict:
    """Medians; the ratio is the median of the rounds' ratios, as neighbours in time share the machine's mood."""
    base = rsa if row.signatures == BOTH else postfix
    ratios = [run.rate / other for run, other in zip(runs, base, strict=True)]
    return {
        "way": row.way,
        "signatures": list(row.signatures),
        "per_second": round(statistics.median(run.rate for run in runs)),
        "rates": [round(run.rate) for run in runs],
        "beside": "rsa" if row.signatures == BOTH else "postfix",
        "ratio": round(statistics.median(ratios), 2),
        "goal": row.goal,
        "processor_microseconds": round(statistics.median(run.processor for run in runs)),
        "sent": counts.sent,
        "arrived": counts.arrived,
        "delivered": counts.delivered,
        "proof": proof,
        "passed": counts.sent == counts.arrived == counts.delivered and proof["passed"],
    }


def print_table(result: dict) -> None:
    print(f"{'':26}{'per s':>7}{'ratio':>7}{'goal':>6}  {'beside':8}{'µs each':>8}   rounds")
    for row in result["rows"]:
        print(
            f"{row['way'] + ', ' + ' and '.join(row['signatures']):26}{row['per_second']:>7,}{row['ratio']:>7.2f}"
            f"{row['goal']:>6.1f}  {row['beside']:8}{row['processor_microseconds']:>8,}   {row['rates']}"
        )
    print(f"{'RSA-2048 signatures':26}{result['rsa_signatures_per_second']:>7,}{'':32}{result['rsa_rates']}")
    print(f"{'Postfix, unsigned':26}{result['postfix_per_second']:>7,}{'':32}{result['postfix_rates']}")
    sent, arrived, delivered = (sum(row[name] for row in result["rows"]) for name in ("sent", "arrived", "delivered"))
    print(f"sent {sent:,}; arrived {arrived:,}; recorded as delivered {delivered:,}")
    for row in result["rows"]:
        if not row["passed"]:
            print(f"NOT EVERY MESSAGE ARRIVED ONCE AND SIGNED: {json.dumps(row)}")
