"""The grammar of mailboxes in RFC 5321, written down a second time, and the public set of addresses to try it with."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

# §4.5.3.1.1, §4.5.3.1.2, and §4.5.3.1.3 without the brackets of the path.
LOCAL_OCTETS, DOMAIN_OCTETS, MAILBOX_OCTETS, LABEL_OCTETS = 64, 255, 254, 63

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_STRING = rf"{_ATOM}(?:\.{_ATOM})*"
_QUOTED_STRING = r'"(?:[ !#-\[\]-~]|\\[ -~])*"'
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"({_DOT_STRING}|{_QUOTED_STRING})@(?:({_LABEL}(?:\.{_LABEL})*)|\[([^\[\]]*)\])")
_GROUP = re.compile(r"[0-9A-Fa-f]{1,4}")


def is_mailbox(text: str) -> bool:
    """Whether RFC 5321 §4.1.2 and §4.1.3 have this as a Mailbox, within the sizes that every server has to take."""
    match = _MAILBOX.fullmatch(text)
    if not match or len(text) > MAILBOX_OCTETS:
        return False
    local, domain, literal = match.groups()
    if len(local) > LOCAL_OCTETS:
        return False
    if literal is not None:
        return _is_address(literal)
    return len(domain) <= DOMAIN_OCTETS and all(len(label) <= LABEL_OCTETS for label in domain.split("."))


def _is_address(literal: str) -> bool:
    """A tag that is registered is IPv6 alone; §4.1.3 has others when a standard defines them."""
    if literal.lower().startswith("ipv6:"):
        return _is_ipv6(literal[5:])
    return _is_ipv4(literal)


def _is_ipv4(text: str) -> bool:
    return re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", text) is not None and all(int(one) < 256 for one in text.split("."))


def _is_ipv6(text: str) -> bool:
    """§4.1.3: eight groups; or six and an IPv4 address; or `::` for two groups of them at least."""
    groups = 8
    if "." in text:
        text, colon, last = text.rpartition(":")
        if not colon or not _is_ipv4(last):
            return False
        groups = 6
        # The colon before the address may be the second of a `::`.
        if text.endswith(":"):
            text += ":"
    sides = text.split("::")
    counts = [_groups(side) for side in sides]
    if None in counts:
        return False
    if len(sides) == 1:
        return counts[0] == groups
    return len(sides) == 2 and sum(counts) <= groups - 2


def _groups(text: str) -> int | None:
    """How many groups there are; None where something else is."""
    parts = text.split(":") if text else []
    return len(parts) if all(_GROUP.fullmatch(part) for part in parts) else None


@dataclass(frozen=True)
class Case:
    number: int
    address: str
    category: str
    diagnosis: str

    # What RFC 5321 takes, by the set's own categories: plain, unknown to the DNS of then, and its rarer forms.
    @property
    def is_mailbox(self) -> bool:
        return self.category in ("VALID_CATEGORY", "DNSWARN", "RFC5321")


def cases(corpora: Path) -> list[Case]:
    root = ElementTree.parse(corpora / "address-syntax/tests.xml").getroot()
    return [
        Case(
            int(test.get("id")),
            # Control characters stand in the set as the pictures of them.
            re.sub("[\u2400-\u2420]", lambda match: chr(ord(match[0]) - 0x2400), test.findtext("address") or ""),
            test.findtext("category").removeprefix("ISEMAIL_"),
            test.findtext("diagnosis").removeprefix("ISEMAIL_"),
        )
        for test in root.iter("test")
    ]
