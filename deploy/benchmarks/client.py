"""Our own SMTP client beside libcurl's: rates, round trips, what each knows of its recipients, and the wire.

Both deliver messages of --octets in the same rounds, each over connections of its own that it makes within the time
taken: to smtp-sink on loopback, and to a sink whose replies take --delay ms, over one session and over --sessions.
libcurl is driven by curlmail.c beside this file (multi interface on epoll, kept connections), which makes nothing but
the messages' bytes. After the final dot libcurl's smtp_done() blocks its thread until the reply has come (curl issue
8555), so that sessions wait for each other. Polyrelay's lane is paused while it is filled; its time and processor time
are those of all of a delivery: reading from the queue, composing, an Ed25519 signature, the outcome on disk. There is
no way to have it send without.

Then both send the same 8-bit mail to a sink that writes down each read, and refuses, puts off, says 421 or closes the
connection after the final dot: what was on the wire, and what each client tells afterwards.
"""

import argparse
import json
import smtplib
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path

from .delivery import ask, await_empty
from .latesink import BUSY, CUT, LATER, REFUSED, LateSink, Said
from .options import add_mail
from .postfix import Sink, send
from .programs import compiled, output
from .servers import MailRelay, Process, processor_seconds, say

WAIT_SECONDS = 60
FILLING_SESSIONS = 20
COLUMN = 76


@dataclass(frozen=True)
class Row:
    """A rate to be measured; `milliseconds` is what a round trip takes, None with smtp-sink."""

    milliseconds: float | None
    sessions: int
    recipients: int
    messages: int
    # Of a round by libcurl.
    curl_messages: int

    @property
    def name(self) -> str:
        peer = "smtp-sink" if self.milliseconds is None else f"{self.milliseconds:g} ms away"
        sessions = f"{self.sessions} session{'s' if self.sessions > 1 else ''}"
        return f"{peer}, {sessions}, {self.recipients} recipient{'s' if self.recipients > 1 else ''}"

    @property
    def addresses(self) -> list[str]:
        return [f"{number}ann@example.net" for number in range(1, self.recipients + 1)]


@dataclass(frozen=True)
class Scene:
    name: str
    locals: tuple[str, ...]
    messages: int = 2

    @property
    def addresses(self) -> list[str]:
        return [f"{local}@example.net" for local in self.locals]


TEN = ("a1", "a2", "a3", REFUSED, "a5", "a6", LATER, "a8", "a9", "a10")
SCENES = [
    Scene("two messages", ("ann",)),
    Scene("ten recipients, one refused, one put off", TEN, messages=1),
    Scene("the only recipient is put off", (LATER,)),
    Scene("421 to RCPT", (BUSY,)),
    Scene("closed after the final dot", (CUT,)),
]


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=4_000, help="messages of a round to smtp-sink (default 4000)")
    parser.add_argument("--delay", type=float, default=10, help="ms of a round trip to the late sink (default 10)")
    parser.add_argument(
        "--late-messages", type=int, default=40, help="messages of a session to the late sink (default 40)"
    )
    add_mail(parser)
    parser.set_defaults(rounds=3)


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    curlmail = compiled("curlmail", folder, "-lcurl")
    rows = [
        Row(None, options.sessions, 1, options.messages, options.messages),
        Row(options.delay, 1, 1, options.late_messages, options.late_messages),
        Row(options.delay, 1, 10, options.late_messages, max(1, options.late_messages // 3)),
        # libcurl waits for one message's end at a time, so it gets few.
        Row(options.delay, options.sessions, 1, options.late_messages * options.sessions, options.late_messages * 5),
    ]
    with ExitStack() as stack:
        pairs = [Pair(row, index, binary, folder, options, stack, curlmail) for index, row in enumerate(rows)]
        for index in range(options.rounds):
            say(f"Round {index + 1} of {options.rounds}")
            for pair in pairs:
                pair.round()
    say("Looking at the wire")
    scenes, version = look(binary, options, folder, curlmail)
    rates = [pair.result() for pair in pairs]
    return {
        "libcurl": version,
        "rates": rates,
        "scenes": scenes,
        "passed": all(one["passed"] for one in rates),
    }


def relay(binary: Path, folder: Path, port: int, sessions: int) -> MailRelay:
    """That delivers to the port."""
    delivery = {
        "mode": "smarthost",
        "smarthost": f"127.0.0.1:{port}",
        "hostname": "bench.test",
        "tls": "never",
        "signatures": ["ed25519"],
        "perDestination": {"connections": sessions},
    }
    return MailRelay(binary, folder, delivery=delivery)


def lane(port: int) -> str:
    return f"smarthost:127.0.0.1:{port}"


# Rates


@dataclass
class Runs:
    """One client's, over all rounds."""

    rates: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    expected: int = 0
    arrived: int = 0

    def result(self) -> dict:
        return {
            "per_second": round(statistics.median(self.rates), 1),
            "rates": [round(one, 1) for one in self.rates],
            "processor_microseconds": round(statistics.median(self.processor)),
            "turns": round(statistics.median(self.turns), 2) if self.turns else None,
            "expected": self.expected,
            "arrived": self.arrived,
        }


class Pair:
    """Both clients before the sink of one row."""

    def __init__(self, row: Row, index: int, binary: Path, folder: Path, options, stack: ExitStack, curlmail: Path):
        self.row, self.options, self.curlmail = row, options, curlmail
        sink = Sink() if row.milliseconds is None else LateSink(row.milliseconds)
        self.sink = stack.enter_context(sink.serving())
        self.relay = relay(binary, folder / f"relay-{index}", self.sink.port, row.sessions)
        self.process: Process = stack.enter_context(self.relay.serving())[0]
        self.process.pause()
        self.ours, self.curl = Runs(), Runs()

    def round(self) -> None:
        with self.counted(self.curl, self.row.curl_messages):
            self.send_by_libcurl()
        self.process.go_on()
        self.fill()
        with self.counted(self.ours, self.row.messages):
            self.drain()
        self.process.pause()

    def result(self) -> dict:
        ours, curl = self.ours.result(), self.curl.result()
        ratios = [one / other for one, other in zip(self.ours.rates, self.curl.rates, strict=True)]
        return {
            "name": self.row.name,
            **asdict(self.row),
            "ours": ours,
            "libcurl": curl,
            "ratio": round(statistics.median(ratios), 2),
            "passed": all(one["arrived"] == one["expected"] for one in (ours, curl)),
        }

    @contextmanager
    def counted(self, runs: Runs, expected: int) -> Iterator[None]:
        """Counts what comes to the sink and, where the sink counts them, its turns in transactions."""
        runs.expected += expected
        messages, turns = self.sink.messages, getattr(self.sink, "turns", None)
        yield
        self.sink.await_messages(messages + expected, WAIT_SECONDS)
        runs.arrived += self.sink.messages - messages
        if turns is not None:
            runs.turns.append((self.sink.turns - turns) / expected)

    def send_by_libcurl(self) -> None:
        count = self.row.curl_messages
        arguments = (self.row.sessions, count, self.options.octets, *self.row.addresses)
        said = json.loads(output(self.curlmail, self.sink.port, *arguments))
        if said["sent"] != count:
            raise SystemExit(f"bench: {self.row.name}: libcurl sent {said['sent']} of {count}")
        self.curl.rates.append(said["per_second"])
        self.curl.processor.append(said["processor_microseconds"])

    def fill(self) -> None:
        self.relay.verb("queue", "pause", lane(self.sink.port), "--ahead")
        filling = argparse.Namespace(sessions=min(FILLING_SESSIONS, self.row.messages), octets=self.options.octets)
        send(self.relay.smtp_port, filling, self.row.messages, self.row.recipients)
        waiting = ask(self.relay, "SELECT count(*) FROM delivery")
        if waiting != self.row.messages * self.row.recipients:
            raise SystemExit(f"bench: {self.row.name}: {waiting} deliveries wait")

    def drain(self) -> None:
        used, begun = processor_seconds(self.process.child.pid), time.monotonic()
        self.relay.verb("queue", "resume", lane(self.sink.port))
        await_empty(self.relay)
        self.ours.rates.append(self.row.messages / (time.monotonic() - begun))
        used = processor_seconds(self.process.child.pid) - used
        self.ours.processor.append(used / self.row.messages * 1e6)


# The wire


def look(binary: Path, options, folder: Path, curlmail: Path) -> tuple[list[dict], str]:
    """What was on the wire in each scene, and what each client told; libcurl's version."""
    scenes = []
    with LateSink(records=True).serving() as sink:
        made = relay(binary, folder / "relay-wire", sink.port, sessions=1)
        for scene in SCENES:
            sink.forget()
            said = json.loads(output(curlmail, sink.port, 1, scene.messages, options.octets, *scene.addresses))
            curl = {"wire": [wire(one) for one in sink.connections], "tells": said["told"]}
            sink.forget()
            # The end of the server ends its connections, so that the next scene begins with none.
            with made.serving():
                told = deliver(made, scene, options.octets, sink.port)
            ours = {"wire": [wire(one) for one in sink.connections], "tells": told}
            scenes.append({"name": scene.name, "libcurl": curl, "ours": ours})
    return scenes, said["version"]


def deliver(made: MailRelay, scene: Scene, octets: int, port: int) -> list[list[dict]]:
    """Has the scene's messages attempted once; of each message, what `message show` tells of each recipient."""
    made.verb("queue", "pause", lane(port), "--ahead")
    with smtplib.SMTP("127.0.0.1", made.smtp_port, timeout=WAIT_SECONDS) as submission:
        sent = [submit(submission, scene.addresses, octets) for _ in range(scene.messages)]
    made.verb("queue", "resume", lane(port))
    return [recipients(made, message) for message in sent]


def submit(submission: smtplib.SMTP, addresses: list[str], octets: int) -> str:
    """The message's id."""
    submission.ehlo_or_helo_if_needed()
    submission.mail("hello@example.com", ["BODY=8BITMIME"])
    for address in addresses:
        submission.rcpt(address)
    code, text = submission.data(content(octets))
    if code != 250:
        raise SystemExit(f"bench: not submitted: {text.decode()}")
    return text.decode().split()[-1]


def content(octets: int) -> bytes:
    head = (
        "From: Load <hello@example.com>\r\nTo: ann@example.net\r\nSubject: Load\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n"
    ).encode()
    line = b"0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n"
    return (head + line * (octets // len(line) + 1))[: octets - 2] + b"\r\n"


def recipients(made: MailRelay, message: str) -> list[dict]:
    """Once each recipient was attempted."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        shown = made.verb("message", "show", message)
        attempts = {event["recipient"]: event for event in shown["events"] if "dialogue" in event}
        if len(attempts) == len(shown["recipients"]):
            break
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: {message} is not attempted after {WAIT_SECONDS} s")
        threading.Event().wait(0.05)
    return [
        {"address": one["address"], "state": one["state"]}
        | {name: attempts[index][name] for name in ("code", "status", "text", "dialogue")}
        for index, one in enumerate(shown["recipients"])
    ]


def wire(reads: list[Said]) -> dict:
    return {
        "reads": [asdict(one) for one in reads],
        "turns": sum(one.is_turn for one in reads),
        "octets": sum(one.octets for one in reads if one.is_transaction),
    }


# The table


def print_table(result: dict) -> None:
    print(f"{'':38}{'ours/s':>9}{'libcurl/s':>10}{'ratio':>7}   {'turns':>13}   {'processor, µs':>15}")
    for row in result["rates"]:
        ours, curl = row["ours"], row["libcurl"]
        turns = f"{ours['turns']:.1f} / {curl['turns']:.1f}" if ours["turns"] else ""
        used = f"{ours['processor_microseconds']:,} / {curl['processor_microseconds']:,}"
        print(
            f"{row['name']:38}{ours['per_second']:>9,.0f}{curl['per_second']:>10,.0f}{row['ratio']:>7.2f}"
            f"   {turns:>13}   {used:>15}"
        )
        if not row["passed"]:
            print(f"NOT EVERY MESSAGE ARRIVED: {json.dumps(row)}")
    print(f"ours / libcurl {result['libcurl']}; ours reads, composes, signs with Ed25519 and records each delivery")
    for scene in result["scenes"]:
        print(f"\n{scene['name']}")
        ours, curl = lines(scene["ours"]["wire"]), lines(scene["libcurl"]["wire"])
        for left, right in zip_longest(["ours", *ours], ["libcurl", *curl], fillvalue=""):
            print(f"  {left:{COLUMN}} {right}".rstrip())
        for message in scene["ours"]["tells"]:
            known = (f"{one['address'].split('@')[0]} {one['state']} {one['code'] or one['text']}" for one in message)
            print(f"  ours tells     {'; '.join(known)}")
        for one in scene["libcurl"]["tells"]:
            print(f"  libcurl tells  {one['result']} ({one['says']}), last code {one['code']}")
            print(f"                 and to the callback for headers {' '.join(codes(one['replies']))}")


def codes(replies: str) -> list[str]:
    """Of each reply that libcurl passed on."""
    return [line[:3] for line in replies.splitlines() if line[3:4] == " "]


def lines(connections: list[dict]) -> list[str]:
    """The commands of each connection; `>` begins a read, `|` goes on with it."""
    made = []
    for number, connection in enumerate(connections, 1):
        made.append(f"connection {number}: {connection['turns']} turns, {connection['octets']:,} octets")
        for read in connection["reads"]:
            for index, command in enumerate(read["commands"]):
                made.append(f"{'|' if index else '>'} {command}"[: COLUMN - 2])
    return made
