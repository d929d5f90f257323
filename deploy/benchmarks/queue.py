"""The queue with a million deliveries that wait.

Two databases, one empty and one with --waiting deliveries scheduled for tomorrow: in alternating rounds wrk sends
POST /emails to both, and counted is what is accepted, leased and delivered to Postfix's smtp-sink, from the first
request until nothing is left to do. Then the full one is started several times: the time to its first successful answer, and the
memory once all that waits is in the queue.
"""

import argparse
import statistics
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from .load import Load, scripts
from .options import add_load
from .postfix import Sink
from .servers import Polyrelay, Process, resident_megabytes, say

BATCH = 100
STARTS = 3
SETTLED_SECONDS = 2.0
DRAIN_SECONDS = 120
RATE_GOAL, START_GOAL_SECONDS, MEMORY_GOAL_MB = 0.9, 2.0, 150


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--waiting", type=int, default=1_000_000, help="deliveries that wait (default 1000000)")
    add_load(parser)


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    with Sink().serving() as sink:
        return measure(binary, options, folder, sink)


def measure(binary: Path, options: argparse.Namespace, folder: Path, sink: Sink) -> dict:
    delivery = {"mode": "smarthost", "smarthost": f"127.0.0.1:{sink.port}", "tls": "never"}
    relays = {name: Polyrelay(binary, folder / name, delivery) for name in ("empty", "full")}
    with relays["full"].serving():
        say(f"Scheduling {options.waiting:,} messages for tomorrow")
        tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).isoformat(timespec="seconds")
        send_batches(relays["full"], options.waiting, small("ann@later.example") | {"scheduled_at": tomorrow})
    load = Load(options.connections, options.seconds)
    rates: dict[str, list[float]] = {name: [] for name in relays}
    for number in range(options.rounds + 1):
        say("Warming up" if number == 0 else f"Round {number} of {options.rounds}")
        for name, relay in relays.items():
            with relay.serving() as (process, _):
                rate = delivered_per_second(relay, process, load, sink)
            if number > 0:
                rates[name].append(rate)
    ratios = [full / empty for empty, full in zip(rates["empty"], rates["full"], strict=True)]
    say("Starting with all that waits")
    starts, memory = [], []
    for _ in range(STARTS):
        with relays["full"].serving() as (process, took):
            starts.append(took)
            memory.append(settled_megabytes(process.child.pid))
    return {
        "waiting": options.waiting,
        "empty_per_second": round(statistics.median(rates["empty"])),
        "full_per_second": round(statistics.median(rates["full"])),
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "start_seconds": round(statistics.median(starts), 3),
        "megabytes": round(statistics.median(memory), 1),
        "passed": True,
    }


def delivered_per_second(relay: Polyrelay, process: Process, load: Load, sink: Sink) -> float:
    """Accepted, leased and delivered: from the first request until the last delivery."""
    before = sink.messages
    begun = time.monotonic()
    run = load.measure(process, relay.port, "/emails", scripts(relay.folder, relay.key)["post"])
    process.go_on()
    sink.await_messages(before + run.completed, DRAIN_SECONDS)
    return run.completed / (time.monotonic() - begun)


def settled_megabytes(pid: int) -> float:
    """Resident memory once it has stopped growing: the queue is read in after the first answers."""
    size, since = resident_megabytes(pid), time.monotonic()
    while time.monotonic() - since < SETTLED_SECONDS:
        threading.Event().wait(0.1)
        now = resident_megabytes(pid)
        if now > size:
            size, since = now, time.monotonic()
    return size


def small(recipient: str) -> dict:
    return {"from": "hello@example.com", "to": [recipient], "subject": "Hi", "text": "Hello."}


def send_batches(relay: Polyrelay, count: int, message: dict) -> None:
    for _ in range(count // BATCH):
        relay.call("POST", "/emails/batch", {"emails": [message] * BATCH})


def print_table(result: dict) -> None:
    print(f"accepted, leased and delivered, empty queue      {result['empty_per_second']:,} per s")
    print(f"the same with {result['waiting']:,} waiting            {result['full_per_second']:,} per s")
    print(f"ratio                                            {result['ratio']:.3f} (goal: {RATE_GOAL})")
    print(f"start to first 200 with them                     {result['start_seconds']:.3f} s (goal: {START_GOAL_SECONDS})")
    print(f"memory with all of them                          {result['megabytes']:.1f} MB (goal: {MEMORY_GOAL_MB})")
