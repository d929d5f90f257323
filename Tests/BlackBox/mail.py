"""What every message that leaves must be, whatever it says."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import dkim
import opendkim

MAXIMUM_LINE = 998  # RFC 5322 §2.1.1, without the CRLF


def defects(message: EmailMessage) -> list:
    """Everything Python's parser complains about, in the parts and in each header."""
    found = []
    for part in message.walk():
        found += part.defects
        for value in part.values():
            found += value.defects
    return found


def assert_well_formed(data: bytes, message: EmailMessage) -> None:
    """RFC 5322 §2.1 and §3.6, and nothing that Python's parser has to forgive."""
    without_line_ends = data.replace(b"\r\n", b"")
    assert b"\r" not in without_line_ends and b"\n" not in without_line_ends, "a bare CR or LF"
    assert b"\0" not in data
    assert max(map(len, data.split(b"\r\n"))) <= MAXIMUM_LINE
    assert defects(message) == []
    for name in ("From", "Date", "Message-ID", "Subject", "MIME-Version"):
        assert len(message.get_all(name, [])) == 1, f"{name} stands {len(message.get_all(name, []))} times"
    head = data.split(b"\r\n\r\n", 1)[0]
    assert all(byte < 0x80 for byte in head), "a header that is not ASCII"


def parse(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def text(part: EmailMessage) -> str:
    """A text part's content with the line ends of Python: the parser keeps those of the wire."""
    return part.get_content().replace("\r\n", "\n")


def fields(data: bytes) -> list[bytes]:
    """The header fields as they came, folded ones whole (RFC 5322 §2.2.3)."""
    head = data.split(b"\r\n\r\n", 1)[0]
    return re.split(rb"\r\n(?![ \t])", head)


def signatures(data: bytes) -> list[bytes]:
    """The DKIM-Signature fields, first to last."""
    return [field for field in fields(data) if field.lower().startswith(b"dkim-signature:")]


def tags(signature: bytes) -> dict[str, str]:
    value = signature.split(b":", 1)[1].decode("ascii")
    return {
        name.strip(): re.sub(r"\s+", "", content)
        for name, _, content in (field.partition("=") for field in value.split(";") if "=" in field)
    }


def assert_signed(data: bytes, keys: dict[str, str], scratch: Path) -> None:
    """One RSA and one Ed25519 signature, both good to dkimpy and to OpenDKIM."""
    algorithms = sorted(tags(signature)["a"] for signature in signatures(data))
    assert algorithms == ["ed25519-sha256", "rsa-sha256"]

    def record(name: bytes, timeout: int = 5) -> bytes:
        return keys.get(name.decode().rstrip("."), "").encode()

    for index in range(len(algorithms)):
        assert dkim.DKIM(data).verify(index, dnsfunc=record), f"dkimpy refuses signature {index}"

    verdicts = opendkim.verify(data, keys, scratch)
    assert len(verdicts) == 2
    # An OpenDKIM built against an OpenSSL without Ed25519 can judge the RSA signature only.
    expected = {"rsa-sha256"} | ({"ed25519-sha256"} if opendkim.knows_ed25519() else set())
    assert {verdict.algorithm for verdict in verdicts if verdict.passed} >= expected, verdicts
