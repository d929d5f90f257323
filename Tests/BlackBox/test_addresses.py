"""Every address of the public set, over the wire: in RCPT, in MAIL, and as it goes out again. The judge is the grammar of
RFC 5321 as `addresses.py` has it; where the set, that judge and the server differ stands in address-syntax.md."""

import re
import smtplib
from pathlib import Path

import pytest
from addresses import Case, cases, is_mailbox
from peers import ScriptedPeer
from polyrelay import Server, configuration, eventually
from submission import RULES, SECONDS, Wire, letter, port, smtp

DEVIATIONS = Path(__file__).with_name("address-syntax.md")
# What a reply to a bad path is, and to a line that ends where it must not.
REFUSED = {500, 501, 553}


@pytest.fixture(scope="module")
def addresses(corpora) -> list[Case]:
    found = cases(corpora)
    assert len(found) == 164, "the set is not what it was"
    return found


@pytest.fixture(scope="module")
def trusting(tmp_path_factory, files):
    """A server that takes mail from this machine without a word, and the next hop that sees what becomes of it."""
    folder = tmp_path_factory.mktemp("server")
    with ScriptedPeer("127.0.0.1", 0, offers=("PIPELINING", "8BITMIME", "SMTPUTF8")) as peer:
        relay = Server(folder, configuration(folder, smarthost=peer.port))
        account = relay.account()
        relay.domain(account)
        trusted = [{"network": "127.0.0.0/8", "account": int(account)}]
        relay.settings["smtp"] = smtp(files, *RULES, trusted=trusted)
        try:
            relay.start()
            relay.peer = peer
            yield relay
        finally:
            relay.close()


def deviations() -> dict[int, str]:
    """By the set's own numbers, from the table under "Deviations"."""
    text = DEVIATIONS.read_text().partition("## Deviations")[2]
    return {int(number): why for number, why in re.findall(r"(?m)^\| (\d+) \|[^|]*\| (.*?) \|$", text)}


def is_taken(relay, command: str, address: str, parameters: str = "") -> bool:
    """Whether this path is; each on a connection of its own, as some addresses end one."""
    with Wire(port(relay, "none")) as wire:
        assert wire.reply() == 220
        assert wire.ask(b"EHLO client.test") == 250
        if command == "RCPT TO":
            assert wire.ask(f"MAIL FROM:<hello@example.com>{parameters}".encode()) == 250
            parameters = ""
        code = wire.ask(f"{command}:<{address}>{parameters}".encode())
        assert code == 250 or code in REFUSED, (address, code)
        return code == 250


@pytest.mark.parametrize("parameters", ["", " SMTPUTF8"], ids=["ascii", "smtputf8"])
@pytest.mark.parametrize("command", ["RCPT TO", "MAIL FROM"])
def test_every_address_is_judged_as_rfc_5321_says(trusting, addresses, command, parameters):
    wrong = {
        case.number: case.address
        for case in addresses
        # An empty reverse-path is one.
        if case.address and is_taken(trusting, command, case.address, parameters) != is_mailbox(case.address)
    }
    assert wrong.keys() == deviations().keys(), wrong


def test_the_set_and_the_grammar_are_of_one_mind(addresses):
    assert [case for case in addresses if is_mailbox(case.address) != case.is_mailbox] == []


def test_what_was_taken_goes_out_as_it_came(trusting, addresses):
    taken = [case.address for case in addresses if case.is_mailbox]
    with smtplib.SMTP("127.0.0.1", port(trusting, "none"), timeout=SECONDS) as client:
        client.ehlo()
        assert client.docmd("MAIL", "FROM:<hello@example.com>")[0] == 250
        for address in taken:
            assert client.docmd("RCPT", f"TO:<{address}>")[0] == 250
        assert client.data(letter().as_bytes())[0] == 250
    said = lambda: [line.removeprefix("RCPT TO:") for line in trusting.peer.lines if line.startswith("RCPT TO:")]
    eventually(lambda: len(said()) >= len(taken), why="all recipients")
    # But for the letters of domains, and of the tag of a literal, which mean the same either way.
    assert sorted(map(plain, said())) == sorted(plain(f"<{address}>") for address in taken)


def plain(path: str) -> str:
    local, _, domain = path.rpartition("@")
    return f"{local}@{domain.lower()}"


def test_the_document_counts_what_the_set_has(addresses):
    """Its table of diagnoses says how many addresses have each, and whether they are taken."""
    rows = re.findall(r"(?m)^\| `(\w+)` \| (\d+) \| (yes|no) \|", DEVIATIONS.read_text())
    found: dict[tuple[str, str], int] = {}
    for case in addresses:
        key = (case.diagnosis, "yes" if is_mailbox(case.address) else "no")
        found[key] = found.get(key, 0) + 1
    assert {(name, verdict): int(count) for name, count, verdict in rows} == found
