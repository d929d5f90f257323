"""Starts, asks and ends the real binary. Everything is bounded in time, and nothing is guessed: what the server is
ready for is read off its log."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from wire import API

ROOT = Path(__file__).resolve().parents[2]
# How long something may take before it counts as never: no test's result depends on a machine's speed.
START_SECONDS = 60
STOP_SECONDS = 60
VERB_SECONDS = 60
WAIT_SECONDS = 60


def binary() -> Path:
    """The program under test: $POLYRELAY_BINARY, else what deploy/test would drive, if it is built."""
    chosen = os.environ.get("POLYRELAY_BINARY")
    kinds = ("release", "debug") if os.environ.get("CI") == "true" else ("debug", "release")
    candidates = [Path(chosen)] if chosen else [ROOT / ".build" / kind / "polyrelay" for kind in kinds]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"no polyrelay binary at {' or '.join(map(str, candidates))}: run deploy/test")


def configuration(
    folder: Path,
    *,
    smarthost: int | None = None,
    direct: int | None = None,
    retries: list[str] | None = None,
    requests_per_minute: int = 1_000_000,
    **sections,
) -> dict:
    """The configuration of a test server. Every key that tests use is named here or at the call, nowhere else.

    `smarthost` is the loopback port that mail goes to, `direct` the port of destinations' own servers; without either
    mail is captured. `retries` are the pauses before
    the second, third, ... attempt. `sections` replaces whole top-level sections.
    """
    delivery: dict = {"mode": "capture", "hostname": "relay.test"}
    if smarthost is not None:
        delivery |= {"mode": "smarthost", "smarthost": f"127.0.0.1:{smarthost}"}
    if direct is not None:
        delivery |= {"mode": "direct", "port": direct}
    if retries is not None:
        delivery["retries"] = {"schedule": retries}
    return {
        "database": f"sqlite:{folder}/polyrelay.db",
        "listeners": [{"personality": "poststack", "listen": "127.0.0.1:0"}],
        "admin": {"listen": "127.0.0.1:0"},
        "delivery": delivery,
        "limits": {"poststack": {"default": [{"per": "key", "limit": requests_per_minute, "window": "1m"}]}},
        "secrets": {"keyFile": f"{folder}/polyrelay.key"},
    } | sections


@dataclass(frozen=True)
class Outcome:
    """What a finished verb left behind."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    def json(self):
        return json.loads(self.out)


@dataclass
class Key:
    id: str
    secret: str
    account: str


def run(*arguments: str, cwd: Path | None = None, environment: dict | None = None, timeout=VERB_SECONDS) -> Outcome:
    """Runs the binary to its end, whatever its exit code."""
    done = subprocess.run(
        [binary(), *arguments],
        cwd=cwd,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
    )
    return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


class Log:
    """The lines of a running server's standard error, readable while it runs."""

    def __init__(self, stream):
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream) -> None:
        for line in stream:
            with self._changed:
                self._lines.append(line.decode(errors="replace").rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def text(self) -> str:
        with self._changed:
            return "\n".join(self._lines)

    def records(self) -> list[dict]:
        with self._changed:
            return [record for line in self._lines if (record := _record(line)) is not None]

    def wait(self, enough, seconds: float = WAIT_SECONDS) -> list[dict]:
        """The records, once `enough(records)` holds; fails when the server ends or time is up before that."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not enough(records := self.records()):
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    raise AssertionError(f"the log never said what was waited for:\n{self.text()}")
                self._changed.wait(left)
        return records

    def wait_for_end(self, seconds: float = STOP_SECONDS) -> str:
        """All of the log, once the server has closed it."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended, seconds)
        return self.text()


def _record(line: str) -> dict | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


@dataclass
class Server:
    """One configuration in one folder, and the process that serves it (if any)."""

    folder: Path
    settings: dict
    process: subprocess.Popen | None = None
    log: Log | None = None
    ports: dict[str, int] = field(default_factory=dict)
    # In the order of the configuration.
    smtp_ports: list[int] = field(default_factory=list)

    @property
    def config_path(self) -> Path:
        return self.folder / "polyrelay.json"

    def write_configuration(self) -> None:
        self.config_path.write_text(json.dumps(self.settings, indent=2))

    # Serving

    def start(self, environment: dict | None = None) -> "Server":
        """Serves, and returns once every listener of the configuration is open."""
        self.launch(environment)
        mail = self.settings.get("smtp") or {}
        expected = len(self.settings["listeners"]) + 1 + len(mail.get("listen") or mail.get("listeners") or [])
        expected += "catchAll" in mail
        heard = self.log.wait(lambda records: len(_listening(records)) >= expected, START_SECONDS)
        self.ports = {record["service"]: int(record["port"]) for record in _listening(heard)}
        self.smtp_ports = [int(record["port"]) for record in _listening(heard) if record["service"] == "smtp"]
        return self

    def launch(self, environment: dict | None = None) -> "Server":
        """Serves, without waiting for anything."""
        self.write_configuration()
        self.process = subprocess.Popen(
            [binary(), "serve", "--config", self.config_path],
            cwd=self.folder,
            env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.log = Log(self.process.stderr)
        return self

    @property
    def port(self) -> int:
        """The port of the personality's listener."""
        return next(port for service, port in self.ports.items() if service not in ("admin", "control", "smtp"))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def api(self, key: "Key | str | None" = None) -> API:
        return API("127.0.0.1", self.port, key.secret if isinstance(key, Key) else key)

    def admin(self, key: str | None = None) -> API:
        """With the token that a server makes for itself, or another."""
        token = Path(self.settings["secrets"]["keyFile"] + ".admin")
        own = token.read_text().strip() if token.exists() else None
        return API("127.0.0.1", self.ports["admin"], key or own, host="127.0.0.1")

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def begin_to_leave(self) -> None:
        """SIGTERM; returns when its port takes no connection any more, and so every shard knows that it is to end."""
        self.process.send_signal(signal.SIGTERM)
        eventually(lambda: not _takes_connections(self.port), why="the port is closed")

    def kill(self) -> None:
        """SIGKILL: the crash."""
        self.process.kill()
        self._ended()

    def close(self) -> None:
        """Leaves no process behind, whatever state the test left it in."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self._ended()

    def _ended(self) -> int:
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not end in {STOP_SECONDS} s:\n{self.log.text()}") from None

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    # Verbs

    def verb(self, *arguments: str, environment: dict | None = None) -> Outcome:
        if not self.config_path.exists():
            self.write_configuration()
        return run(*arguments, "--config", str(self.config_path), cwd=self.folder, environment=environment)

    def ask(self, *arguments: str):
        """A verb that must succeed; its answer as JSON."""
        outcome = self.verb(*arguments, "--json")
        assert outcome.code == 0, f"polyrelay {' '.join(arguments)} ended with {outcome.code}: {outcome.err}"
        return outcome.json()

    # The usual residents

    def account(self, name: str = "acme") -> str:
        return str(self.ask("account", "create", name)["id"])

    def key(self, account: str, *options: str) -> Key:
        answer = self.ask("key", "create", "--account", account, "--personality", "poststack", *options)
        return Key(str(answer["id"]), answer["key"], account)

    def domain(self, account: str, name: str = "example.com", verified: bool = True) -> None:
        self.ask("domain", "add", name, "--account", account, *(["--verified"] if verified else []))

    def tenant(self, *options: str, name: str = "acme", domain: str = "example.com") -> Key:
        """A new account with a verified domain, and a key of it."""
        account = self.account(name)
        self.domain(account, domain)
        return self.key(account, *options)

    def dkim_keys(self, account: str, domain: str = "example.com") -> dict[str, str]:
        """`selector._domainkey.domain` to TXT value, of every DKIM record that `domain show` says to publish."""
        records = self.ask("domain", "show", domain, "--account", account)
        keys = {}
        for record in records:
            name = record["name"].rstrip(".")
            if record["type"] == "TXT" and "._domainkey." in f"{name}.":
                full = name if name.endswith(domain) else f"{name}.{domain}"
                keys[full] = unquoted(record["value"])
        return keys


def unquoted(value: str) -> str:
    """A TXT value as one text: zone files split long ones into quoted strings."""
    if not value.startswith('"'):
        return value
    return "".join(part for index, part in enumerate(value.split('"')) if index % 2 == 1)


def _listening(records: list[dict]) -> list[dict]:
    return [record for record in records if record.get("event") == "listening" and "port" in record]


@contextmanager
def serving(folder: Path, **options):
    """A server with a configuration of its own; ended when the block is left."""
    server = Server(folder, configuration(folder, **options))
    try:
        yield server.start()
    finally:
        server.close()


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), WAIT_SECONDS).close()
    except ConnectionError:
        return False
    return True


def eventually(check, seconds: float = WAIT_SECONDS, why: str = ""):
    """The first true answer of `check()`. For states that only a question can show: what announces itself (log lines,
    mail that arrives) is waited for, not asked for."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"not so within {seconds} s: {why or check}; last answer {answer!r}")
        pause.wait(0.02)
