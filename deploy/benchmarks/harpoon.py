"""Payments of the Harpoon personality: asking for them, settling them, looking them up, and many that expire at once.

Asking: in alternating rounds wrk sends POST /emails to a PostStack server and POST /v1/transactions/initialize to a
Harpoon server, on empty databases, then to the Harpoon server once --living payments wait. Settling: --settled payments
are paid by POST /internal/v1/ingest/payment, each with its code, each answered when it is on disk. Looking up: GET by
code, while --living wait. Expiring: the times of --expiring waiting payments are set to one instant while the server
is down; it is started, and a client asks for payments one after the other until all have expired.
"""

import argparse
import http.client
import json
import sqlite3
import statistics
import threading
import time
from pathlib import Path

from .load import REPORT, Load, scripts
from .options import add_load
from .servers import Polyrelay, say

EMPTY_GOAL, LIVING_GOAL, SETTLE_GOAL, LOOK_UP_GOAL_MS, DELAY_GOAL_MS = 0.8, 0.6, 5000, 2.0, 100.0
SECRET = "bench-line-secret-0123456789"
INITIALIZE = "/v1/transactions/initialize"
CLIENTS = 8


def add_options(parser: argparse.ArgumentParser) -> None:
    add_load(parser)
    parser.add_argument("--living", type=int, default=1_000_000, help="payments that wait (default 1000000)")
    parser.add_argument("--settled", type=int, default=50_000, help="payments to settle (default 50000)")
    parser.add_argument("--expiring", type=int, default=100_000, help="payments that expire at once (default 100000)")


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    say("Preparing two servers")
    mail = Polyrelay(binary, folder / "mail")
    unlimited = [{"per": "key", "limit": 1_000_000_000, "window": "1m"}]
    shop = Polyrelay(
        binary, folder / "shop", personality="harpoon", limits={"default": unlimited}, probe="/v1/transactions?per_page=1"
    )
    secret = shop.folder / "secret"
    secret.write_text(SECRET)
    shop.verb("line", "add", "0241112223", "--account", "1", "--forwarder", "payment", "--secret-file", str(secret))
    load = Load(options.connections, options.seconds)
    ask = script(shop, "ask", f"wrk.method = 'POST'\nwrk.body = [==[{json.dumps(order())}]==]\n")
    with mail.serving() as (mail_process, _), shop.serving() as (shop_process, _):
        mail_process.pause()
        shop_process.pause()
        post = scripts(mail.folder, mail.key)["post"]
        empty = asking(options, load, (mail_process, mail.port, post), (shop_process, shop.port, ask))
        shop_process.go_on()
        settled = settling(shop, shop_process, load, options.settled)
        say(f"Filling up to {options.living:,} payments")
        while waiting(shop) < options.living:
            load.measure(shop_process, shop.port, INITIALIZE, ask, 5)
            shop_process.go_on()
        shop_process.pause()
        living = asking(options, load, (mail_process, mail.port, post), (shop_process, shop.port, ask))
        shop_process.go_on()
        code = shop.call("POST", INITIALIZE, order())["data"]["hpn_code"]
        look_up = load.measure(
            shop_process, shop.port, f"/v1/transactions/by-hpn/{code}", script(shop, "look", ""), options.seconds
        )
        shop_process.go_on()
        one = latencies(shop, 500, lambda: shop.call("GET", f"/v1/transactions/by-hpn/{code}"))
    expired = expiring(shop, options.expiring)
    return {
        "empty": empty, "living": living, "settled_per_second": settled, "look_ups_per_second": round(look_up.rate),
        "look_up_ms": round(statistics.median(one) * 1000, 2), "expiring": expired,
        "passed": empty["failed"] == 0 and living["failed"] == 0 and expired["left"] == 0,
    }  # fmt: skip


def order() -> dict:
    return {"amount": "75.00", "description": "A bench order", "phone_number": "0241112223", "meta": {"cart": "c-19"}}


def script(shop: Polyrelay, name: str, text: str) -> Path:
    head = f'wrk.headers["Authorization"] = "Bearer {shop.key}"\nwrk.headers["Content-Type"] = "application/json"\n'
    path = shop.folder / f"{name}.lua"
    path.write_text(head + text + REPORT)
    return path


def asking(options, load: Load, mail: tuple, shop: tuple) -> dict:
    """Medians of the rounds; the ratio is that of neighbours in time."""
    ratios, rates, failed = [], [], 0
    for number in range(options.rounds + 1):
        say("Warming up" if number == 0 else f"Round {number} of {options.rounds}")
        seconds = 1 if number == 0 else None
        base = load.measure(mail[0], mail[1], "/emails", mail[2], seconds)
        ours = load.measure(shop[0], shop[1], INITIALIZE, shop[2], seconds)
        failed += ours.failed
        if number > 0:
            ratios.append(ours.rate / base.rate)
            rates.append(ours.rate)
    return {
        "per_second": round(statistics.median(rates)), "ratio": round(statistics.median(ratios), 3), "failed": failed,
    }  # fmt: skip


def waiting(shop: Polyrelay) -> int:
    with sqlite3.connect(f"file:{shop.folder}/polyrelay.db?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM record_due").fetchone()[0]


# Settling


def many(count: int, work) -> None:
    """Calls `work(connection, number)` for each number, by several clients."""

    def client(first: int) -> None:
        for number in range(first, count, CLIENTS):
            work(first, number)

    threads = [threading.Thread(target=client, args=(first,)) for first in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def settling(shop: Polyrelay, process, load: Load, count: int) -> int:
    say(f"Asking for {count:,} payments, and settling them")
    codes: list[str] = [""] * count
    connections = [http.client.HTTPConnection("127.0.0.1", shop.port, timeout=60) for _ in range(CLIENTS)]
    headers = {"Authorization": f"Bearer {shop.key}", "Content-Type": "application/json"}

    def ask(client: int, number: int) -> None:
        connections[client].request("POST", INITIALIZE, json.dumps(order()), headers)
        codes[number] = json.load(connections[client].getresponse())["data"]["hpn_code"]

    many(count, ask)
    (shop.folder / "codes").write_text("\n".join(codes) + "\n")
    lua = f"""
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer {SECRET}"
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
local codes, place = {{}}, 0
function init() for line in io.lines("{shop.folder}/codes") do codes[#codes + 1] = line end place = number end
function request()
  place = place + 2
  local code = codes[place - 1] or "none"
  local id = string.format("83%09d", place)
  return wrk.format(nil, nil, nil, '{{"amount":"75.00","transaction_id":"' .. id .. '","reference":"' .. code .. '"}}')
end
"""
    before, begun = settled_payments(shop), time.monotonic()
    path = shop.folder / "settle.lua"
    path.write_text(f'wrk.headers["Content-Type"] = "application/json"\n{lua}{REPORT}')
    runner = threading.Thread(
        target=load.measure, args=(process, shop.port, "/internal/v1/ingest/payment", path, max(3, count // 8000))
    )
    runner.start()
    # Half of them: what is under way at the beginning and at the end is not measured.
    while settled_payments(shop) - before < count // 2 and runner.is_alive():
        threading.Event().wait(0.02)
    rate = (settled_payments(shop) - before) / (time.monotonic() - begun)
    runner.join()
    process.go_on()
    return round(rate)


def settled_payments(shop: Polyrelay) -> int:
    with sqlite3.connect(f"file:{shop.folder}/polyrelay.db?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM record WHERE state = 'SUCCESS'").fetchone()[0]


def latencies(shop: Polyrelay, count: int, call) -> list[float]:
    taken = []
    for _ in range(count):
        begun = time.monotonic()
        call()
        taken.append(time.monotonic() - begun)
    return taken


# Expiring


def expiring(shop: Polyrelay, count: int) -> dict:
    say(f"Letting {count:,} payments expire at once")
    instant = (int(time.time()) - 1) * 1_000_000_000
    with sqlite3.connect(f"{shop.folder}/polyrelay.db") as database:
        database.execute("CREATE TEMP TABLE chosen AS SELECT record FROM record_due LIMIT ?", (count,))
        database.execute("DELETE FROM record_due WHERE record IN (SELECT record FROM chosen)")
        database.execute("INSERT INTO record_due (due, record) SELECT ?, record FROM chosen", (instant,))
        database.execute(
            "UPDATE record SET due = ?1, body = CAST(json_set(CAST(body AS TEXT), '$.expires', ?1) AS BLOB) "
            "WHERE id IN (SELECT record FROM chosen)",
            (instant,),
        )
        database.commit()

    def left() -> int:
        with sqlite3.connect(f"file:{shop.folder}/polyrelay.db?mode=ro", uri=True) as reader:
            return reader.execute("SELECT count(*) FROM record_due WHERE due = ?", (instant,)).fetchone()[0]

    taken: list[float] = []
    with shop.serving():
        begun = time.monotonic()
        while left() > 0 and time.monotonic() - begun < 120:
            taken += latencies(shop, 20, lambda: shop.call("POST", INITIALIZE, order()))
        seconds = time.monotonic() - begun
        remaining = left()
    slowest = max(taken, default=0) * 1000
    return {"left": remaining, "seconds": round(seconds, 1), "slowest_ms": round(slowest, 1), "asked": len(taken)}


def print_table(result: dict) -> None:
    empty, living, expired = result["empty"], result["living"], result["expiring"]
    print(f"initialize, empty database   {empty['per_second']:>8,}/s  {empty['ratio']:.3f} of an accept (goal {EMPTY_GOAL})")
    print(
        f"initialize, many living      {living['per_second']:>8,}/s  {living['ratio']:.3f} of an accept (goal {LIVING_GOAL})"
    )
    print(f"settled                      {result['settled_per_second']:>8,}/s  (goal {SETTLE_GOAL:,})")
    print(
        f"look-ups by code             {result['look_ups_per_second']:>8,}/s  one {result['look_up_ms']} ms "
        f"(goal below {LOOK_UP_GOAL_MS})"
    )
    print(
        f"expired                      all in {expired['seconds']} s; slowest initialize meanwhile "
        f"{expired['slowest_ms']} ms of {expired['asked']} (goal below {DELAY_GOAL_MS:.0f})"
    )
    if not result["passed"]:
        print("A REQUEST FAILED, OR A PAYMENT DID NOT EXPIRE")
