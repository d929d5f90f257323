"""AhaSend: accepting with a kept answer, beside PostStack's keyed accept in the same run; and pages at any depth.

Accepting: in alternating rounds wrk sends one message with one recipient and a fresh idempotency key to PostStack and to
AhaSend, over keep-alive connections. Everything is durable and captured; limits are raised.

Pages: a list of 100 is asked for at the beginning, the middle and the end of --messages messages; the median of
--asks asks. The goals are those of the issue that asked for the personality.
"""

import argparse
import http.client
import json
import statistics
import time
from contextlib import ExitStack
from pathlib import Path

from .load import KEYED, REPORT, Load, scripts
from .options import add_load
from .servers import Polyrelay, say

RATIO_GOAL, PAGE_GOAL_MS = 0.9, 5.0
PAGE = 100


def add_options(parser: argparse.ArgumentParser) -> None:
    add_load(parser)
    parser.add_argument("--messages", type=int, default=100_000, help="messages that pages are cut from (default 100000)")
    parser.add_argument("--asks", type=int, default=50, help="how often each page is asked for (default 50)")


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    say("Preparing two servers")
    unlimited = [{"per": "account", "limit": 1_000_000_000, "window": "1m"}]
    ours = Polyrelay(
        binary, folder / "ahasend", personality="ahasend", limits={"default": unlimited}, probe="/v2/ping"
    )
    theirs = Polyrelay(binary, folder / "poststack")
    load = Load(options.connections, options.seconds)
    rates: dict[str, list[float]] = {"poststack": [], "ahasend": []}
    with ExitStack() as stack:
        their_process, _ = stack.enter_context(theirs.serving())
        their_process.pause()
        our_process, _ = stack.enter_context(ours.serving())
        account = ours.verb("account", "show", "1")["ids"]["ahasend"]
        our_process.pause()
        path = f"/v2/accounts/{account}/messages"
        keyed = scripts(theirs.folder, theirs.key)["keyed"]
        our_script = script(ours.folder, ours.key)
        for number in range(options.rounds + 1):
            warming = number == 0
            say("Warming up" if warming else f"Round {number} of {options.rounds}")
            seconds = 1 if warming else None
            one = load.measure(their_process, theirs.port, "/emails", keyed, seconds)
            other = load.measure(our_process, ours.port, path, our_script, seconds)
            if not warming:
                rates["poststack"].append(one.rate)
                rates["ahasend"].append(other.rate)
        our_process.go_on()
        say(f"Filling up to {options.messages} messages")
        fill(ours, path, options.messages)
        pages = measure_pages(ours, path, options)
    ratio = statistics.median(b / a for a, b in zip(rates["poststack"], rates["ahasend"], strict=True))
    return {
        "poststack_per_second": round(statistics.median(rates["poststack"])),
        "ahasend_per_second": round(statistics.median(rates["ahasend"])),
        "ratio": round(ratio, 3),
        "pages_ms": pages,
        "passed": ratio >= RATIO_GOAL and all(milliseconds < PAGE_GOAL_MS for milliseconds in pages.values()),
    }


def script(folder: Path, key: str) -> Path:
    """One recipient, and a key that was never used before."""
    body = json.dumps(
        {
            "from": {"email": "hello@example.com"},
            "recipients": [{"email": "ann@example.net"}],
            "subject": "Hello",
            "html_content": "<p>" + "x" * 1600 + "</p>",
        }
    )
    head = f'wrk.headers["Authorization"] = "Bearer {key}"\nwrk.headers["Content-Type"] = "application/json"\n'
    path = folder / "ahasend.lua"
    path.write_text(f'{head}wrk.method = "POST"\nwrk.body = [==[{body}]==]\n{KEYED}{REPORT}')
    return path


def call(connection: http.client.HTTPConnection, method: str, path: str, key: str, body=None) -> dict:
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"{answer.status} {text[:200]!r}")
    return json.loads(text)


def fill(relay: Polyrelay, path: str, wanted: int) -> None:
    """A hundred recipients at a time, each a message."""
    connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=60)
    recipients = [{"email": f"r{number}@example.net"} for number in range(100)]
    body = {"from": {"email": "hello@example.com"}, "recipients": recipients, "subject": "s", "text_content": "t"}
    for _ in range(wanted // 100):
        call(connection, "POST", path, relay.key, body)
    connection.close()


def measure_pages(relay: Polyrelay, path: str, options: argparse.Namespace) -> dict[str, float]:
    """The first page, one in the middle, one at the end: medians in milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=60)
    places = {"first": f"{path}?limit={PAGE}"}
    depth, target = 0, path + f"?limit={PAGE}"
    while True:
        page = call(connection, "GET", target, relay.key)
        depth += len(page["data"])
        cursor = page["pagination"].get("next_cursor")
        if cursor is None or depth >= options.messages:
            break
        target = f"{path}?limit={PAGE}&after={cursor}"
        if depth >= options.messages // 2:
            places.setdefault("middle", target)
        places["last"] = target
    result = {}
    for name, target in places.items():
        taken = []
        for _ in range(options.asks):
            began = time.perf_counter()
            call(connection, "GET", target, relay.key)
            taken.append((time.perf_counter() - began) * 1000)
        result[name] = round(statistics.median(taken), 2)
    connection.close()
    return result


def print_table(result: dict) -> None:
    print(f"{'PostStack, idempotency key':34}{result['poststack_per_second']:>10} /s")
    print(
        f"{'AhaSend, idempotency key':34}{result['ahasend_per_second']:>10} /s"
        f"{result['ratio']:>10} of it, goal {RATIO_GOAL}"
    )
    for name, milliseconds in result["pages_ms"].items():
        print(f"{'page of 100, ' + name:34}{milliseconds:>10} ms, goal {PAGE_GOAL_MS}")
