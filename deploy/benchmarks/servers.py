"""The programs under measurement: nginx with a constant answer, and Polyrelay on a database of its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 20
HTML = "<p>" + "Your order has been sent and is on its way to you. " * 31 + "</p>"


def say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)


def install_and_build(builds: bool = True) -> Path | None:
    """The packages it takes, and the release binary (or the one that $POLYRELAY_BINARY names); None where nothing is to
    be built."""
    chosen = os.environ.get("POLYRELAY_BINARY")
    steps = ["set -euo pipefail", f'source "{ROOT}/deploy/common.sh"']
    steps += ['install_packages "${LIBRARIES[@]}" wrk nginx-light postfix']
    steps += [] if chosen or not builds else ["build_release", 'echo "$POLYRELAY_BINARY"']
    done = subprocess.run(["bash", "-c", "\n".join(steps)], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(done.returncode)
    return Path(chosen or done.stdout.strip()).resolve() if builds else None


class Process:
    def __init__(self, arguments: list, **options):
        self.child = subprocess.Popen(list(map(str, arguments)), stdin=subprocess.DEVNULL, **options)

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        """To all of the process group, as nginx's workers are children of their own."""
        os.killpg(self.child.pid, number)

    def end(self) -> None:
        self.go_on()
        self.child.terminate()
        try:
            self.child.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


@contextmanager
def nginx(folder: Path, workers: int | str = "auto", certificate: tuple[Path, Path] | None = None):
    """nginx that answers every request at once, over TLS if it has a certificate (its chain and its key); its process,
    which is stopped, and its port."""
    folder.mkdir()
    port, plain = free_port(), free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"  {kind}_temp_path {folder}/{kind};" for kind in kinds)
    secure = ""
    if certificate:
        secure = f"listen 127.0.0.1:{port} ssl; ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]};"
    (folder / "nginx.conf").write_text(
        f"""
daemon off;
{"user root;" if os.geteuid() == 0 else ""}
worker_processes {workers};
pid {folder}/pid;
error_log {folder}/error.log crit;
events {{ worker_connections 8192; }}
http {{
  access_log off;
{temporary}
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  client_body_buffer_size 64k;
  default_type application/json;
  server {{
    listen 127.0.0.1:{plain};
    {secure}
    location / {{ return 200 '{{"id":"em_000000000000000000"}}'; }}
    location = /status {{ stub_status; }}
  }}
}}
"""
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = Process([program, "-p", folder, "-c", folder / "nginx.conf"], start_new_session=True)
    try:
        await_answer(plain, "/", None)
        process.pause()
        yield process, port if certificate else plain
    finally:
        process.end()


@contextmanager
def silent_listener():
    """The port of a listener that accepts what the kernel takes for it and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        yield listener.getsockname()[1]


class Polyrelay:
    """One database and the server on it."""

    def __init__(
        self,
        binary: Path,
        folder: Path,
        delivery: dict | None = None,
        personality: str = "poststack",
        domain: str = "example.com",
        limits: dict | None = None,
        egress: dict | None = None,
        dns: dict | None = None,
        probe: str = "/emails",
    ):
        """`limits`: by rate class. `probe`: a path that answers 200 to the key."""
        self.binary, self.folder, self.port, self.probe = binary, folder, free_port(), probe
        # Messages that were promised, where somebody counts them.
        self.acknowledged = 0
        folder.mkdir()
        self.config = folder / "polyrelay.json"
        unlimited = [{"per": "key", "limit": 1_000_000_000, "window": "1m"}]
        settings = {
            "database": f"sqlite:{folder}/polyrelay.db",
            "listeners": [{"personality": personality, "listen": f"127.0.0.1:{self.port}"}],
            "admin": {"listen": f"127.0.0.1:{free_port()}"},
            "delivery": delivery or {"mode": "capture"},
            "limits": {personality: limits or {"default": unlimited}},
            "secrets": {"keyFile": f"{folder}/polyrelay.key"},
            "egress": {"allow": ["127.0.0.1/32"]} | (egress or {}),
            "dns": dns or {},
        }
        self.config.write_text(json.dumps(settings))
        account = self.verb("account", "create", "bench")["id"]
        self.verb("domain", "add", domain, "--account", str(account), "--verified")
        self.key = self.verb("key", "create", "--account", str(account), "--personality", personality)["key"]

    def verb(self, *arguments: str) -> dict:
        command = [self.binary, *arguments, "--json", "--config", self.config]
        done = subprocess.run(command, capture_output=True, timeout=60)
        if done.returncode != 0:
            raise SystemExit(f"bench: polyrelay {' '.join(arguments)}: {done.stderr.decode().strip()}")
        return json.loads(done.stdout)

    @contextmanager
    def serving(self):
        """The process, and the seconds from its start to its first successful answer."""
        with open(self.folder / "log", "ab") as log:
            begun = time.monotonic()
            process = Process([self.binary, "serve", "--config", self.config], stderr=log, start_new_session=True)
        try:
            await_answer(self.port, self.probe, self.key)
            yield process, time.monotonic() - begun
        finally:
            process.end()

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def stored(self) -> int:
        return self.call("GET", "/emails?per_page=1")["meta"]["total"]

    def delivered(self) -> int:
        return self.call("GET", "/emails?per_page=1&status=delivered")["meta"]["total"]

    def await_delivered(self, count: int, seconds: float = 120) -> None:
        """Returns when this many messages are delivered."""
        deadline = time.monotonic() + seconds
        while self.delivered() < count:
            if time.monotonic() > deadline:
                raise SystemExit(f"bench: {count} messages are not delivered after {seconds:.0f} s")
            threading.Event().wait(0.05)

    def fill(self, count: int) -> str:
        """Sends messages, waits until all are delivered and so nothing is left to do; the last one's id."""
        for _ in range(count // 100):
            batch = self.call("POST", "/emails/batch", {"emails": [message()] * 100})
        self.await_delivered(count)
        return batch["data"][-1]["id"]


class MailRelay(Polyrelay):
    """With a listener for mail that trusts this machine."""

    def __init__(self, binary: Path, folder: Path, **options):
        super().__init__(binary, folder, **options)
        self.smtp_port = free_port()
        settings = json.loads(self.config.read_text())
        settings["smtp"] = {
            "hostname": "bench.test",
            "listeners": [{"listen": f"127.0.0.1:{self.smtp_port}", "tls": "none"}],
            "trusted": [{"network": "127.0.0.0/8", "account": 1}],
        }
        self.config.write_text(json.dumps(settings))


def message() -> dict:
    return {"from": "Acme <hello@example.com>", "to": ["ann@example.net"], "subject": "Your order", "html": HTML}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def await_answer(port: int, path: str, key: str | None) -> None:
    """Returns with the first 200; asks again every millisecond while nobody listens."""
    credential = f"Authorization: Bearer {key}\r\n" if key else ""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), START_SECONDS) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n{credential}\r\n".encode())
                status = connection.recv(4096).split(b"\r\n", 1)[0]
                if status.startswith(b"HTTP/1.1 200"):
                    return
                raise SystemExit(f"bench: {path} on port {port} answers {status!r}")
        except ConnectionError:
            if time.monotonic() > deadline:
                raise SystemExit(f"bench: nothing serves on port {port} after {START_SECONDS} s") from None
            threading.Event().wait(0.001)


def await_port(port: int, who: str) -> None:
    """Returns when somebody takes connections there."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit(f"bench: {who} opens no port in {START_SECONDS} s") from None
            threading.Event().wait(0.05)


def processor_seconds(pid: int) -> float:
    """What a process has used of the processors, its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int, field: str = "VmRSS") -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) / 1024
