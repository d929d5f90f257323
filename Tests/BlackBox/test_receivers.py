"""Delivery to the mail servers that the world runs: Postfix, Exim and OpenSMTPD, each reached by its MX record. What
they took is looked at behind them, where each passes it on to."""

import base64

import mail
import pytest
from destinations import becomes, types
from mta import UNKNOWN, Exim, MailServer, OpenSMTPD, Postfix, as_root
from peers import Authority, Smarthost
from submission import RULES, session, smtp
from wire import email

pytestmark = as_root
HOST = "127.0.0.2"
SERVERS = [Postfix, Exim, OpenSMTPD]


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def behind():
    with Smarthost() as last:
        yield last


@pytest.fixture(params=SERVERS, ids=lambda kind: kind.__name__.lower())
def receiver(request, world, behind, authority) -> MailServer:
    world.mx("dest.test", (10, "mx.test", HOST))
    certificate = authority.issue("mx.test")
    with request.param(host=HOST, port=world.port, next_hop=behind.port, certificate=certificate) as server:
        yield server


def raw(relay, number: int = 0) -> bytes:
    """The bytes that we say to have sent."""
    shown = relay.ask("message", "list")
    return relay.verb("message", "raw", str(shown[number]["id"])).raw


def test_a_message_arrives_whole_and_signed(world, receiver, behind, tmp_path):
    api = world.api()
    attachment = {"filename": "Überblick.bin", "content": base64.b64encode(bytes(range(256)) * 40).decode()}
    sent = api.post(
        "/emails",
        email(to=["Ann <ann@dest.test>"], subject="Grüße 🐙", text="..\n.\nText — 你好\n", html="<p>.</p>",
              attachments=[attachment]),
    ).json()["id"]
    arrived = behind.one()
    assert (arrived.sender, arrived.recipients) == ("hello@example.com", ["ann@dest.test"])
    # The server's own trace field stands above, and nothing else is changed.
    assert arrived.data.endswith(raw(api.relay))
    trace = mail.fields(arrived.data)[0].decode().lower()
    assert trace.startswith("received:") and ("esmtps" in trace) == receiver.speaks_tls, trace
    account = api.relay.ask("account", "list")[0]["id"]
    mail.assert_signed(arrived.data, api.relay.dkim_keys(str(account)), tmp_path)
    becomes(api, sent, "delivered")
    assert types(api, sent) == ["queued", "delivered"]


def test_recipients_that_it_refuses_bounce_alone(world, receiver, behind):
    api = world.api()
    sent = api.send(to=["ann@dest.test", f"{UNKNOWN}@dest.test"])
    assert behind.one().recipients == ["ann@dest.test"]
    becomes(api, sent, "bounced")
    (bounced,) = [event for event in api.events(sent) if event["eventType"] == "bounced"]
    assert bounced["metadata"]["code"] == 550
    assert sorted(types(api, sent)) == ["bounced", "delivered", "queued"]


def test_of_many_messages_each_arrives_once(world, receiver, behind):
    api = world.api(delivery={"perDestination": {"connections": 3}})
    subjects = [f"No. {number}" for number in range(60)]
    sent = api.post("/emails/batch", {"emails": [email(to=["ann@dest.test"], subject=one) for one in subjects]}).json()
    arrived = behind.wait(60)
    for message in sent["data"]:
        becomes(api, message["id"], "delivered")
    assert sorted(one.message["Subject"] for one in arrived) == sorted(subjects)
    assert len(behind.deliveries) == 60
    assert len({one.message["Message-ID"] for one in arrived}) == 60


AWKWARD = (
    b"From: hello@example.com\r\nto: ann@dest.test\r\nSUBJECT:no space\r\n"
    b"Date: Tue, 2 Jun 2026 10:00:00 +0200 (CEST)\r\nMessage-ID: <odd.id@client.example>\r\n"
    b"X-Folded: a\r\n b\r\n\t c\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="=_b"\r\n\r\npreamble\r\n.\r\n..\r\n.leading\r\n'
    b"--=_b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"gr\xc3\xbc\xc3\x9fe \xf0\x9f\x90\x99 \r\nFrom here\r\n-- \r\n\r\n\r\n"
    b"--=_b\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 998 + b"\r\n"
    b"--=_b--\r\nepilogue\r\n\r\n.\r\n"
)


def test_what_was_submitted_arrives_byte_for_byte(world, server, receiver, behind, files):
    relay = world.relay(smtp=smtp(files, *RULES))
    key = relay.tenant()
    with session(relay, files, secret=key.secret) as client:
        client.ehlo()
        client.mail("hello@example.com", ["BODY=8BITMIME"])
        client.rcpt("ann@dest.test")
        assert client.data(AWKWARD)[0] == 250
    assert behind.one().data.endswith(AWKWARD)


def test_where_tls_is_required_only_a_good_handshake_gets_mail(world, receiver, behind, authority):
    required = {"domains": {"dest.test": {"tls": "required"}}, "caFile": str(authority.file)}
    api = world.api(delivery=required, retries=["200ms"])
    sent = api.send(to=["ann@dest.test"])
    if receiver.speaks_tls:
        behind.one()
        becomes(api, sent, "delivered")
    else:
        becomes(api, sent, "bounced")
        assert types(api, sent) == ["queued", "deferred", "soft_bounced"]
        assert behind.deliveries == []


@pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.__name__.lower())
def test_a_server_that_was_down_gets_its_mail_when_it_is_back(world, behind, kind):
    world.mx("dest.test", (10, "mx.test", HOST))
    api = world.api(retries=["200ms"] * 100)
    sent = api.send(to=["ann@dest.test"])
    becomes(api, sent, "deferred")
    with kind(host=HOST, port=world.port, next_hop=behind.port):
        behind.one()
        becomes(api, sent, "delivered")
