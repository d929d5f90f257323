"""Two binaries beside each other, in the same run: whether a change made it slower.

In alternating rounds, each time the other one first, both do the same work, each on a database of its own; who is not
measured is stopped (SIGSTOP). Printed are, per operation, the medians of what their processes used of the processor
(/proc/PID/stat), the medians of the rates, and of both the median of the rounds' ratios, new to old. The processor's time
is what other work on the machine moves least, so it decides:

    api     POST /emails, the same with a fresh idempotency key each, GET /emails/:id (wrk, 64 connections)
    smtp    durable acceptance over SMTP of 5 KB (submit.c, 20 sessions)
    queue   --deliveries messages of one recipient, accepted, leased and delivered to Postfix's smtp-sink, while others
            wait for tomorrow: a number and no time, as what is accepted in a second takes several to be delivered

The exit code is 1 where the new one takes more than --most times the processor of the old one, or where what was
acknowledged is not in the database.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from .load import Load, scripts
from .options import add_load
from .postfix import Sink
from .queue import BATCH, DRAIN_SECONDS, send_batches, small
from .servers import MailRelay, Polyrelay, Process, message, processor_seconds, say
from .smtp import Submitter

# Its binaries are named.
builds = False

READABLE_MESSAGES = 1000
SIDES = ("old", "new")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, metavar="OLD", help="the binary before the change")
    parser.add_argument("new", type=Path, metavar="NEW", help="the one after it")
    parser.add_argument("--only", choices=[*MEASURED], action="append", help="this alone; may be given several times")
    parser.add_argument("--most", type=float, default=1.05, help="the ratio that is allowed (default 1.05)")
    parser.add_argument("--messages", type=int, default=20_000, help="messages of a round over SMTP (default 20000)")
    parser.add_argument("--octets", type=int, default=5120, help="of one of them (default 5120)")
    parser.add_argument("--sessions", type=int, default=20, help="kept connections over SMTP (default 20)")
    parser.add_argument("--deliveries", type=int, default=5000, help="of a round of the queue (default 5000)")
    parser.add_argument("--waiting", type=int, default=10_000, help="deliveries that wait (default 10000)")
    add_load(parser)


@dataclass
class Side:
    """One binary at one kind of work: what it used, and how fast it was, in each round."""

    relay: Polyrelay
    process: Process
    acknowledged: int = 0
    microseconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)


# What a round does: how many operations there were, and how many a second. It is entered with the process stopped, and
# left so.
Work = Callable[[Side], tuple[int, float]]


@dataclass
class Row:
    name: str
    sides: dict[str, Side]
    work: Work


def bench(_: Path | None, options: argparse.Namespace, folder: Path) -> dict:
    binaries = {side: getattr(options, side).resolve() for side in SIDES}
    found: list[dict] = []
    for name in options.only or MEASURED:
        with ExitStack() as stack:
            place = folder / name
            place.mkdir()
            rows = [*MEASURED[name](binaries, options, place, stack)]
            for number in range(options.rounds + 1):
                say(f"{name}: {'warming up' if number == 0 else f'round {number} of {options.rounds}'}")
                for row in rows:
                    measure(row, number)
            found += [summary(row) for row in rows]
            found[-1]["lost"] = sum(lost(side) for side in unique(rows))
    passed = all(row["processor_ratio"] <= options.most and not row.get("lost") for row in found)
    return {"rows": found, "most": options.most, "passed": passed}


def measure(row: Row, number: int) -> None:
    """A round of one row; the first one warms up and is not kept."""
    for name in SIDES if number % 2 else reversed(SIDES):
        side = row.sides[name]
        used = processor_seconds(side.process.child.pid)
        count, rate = row.work(side)
        if number > 0:
            side.microseconds.append((processor_seconds(side.process.child.pid) - used) / count * 1e6)
            side.rates.append(rate)


def summary(row: Row) -> dict:
    old, new = (row.sides[name] for name in SIDES)

    def ratio(kind: str) -> float:
        pairs = zip(getattr(old, kind), getattr(new, kind), strict=True)
        return round(statistics.median(after / before for before, after in pairs), 3)

    figures = {
        f"{name}_{word}": round(statistics.median(getattr(row.sides[name], kind)), 1)
        for name in SIDES
        for word, kind in (("microseconds", "microseconds"), ("per_second", "rates"))
    }
    return {"name": row.name, **figures, "processor_ratio": ratio("microseconds"), "rate_ratio": ratio("rates")}


def unique(rows: list[Row]) -> list[Side]:
    return [*{id(side.relay): side for row in rows for side in row.sides.values()}.values()]


def lost(side: Side) -> int:
    """Acknowledged messages that are not in the database."""
    side.process.go_on()
    return max(0, side.relay.acknowledged - side.relay.stored())


@contextmanager
def stopped(relay: Polyrelay) -> Iterator[Process]:
    with relay.serving() as (process, _):
        process.pause()
        yield process


# What is measured


def api(binaries: dict[str, Path], options, folder: Path, stack: ExitStack) -> Iterator[Row]:
    load = Load(options.connections, options.seconds)
    relays, processes, read = {}, {}, {}
    for name in SIDES:
        relays[name] = Polyrelay(binaries[name], folder / name)
        with relays[name].serving():
            read[name] = relays[name].fill(READABLE_MESSAGES)
        relays[name].acknowledged = READABLE_MESSAGES
        processes[name] = stack.enter_context(stopped(relays[name]))
    texts = {name: scripts(relays[name].folder, relays[name].key) for name in SIDES}

    def requests(script: str) -> Work:
        def work(side: Side) -> tuple[int, float]:
            name = next(name for name in SIDES if relays[name] is side.relay)
            path = f"/emails/{read[name]}" if script == "get" else "/emails"
            run = load.measure(side.process, side.relay.port, path, texts[name][script])
            side.relay.acknowledged += 0 if script == "get" else run.completed
            return run.completed, run.rate

        return work

    for title, script in (
        ("POST /emails", "post"),
        ("POST /emails, idempotency key", "keyed"),
        ("GET /emails/:id", "get"),
    ):
        yield Row(title, {name: Side(relays[name], processes[name]) for name in SIDES}, requests(script))


def smtp(binaries: dict[str, Path], options, folder: Path, stack: ExitStack) -> Iterator[Row]:
    submitter = Submitter(folder)
    sides = {}
    for name in SIDES:
        relay = MailRelay(binaries[name], folder / name)
        sides[name] = Side(relay, stack.enter_context(stopped(relay)))

    def work(side: Side) -> tuple[int, float]:
        side.process.go_on()
        rate = submitter.send(side.relay.smtp_port, options, options.messages)
        side.process.pause()
        side.relay.acknowledged += options.messages
        return options.messages, rate

    yield Row(f"SMTP, {options.octets} octets", sides, work)


def queue(binaries: dict[str, Path], options, folder: Path, stack: ExitStack) -> Iterator[Row]:
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).isoformat(timespec="seconds")
    sides, sinks = {}, {}
    for name in SIDES:
        sinks[name] = stack.enter_context(Sink().serving())
        delivery = {"mode": "smarthost", "smarthost": f"127.0.0.1:{sinks[name].port}", "tls": "never"}
        relay = Polyrelay(binaries[name], folder / name, delivery)
        with relay.serving():
            send_batches(relay, options.waiting, small("ann@later.example") | {"scheduled_at": tomorrow})
        relay.acknowledged = options.waiting
        sides[name] = Side(relay, stack.enter_context(stopped(relay)))

    def work(side: Side) -> tuple[int, float]:
        sink = sinks[next(name for name in SIDES if sides[name] is side)]
        count, before, begun = options.deliveries // BATCH * BATCH, sink.messages, time.monotonic()
        side.process.go_on()
        send_batches(side.relay, count, message())
        sink.await_messages(before + count, DRAIN_SECONDS)
        rate = count / (time.monotonic() - begun)
        # The last outcomes are written, and no later round pays for them.
        sink.settled(DRAIN_SECONDS)
        side.process.pause()
        side.relay.acknowledged += count
        return count, rate

    yield Row("accepted, leased and delivered", sides, work)


MEASURED = {"api": api, "smtp": smtp, "queue": queue}


def print_table(result: dict) -> None:
    print(f"{'':34}{'µs CPU old':>12}{'new':>9}{'ratio':>8}{'per s old':>12}{'new':>9}{'ratio':>8}")
    for row in result["rows"]:
        print(
            f"{row['name']:34}{row['old_microseconds']:>12.1f}{row['new_microseconds']:>9.1f}"
            f"{row['processor_ratio']:>8.3f}{row['old_per_second']:>12,.0f}{row['new_per_second']:>9,.0f}"
            f"{row['rate_ratio']:>8.3f}"
        )
    print(f"at most {result['most']:.2f} times the processor: {'yes' if result['passed'] else 'NO'}")
    if any(row.get("lost") for row in result["rows"]):
        print("NOT EVERY ACKNOWLEDGED MESSAGE IS IN THE DATABASE")
