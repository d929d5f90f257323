"""Durable acceptance over SMTP, beside Debian's Postfix in the same run, on the same disk.

In alternating rounds --messages messages of --octets go over --sessions sessions that are kept, to Polyrelay (in capture
mode, from a trusted network) and to a Postfix of its own. Both answer 250 when the message is on disk; Postfix then holds
it, so that it has nothing to do but accept.

Both get the same load twice: from Postfix's smtp-source, which waits for every reply and takes much of the processor here,
and from submit.c beside this file, which uses what a server offers (PIPELINING, CHUNKING). The ratio is that of each
server's better rate: smtp-source is the ceiling of ours, and Postfix is slower where chunks are pipelined.
"""

import argparse
import shutil
import statistics
import subprocess
from pathlib import Path

from .options import add_mail
from .postfix import Postfix, send
from .servers import MailRelay, processor_seconds, say

GOAL = 8.0
WARMING = 1000
SOURCE = Path(__file__).with_name("submit.c")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=40_000, help="messages of a round (default 40000)")
    parser.add_argument("--postfix-messages", type=int, default=5_000, help="of one to Postfix (default 5000)")
    add_mail(parser)


class Submitter:
    """submit.c, compiled."""

    def __init__(self, folder: Path):
        compiler = shutil.which("clang") or shutil.which("cc")
        if compiler is None:
            raise SystemExit("bench: no C compiler; Swift brings clang, put its folder on the PATH")
        self.program = folder / "submit"
        subprocess.run([compiler, "-O2", "-o", self.program, SOURCE], check=True)

    def send(self, port: int, options: argparse.Namespace, count: int) -> float:
        """How many messages a second were acknowledged."""
        command = [self.program, *map(str, (port, options.sessions, count, options.octets))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise SystemExit(f"bench: to port {port}: {done.stderr.strip()}")
        return float(done.stdout)


class Loads:
    """The rates of one load, ours and Postfix's."""

    def __init__(self, name: str, send):
        self.name, self.send, self.ours, self.theirs, self.processor = name, send, [], [], []

    def result(self) -> dict:
        return {
            "per_second": round(statistics.median(self.ours)),
            "postfix_per_second": round(statistics.median(self.theirs)),
            "rates": [round(one) for one in self.ours],
            "postfix_rates": [round(one) for one in self.theirs],
            "processor_microseconds": round(statistics.median(self.processor)),
        }


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    loads = [Loads("submit.c", Submitter(folder).send), Loads("smtp-source", send)]
    relay, postfix = MailRelay(binary, folder / "polyrelay"), Postfix(folder / "postfix", options.sessions)
    with relay.serving() as (process, _), postfix.serving():
        send(relay.smtp_port, options, WARMING)
        for index in range(options.rounds):
            say(f"Round {index + 1} of {options.rounds}")
            for load in loads:
                postfix.pause()
                used = processor_seconds(process.child.pid)
                load.ours.append(load.send(relay.smtp_port, options, options.messages))
                load.processor.append((processor_seconds(process.child.pid) - used) / options.messages * 1e6)
                process.pause()
                postfix.go_on()
                load.theirs.append(load.send(postfix.port, options, options.postfix_messages))
                process.go_on()
        stored = relay.stored()
    expected = WARMING + options.messages * options.rounds * len(loads)
    results = {load.name: load.result() for load in loads}
    ours = max(load["per_second"] for load in results.values())
    theirs = max(load["postfix_per_second"] for load in results.values())
    return {
        "loads": results,
        "ratio": round(ours / theirs, 1),
        "goal": GOAL,
        "stored": stored,
        "expected": expected,
        "passed": stored == expected,
    }


def print_table(result: dict) -> None:
    for name, load in result["loads"].items():
        print(name)
        print(f"  accepted         {load['per_second']:>8} messages/s   {load['rates']}")
        print(f"  Debian's Postfix {load['postfix_per_second']:>8} messages/s   {load['postfix_rates']}")
        print(f"  processor        {load['processor_microseconds']:>8} µs a message")
    print(f"ratio of the best  {result['ratio']:>8}              goal {result['goal']}")
    print(f"on disk            {result['stored']:>8} of {result['expected']}")
