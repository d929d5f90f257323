"""Knot DNS, an authoritative server of the kind that the world's zones are served with, on a loopback port."""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from dnslib import DNSRecord
from nameserver import Zones, absolute

PATIENCE_SECONDS = 20
PORT_TRIES = 20

CONFIGURATION = """
server:
    rundir: {folder}
    listen: 127.0.0.1@{port}
database:
    storage: {folder}
control:
    listen: {socket}
log:
  - target: stderr
    any: notice
zone:
"""

ZONE = """
  - domain: {top}
    file: {folder}/{top}zone
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
"""

HEAD = """
{top} 1 SOA ns.{top} admin.{top} {serial} 3600 600 86400 1
{top} 1 NS ns.{top}
ns.{top} 1 A 127.0.0.1
"""


class Knot:
    """Serves the zones `tops`. What is put into `zones`, or taken out, is served so when the call returns."""

    def __init__(self, *tops: str):
        self.zones = Zones(changed=self._reload)
        self.port = _free_port()
        self._tops = [absolute(top) for top in tops]
        # The path of its control socket has to be short, and pytest's folders are not.
        self._folder = Path(tempfile.mkdtemp(prefix="knot"))
        self._socket = self._folder / "control"
        self._serial = 0
        self._process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "Knot":
        self._write()
        configuration = self._folder / "knot.conf"
        text = CONFIGURATION.format(folder=self._folder, port=self.port, socket=self._socket)
        configuration.write_text(text + "".join(ZONE.format(top=top, folder=self._folder) for top in self._tops))
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [_program("knotd"), "-c", configuration], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._wait()
        return self

    def __exit__(self, *_) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def text(self, name: bytes) -> bytes:
        """What it serves as the TXT record of a name, in one piece; empty without."""
        question = DNSRecord.question(name.decode(), "TXT")
        answer = DNSRecord.parse(question.send("127.0.0.1", self.port, tcp=True, timeout=PATIENCE_SECONDS))
        return b"".join(piece for record in answer.rr for piece in record.rdata.data)

    def _reload(self) -> None:
        if self._process is None:
            return
        self._write()
        outcome = self._control("--blocking", "zone-reload")
        assert outcome.returncode == 0, outcome.stderr.decode()

    def _write(self) -> None:
        self._serial += 1
        for top in self._tops:
            text = HEAD.format(top=top, serial=self._serial)
            for record in self.zones.records():
                if str(record.rname).endswith(f".{top}") or str(record.rname) == top:
                    text += record.toZone() + "\n"
            (self._folder / f"{top}zone").write_text(text)

    def _wait(self) -> None:
        """Until it answers at its control socket; nothing else says that it does."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._control("status").returncode != 0:
            log = (self._folder / "log").read_text()
            assert self._process.poll() is None and time.monotonic() < deadline, f"Knot did not start:\n{log}"
            time.sleep(0.02)

    def _control(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [_program("knotc"), "--socket", self._socket, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )


def _program(name: str) -> str:
    """Debian keeps it where only root's PATH leads."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    assert found, f"there is no {name}: deploy/test installs Debian's package knot"
    return found


def _free_port() -> int:
    """One that is free for UDP and TCP alike: what is free for the one may be taken for the other."""
    for _ in range(PORT_TRIES):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind(("127.0.0.1", 0))
            port = datagrams.getsockname()[1]
            try:
                with socket.create_server(("127.0.0.1", port)):
                    return port
            except OSError:
                continue
    raise OSError(f"no port is free for both UDP and TCP in {PORT_TRIES} tries")
