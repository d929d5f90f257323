"""Acceptance beside retention, which removes what is old.

Two databases with --old messages each; one keeps everything, the other removes messages that are older than a second. In alternating
rounds wrk sends POST /emails to both; who is not being measured is stopped (SIGSTOP). Removal has to be under way in every
round: measured is also how many messages it has removed a second, and that some old ones are left at the end. Accepting
loses less than a twentieth, by the issue that asked for it. The databases grow by about 5 KB a message, beside .build.
"""

import argparse
import json
import statistics
from contextlib import ExitStack
from pathlib import Path

from .load import Load, scripts
from .options import add_load
from .queue import send_batches
from .servers import Polyrelay, message, say

RATE_GOAL = 0.95
AGE = "1s"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--old", type=int, default=200_000, help="messages to remove (default 200000)")
    add_load(parser)


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    relays = {name: Polyrelay(binary, folder / name) for name in ("keeping", "removing")}
    for name, relay in relays.items():
        say(f"Filling the {name} database with {options.old:,} messages")
        with relay.serving():
            send_batches(relay, options.old, message())
    settings = json.loads(relays["removing"].config.read_text())
    settings["retention"] = {"poststack": {"messages": AGE}}
    relays["removing"].config.write_text(json.dumps(settings))
    load = Load(options.connections, options.seconds)
    rates: dict[str, list[float]] = {name: [] for name in relays}
    removed: list[float] = []
    acknowledged = dict.fromkeys(relays, options.old)
    with ExitStack() as stack:
        processes = {}
        for name, relay in relays.items():
            processes[name], _ = stack.enter_context(relay.serving())
            processes[name].pause()
        for number in range(options.rounds + 1):
            say("Warming up" if number == 0 else f"Round {number} of {options.rounds}")
            for name, relay in relays.items():
                before = left(relay, processes[name])
                script = scripts(relay.folder, relay.key)["post"]
                run = load.measure(processes[name], relay.port, "/emails", script)
                acknowledged[name] += run.completed
                if number == 0:
                    continue
                rates[name].append(run.rate)
                if name == "removing":
                    removed.append((before + run.completed - left(relay, processes[name])) / options.seconds)
        kept = {name: left(relay, processes[name]) for name, relay in relays.items()}
    ratios = [ours / base for base, ours in zip(rates["keeping"], rates["removing"], strict=True)]
    ratio = statistics.median(ratios)
    # What was under way when wrk stopped may be stored without having been counted as answered.
    most = acknowledged["keeping"] + (options.rounds + 1) * options.connections
    is_whole = acknowledged["keeping"] <= kept["keeping"] <= most
    was_busy = min(removed) > 0 and kept["removing"] > acknowledged["removing"] - options.old
    return {
        "old": options.old,
        "keeping_per_second": round(statistics.median(rates["keeping"])),
        "removing_per_second": round(statistics.median(rates["removing"])),
        "removed_per_second": round(statistics.median(removed)),
        "ratio": round(ratio, 3),
        "ratios": [round(one, 3) for one in ratios],
        "busy": was_busy,
        "passed": is_whole and was_busy and ratio >= RATE_GOAL,
    }


def left(relay: Polyrelay, process) -> int:
    process.go_on()
    try:
        return relay.stored()
    finally:
        process.pause()


def print_table(result: dict) -> None:
    print(f"accepted, everything kept                  {result['keeping_per_second']:,} per s")
    print(f"accepted, beside the removal               {result['removing_per_second']:,} per s")
    print(f"removed meanwhile                          {result['removed_per_second']:,} per s")
    print(f"ratio                                      {result['ratio']:.3f} (goal: {RATE_GOAL})")
    if not result["busy"]:
        print("the removal was not under way all the time: take more --old messages")
