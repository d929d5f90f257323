"""The HTTP API against Debian's nginx, in the same run on the same machine.

In alternating rounds, wrk sends the same requests to nginx (which answers with a constant `return 200`) and to
Polyrelay, over keep-alive connections: POST /emails with 1.6 KB of HTML and one recipient, the same with a fresh
idempotency key each, and GET /emails/:id. Everything is durable and captured; limits are raised. Who is not being
measured is stopped (SIGSTOP), so that work left over from a round is not charged to its neighbour. Printed are medians,
ratios, refused requests, idle memory, and the time from exec to the first successful answer; at the end every
acknowledged message must be in the database. The database grows by about 5 KB a message, beside .build.
"""

import argparse
import statistics
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from .load import Load, Run, scripts
from .options import add_load
from .servers import Polyrelay, nginx, resident_megabytes, say

STARTS = 5
READABLE_MESSAGES = 1000

# What each row must reach of its nginx, by the issue that asked for the first message.
POST_GOAL, GET_GOAL, MEMORY_GOAL_MB, START_GOAL_SECONDS = 0.22, 0.4, 40, 0.3


@dataclass(frozen=True)
class Row:
    name: str
    server: str  # whose listener: "accept" or "read"
    script: str
    goal: float | None


def start_up(relay: Polyrelay) -> dict:
    """Starts several times on a database with content; the medians."""
    seconds, memory = [], []
    for _ in range(STARTS):
        with relay.serving() as (process, took):
            seconds.append(took)
            memory.append(resident_megabytes(process.child.pid))
    return {"start_seconds": statistics.median(seconds), "idle_megabytes": statistics.median(memory)}


def rows(last: str) -> list[tuple[Row, str]]:
    return [
        (Row("POST /emails", "accept", "post", POST_GOAL), "/emails"),
        (Row("POST /emails, idempotency key", "accept", "keyed", POST_GOAL), "/emails"),
        (Row("GET /emails/:id", "read", "get", GET_GOAL), f"/emails/{last}"),
    ]


def add_options(parser: argparse.ArgumentParser) -> None:
    add_load(parser)


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    say("Preparing two servers")
    reader, acceptor = Polyrelay(binary, folder / "read"), Polyrelay(binary, folder / "accept")
    load = Load(options.connections, options.seconds)
    with ExitStack() as stack:
        with reader.serving():
            last = reader.fill(READABLE_MESSAGES)
        figures = start_up(reader)
        read_process, _ = stack.enter_context(reader.serving())
        read_process.pause()
        accept_process, _ = stack.enter_context(acceptor.serving())
        accept_process.pause()
        nginx_process, nginx_port = stack.enter_context(nginx(folder / "nginx"))

        servers = {
            "read": (read_process, reader.port, scripts(reader.folder, reader.key)),
            "accept": (accept_process, acceptor.port, scripts(acceptor.folder, acceptor.key)),
        }
        measured: dict[str, dict[str, list[Run]]] = {}
        acknowledged, accept_runs = 0, 0
        for number in range(options.rounds + 1):
            warming = number == 0
            say("Warming up" if warming else f"Round {number} of {options.rounds}")
            for row, path in rows(last):
                process, port, script = servers[row.server]
                seconds = 1 if warming else None
                base = load.measure(nginx_process, nginx_port, path, script[row.script], seconds)
                ours = load.measure(process, port, path, script[row.script], seconds)
                if row.server == "accept":
                    acknowledged, accept_runs = acknowledged + ours.completed, accept_runs + 1
                if not warming:
                    kept = measured.setdefault(row.name, {"nginx": [], "polyrelay": []})
                    kept["nginx"].append(base)
                    kept["polyrelay"].append(ours)
        accept_process.go_on()
        stored = acceptor.stored()
        loaded = resident_megabytes(accept_process.child.pid, "VmHWM")
    # What was under way when wrk stopped may be stored without having been counted as answered.
    most = acknowledged + accept_runs * options.connections
    return figures | {
        "rows": [summary(row, measured[row.name]) for row, _ in rows(last)],
        "loaded_megabytes": loaded,
        "acknowledged": acknowledged,
        "stored": stored,
        "passed": acknowledged <= stored <= most,
    }


def summary(row: Row, runs: dict[str, list[Run]]) -> dict:
    """Medians; the ratio is the median of the rounds' ratios, as neighbours in time share the machine's mood."""
    ratios = [ours.rate / base.rate for base, ours in zip(runs["nginx"], runs["polyrelay"], strict=True)]
    base = statistics.median(run.rate for run in runs["nginx"])
    ours = statistics.median(run.rate for run in runs["polyrelay"])
    return {
        "name": row.name,
        "per_second": round(ours),
        "nginx_per_second": round(base),
        "ratio": round(statistics.median(ratios), 3),
        "goal": row.goal,
        "failed": sum(run.failed for run in runs["polyrelay"]),
        "nginx_failed": sum(run.failed for run in runs["nginx"]),
        "p50_ms": round(statistics.median(run.p50_ms for run in runs["polyrelay"]), 2),
        "p99_ms": round(statistics.median(run.p99_ms for run in runs["polyrelay"]), 2),
        "rates": [round(run.rate) for run in runs["polyrelay"]],
        "nginx_rates": [round(run.rate) for run in runs["nginx"]],
    }


def print_table(result: dict) -> None:
    print(f"{'':32}{'per s':>9}{'nginx':>9}{'ratio':>8}{'goal':>7}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}")
    for row in result["rows"]:
        print(
            f"{row['name']:32}{row['per_second']:>9,}{row['nginx_per_second']:>9,}{row['ratio']:>8.3f}"
            f"{row['goal']:>7.2f}{row['p50_ms']:>9.2f}{row['p99_ms']:>9.2f}{row['failed']:>8}"
        )
    print(f"idle memory          {result['idle_megabytes']:.1f} MB (goal: below {MEMORY_GOAL_MB})")
    print(f"memory under load    {result['loaded_megabytes']:.1f} MB at most")
    print(f"start to first 200   {result['start_seconds']:.3f} s (goal: below {START_GOAL_SECONDS})")
    print(f"acknowledged         {result['acknowledged']:,}; in the database {result['stored']:,}")
    if not result["passed"]:
        print("NOT EVERY ACKNOWLEDGED MESSAGE IS IN THE DATABASE")
