"""Durable acceptance over SMTP, beside Debian's Postfix in the same run, on the same disk.

Postfix's smtp-source sends --messages messages of --octets over --sessions sessions that are kept, in alternating
rounds, to Polyrelay (in capture mode, from a trusted network) and to a Postfix of its own. Both answer 250 when the
message is on disk; Postfix then holds it, so that it has nothing to do but accept.
"""

import argparse
import statistics
from pathlib import Path

from .options import add_mail
from .postfix import Postfix, send
from .servers import MailRelay, processor_seconds, say

GOAL = 8.0
WARMING = 1000


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=40_000, help="messages of a round (default 40000)")
    parser.add_argument("--postfix-messages", type=int, default=5_000, help="of one to Postfix (default 5000)")
    add_mail(parser)


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    ours, theirs, processor = [], [], []
    relay, postfix = MailRelay(binary, folder / "polyrelay"), Postfix(folder / "postfix", options.sessions)
    with relay.serving() as (process, _), postfix.serving():
        send(relay.smtp_port, options, WARMING)
        for index in range(options.rounds):
            say(f"Round {index + 1} of {options.rounds}")
            postfix.pause()
            used = processor_seconds(process.child.pid)
            ours.append(send(relay.smtp_port, options, options.messages))
            processor.append((processor_seconds(process.child.pid) - used) / options.messages * 1e6)
            process.pause()
            postfix.go_on()
            theirs.append(send(postfix.port, options, options.postfix_messages))
            process.go_on()
        stored = relay.stored()
    expected = WARMING + options.messages * options.rounds
    rate, base = statistics.median(ours), statistics.median(theirs)
    return {
        "per_second": round(rate),
        "postfix_per_second": round(base),
        "ratio": round(rate / base, 1),
        "goal": GOAL,
        "rates": [round(one) for one in ours],
        "postfix_rates": [round(one) for one in theirs],
        "processor_microseconds": round(statistics.median(processor)),
        "stored": stored,
        "expected": expected,
        "passed": stored == expected,
    }


def print_table(result: dict) -> None:
    print(f"accepted           {result['per_second']:>8} messages/s   {result['rates']}")
    print(f"Debian's Postfix   {result['postfix_per_second']:>8} messages/s   {result['postfix_rates']}")
    print(f"ratio              {result['ratio']:>8}              goal {result['goal']}")
    print(f"processor          {result['processor_microseconds']:>8} µs a message")
    print(f"on disk            {result['stored']:>8} of {result['expected']}")
