"""Deliveries of webhooks to an endpoint that lives, alone and beside one that is dead.

While their lane is paused, --deliveries webhooks of 1 KB are queued; the lane is resumed, and the time is taken until
every attempt and its outcome is on disk. The sink is nginx, over keep-alive connections.

Then an endpoint that answers nobody is added, with --dead deliveries due for it, and messages are sent one by one: the
time from the request to the arrival at the living endpoint, before and beside the dead one.
"""

import argparse
import http.server
import json
import sqlite3
import statistics
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from .options import add_rounds
from .servers import Polyrelay, Process, message, nginx, processor_seconds, say, silent_listener

# Webhook deliveries a second, and the bytes of each.
RATE_GOAL, BYTES = 4000, 1024
DELAY_GOAL_MS = 100
SINGLES = 100


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--deliveries", type=int, default=20_000, help="webhooks in a round (default 20000)")
    add_rounds(parser)
    parser.add_argument("--dead", type=int, default=100_000, help="webhooks due for the dead (default 100000)")


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    say("Delivering to a sink")
    with nginx(folder / "nginx") as (sink, port):
        relay = Polyrelay(binary, folder / "webhooks")
        rates = delivering(relay, sink, port, options.deliveries, options.rounds)
    return rates | beside_the_dead(Polyrelay(binary, folder / "dead"), options)


# To a sink


def sink_requests(port: int) -> int:
    """What nginx has answered so far, this question included."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=60) as answer:
        return int(answer.read().split(b"\n")[2].split()[2])


def delivering(relay: Polyrelay, sink: Process, sink_port: int, count: int, rounds: int) -> dict:
    """Queues `count` deliveries while they are held back, lets them go, and waits until none is unfinished on disk."""
    database = sqlite3.connect(f"file:{relay.folder}/polyrelay.db?mode=ro", uri=True)
    unfinished = "SELECT EXISTS (SELECT 1 FROM webhook_delivery WHERE due IS NOT NULL)"
    delivered = "SELECT count(*), sum(attempts) FROM webhook_delivery WHERE delivered IS NOT NULL"
    rates, processor = [], []
    with relay.serving() as (process, _):
        sink.go_on()
        url = f"http://127.0.0.1:{sink_port}/hook"
        made = relay.call("POST", "/webhooks", {"url": url, "events": ["email.delivered"]})
        lane, first = f"webhook:{made['webhook']['id']}", sink_requests(sink_port)
        for _ in range(rounds):
            relay.verb("queue", "pause", lane, "--ahead")
            subject = "Your order " + "x" * (BYTES - webhook_bytes(relay, made["webhook"]["id"]) - 11)
            for _ in range(count // 100):
                relay.call("POST", "/emails/batch", {"emails": [message() | {"subject": subject}] * 100})
            before, used = time.monotonic(), processor_seconds(process.child.pid)
            relay.verb("queue", "resume", lane)
            while database.execute(unfinished).fetchone()[0]:
                if time.monotonic() > before + 120:
                    raise SystemExit("bench: webhooks are not delivered after two minutes")
                threading.Event().wait(0.01)
            rates.append((count + 1) / (time.monotonic() - before))
            processor.append((processor_seconds(process.child.pid) - used) / (count + 1) * 1e6)
        # The last question counts itself.
        answered = sink_requests(sink_port) - first - 1
        sink.pause()
        log = relay.call("GET", f"/webhooks/{made['webhook']['id']}/deliveries?per_page=1")["deliveries"][0]
    rows, attempts = database.execute(delivered).fetchone()
    database.close()
    return {
        "per_second": round(statistics.median(rates)),
        "goal": RATE_GOAL,
        "rates": [round(rate) for rate in rates],
        "bytes": len(json.dumps(log["payload"], separators=(",", ":"))),
        "processor_microseconds": round(statistics.median(processor)),
        "delivered": rows,
        "attempts": attempts,
        "answered": answered,
        "passed": rows == (count + 1) * rounds == attempts == answered,
    }


def webhook_bytes(relay: Polyrelay, webhook: int) -> int:
    """The length of a delivery's body with an empty subject; it is held back, as the lane is paused."""
    relay.call("POST", "/emails", message() | {"subject": ""})
    log = relay.call("GET", f"/webhooks/{webhook}/deliveries?per_page=1")
    return len(json.dumps(log["deliveries"][0]["payload"], separators=(",", ":")))


# Beside the dead


class Arrivals:
    """An endpoint that notes when which message's webhook came."""

    def __init__(self):
        self.times: dict[str, float] = {}
        self.changed = threading.Condition()

    @contextmanager
    def serving(self):
        arrivals = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                arrivals.note(body, time.monotonic())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def note(self, body: dict, at: float) -> None:
        with self.changed:
            self.times[message_of(body)] = at
            self.changed.notify_all()

    def wait(self, message: str, seconds: float) -> float:
        with self.changed:
            if not self.changed.wait_for(lambda: message in self.times, seconds):
                raise SystemExit(f"bench: {message}'s webhook has not come after {seconds:.0f} s")
            return self.times[message]


def message_of(body: dict) -> str:
    """The id of the message that a webhook is about."""
    return body["data"]["email_id"]


def beside_the_dead(relay: Polyrelay, options: argparse.Namespace) -> dict:
    arrivals = Arrivals()
    with relay.serving(), arrivals.serving() as port, silent_listener() as silent:
        living = {"url": f"http://127.0.0.1:{port}/hook", "events": ["email.delivered"]}
        relay.call("POST", "/webhooks", living)
        say("Sending beside nobody")
        alone = delays(relay, arrivals)
        dead = {"url": f"http://127.0.0.1:{silent}/hook", "events": ["email.sent"]}
        made = relay.call("POST", "/webhooks", dead)
        say(f"Queueing {options.dead:,} webhooks for the dead")
        for _ in range(options.dead // 100):
            batch = relay.call("POST", "/emails/batch", {"emails": [message()] * 100})
        arrivals.wait(batch["data"][-1]["id"], 300)
        due = unfinished(relay, made["webhook"]["id"])
        say("Sending beside them")
        beside = delays(relay, arrivals)
    return {
        "due_for_the_dead": due,
        "alone_ms": alone,
        "beside_ms": beside,
        "delay_ms": round(beside["worst"] - alone["p50"], 2),
    }


def unfinished(relay: Polyrelay, webhook: int) -> int:
    database = sqlite3.connect(f"file:{relay.folder}/polyrelay.db?mode=ro", uri=True)
    query = "SELECT count(*) FROM webhook_delivery WHERE endpoint = ? AND due IS NOT NULL"
    try:
        return database.execute(query, (webhook,)).fetchone()[0]
    finally:
        database.close()


def delays(relay: Polyrelay, arrivals: Arrivals) -> dict[str, float]:
    """From the request to the arrival, in milliseconds, one after the other."""
    taken = []
    for _ in range(SINGLES):
        begun = time.monotonic()
        sent = relay.call("POST", "/emails", message())["id"]
        taken.append((arrivals.wait(sent, 60) - begun) * 1000)
    taken.sort()
    times = {"p50": statistics.median(taken), "p99": taken[int(len(taken) * 0.99)], "worst": taken[-1]}
    return {name: round(value, 2) for name, value in times.items()}


def print_table(result: dict) -> None:
    print(
        f"webhooks             {result['per_second']:,} a second of {result['bytes']} bytes (goal: {result['goal']:,}), "
        f"{result['processor_microseconds']} µs of processor each"
    )
    counts = f"{result['delivered']:,} in {result['attempts']:,} attempts; answered {result['answered']:,}"
    print(f"delivered            {counts}")
    if not result["passed"]:
        print("NOT EVERY WEBHOOK WAS DELIVERED ONCE")
    alone, beside = result["alone_ms"], result["beside_ms"]
    print(f"to the living alone  {alone['p50']} ms, p99 {alone['p99']}, worst {alone['worst']}")
    print(
        f"beside the dead      {beside['p50']} ms, p99 {beside['p99']}, worst {beside['worst']}; "
        f"{result['due_for_the_dead']:,} due for it; later by {result['delay_ms']} at worst (goal: {DELAY_GOAL_MS})"
    )
