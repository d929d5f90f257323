"""Lists that are narrowed, at --messages messages, and what they cost others.

Exact filters: an account has --messages messages in PostStack, and as many in AhaSend if --ahasend is given; rows that are
made of real ones. Pages are asked for with one exact filter each, with dates and without: the median and the worst of --asks
asks, and whether the total is what was made. Then two filters, and page 10,000.

Neighbours: accepting a message of 400 KB alone, and beside eight accounts that look for a part of a subject that no message
has, again and again: no index serves that. The index is filled before anything is measured, and the seconds that it took are
told.
"""

import argparse
import base64
import http.client
import json
import statistics
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from . import rows
from .servers import Polyrelay, await_port, free_port, say

FILTER_GOAL_MS, TWO_FILTERS_GOAL_MS, DEEP_GOAL_MS, NEIGHBOURS_GOAL = 10.0, 50.0, 50.0, 2.0
PATTERNS, TAGS, DOMAINS, SCANNERS = 1000, 10, 4, 8
PLACEHOLDER = "00000000"
FILL_SECONDS = 3600
LARGE_BYTES = 400_000


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=1_000_000, help="of the account (default 1000000)")
    parser.add_argument("--ahasend", action="store_true", help="as many in AhaSend, for senders and recipients")
    parser.add_argument("--asks", type=int, default=50, help="how often each page is asked for (default 50)")
    parser.add_argument("--large", type=int, default=30, help="large messages of each measurement (default 30)")


class Caller:
    """A key and a connection of its own."""

    def __init__(self, port: int, key: str):
        self.key, self.connection = key, http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def call(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        text = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        self.connection.request(method, path, text, headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")

    def timed(self, path: str) -> tuple[float, dict]:
        begun = time.perf_counter()
        status, answer = self.call("GET", path)
        taken = (time.perf_counter() - begun) * 1000
        if status != 200:
            raise SystemExit(f"bench: {path}: {status} {answer}")
        return taken, answer


class Lists(Polyrelay):
    """With AhaSend beside PostStack, and accounts that only look."""

    def __init__(self, binary: Path, folder: Path):
        super().__init__(binary, folder)
        self.ahasend_port = free_port()
        settings = json.loads(self.config.read_text())
        settings["listeners"].append({"personality": "ahasend", "listen": f"127.0.0.1:{self.ahasend_port}"})
        settings["limits"]["ahasend"] = {"default": [{"per": "account", "limit": 1_000_000_000, "window": "1m"}]}
        self.config.write_text(json.dumps(settings))
        for number in range(1, DOMAINS):
            self.verb("domain", "add", f"d{number}.example.com", "--account", "1", "--verified")
        self.ahasend_key = self.verb("key", "create", "--account", "1", "--personality", "ahasend")["key"]
        self.ahasend = self.verb("account", "show", "1")["ids"]["ahasend"]
        self.scanners = [self.account(f"scanner-{number}") for number in range(SCANNERS)]
        self.neighbour = self.account("neighbour")

    def account(self, name: str) -> tuple[int, str]:
        account = self.verb("account", "create", name)["id"]
        self.verb("domain", "add", f"{name}.example.com", "--account", str(account), "--verified")
        return account, self.verb("key", "create", "--account", str(account), "--personality", "poststack")["key"]


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    relay = Lists(binary, folder / "lists")
    say("Accepting the messages that rows are made of")
    with relay.serving():
        accept_patterns(relay, options)
    say(f"Making {options.messages} rows")
    fill(relay, options)
    say("Starting, and waiting for the index")
    begun = time.monotonic()
    with relay.serving():
        await_index(relay)
        filled = time.monotonic() - begun
        say("Asking for pages")
        filters = measure_filters(relay, options)
        say("Accepting beside scans")
        neighbours = measure_neighbours(relay, options)
    goals = [found["ms"] < found["goal_ms"] and found["total_is_right"] for found in filters.values()]
    return {
        "messages": options.messages,
        "index_seconds": round(filled, 1),
        "index_megabytes": round((relay.folder / "polyrelay.db.lists").stat().st_size / 1e6, 1),
        "filters": filters,
        "neighbours": neighbours,
        "passed": all(goals) and neighbours["ratio"] <= NEIGHBOURS_GOAL,
    }


def accept_patterns(relay: Lists, options: argparse.Namespace) -> None:
    """Each of a tag, a sender and a domain of its own turn, to a recipient whom its row's number names."""
    await_port(relay.ahasend_port, "AhaSend's listener")
    own, aha = Caller(relay.port, relay.key), Caller(relay.ahasend_port, relay.ahasend_key)
    for number in range(PATTERNS):
        domain = ["example.com", *(f"d{other}.example.com" for other in range(1, DOMAINS))][number % DOMAINS]
        recipient = f"r{PLACEHOLDER}@example.net"
        mail = {"subject": f"Order {number}", "tags": [f"tag-{number % TAGS}"]}
        expect(own.call("POST", "/emails", mail | {"from": f"s{number % 5}@{domain}", "to": [recipient], "text": "t"}))
        if options.ahasend:
            body = {"from": {"email": f"s{number % 5}@{domain}"}, "recipients": [{"email": recipient}]}
            path = f"/v2/accounts/{relay.ahasend}/messages"
            expect(aha.call("POST", path, mail | body | {"text_content": "t"}))
    for number, (_, key) in enumerate(relay.scanners):
        scanner = Caller(relay.port, key)
        mail = {"from": f"a@scanner-{number}.example.com", "to": [f"r{PLACEHOLDER}@example.net"], "subject": "Hi"}
        expect(scanner.call("POST", "/emails", mail | {"text": "t"}))


def expect(answer: tuple[int, dict]) -> None:
    if answer[0] >= 300:
        raise SystemExit(f"bench: {answer}")


def fill(relay: Lists, options: argparse.Namespace) -> None:
    database = relay.folder / "polyrelay.db"
    rows.multiply(database, 1, options.messages * (2 if options.ahasend else 1), PLACEHOLDER.encode())
    for account, _ in relay.scanners:
        rows.multiply(database, account, max(options.messages // 100, 10_000), PLACEHOLDER.encode())
    rows.recount(database)


def await_index(relay: Lists) -> None:
    deadline = time.monotonic() + FILL_SECONDS
    while b"lists-index-ready" not in (relay.folder / "log").read_bytes():
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: the index of lists is not filled after {FILL_SECONDS} s")
        threading.Event().wait(0.2)


def measure_filters(relay: Lists, options: argparse.Namespace) -> dict[str, dict]:
    own = Caller(relay.port, relay.key)
    tag = options.messages // TAGS + PATTERNS // TAGS
    domains = relay.verb("domain", "list", "--account", "1")
    domain = next(one["id"] for one in domains if one["name"] == "d1.example.com")
    all_of_them = options.messages + PATTERNS
    since = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lists = {
        "no filter": ("", all_of_them, FILTER_GOAL_MS),
        "status": ("&status=delivered", all_of_them, FILTER_GOAL_MS),
        "status, none": ("&status=bounced", 0, FILTER_GOAL_MS),
        "tag": ("&tag=tag-3", tag, FILTER_GOAL_MS),
        "tag, none": ("&tag=absent", 0, FILTER_GOAL_MS),
        "domain": (f"&domain_id={domain}", options.messages // DOMAINS + PATTERNS // DOMAINS, FILTER_GOAL_MS),
        "dates": (f"&date_from={since}", None, FILTER_GOAL_MS),
        "tag, dates": (f"&tag=tag-3&date_from={since}", None, FILTER_GOAL_MS),
        "tag and domain": (f"&tag=tag-1&domain_id={domain}", None, TWO_FILTERS_GOAL_MS),
        "tag, page 10,000": ("&tag=tag-3&page=10000", tag, DEEP_GOAL_MS),
    }
    found = {}
    for name, (query, total, goal) in lists.items():
        path = f"/emails?per_page={10 if '10,000' in name else 20}{query}"
        found[name] = asked(own, path, options.asks, goal, total)
    if options.ahasend:
        aha = Caller(relay.ahasend_port, relay.ahasend_key)
        # Every other row is AhaSend's.
        middle = options.messages | 1
        for name, query in {
            "sender": "sender=s2@d2.example.com",
            "recipient": f"recipient=r{middle:08d}@example.net",
        }.items():
            path = f"/v2/accounts/{relay.ahasend}/messages?limit=20&{query}"
            found[f"AhaSend, {name}"] = asked(aha, path, options.asks, FILTER_GOAL_MS, None)
    return found


def asked(caller: Caller, path: str, asks: int, goal: float, total: int | None) -> dict:
    """`total`: what is to be said; None where the list says none, or dates cut it."""
    taken = []
    for _ in range(asks):
        milliseconds, answer = caller.timed(path)
        taken.append(milliseconds)
    said = answer.get("meta", {}).get("total")
    return {
        "ms": round(statistics.median(taken), 2),
        "worst_ms": round(max(taken), 2),
        "goal_ms": goal,
        "total": said,
        "total_is_right": total is None or said == total,
    }


def measure_neighbours(relay: Lists, options: argparse.Namespace) -> dict:
    neighbour = Caller(relay.port, relay.neighbour[1])
    alone = accept_large(neighbour, options.large)
    ending, counts = threading.Event(), []
    threads = [threading.Thread(target=scan, args=(relay, key, ending, counts)) for _, key in relay.scanners]
    for thread in threads:
        thread.start()
    try:
        beside = accept_large(neighbour, options.large)
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    return {
        "alone_ms": round(statistics.median(alone), 2),
        "beside_ms": round(statistics.median(beside), 2),
        "beside_worst_ms": round(max(beside), 2),
        "scans": sum(counts),
        "ratio": round(statistics.median(beside) / statistics.median(alone), 2),
    }


def scan(relay: Lists, key: str, ending: threading.Event, counts: list[int]) -> None:
    caller, count = Caller(relay.port, key), 0
    while not ending.is_set():
        status, _ = caller.call("GET", "/emails?subject=nowhere")
        count += status == 200
    counts.append(count)


def accept_large(caller: Caller, count: int) -> list[float]:
    content = base64.b64encode(bytes(LARGE_BYTES)).decode()
    mail = {
        "from": "a@neighbour.example.com",
        "to": ["ann@example.net"],
        "subject": "Large",
        "text": "t",
        "attachments": [{"filename": "a.bin", "content": content}],
    }
    taken = []
    for _ in range(count):
        begun = time.perf_counter()
        expect(caller.call("POST", "/emails", mail))
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def print_table(result: dict) -> None:
    print(f"{result['messages']} messages; index of {result['index_megabytes']} MB in {result['index_seconds']} s")
    for name, found in result["filters"].items():
        right = "" if found["total_is_right"] else "  WRONG TOTAL"
        print(
            f"{name:24}{found['ms']:>9} ms, worst {found['worst_ms']:>8}, goal {found['goal_ms']:>5}"
            f"{found['total'] if found['total'] is not None else '':>12}{right}"
        )
    near = result["neighbours"]
    print(
        f"400 KB accepted alone {near['alone_ms']} ms, beside {SCANNERS} scans {near['beside_ms']} ms "
        f"(worst {near['beside_worst_ms']}): {near['ratio']}, goal {NEIGHBOURS_GOAL}; {near['scans']} scans ended"
    )
