"""Relayed requests of the Harepost personality: accepting them, delivering them, and beside targets that hang.

Accepting: in alternating rounds wrk sends the same POST /v1/send to nginx (a constant answer) and to Polyrelay, over
keep-alive connections, while the lane to the target is paused, so that nothing but acceptance is measured.

Delivering: the lane is resumed, and the time is taken until every attempt and its outcome is on disk. The sink is nginx
over keep-alive TLS 1.3; every request has a body of 1 KB.

Hanging: --targets targets (hosts of their own, one nginx behind them) are sent --each requests, first alone, then with
ten more targets that accept a connection and say nothing. The time is taken until the living ones have all of theirs.
"""

import argparse
import http.client
import json
import sqlite3
import statistics
import subprocess
import threading
import time
from pathlib import Path

from .load import REPORT, Load
from .options import add_load
from .servers import Polyrelay, nginx, say, silent_listener

ACCEPT_GOAL, RATE_GOAL = 0.22, 4000
HANGING, SENDERS = 10, 8
# How long a hanging target is waited for, in milliseconds.
HANG_MS = 5000
DOMAIN = "bench.localhost"
BODY = {"event": "invoice.settled", "text": "x" * 980}


def add_options(parser: argparse.ArgumentParser) -> None:
    add_load(parser)
    parser.add_argument("--targets", type=int, default=990, help="targets that live (default 990)")
    parser.add_argument("--each", type=int, default=10, help="requests for each target (default 10)")


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    certificates = authority(folder)
    result = accepting_and_delivering(binary, options, folder, certificates)
    return result | {"hanging": hanging(binary, options, folder, certificates)}


def server(binary: Path, folder: Path, ca: Path) -> Polyrelay:
    unlimited = [{"per": "account", "limit": 1_000_000_000, "window": "1m"}]
    return Polyrelay(
        binary,
        folder,
        personality="harepost",
        domain=DOMAIN,
        limits={"send": unlimited},
        egress={"allow": ["127.0.0.1/32", "::1/128"], "caFile": str(ca)},
        probe="/v1/deliveries",
    )


# The sink


def authority(folder: Path) -> dict[str, Path]:
    """A CA, and a certificate that it signed for every host under the domain."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *ec, "-days", "2", "-subj", "/CN=bench CA", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *ec, "-subj", "/CN=bench", "-keyout", "sink.key", "-out", "sink.csr")
    (folder / "sink.ext").write_text(f"subjectAltName=DNS:*.{DOMAIN}\n")
    sign = ["x509", "-req", "-in", "sink.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
    openssl(*sign, "-extfile", "sink.ext", "-out", "sink.pem")
    return {name: folder / name for name in ("ca.pem", "sink.pem", "sink.key")}


def tls_sink(folder: Path, certificates: dict[str, Path]):
    """nginx that answers every request over TLS with 200; its process, which is stopped, and its port."""
    return nginx(folder, workers=1, certificate=(certificates["sink.pem"], certificates["sink.key"]))


# Accepting and delivering


def accepting_and_delivering(binary: Path, options, folder: Path, certificates: dict[str, Path]) -> dict:
    relay = server(binary, folder / "relay", certificates["ca.pem"])
    load = Load(options.connections, options.seconds)
    ratios, ours, base, rates, accepted = [], [], [], [], 0
    with (
        nginx(folder / "nginx") as (constant, constant_port),
        tls_sink(folder / "sink", certificates) as (sink, port),
        relay.serving() as (process, _),
    ):
        process.pause()
        script = send_script(relay, port)
        for number in range(options.rounds + 1):
            warming = number == 0
            say("Warming up" if warming else f"Round {number} of {options.rounds}")
            process.go_on()
            relay.verb("queue", "pause", lane(port), "--ahead")
            process.pause()
            seconds = 1 if warming else None
            nginx_run = load.measure(constant, constant_port, "/v1/send", script, seconds)
            our_run = load.measure(process, relay.port, "/v1/send", script, seconds)
            accepted += our_run.completed
            process.go_on()
            sink.go_on()
            waiting = unfinished(relay)
            begun = time.monotonic()
            relay.verb("queue", "resume", lane(port))
            await_empty(relay)
            took = time.monotonic() - begun
            sink.pause()
            process.pause()
            if not warming:
                ratios.append(our_run.rate / nginx_run.rate)
                ours.append(our_run.rate)
                base.append(nginx_run.rate)
                rates.append(waiting / took)
        process.go_on()
        sink.go_on()
    delivered, attempts = finished(relay)
    most = accepted + (options.rounds + 1) * options.connections
    return {
        "accept_per_second": round(statistics.median(ours)),
        "nginx_per_second": round(statistics.median(base)),
        "accept_ratio": round(statistics.median(ratios), 3),
        "accept_goal": ACCEPT_GOAL,
        "deliveries_per_second": round(statistics.median(rates)),
        "deliveries_goal": RATE_GOAL,
        "rates": [round(rate) for rate in rates],
        "accepted": accepted,
        "delivered": delivered,
        "attempts": attempts,
        "passed": accepted <= delivered <= most and attempts == delivered,
    }


def lane(port: int) -> str:
    return f"relay:https://sink.{DOMAIN}:{port}"


def send_script(relay: Polyrelay, port: int) -> Path:
    body = json.dumps({"target": f"https://sink.{DOMAIN}:{port}/in", "body": BODY}, separators=(",", ":"))
    text = f'wrk.headers["Authorization"] = "Bearer {relay.key}"\nwrk.headers["Content-Type"] = "application/json"\n'
    path = relay.folder / "send.lua"
    path.write_text(text + f'wrk.method = "POST"\nwrk.body = [==[{body}]==]\n' + REPORT)
    return path


# The database


def ask(relay: Polyrelay, query: str) -> tuple:
    database = sqlite3.connect(f"file:{relay.folder}/polyrelay.db?mode=ro", uri=True)
    try:
        return database.execute(query).fetchone()
    finally:
        database.close()


def unfinished(relay: Polyrelay) -> int:
    return ask(relay, "SELECT count(*) FROM relay_queue")[0]


def finished(relay: Polyrelay) -> tuple[int, int]:
    """Delivered, and attempts in all."""
    return ask(relay, "SELECT count(*) FILTER (WHERE outcome = 2), count(*) FROM relay_attempt")


def await_empty(relay: Polyrelay, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while ask(relay, "SELECT EXISTS (SELECT 1 FROM relay_queue)")[0]:
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: relayed requests are not delivered after {seconds:.0f} s")
        threading.Event().wait(0.01)


# Beside targets that hang


def hanging(binary: Path, options, folder: Path, certificates: dict[str, Path]) -> dict:
    times = {"alone": [], "beside": []}
    with tls_sink(folder / "targets", certificates) as (sink, port), silent_listener() as silent_port:
        sink.go_on()
        living = [f"https://t{number}.{DOMAIN}:{port}/in" for number in range(options.targets)]
        dead = [f"https://h{number}.{DOMAIN}:{silent_port}/in" for number in range(HANGING)]
        for number in range(options.rounds):
            say(f"Targets that hang: round {number + 1} of {options.rounds}")
            for name, targets in (("alone", living), ("beside", interleaved(living, dead))):
                relay = server(binary, folder / f"{name}{number}", certificates["ca.pem"])
                with relay.serving():
                    times[name].append(time_to_deliver(relay, targets, options.each, len(living)))
    alone, beside = statistics.median(times["alone"]), statistics.median(times["beside"])
    return {
        "targets": options.targets + HANGING,
        "hang": HANGING,
        "requests": options.targets * options.each,
        "alone_seconds": round(alone, 2),
        "beside_seconds": round(beside, 2),
        "ratio": round(beside / alone, 2),
    }


def interleaved(living: list[str], dead: list[str]) -> list[str]:
    """The dead ones first among their neighbours: nothing comes before them."""
    step = max(len(living) // len(dead), 1)
    targets = []
    for number, target in enumerate(living):
        if number % step == 0 and number // step < len(dead):
            targets.append(dead[number // step])
        targets.append(target)
    return targets


def time_to_deliver(relay: Polyrelay, targets: list[str], each: int, living: int) -> float:
    """Seconds from the first send until every living target has all of its requests, on disk."""
    begun = time.monotonic()
    threads = [
        threading.Thread(target=send_all, args=(relay, targets[number::SENDERS], each)) for number in range(SENDERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deadline = begun + 300
    while finished(relay)[0] < living * each:
        if time.monotonic() > deadline:
            raise SystemExit("bench: the living targets do not have theirs after five minutes")
        threading.Event().wait(0.01)
    return time.monotonic() - begun


def send_all(relay: Polyrelay, targets: list[str], each: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=60)
    headers = {"Authorization": f"Bearer {relay.key}", "Content-Type": "application/json"}
    for _ in range(each):
        for target in targets:
            send = {"target": target, "body": BODY, "delivery": {"timeout_ms": HANG_MS}}
            connection.request("POST", "/v1/send", json.dumps(send), headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 202:
                raise SystemExit(f"bench: a send is answered {answer.status}")
    connection.close()


def print_table(result: dict) -> None:
    print(
        f"POST /v1/send        {result['accept_per_second']:,} a second, nginx {result['nginx_per_second']:,}: "
        f"ratio {result['accept_ratio']:.3f} (goal: {result['accept_goal']})"
    )
    print(f"deliveries           {result['deliveries_per_second']:,} a second (goal: {result['deliveries_goal']:,})")
    counts = f"{result['delivered']:,} in {result['attempts']:,} attempts; accepted {result['accepted']:,}"
    print(f"delivered            {counts}")
    if not result["passed"]:
        print("NOT EVERY REQUEST WAS DELIVERED ONCE")
    hang = result["hanging"]
    print(
        f"targets that hang    {hang['requests']:,} requests to the living in {hang['beside_seconds']} s with "
        f"{hang['hang']} of {hang['targets']} hanging, {hang['alone_seconds']} s without: ratio {hang['ratio']}"
    )
