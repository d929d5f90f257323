"""Durable acceptance over SMTP, beside Debian's Postfix in the same run, on the same disk.

Postfix's smtp-source sends --messages messages of --octets over --sessions sessions that are kept, in alternating rounds, to
Polyrelay (in capture mode, from a trusted network) and to a Postfix of its own. Both answer 250 when the message is on disk;
Postfix then holds it, so that it has nothing to do but accept.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import textwrap
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from .servers import Polyrelay, Process, free_port, say

GOAL = 8.0
START_SECONDS = 20


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=40_000, help="messages of a round (default 40000)")
    parser.add_argument("--postfix-messages", type=int, default=5_000, help="of one to Postfix (default 5000)")
    parser.add_argument("--octets", type=int, default=5120, help="of one message (default 5120)")
    parser.add_argument("--sessions", type=int, default=20, help="kept connections (default 20)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which medians are taken (default 5)")


def bench(binary: Path, options: argparse.Namespace, folder: Path) -> dict:
    ours, theirs, processor = [], [], []
    relay = Relay(binary, folder / "polyrelay")
    with relay.serving() as (process, _), postfix(folder / "postfix", options.sessions) as (postfix_port, pause):
        send(relay.smtp_port, options, 1000)
        for index in range(options.rounds):
            say(f"Round {index + 1} of {options.rounds}")
            pause(True)
            used = processor_seconds(process.child.pid)
            ours.append(send(relay.smtp_port, options, options.messages))
            processor.append((processor_seconds(process.child.pid) - used) / options.messages * 1e6)
            process.pause()
            pause(False)
            theirs.append(send(postfix_port, options, options.postfix_messages))
            process.go_on()
        stored = relay.stored()
    expected = 1000 + options.messages * options.rounds
    rate, other = statistics.median(ours), statistics.median(theirs)
    return {
        "per_second": round(rate),
        "postfix_per_second": round(other),
        "ratio": round(rate / other, 1),
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


class Relay(Polyrelay):
    """With a listener for mail that trusts this machine."""

    def __init__(self, binary: Path, folder: Path):
        super().__init__(binary, folder)
        self.smtp_port = free_port()
        settings = json.loads(self.config.read_text())
        settings["smtp"] = {
            "hostname": "bench.test",
            "listeners": [{"listen": f"127.0.0.1:{self.smtp_port}", "tls": "none"}],
            "trusted": [{"network": "127.0.0.0/8", "account": 1}],
        }
        self.config.write_text(json.dumps(settings))


def send(port: int, options: argparse.Namespace, count: int) -> float:
    """Messages a second, over connections that are made before and kept."""
    program = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    command = [
        *(program, "-d", "-s", str(options.sessions), "-m", str(count), "-l", str(options.octets)),
        *("-f", "hello@example.com", "-t", "ann@example.net", f"127.0.0.1:{port}"),
    ]
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0 or "fatal" in done.stderr:
        raise SystemExit(f"bench: smtp-source to port {port}: {done.stderr.strip()}")
    return count / (time.monotonic() - begun)


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def postfix(folder: Path, sessions: int):
    """A Postfix that accepts and holds; its port, and a function that stops and continues all of it."""
    if os.geteuid() != 0:
        raise SystemExit("bench: Postfix starts as root alone")
    spool, settings, data = folder / "spool", folder / "etc", folder / "data"
    for one in (spool, settings, data):
        one.mkdir(parents=True)
    port = free_port()
    (settings / "main.cf").write_text(
        textwrap.dedent(f"""\
            compatibility_level = 3.6
            queue_directory = {spool}
            data_directory = {data}
            myhostname = postfix.test
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            mydestination =
            local_recipient_maps =
            smtpd_recipient_restrictions = static:HOLD, permit_mynetworks, reject
            smtpd_client_connection_count_limit = 0
            default_process_limit = {max(100, 2 * sessions)}
            alias_maps =
            syslog_facility = mail
            """)
    )
    (settings / "master.cf").write_text(
        textwrap.dedent(f"""\
            127.0.0.1:{port} inet n - n - - smtpd
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            error unix - - n - - error
            retry unix - - n - - error
            proxymap unix - - n - - proxymap
            anvil unix - - n - 1 anvil
            """)
    )
    shutil.chown(data, "postfix")
    # The folders above are the database's as well.
    for parent in [folder, *folder.parents][:2]:
        parent.chmod(parent.stat().st_mode | 0o055)
    process = Process(["/usr/sbin/postfix", "-c", settings, "start-fg"], stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        await_port(port)
        yield port, lambda stopped: process.pause() if stopped else process.go_on()
    finally:
        process.go_on()
        subprocess.run(["/usr/sbin/postfix", "-c", settings, "stop"], capture_output=True, timeout=60)
        process.end()


def await_port(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit(f"bench: Postfix opens no port in {START_SECONDS} s") from None
            threading.Event().wait(0.05)
