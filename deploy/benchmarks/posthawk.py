"""Sends of the Posthawk personality beside PostStack's, in the same run on the same machine.

In alternating rounds, wrk sends the same message of 1.6 KB with a fresh idempotency key each, over keep-alive
connections: POST /emails to a server that speaks PostStack, where the message itself is what a key finds again, and
POST /v1/send to one that speaks Posthawk, which keeps every answer for a day. Everything is durable and captured; limits are
raised. Who is not being measured is stopped (SIGSTOP). At the end every acknowledged message must be in the database.
"""

import argparse
import statistics
from pathlib import Path

from .load import Load, scripts
from .options import add_load
from .servers import Polyrelay, say

GOAL = 0.9


def add_options(parser: argparse.ArgumentParser) -> None:
    add_load(parser)


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    say("Preparing two servers")
    unlimited = [{"per": "key", "limit": 1_000_000_000, "window": "1m"}]
    base = Polyrelay(binary, folder / "poststack")
    hawk = Polyrelay(
        binary, folder / "posthawk", personality="posthawk", limits={"send": unlimited}, probe="/scheduled?limit=1"
    )
    load = Load(options.connections, options.seconds)
    ratios, ours, theirs, latency, acknowledged, runs = [], [], [], [], 0, 0
    with base.serving() as (base_process, _), hawk.serving() as (hawk_process, _):
        base_process.pause()
        hawk_process.pause()
        base_script = scripts(base.folder, base.key)["keyed"]
        hawk_script = scripts(hawk.folder, hawk.key)["keyed"]
        for number in range(options.rounds + 1):
            warming = number == 0
            say("Warming up" if warming else f"Round {number} of {options.rounds}")
            seconds = 1 if warming else None
            base_run = load.measure(base_process, base.port, "/emails", base_script, seconds)
            hawk_run = load.measure(hawk_process, hawk.port, "/v1/send", hawk_script, seconds)
            acknowledged, runs = acknowledged + hawk_run.completed, runs + 1
            if not warming:
                ratios.append(hawk_run.rate / base_run.rate)
                ours.append(hawk_run.rate)
                theirs.append(base_run.rate)
                latency.append(hawk_run.p99_ms)
        hawk_process.go_on()
        stored = sum(hawk.call("GET", "/v1/queue/stats").values())
        base_process.go_on()
    return {
        "posthawk_per_second": round(statistics.median(ours)),
        "poststack_per_second": round(statistics.median(theirs)),
        "ratio": round(statistics.median(ratios), 3),
        "goal": GOAL,
        "p99_ms": statistics.median(latency),
        "acknowledged": acknowledged,
        "stored": stored,
        # What was under way when wrk stopped may be stored without having been counted as answered.
        "passed": acknowledged <= stored <= acknowledged + runs * options.connections,
    }


def print_table(result: dict) -> None:
    print(f"keyed sends, Posthawk   {result['posthawk_per_second']:>8}/s   p99 {result['p99_ms']:.1f} ms")
    print(f"keyed sends, PostStack  {result['poststack_per_second']:>8}/s")
    print(f"ratio                   {result['ratio']:>8}     (goal {result['goal']})")
    print(f"acknowledged {result['acknowledged']}, stored {result['stored']}: {'ok' if result['passed'] else 'FAILED'}")
