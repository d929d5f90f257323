"""Strangers, each of whom does one thing for as long as it is let: what a server sees from people that it does not know,
and from customers who think of nobody else."""

import json
import smtplib
import socket
import subprocess
import sys
import threading
import time

from polyrelay import Key, Server
from wire import API, BadAnswer, Closed, Connection, email, request

CRLF_LINE = b"x" * 900 + b"\r\n"
PATIENCE_SECONDS = 20


class Stranger:
    """Does `once` again and again in some threads until it is ended. A server that refuses, closes or is busy is what it
    expects; whatever else goes wrong is kept in `faults`."""

    threads = 1
    pause = 0.05

    def __init__(self, running: Server):
        self.running = running
        self.rounds = 0
        self.faults: list[BaseException] = []
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def name(self) -> str:
        return (self.__doc__ or "").strip().rstrip(".")

    def prepare(self) -> None:
        """Before anything is measured."""

    def once(self, place: int) -> None:
        raise NotImplementedError

    def leave(self) -> None:
        """After the last round."""

    def __enter__(self) -> "Stranger":
        self._threads = [threading.Thread(target=self._go, args=(place,), daemon=True) for place in range(self.threads)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(120)
        self.leave()

    def _go(self, place: int) -> None:
        while not self._ended.wait(self.pause):
            try:
                self.once(place)
                self.rounds += 1
            except Exception as error:
                if not is_refusal(error):
                    self.faults.append(error)
                    return

    def port(self, service: str) -> int:
        return self.running.ports[service]


def is_refusal(error: BaseException) -> bool:
    """What a client sees of a server that has no room for it."""
    return isinstance(error, (OSError, Closed, BadAnswer, smtplib.SMTPException))


class Kept(Stranger):
    """Keeps connections, and replaces those that the server ends."""

    wanted = 0

    def __init__(self, running: Server):
        super().__init__(running)
        self.kept: list[socket.socket] = []

    def open(self) -> socket.socket:
        raise NotImplementedError

    def once(self, place: int) -> None:
        self.kept = [one for one in self.kept if not ended(one)]
        for _ in range(min(self.wanted - len(self.kept), 50)):
            self.kept.append(self.open())

    def leave(self) -> None:
        for one in self.kept:
            one.close()
        self.kept = []


def ended(one: socket.socket) -> bool:
    """Whether the other side has ended it; what it says is dropped, but for the answer that nobody takes."""
    one.setblocking(False)
    try:
        return one.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        one.settimeout(PATIENCE_SECONDS)


class Idle(Kept):
    """1,100 idle connections."""

    wanted = 1100
    pause = 0.5

    def open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port("poststack")), PATIENCE_SECONDS)


class Announced(Kept):
    """40 bodies of 64 MiB that were announced, and never come."""

    wanted = 40
    pause = 0.5

    def open(self) -> socket.socket:
        one = socket.create_connection(("127.0.0.1", self.port("poststack")), PATIENCE_SECONDS)
        headers = {"Content-Type": "application/json", "Content-Length": str(64 << 20)}
        one.sendall(request("POST", "/emails/batch", headers, b"{"))
        return one

    def once(self, place: int) -> None:
        # They are answered at once: that nobody knows them.
        self.leave()
        super().once(place)


class AnnouncedByKey(Kept):
    """8 bodies of 39 MB that were announced with a good key, and come by drops."""

    wanted = 8
    pause = 1.0

    def prepare(self) -> None:
        self.key = self.running.tenant(name="drops", domain="drops.example")

    def open(self) -> socket.socket:
        one = socket.create_connection(("127.0.0.1", self.port("poststack")), PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {self.key.secret}", "Content-Length": str(39 << 20)}
        one.sendall(request("POST", "/emails", headers, b"{" + b" " * 3_000_000))
        return one

    def once(self, place: int) -> None:
        super().once(place)
        for one in self.kept:
            one.sendall(b" " * 100)


class SilentMail(Kept):
    """78 messages at mx that stop after 9 MB."""

    wanted = 78
    pause = 1.0
    octets = 9_000_000

    def open(self) -> socket.socket:
        session = socket.create_connection(("127.0.0.1", self.running.smtp_ports[0]), PATIENCE_SECONDS)
        replies = session.makefile("rb")
        replies.readline()
        session.sendall(b"EHLO stranger.test\r\n")
        while (line := replies.readline()) and not line.startswith(b"250 "):
            pass
        for command in (b"MAIL FROM:<>", b"RCPT TO:<postmaster@bounce.relay.test>", b"DATA"):
            session.sendall(command + b"\r\n")
            if replies.readline()[:1] not in (b"2", b"3"):
                raise ConnectionError("refused")
        try:
            session.sendall(CRLF_LINE * (self.octets // len(CRLF_LINE)))
        except OSError:
            pass
        return session

    def once(self, place: int) -> None:
        self.kept = [one for one in self.kept if not ended(one)]
        for _ in range(min(self.wanted - len(self.kept), 4)):
            self.kept.append(self.open())


class Unread(Kept):
    """60 unread answers of 36 MB."""

    wanted = 60
    pause = 0.5

    def prepare(self) -> None:
        self.key = self.running.tenant(name="unread", domain="unread.example")
        api = self.running.api(self.key)
        body = json.dumps(email(sender="me@unread.example", text="x" * 36_000_000)).encode()
        with api.connect(120) as connection:
            answer = connection.exchange(request("POST", "/emails", api.headers(), body))
        assert answer.status == 202, answer.body[:200]
        self.id = answer.json()["id"]

    def open(self) -> socket.socket:
        one = socket.create_connection(("127.0.0.1", self.port("poststack")), PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {self.key.secret}"}
        one.sendall(request("GET", f"/emails/{self.id}", headers))
        return one

    def once(self, place: int) -> None:
        self.kept = [one for one in self.kept if not ended(one)]
        for _ in range(min(self.wanted - len(self.kept), 10)):
            self.kept.append(self.open())


class LongLines(Stranger):
    """A line of 37 MB, over and over."""

    pause = 2.0

    def prepare(self) -> None:
        self.key = self.running.tenant(name="lines", domain="lines.example")
        head = "From: me@lines.example\r\nTo: you@example.net\r\nSubject: s\r\n\r\n"
        self.content = head + "x" * 37_000_000 + "\r\n"

    def once(self, place: int) -> None:
        with smtplib.SMTP("127.0.0.1", self.running.smtp_ports[1], timeout=60) as client:
            client.login("poststack", self.key.secret)
            client.sendmail("me@lines.example", ["you@example.net"], self.content)


class Scans(Stranger):
    """8 lists that look at everything."""

    threads = 8
    messages = 3000

    def prepare(self) -> None:
        self.key = self.running.tenant(name="scans", domain="scans.example")
        api = self.running.api(self.key)
        batch = {"emails": [email(sender="me@scans.example") for _ in range(100)]}
        for _ in range(self.messages // 100):
            assert api.post("/emails/batch", batch).status in (200, 202)

    def once(self, place: int) -> None:
        status = self.running.api(self.key).get("/emails?subject=nowhere&per_page=100").status
        assert status in (200, 503), status


class BadKeys(Stranger):
    """Keys that are none, methods that are none, lines that say two things."""

    threads = 2

    def once(self, place: int) -> None:
        bad = {"Authorization": "Bearer sk_live_" + "a" * 40}
        for data in (
            request("POST", "/emails", bad, b"{}"), request("XGET", "/emails"), b"\x16\x03\x01\x00\xee\x01\r\n\r\n",
            request("GET", "/emails?tag=%00", bad), request("GET", "/" + "a" * 7000),
        ):  # fmt: skip
            with Connection("127.0.0.1", self.port("poststack"), PATIENCE_SECONDS) as connection:
                assert connection.exchange(data).status in (400, 401, 404, 501, 503)


class WrongPasswords(Stranger):
    """Passwords that are none."""

    pause = 0.2

    def once(self, place: int) -> None:
        with smtplib.SMTP("127.0.0.1", self.running.smtp_ports[1], timeout=PATIENCE_SECONDS) as client:
            try:
                client.login("poststack", "sk_live_" + "b" * 40)
                raise AssertionError("a password that is none was taken")
            except smtplib.SMTPAuthenticationError:
                pass


class NewDomains(Stranger):
    """A domain of Harepost's after the other."""

    threads = 2
    made = 0

    def prepare(self) -> None:
        account = self.running.account("domains")
        made = self.running.ask("key", "create", "--account", account, "--personality", "harepost")
        self.api = self.running.api(made["key"])
        self.api.port = self.port("harepost")

    def once(self, place: int) -> None:
        self.made += 1
        status = self.api.post("/v1/domains", {"domain": f"d{place}-{self.made}.example"}).status
        assert status in (201, 429, 503), status


class DeadNames(Stranger):
    """Requests to hosts that are not there."""

    sent = 0

    def prepare(self) -> None:
        account = self.running.account("dead")
        self.running.domain(account, "dead.test")
        made = self.running.ask("key", "create", "--account", account, "--personality", "harepost")
        self.api = self.running.api(made["key"])
        self.api.port = self.port("harepost")

    def once(self, place: int) -> None:
        self.sent += 1
        body = {"target": f"https://n{self.sent}.dead.test/", "delivery": {"max_attempts": 1}}
        status = self.api.post("/v1/send", body).status
        assert status in (202, 429, 503), status


class Webhooks(Stranger):
    """Mail of an account with as many webhooks as it may have, to nobody."""

    pause = 0.2

    def prepare(self) -> None:
        self.key: Key = self.running.tenant(name="hooks", domain="hooks.example")
        api = self.running.api(self.key)
        for number in range(20):
            body = {"url": f"https://h{number}.dead.test/in", "events": ["*"]}
            assert api.post("/webhooks", body).status == 201

    def once(self, place: int) -> None:
        status = self.running.api(self.key).post("/emails", email(sender="me@hooks.example")).status
        assert status in (202, 429, 503), status


class Postmaster(Stranger):
    """Mail to the postmaster."""

    pause = 0.5

    def once(self, place: int) -> None:
        with smtplib.SMTP("127.0.0.1", self.running.smtp_ports[0], timeout=PATIENCE_SECONDS) as client:
            client.sendmail("a@stranger.test", ["postmaster@bounce.relay.test"], b"Subject: s\r\n\r\nhello\r\n")


ALL: list[type[Stranger]] = [
    Idle, Announced, AnnouncedByKey, SilentMail, Unread, LongLines, Scans, BadKeys, WrongPasswords, NewDomains, DeadNames,
    Webhooks, Postmaster,
]  # fmt: skip


class Customer:
    """Sends an email now and then over a connection that it keeps, and notes how long each took. In a process of its own:
    strangers share theirs, and would measure each other."""

    def __init__(self, running: Server, key: Key, pause: float = 0.02):
        self._arguments = [str(running.port), key.secret, str(pause)]

    def send(self, seconds: float, at_least: int = 50) -> list[float]:
        """Milliseconds of each."""
        done = subprocess.run(
            [sys.executable, __file__, *self._arguments, str(seconds), str(at_least)], capture_output=True, text=True,
            timeout=seconds + 300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def measure(port: int, secret: str, pause: float, seconds: float, at_least: int) -> list[float]:
    api = API("127.0.0.1", port, secret)
    data = request("POST", "/emails", api.headers(), json.dumps(email()).encode())
    times: list[float] = []
    with api.connect(60) as connection:
        end = time.monotonic() + seconds
        while time.monotonic() < end or len(times) < at_least:
            began = time.monotonic()
            answer = connection.exchange(data)
            assert answer.status == 202, (answer.status, answer.body[:200])
            times.append((time.monotonic() - began) * 1000)
            time.sleep(pause)
    return times


if __name__ == "__main__":
    port, secret, pause, seconds, at_least = sys.argv[1:]
    print(json.dumps(measure(int(port), secret, float(pause), float(seconds), int(at_least))))
