"""Debian's Postfix: an instance of its own to measure beside, and its programs that send mail and take it."""

import os
import re
import shutil
import signal
import subprocess
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .servers import Process, await_port, free_port

POSTFIX = "/usr/sbin/postfix"
# How often the sink's figures are read: it writes one for each message.
READ_SECONDS = 0.005
SETTLED_SECONDS = 0.2

MAIN = """\
    compatibility_level = 3.6
    queue_directory = {folder}/spool
    data_directory = {folder}/data
    myhostname = postfix.test
    inet_interfaces = 127.0.0.1
    inet_protocols = ipv4
    mynetworks = 127.0.0.0/8
    mydestination =
    local_recipient_maps =
    smtpd_recipient_restrictions = static:HOLD, permit_mynetworks, reject
    smtpd_client_connection_count_limit = 0
    default_process_limit = {processes}
    alias_maps =
    syslog_facility = mail
"""

# As an operator would for one next hop that takes all there is: as many connections to it as it is given by us, from
# the first message on, and kept while there is work. What is queued is looked at when the clock starts, not before.
FORWARDING = """\
    relayhost = [127.0.0.1]:{relay_to}
    initial_destination_concurrency = {sessions}
    default_destination_concurrency_limit = {sessions}
    smtp_connection_cache_on_demand = yes
    smtp_connection_cache_time_limit = 60s
    smtp_tls_security_level = none
    smtp_host_lookup = native
    queue_run_delay = 1h
    minimal_backoff_time = 1h
"""

MASTER = """\
    127.0.0.1:{port} inet n - n - - smtpd
    pickup unix n - n 60 1 pickup
    cleanup unix n - n - 0 cleanup
    qmgr unix n - n 3600 1 qmgr
    rewrite unix - - n - - trivial-rewrite
    bounce unix - - n - 0 bounce
    defer unix - - n - 0 bounce
    trace unix - - n - 0 bounce
    error unix - - n - - error
    retry unix - - n - - error
    proxymap unix - - n - - proxymap
    anvil unix - - n - 1 anvil
    smtp unix - - n - - smtp
    relay unix - - n - - smtp
    flush unix n - n 1000? 0 flush
    showq unix n - n - - showq
    scache unix - - n - 1 scache
"""


class Postfix:
    """Accepts what this machine sends, and holds it until it is released to the port `relay_to`."""

    def __init__(self, folder: Path, sessions: int, relay_to: int | None = None):
        if os.geteuid() != 0:
            raise SystemExit("bench: Postfix starts as root alone")
        self.folder, self.port = folder, free_port()
        self.settings = folder / "etc"
        for name in ("spool", "etc", "data"):
            (folder / name).mkdir(parents=True)
        # Room for as many that take mail as for those that pass it on.
        values = {"folder": folder, "processes": max(100, 2 * sessions), "relay_to": relay_to, "sessions": sessions}
        main = textwrap.dedent(MAIN) + (textwrap.dedent(FORWARDING) if relay_to else "")
        (self.settings / "main.cf").write_text(main.format_map(values))
        (self.settings / "master.cf").write_text(textwrap.dedent(MASTER).format(port=self.port))
        shutil.chown(folder / "data", "postfix")
        # The folders above are the database's as well.
        for parent in [folder, *folder.parents][:2]:
            parent.chmod(parent.stat().st_mode | 0o055)

    @contextmanager
    def serving(self) -> Iterator["Postfix"]:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        process = Process([POSTFIX, "-c", self.settings, "start-fg"], **quiet)
        try:
            await_port(self.port, "Postfix")
            yield self
        finally:
            self.go_on()
            subprocess.run([POSTFIX, "-c", self.settings, "stop"], capture_output=True, timeout=60)
            process.end()

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        """To the master and its children, which have left the process group of the script that started them."""
        master = self.folder / "spool" / "pid" / "master.pid"
        if master.exists():
            os.killpg(int(master.read_text()), number)

    def release(self) -> None:
        """What is held may go, at the next look at the queue."""
        self._run("postsuper", "-H", "ALL")

    def flush(self) -> None:
        """The look at the queue."""
        self._run("postqueue", "-f")

    def unfinished(self) -> int:
        """Messages that are in any of its queues."""
        queues = [self.folder / "spool" / name for name in ("maildrop", "incoming", "active", "deferred", "hold")]
        return sum(len(files) for queue in queues for _, _, files in os.walk(queue))

    def _run(self, program: str, *arguments: str) -> None:
        command = [f"/usr/sbin/{program}", "-c", self.settings, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise SystemExit(f"bench: {program}: {done.stderr.strip()}")


def send(port: int, options, count: int, recipients: int = 1) -> float:
    """Sends messages with smtp-source, over connections that are made before and kept; how many a second."""
    program = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    command = [
        *(program, "-d", "-s", str(options.sessions), "-m", str(count), "-l", str(options.octets)),
        *(("-r", str(recipients)) if recipients > 1 else ()),
        *("-f", "hello@example.com", "-t", "ann@example.net", f"127.0.0.1:{port}"),
    ]
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0 or "fatal" in done.stderr:
        raise SystemExit(f"bench: smtp-source to port {port}: {done.stderr.strip()}")
    return count / (time.monotonic() - begun)


class Sink:
    """smtp-sink, and how many messages it has taken. `dump`: a file that it writes them to."""

    def __init__(self, dump: Path | None = None):
        self.port, self.messages, self.dump = free_port(), 0, dump
        self.changed = threading.Condition()

    @contextmanager
    def serving(self) -> Iterator["Sink"]:
        program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
        command = [program, "-c", *(["-u", "root"] if os.geteuid() == 0 else [])]
        command += ["-D", self.dump] if self.dump else []
        command += [f"127.0.0.1:{self.port}", "1024"]
        process = Process(command, stdout=subprocess.PIPE, start_new_session=True)
        reader = threading.Thread(target=self._read, args=(process.child.stdout,))
        reader.start()
        try:
            await_port(self.port, "smtp-sink")
            yield self
        finally:
            process.end()
            reader.join()

    def await_messages(self, count: int, seconds: float) -> None:
        with self.changed:
            if not self.changed.wait_for(lambda: self.messages >= count, seconds):
                raise SystemExit(f"bench: {count - self.messages} messages have not come after {seconds:.0f} s")

    def settled(self, seconds: float) -> int:
        """How many messages it has taken, once no more come; that has to be within `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            count = self.messages
            threading.Event().wait(SETTLED_SECONDS)
            if count == self.messages:
                return count
        raise SystemExit(f"bench: messages still come after {seconds:.0f} s")

    def _read(self, counters) -> None:
        """Its lines are `sess=1 quit=2 mesg=3`, each over the one before."""
        text = ""
        while piece := os.read(counters.fileno(), 65536).decode():
            text = (text + piece)[-4096:]
            counts = re.findall(r"mesg=(\d+)\r", text)
            if counts:
                with self.changed:
                    self.messages = int(counts[-1])
                    self.changed.notify_all()
            # Many lines at a time: who reads takes of the processor that is measured.
            threading.Event().wait(READ_SECONDS)
