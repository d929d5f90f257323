"""Submission over SMTP as tests see it: the listeners, clients of Python's smtplib, and one by hand."""

import base64
import smtplib
import socket
import ssl
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage

import mail
from peers import Certificate

USER = "poststack"
SECONDS = 60
# How the listeners of `listening` take TLS, in their order.
RULES = ("starttls", "implicit", "either", "none")


def smtp(files: Certificate, *rules: str, **sections) -> dict:
    """The section of listeners with these TLS rules."""
    return {
        "hostname": "relay.test",
        "tls": {"certificate": str(files.certificate), "key": str(files.key)},
        "listeners": [{"listen": "127.0.0.1:0", "tls": rule} for rule in rules],
    } | sections


def port(server, rule: str) -> int:
    return server.smtp_ports[RULES.index(rule)]


def trusting(files: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(files.certificate))
    return context


@contextmanager
def session(server, files, rule="starttls", secret: str | None = None):
    """A client of smtplib that is inside TLS where the rule asks for it, and authenticated where a secret is given."""
    context = trusting(files)
    context.check_hostname = False
    if rule == "implicit":
        client = smtplib.SMTP_SSL("127.0.0.1", port(server, rule), timeout=SECONDS, context=context)
    else:
        client = smtplib.SMTP("127.0.0.1", port(server, rule), timeout=SECONDS)
    try:
        if rule in ("starttls", "either"):
            client.starttls(context=context)
        if secret is not None:
            client.login(USER, secret)
        yield client
    finally:
        client.close()


def letter(**fields) -> EmailMessage:
    message = EmailMessage(policy.SMTP)
    message["From"] = "Acme <hello@example.com>"
    message["To"] = "Ann <ann@example.net>"
    message["Subject"] = "Grüße"
    message.set_content("Hello you.\n")
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    return message


def queued_id(reply: bytes) -> str:
    text = reply.decode()
    assert text.startswith("2.0.0 Ok: queued as em_"), text
    return text.split()[-1]


def without_additions(data: bytes, *names: bytes) -> bytes:
    """What arrived without the fields that the server added on top: signatures, trace, and the named ones."""
    head, _, body = data.partition(b"\r\n\r\n")
    fields = mail.fields(data)
    added = (b"dkim-signature:", b"received:", *(name.lower() + b":" for name in names))
    while fields and fields[0].lower().startswith(added):
        fields.pop(0)
    return b"\r\n".join(fields) + b"\r\n\r\n" + body


class Wire:
    """A client by hand."""

    def __init__(self, number: int):
        self.socket = socket.create_connection(("127.0.0.1", number), SECONDS)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_) -> None:
        self.file.close()
        self.socket.close()

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self) -> int | None:
        """The code of the next reply; None where the connection has ended."""
        while True:
            try:
                line = self.file.readline()
            except ConnectionResetError:
                return None
            if not line:
                return None
            if line[3:4] == b" ":
                return int(line[:3])

    def codes(self) -> list[int]:
        """Of all replies until the connection ends."""
        codes = []
        while (code := self.reply()) is not None:
            codes.append(code)
        return codes

    def ask(self, line: bytes) -> int | None:
        self.say(line + b"\r\n")
        return self.reply()

    def log_in(self, secret: str) -> "Wire":
        assert self.reply() == 220
        assert self.ask(b"EHLO client.test") == 250
        plain = base64.b64encode(f"\0{USER}\0{secret}".encode())
        assert self.ask(b"AUTH PLAIN " + plain) == 235
        return self

    def begin(self) -> "Wire":
        assert self.ask(b"MAIL FROM:<hello@example.com>") == 250
        assert self.ask(b"RCPT TO:<ann@example.net>") == 250
        assert self.ask(b"DATA") == 354
        return self
