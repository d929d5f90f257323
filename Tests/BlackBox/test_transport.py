"""What leaves must arrive: through a Postfix that breaks long lines, knows no 8BITMIME or no SMTPUTF8, every signature
holds for dkimpy, OpenDKIM and Mail::DKIM, and nobody pays for another recipient's address."""

import smtplib
import subprocess
from pathlib import Path

import mail
import pytest
from mta import Postfix, as_root
from peers import Smarthost, free_port
from polyrelay import eventually
from submission import RULES, session, smtp
from test_mx import becomes, types
from wire import email

pytestmark = as_root
HEAD = b"From: hello@example.com\r\nTo: ann@dest.test\r\nSubject: long\r\nDate: Tue, 2 Jun 2026 10:00:00 +0200\r\n"
TEXT = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"


@pytest.fixture
def behind():
    with Smarthost() as last:
        yield last


def assert_verified(data: bytes, keys: dict[str, str], scratch: Path) -> None:
    """To dkimpy, OpenDKIM and Mail::DKIM."""
    mail.assert_signed(data, keys, scratch)
    records = scratch / "records"
    records.write_text("".join(f"{name.rstrip('.')}\t{text}\n" for name, text in keys.items()))
    script = Path(__file__).parent / "mail_dkim.pl"
    told = subprocess.run(["perl", script, records], input=data, capture_output=True, timeout=60, check=True)
    verdicts = {line.split()[0]: line.split()[2] for line in told.stdout.decode().splitlines()}
    assert verdicts["rsa-sha256"] == "pass", (verdicts, told.stderr)


def submit(relay, files, secret: str, content: bytes) -> int:
    with session(relay, files, secret=secret) as client:
        client.ehlo()
        client.mail("hello@example.com", ["BODY=8BITMIME"])
        client.rcpt("ann@dest.test")
        return client.data(content)[0]


@pytest.mark.parametrize(
    ("body", "settings"),
    [
        (b"long " * 1200 + b"\r\n", {}),
        (b"x" * 5000 + b"\r\n.\r\nend\r\n", {}),
        ("grün ".encode() * 500 + b"\r\n", {}),
        ("grün\r\n".encode(), {"smtpd_discard_ehlo_keywords": "8bitmime, chunking"}),
        (b"a\0b\r\n", {}),
    ],
    ids=["words", "one-word", "utf-8", "seven-bit", "nul"],
)
def test_signatures_hold_behind_a_server_that_breaks_lines(server, behind, files, tmp_path, body, settings):
    with Postfix(next_hop=behind.port, settings=settings) as postfix:
        relay = server(smarthost=postfix.port, smtp=smtp(files, *RULES)).start()
        tenant = relay.tenant()
        assert submit(relay, files, tenant.secret, HEAD + TEXT + b"\r\n" + body) == 250
        arrived = behind.one()
    shown = relay.ask("message", "list")
    raw = relay.verb("message", "raw", str(shown[0]["id"])).raw
    assert arrived.data.endswith(raw)
    assert max(map(len, raw.split(b"\r\n"))) <= mail.MAXIMUM_LINE and b"\0" not in raw
    said = mail.parse(arrived.data).get_payload(decode=True)
    assert said.rstrip(b"\r\n") == body.rstrip(b"\r\n")
    account = relay.ask("account", "list")[0]["id"]
    assert_verified(arrived.data, relay.dkim_keys(str(account)), tmp_path)


@pytest.mark.parametrize(
    "head",
    [
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; h=from; bh=x; b=x\r\n",
        b'MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary="b"; protocol="application/pgp-signature"\r\n',
    ],
    ids=["dkim", "multipart-signed"],
)
def test_what_its_author_signed_is_never_changed(server, behind, files, head):
    with Postfix(next_hop=behind.port, settings={"smtpd_discard_ehlo_keywords": "8bitmime, chunking"}) as postfix:
        relay = server(smarthost=postfix.port, smtp=smtp(files, *RULES), retries=["200ms"]).start()
        tenant = relay.tenant()
        with session(relay, files, secret=tenant.secret) as client:
            client.ehlo()
            client.mail("hello@example.com", ["BODY=8BITMIME"])
            client.rcpt("ann@dest.test")
            code, text = client.data(HEAD + head + b"\r\n--b\r\n\r\n" + b"x" * 1200 + b"\r\n--b--\r\n")
            assert (code, text[:5]) == (554, b"5.6.0"), text
        # Of 8 bits alone it can go where they are taken, and bounces here.
        assert submit(relay, files, tenant.secret, HEAD + head + b"\r\n--b\r\n\r\n" + "grün".encode() + b"\r\n") == 250
        api = relay.api(tenant)
        eventually(lambda: api.get("/emails").json()["data"], why="listed")
        (one,) = api.get("/emails").json()["data"]
        becomes(api, one["id"], "bounced")
        (event,) = [one for one in api.events(one["id"]) if one["eventType"] == "bounced"]
        assert "5.6.3" in str(event["metadata"]), event
        assert behind.deliveries == []


def test_a_smarthost_that_gives_mail_back_makes_no_storm(server, files):
    number = free_port()
    relay = server(smarthost=number, retries=["200ms"] * 3)
    account = relay.account()
    relay.domain(account)
    trusted = [{"network": "127.0.0.0/8", "account": int(account)}]
    listeners = [{"listen": f"127.0.0.1:{number}", "tls": "none"}]
    relay.settings["smtp"] = smtp(files, trusted=trusted) | {"listeners": listeners}
    relay.start()
    with smtplib.SMTP("127.0.0.1", number, timeout=60) as client:
        client.sendmail("hello@example.com", ["ann@dest.test"], HEAD + TEXT + b"\r\nround and round\r\n")
    # Once or twice is somebody's way; the third return is refused, and nothing is reported to anybody.
    eventually(
        lambda: [one for one in relay.ask("message", "list") if "bounced" in str(relay.ask("message", "show", str(one["id"])))],
        why="refused",
    )
    assert len(relay.ask("message", "list")) == 3
    refused = str([relay.ask("message", "show", str(one["id"])) for one in relay.ask("message", "list")])
    assert "5.4.6" in refused


@pytest.mark.parametrize("knows", [True, False], ids=["with", "without"])
@pytest.mark.parametrize("place", ["to", "bcc"])
def test_one_international_recipient_costs_nobody_else_the_message(server, behind, knows, place):
    other = "jörg@dest.test"
    addresses = {"to": ["ann@dest.test"] + ([other] if place == "to" else []), "bcc": [other] if place == "bcc" else []}
    with Postfix(next_hop=behind.port, settings={"smtputf8_enable": "yes" if knows else "no"}) as postfix:
        relay = server(smarthost=postfix.port).start()
        api = relay.api(relay.tenant())
        answer = api.post("/emails", {**email(), **addresses})
        assert answer.status < 300, answer.body
        sent = answer.json()["id"]
        arrived = behind.wait_for(
            lambda all: {address for one in all for address in one.recipients} >= {"ann@dest.test"}, why="Ann's copy"
        )
        becomes(api, sent, "delivered" if knows else "bounced")
        if knows:
            behind.wait_for(lambda all: other in {a for one in all for a in one.recipients}, why="Jörg's copy")
            return
    assert {"bounced", "delivered"} <= set(types(api, sent))
    (copy,) = arrived
    assert copy.recipients == ["ann@dest.test"]
    assert all(byte < 0x80 for byte in copy.data.split(b"\r\n\r\n", 1)[0])
    raw = relay.verb("message", "raw", str(relay.ask("message", "list")[0]["id"])).raw
    assert copy.data.endswith(raw)


def test_what_only_smtputf8_can_carry_is_refused_once_the_next_hop_is_known_to_take_none(server, behind, files):
    with Postfix(next_hop=behind.port, settings={"smtputf8_enable": "no"}) as postfix:
        relay = server(smarthost=postfix.port, smtp=smtp(files, *RULES)).start()
        tenant = relay.tenant()
        api = relay.api(tenant)
        international = {**email(), "reply_to": "jörg@example.com"}
        # Nobody knows yet what the hop takes: it says so itself.
        first = api.post("/emails", international)
        assert first.status == 202
        becomes(api, first.json()["id"], "bounced")
        refused = api.post("/emails", international)
        assert refused.status == 422 and "reply_to" in refused.body.decode()
        with session(relay, files, secret=tenant.secret) as client:
            client.ehlo()
            client.mail("hello@example.com", ["SMTPUTF8", "BODY=8BITMIME"])
            client.rcpt("ann@dest.test")
            code, text = client.data(HEAD + "Reply-To: jörg@example.com\r\n".encode() + b"\r\nx\r\n")
            assert (code, text[:5]) == (550, b"5.6.7"), text
        sent = api.send()
        becomes(api, sent, "delivered")


@pytest.mark.parametrize("keeps", [False, True])
def test_a_bcc_field_leaves_where_the_operator_says_so_alone(server, behind, files, keeps):
    relay = server(smarthost=behind.port, smtp=smtp(files, *RULES) | {"keepBcc": keeps}).start()
    assert submit(relay, files, relay.tenant().secret, b"Bcc: eve@dest.test\r\n" + HEAD + b"\r\nx\r\n") == 250
    assert (mail.parse(behind.one().data)["Bcc"] == "eve@dest.test") is keeps
