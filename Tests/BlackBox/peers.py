"""The other side of outbound mail: an aiosmtpd that does as it is told and remembers, and Postfix's smtp-sink."""

import asyncio
import itertools
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

WAIT_SECONDS = 60


@dataclass
class Delivery:
    """One message that was accepted, as it came."""

    sender: str
    recipients: list[str]
    data: bytes
    connection: int
    encrypted: bool
    at: float
    options: list[str] = field(default_factory=list)

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.data, policy=policy.default)


class Smarthost:
    """An SMTP server on a free loopback port, in a thread of its own.

    `on_recipient(address, attempt)` and `on_data(delivery, attempt)` may answer with a reply line to refuse; `attempt`
    counts from 1 how often this address, or this sender's message to these recipients, has been tried.
    """

    def __init__(self, *, certificate: "Certificate | None" = None, port: int = 0, host: str = "127.0.0.1"):
        self.certificate = certificate
        self.deliveries: list[Delivery] = []
        self.attempts: dict[object, int] = {}
        self.connections = 0
        self.on_recipient = lambda address, attempt: None
        self.on_data = lambda delivery, attempt: None
        self._changed = threading.Condition()
        self._serving = threading.Event()
        self._numbers = itertools.count(1)
        self._sessions: list[SMTP] = []
        self._loop = asyncio.new_event_loop()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "Smarthost":
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._serving.wait(WAIT_SECONDS), "the smarthost did not start"
        return self

    def __exit__(self, *_) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_SECONDS)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._session, sock=self._listener))
        self._loop.call_soon(self._serving.set)
        try:
            self._loop.run_forever()
        finally:
            server.close()
            # What is still open ends with its server, as that of a process would.
            for session in self._sessions:
                if session.transport is not None:
                    session.transport.abort()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    def _session(self) -> SMTP:
        self.connections += 1
        session = SMTP(
            _Handler(self, next(self._numbers)),
            hostname="smarthost.test",
            loop=self._loop,
            enable_SMTPUTF8=True,
            data_size_limit=64 << 20,
            tls_context=self.certificate.server_context() if self.certificate else None,
        )
        self._sessions.append(session)
        return session

    def attempt(self, what) -> int:
        self.attempts[what] = self.attempts.get(what, 0) + 1
        return self.attempts[what]

    def accept(self, delivery: Delivery) -> None:
        with self._changed:
            self.deliveries.append(delivery)
            self._changed.notify_all()

    def wait(self, count: int = 1, seconds: float = WAIT_SECONDS) -> list[Delivery]:
        """The deliveries, once there are `count`."""
        return self.wait_for(lambda deliveries: len(deliveries) >= count, seconds, f"{count} deliveries")

    def wait_for(self, enough, seconds: float = WAIT_SECONDS, why: str = "deliveries") -> list[Delivery]:
        with self._changed:
            if not self._changed.wait_for(lambda: enough(self.deliveries), seconds):
                raise AssertionError(f"no {why} within {seconds} s; {len(self.deliveries)} arrived")
            return list(self.deliveries)

    def one(self, seconds: float = WAIT_SECONDS) -> Delivery:
        return self.wait(1, seconds)[0]


class ScriptedPeer:
    """An SMTP server that answers line by line as `answer(line, number)` says: a reply line, `None` for the usual one,
    `CUT` to close without a word, or `(reply, CUT)` to close after it. `number` counts lines with this verb from 1,
    over all connections; the content counts as the verb `.`, and a connection as `CONNECT`."""

    CUT = "cut"

    def __init__(self, host: str, port: int, answer=lambda line, number: None, offers=("PIPELINING",)):
        self.answer, self.offers = answer, offers
        self.lines: list[str] = []
        self.contents: list[bytes] = []
        self.connections = 0
        self._counts: dict[str, int] = {}
        self._listener = socket.create_server((host, port))
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "ScriptedPeer":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        # Wakes the accept, which close alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            try:
                if not self._say(connection, "CONNECT", "220 peer.test ESMTP"):
                    return
                while line := lines.readline():
                    if not self._reply(connection, line.decode(errors="replace").rstrip("\r\n"), lines):
                        return
            except OSError:
                return

    def _reply(self, connection: socket.socket, line: str, lines) -> bool:
        if not self._say(connection, line, self._usual(line)):
            return False
        if line == "DATA":
            content = b""
            while (part := lines.readline()) not in (b".\r\n", b""):
                content += part
            self.contents.append(content)
            return self._say(connection, ".", "250 2.0.0 taken")
        if line == "STARTTLS":
            # A promise that is not kept: the client's first bytes, and then the end.
            lines.read1(1)
            return False
        return line != "QUIT"

    def _say(self, connection: socket.socket, line: str, usual: str) -> bool:
        self.lines.append(line)
        verb = line.split(" ")[0]
        self._counts[verb] = self._counts.get(verb, 0) + 1
        answer = self.answer(line, self._counts[verb])
        if answer == self.CUT:
            return False
        reply, goes_on = (answer[0], False) if isinstance(answer, tuple) else (answer or usual, True)
        connection.sendall(reply.encode() + b"\r\n")
        return goes_on

    def _usual(self, line: str) -> str:
        if line.startswith("EHLO"):
            offers = ["peer.test", *self.offers]
            return "\r\n".join(f"250{' ' if one is offers[-1] else '-'}{one}" for one in offers)
        return {"DATA": "354 go on", "QUIT": "221 2.0.0 bye", "STARTTLS": "220 2.0.0 go on"}.get(line, "250 2.0.0 fine")


class _Handler:
    def __init__(self, owner: Smarthost, connection: int):
        self.owner, self.connection = owner, connection

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = self.owner.on_recipient(address, self.owner.attempt(address))
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        delivery = Delivery(
            sender=envelope.mail_from,
            recipients=list(envelope.rcpt_tos),
            data=envelope.original_content,
            connection=self.connection,
            encrypted=session.ssl is not None,
            at=time.time(),
            options=list(envelope.mail_options),
        )
        attempt = self.owner.attempt((delivery.sender, tuple(delivery.recipients)))
        refusal = self.owner.on_data(delivery, attempt)
        if refusal is None:
            self.owner.accept(delivery)
        return refusal or "250 2.0.0 queued"


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    @staticmethod
    def make(folder: Path, name: str = "smarthost.test") -> "Certificate":
        """One that nobody has signed but itself."""
        return _certificate(folder, "smarthost", name, None)


class Authority:
    """Signs certificates. Who trusts `file` trusts them."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._own = _certificate(folder, "authority", "Authority of a test", None, is_authority=True)
        self.file = self._own.certificate

    def issue(self, name: str) -> Certificate:
        return _certificate(self._folder, name, name, self._own)


def _certificate(
    folder: Path, stem: str, name: str, issuer: Certificate | None, is_authority: bool = False
) -> Certificate:
    secret = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer_name, issuer_secret = subject, secret
    if issuer is not None:
        issuer_name = x509.load_pem_x509_certificate(issuer.certificate.read_bytes()).subject
        issuer_secret = serialization.load_pem_private_key(issuer.key.read_bytes(), None)
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )
    if is_authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    else:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    files = Certificate(folder / f"{stem}.crt", folder / f"{stem}.key")
    files.certificate.write_bytes(builder.sign(issuer_secret, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


class Sink:
    """Postfix's smtp-sink. It writes each transaction to a file as it ends."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port

    def messages(self) -> list[tuple[dict[str, list[str]], bytes]]:
        """(what the client said, the message as bytes with CRLF) per transaction that is complete."""
        return [_sink_dump(path.read_bytes()) for path in sorted(self.folder.glob("mail.*"))]


@contextmanager
def smtp_sink(folder: Path, *options: str):
    folder.mkdir()
    port = free_port()
    program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    process = subprocess.Popen(
        [program, *_unprivileged(folder), *options, "-d", "mail.", f"inet:127.0.0.1:{port}", "64"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        await_port(process, port, said=lambda: process.stderr.read().decode(errors="replace"))
        yield Sink(folder, port)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _unprivileged(folder: Path) -> list[str]:
    """smtp-sink refuses to run as root; it then writes as `nobody`, into a folder that is opened to it."""
    if os.geteuid() != 0:
        return []
    folder.chmod(0o777)
    return ["-u", "nobody"]


def await_port(process: subprocess.Popen, port: int, host: str = "127.0.0.1", said=lambda: "") -> None:
    """Returns when somebody takes connections there; fails with what it `said` where the process ends before."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            socket.create_connection((host, port), 1).close()
            return
        except ConnectionRefusedError:
            assert process.poll() is None, said()
            assert time.monotonic() < deadline, f"{process.args[0]} opens no port: {said()}"
            threading.Event().wait(0.02)


def _sink_dump(dump: bytes) -> tuple[dict[str, list[str]], bytes]:
    """Splits smtp-sink's own lines, which come first, from the message. It stores lines with LF alone."""
    said: dict[str, list[str]] = {}
    lines = dump.split(b"\n")
    while lines and lines[0].split(b":")[0] in _SINK_HEADERS:
        name, _, value = lines.pop(0).decode().partition(":")
        said.setdefault(name, []).append(value.strip())
    # The Received field that smtp-sink itself adds, folded over several lines.
    if lines and lines[0].startswith(b"Received:"):
        lines.pop(0)
        while lines and lines[0][:1] in (b" ", b"\t"):
            lines.pop(0)
    # Each line end of the message became one LF, and one more ends the file.
    return said, b"\r\n".join(lines).removesuffix(b"\r\n")


_SINK_HEADERS = {
    b"X-Client-Addr",
    b"X-Client-Proto",
    b"X-Helo-Args",
    b"X-Mail-Args",
    b"X-Rcpt-Args",
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
