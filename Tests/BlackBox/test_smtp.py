"""Delivery to a smarthost: what arrives, over which connections, and what becomes of each recipient."""

import base64
import re
import uuid
from datetime import UTC, datetime, timedelta

import mail
import pytest
from peers import Certificate, Smarthost, free_port, smtp_sink
from polyrelay import eventually
from wire import email

TEXT = "Grüße aus Köln — 你好 🐙\n\nSecond paragraph.\n"
HTML = '<html><body><h1>Grüße</h1><img src="cid:logo"><p>' + "long text " * 300 + "</p></body></html>"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
DOCUMENT = bytes(reversed(range(256))) * 30


@pytest.fixture
def api(relay, tenant):
    return relay.api(tenant)


@pytest.fixture
def keys(relay, tenant):
    return relay.dkim_keys(tenant.account)


def full_message() -> dict:
    return email(
        sender="Zoë 🐙 <hello@example.com>",
        to=["Ann Example <ann@example.net>"],
        cc=["bob@example.net"],
        bcc=["hidden@example.net"],
        reply_to="replies@example.com",
        subject="Ihre Rechnung für März 🧾",
        text=TEXT,
        html=HTML,
        headers={"X-Order": "4711", "X-Note": "größer"},
        unsubscribe=True,
        attachments=[
            {
                "filename": "logo.png",
                "content": base64.b64encode(PICTURE).decode(),
                "content_type": "image/png",
                "content_id": "logo",
            },
            {"filename": "Überblick 2026 – 表.pdf", "content": base64.b64encode(DOCUMENT).decode()},
        ],
    )


def assert_is_full_message(message) -> None:
    assert message["From"].addresses[0].display_name == "Zoë 🐙"
    assert message["To"].addresses[0].addr_spec == "ann@example.net"
    assert message["Cc"].addresses[0].addr_spec == "bob@example.net"
    assert message["Bcc"] is None
    assert message["Reply-To"].addresses[0].addr_spec == "replies@example.com"
    assert message["Subject"] == "Ihre Rechnung für März 🧾"
    assert message["X-Order"] == "4711"
    assert message["X-Note"] == "größer"
    assert message["List-Unsubscribe"].startswith("<http")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.text(message.get_body(("plain",))).rstrip("\n") == TEXT.rstrip("\n")
    assert mail.text(message.get_body(("html",))).rstrip("\n") == HTML
    parts = {part.get_filename(): part for part in message.walk() if part.get_filename()}
    assert parts["logo.png"].get_content() == PICTURE
    assert parts["logo.png"]["Content-ID"] == "<logo>"
    assert parts["Überblick 2026 – 表.pdf"].get_content() == DOCUMENT


# What arrives


def test_a_full_message_arrives_whole_at_aiosmtpd(api, keys, smarthost, tmp_path):
    api.post("/emails", full_message())
    deliveries = smarthost.wait_for(lambda all: sum(len(one.recipients) for one in all) == 3, why="three recipients")
    for delivery in deliveries:
        mail.assert_well_formed(delivery.data, delivery.message)
        mail.assert_signed(delivery.data, keys, tmp_path)
        assert_is_full_message(delivery.message)
        assert b"hidden@example.net" not in delivery.data
    everyone = sorted(address for delivery in deliveries for address in delivery.recipients)
    assert everyone == ["ann@example.net", "bob@example.net", "hidden@example.net"]


def test_a_full_message_arrives_whole_at_smtp_sink(server, tmp_path):
    with smtp_sink(tmp_path / "sink") as sink:
        relay = server(smarthost=sink.port).start()
        tenant = relay.tenant()
        api = relay.api(tenant)
        sent = api.post("/emails", full_message()).json()["id"]
        eventually(lambda: api.email(sent)["status"] == "delivered", why="delivered to smtp-sink")
        messages = sink.messages()
        keys = relay.dkim_keys(tenant.account)
    recipients = [address for said, _ in messages for address in said["X-Rcpt-Args"]]
    assert sorted(re.search("<(.*)>", one)[1] for one in recipients) == [
        "ann@example.net",
        "bob@example.net",
        "hidden@example.net",
    ]
    for _, data in messages:
        message = mail.parse(data)
        mail.assert_well_formed(data, message)
        mail.assert_signed(data, keys, tmp_path)
        assert_is_full_message(message)


@pytest.mark.parametrize(
    "text",
    [
        ".\n..\n...\n.leading\nnot.\n",
        ".",
        "\n.\n",
        "line\r\n.\r\nMAIL FROM:<evil@example.com>\r\n",
        "lone\rreturn and\nfeed",
        "x" * 5000,
        "ü" * 3000,
        "trailing space \ntrailing tab\t\n",
        "",
    ],
    ids=["dots", "one-dot", "dot-line", "end-of-data", "bare-cr", "long", "long-utf8", "trailing", "empty"],
)
def test_awkward_text_survives(api, keys, smarthost, tmp_path, text):
    api.send(text=text, html="<p>.</p>" if not text else None)
    delivery = smarthost.one()
    mail.assert_well_formed(delivery.data, delivery.message)
    mail.assert_signed(delivery.data, keys, tmp_path)
    if text:
        content = mail.text(delivery.message.get_body(("plain",)))
        assert content.rstrip("\n") == re.sub("\r\n|\r|\n", "\n", text).rstrip("\n")
    else:
        assert mail.text(delivery.message.get_body(("html",))).rstrip("\n") == "<p>.</p>"


def test_message_ids_are_unique_and_of_the_sending_domain(api, smarthost):
    api.post("/emails/batch", {"emails": [email() for _ in range(20)]})
    ids = {delivery.message["Message-ID"] for delivery in smarthost.wait(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", one) for one in ids)


def test_both_signatures_cover_and_oversign_what_a_reader_sees(api, smarthost):
    api.send(cc=["bob@example.net"], html="<p>x</p>")
    data = smarthost.one().data
    for signature in mail.signatures(data):
        tags = mail.tags(signature)
        assert tags["c"] == "relaxed/relaxed"
        assert tags["d"] == "example.com"
        assert "l" not in tags
        signed = tags["h"].lower().split(":")
        for name in ("from", "to", "subject"):
            assert signed.count(name) == 2, f"{name} is not over-signed"
        for name in ("date", "message-id", "mime-version", "content-type", "cc"):
            assert name in signed


def test_the_published_records_are_what_verifiers_expect(relay, tenant, keys):
    kinds = {name: re.search(r"k=(\w+)", value)[1] for name, value in keys.items()}
    assert kinds["poststack._domainkey.example.com"] == "rsa"
    assert kinds["poststack-ed25519._domainkey.example.com"] == "ed25519"


# Connections


def test_messages_share_connections(api, smarthost):
    api.post("/emails/batch", {"emails": [email(subject=f"No. {index}") for index in range(40)]})
    deliveries = smarthost.wait(40)
    assert sorted(delivery.message["Subject"] for delivery in deliveries) == sorted(f"No. {n}" for n in range(40))
    assert len({delivery.connection for delivery in deliveries}) <= 20, "hardly a connection carried two messages"


def test_starttls_is_used_when_offered(server, tmp_path):
    with Smarthost(certificate=Certificate.make(tmp_path)) as smarthost:
        relay = server(smarthost=smarthost.port).start()
        relay.api(relay.tenant()).send()
        delivery = smarthost.one()
    assert delivery.encrypted
    mail.assert_well_formed(delivery.data, delivery.message)


def test_a_smarthost_that_comes_back_gets_the_mail(server):
    with Smarthost() as first:
        port = first.port
    relay = server(smarthost=port, retries=["100ms"] * 200).start()
    api = relay.api(relay.tenant())
    sent = api.send()
    eventually(lambda: api.email(sent)["status"] == "deferred", why="deferred while nobody listens")
    with Smarthost(port=port) as second:
        second.one()
        eventually(lambda: api.email(sent)["status"] == "delivered", why="delivered")


# Outcomes


def event_types(api, identifier) -> list[str]:
    return [event["eventType"] for event in api.events(identifier)]


def test_recipients_have_fates_of_their_own(api, smarthost):
    smarthost.on_recipient = lambda address, attempt: "550 5.1.1 no such user" if address.startswith("gone") else None
    sent = api.send(to=["ann@example.net", "gone@example.net", "bob@example.net"])
    arrived = smarthost.wait_for(lambda all: sum(len(one.recipients) for one in all) == 2, why="two recipients")
    assert {address for one in arrived for address in one.recipients} == {"ann@example.net", "bob@example.net"}
    eventually(lambda: event_types(api, sent).count("delivered") == 2, why="two deliveries recorded")
    types = event_types(api, sent)
    assert types.count("bounced") == 1
    (bounced,) = [event for event in api.events(sent) if event["eventType"] == "bounced"]
    assert bounced["metadata"]["code"] == 550
    assert "no such user" in bounced["metadata"]["message"]
    assert api.email(sent)["status"] == "bounced"


@pytest.mark.parametrize("stage", ["recipient", "data"])
def test_4xx_is_deferred_retried_with_growing_pauses_and_delivered(api, smarthost, stage):
    reply = lambda attempt: "451 4.7.1 greylisted, try again" if attempt <= 2 else None
    if stage == "recipient":
        smarthost.on_recipient = lambda address, attempt: reply(attempt)
    else:
        smarthost.on_data = lambda delivery, attempt: reply(attempt)
    sent = api.send()
    smarthost.one()
    eventually(lambda: api.email(sent)["status"] == "delivered", why="delivered at the third attempt")
    events = api.events(sent)
    assert [event["eventType"] for event in events if event["eventType"] != "sent"] == [
        "queued",
        "deferred",
        "deferred",
        "delivered",
    ]
    times = [datetime.fromisoformat(event["createdAt"]) for event in events if event["eventType"] != "sent"]
    first, second = times[2] - times[1], times[3] - times[2]
    assert first >= timedelta(milliseconds=100) and second > first, "the pause before the third attempt is longer"


def test_4xx_for_ever_is_given_up_after_the_last_retry(api, smarthost):
    smarthost.on_recipient = lambda address, attempt: "450 4.2.1 mailbox busy"
    sent = api.send()
    eventually(lambda: api.email(sent)["status"] in ("bounced", "failed"), why="given up")
    assert event_types(api, sent)[-1] in ("soft_bounced", "failed")
    assert smarthost.deliveries == []


@pytest.mark.parametrize("stage", ["recipient", "data"])
def test_5xx_bounces_at_once(api, smarthost, stage):
    if stage == "recipient":
        smarthost.on_recipient = lambda address, attempt: "550 5.7.1 refused"
    else:
        smarthost.on_data = lambda delivery, attempt: "554 5.6.0 refused"
    sent = api.send()
    eventually(lambda: api.email(sent)["status"] == "bounced", why="bounced")
    assert "deferred" not in event_types(api, sent)
    assert event_types(api, sent)[-1] == "bounced"
    assert max(smarthost.attempts.values()) == 1


def test_a_scheduled_message_goes_when_it_is_due(api, smarthost):
    due = datetime.now(UTC) + timedelta(seconds=1.5)
    api.send(scheduled_at=due.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    arrived = datetime.fromtimestamp(smarthost.one().at, UTC)
    assert due - timedelta(milliseconds=1) <= arrived <= due + timedelta(seconds=3)


def test_a_scheduled_time_in_the_past_means_now(api, smarthost):
    api.send(scheduled_at="2001-01-01T00:00:00.000Z")
    smarthost.one()


def test_a_cancelled_message_never_goes(api, smarthost):
    due = datetime.now(UTC) + timedelta(seconds=1)
    sent = api.send(subject="cancelled", scheduled_at=due.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    assert api.post(f"/emails/{sent}/cancel").status == 200
    after = due + timedelta(seconds=1)
    api.send(subject="after it", scheduled_at=after.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    assert [delivery.message["Subject"] for delivery in smarthost.wait(1)] == ["after it"]


def test_a_test_key_hands_nothing_over(relay, tenant, smarthost):
    secret = relay.key(tenant.account, "--mode", "test")
    api = relay.api(secret)
    sent = api.send(subject="simulated")
    eventually(lambda: api.email(sent)["status"] == "delivered", why="simulated delivery")
    relay.api(tenant).send(subject="real")
    assert [delivery.message["Subject"] for delivery in smarthost.wait(1)] == ["real"]


# Header injection


CRLF = "\r\nBcc: victim@example.org"
INJECTIONS = {
    "subject": {"subject": f"Hello{CRLF}"},
    "subject-lf": {"subject": "Hello\nBcc: victim@example.org"},
    "subject-cr": {"subject": "Hello\rBcc: victim@example.org"},
    "subject-nul": {"subject": "Hello\0"},
    "from-name": {"sender": f"Acme{CRLF} <hello@example.com>"},
    "from-address": {"sender": f"hello@example.com{CRLF}"},
    "to": {"to": [f"ann@example.net{CRLF}"]},
    "to-smtp": {"to": ["ann@example.net>\r\nRCPT TO:<victim@example.org"]},
    "reply-to": {"reply_to": f"a@example.com{CRLF}"},
    "header-value": {"headers": {"X-Note": f"a{CRLF}"}},
    "header-name": {"headers": {"X-Note: a\r\nBcc": "victim@example.org"}},
    "header-name-space": {"headers": {"X Note": "a"}},
    "header-name-empty": {"headers": {"": "a"}},
    "content-id": {
        "html": "<p>x</p>",
        "attachments": [{"filename": "a.png", "content": "AAAA", "content_id": f"logo>{CRLF}"}],
    },
    "content-type": {"attachments": [{"filename": "a.png", "content": "AAAA", "content_type": f"image/png{CRLF}"}]},
    "file-name": {"attachments": [{"filename": f"a.png{CRLF}", "content": "AAAA"}]},
}


@pytest.mark.parametrize("fields", INJECTIONS.values(), ids=INJECTIONS.keys())
def test_header_injection_is_refused_and_changes_nothing(api, smarthost, fields):
    before = api.get("/emails").json()["meta"]["total"]
    answer = api.post("/emails", email(**fields))
    assert answer.status in (400, 422), answer.body
    assert set(answer.json()) == {"error", "code"}
    assert api.get("/emails").json()["meta"]["total"] == before
    assert smarthost.deliveries == []


STRUCTURAL = ["From", "To", "Bcc", "DKIM-Signature", "Message-ID", "Content-Type", "Date", "Received"]


@pytest.mark.parametrize("name", STRUCTURAL)
def test_a_custom_header_never_doubles_or_replaces_a_structural_one(api, keys, smarthost, tmp_path, name):
    answer = api.post("/emails", email(headers={name: "victim@example.org"}))
    if answer.status != 202:
        assert answer.status in (400, 422)
        return
    delivery = smarthost.one()
    mail.assert_well_formed(delivery.data, delivery.message)
    mail.assert_signed(delivery.data, keys, tmp_path)
    assert b"victim@example.org" not in delivery.data


def test_tags_stay_out_of_the_message(api, smarthost):
    tag = uuid.uuid4().hex
    answer = api.post("/emails", email(tags=[f"{tag}{CRLF}"]))
    if answer.status == 202:
        assert tag.encode() not in smarthost.one().data
    else:
        assert answer.status == 422


# What was said


def dialogues(relay, sent) -> list[list[str]]:
    """What `message show` tells of each attempt."""
    return [event["dialogue"] for event in relay.ask("message", "show", sent)["events"] if "dialogue" in event]


def test_every_attempt_can_be_read_word_for_word(relay, api, smarthost):
    smarthost.on_recipient = lambda address, attempt: "450 4.2.0 come back" if attempt == 1 else None
    sent = api.send(to=["ann@dest.test"])
    smarthost.one()
    eventually(lambda: api.email(sent)["status"] == "delivered")
    first, second = dialogues(relay, sent)
    assert first[0] == f"* connected to 127.0.0.1 at 127.0.0.1:{smarthost.port}"
    assert first[1].startswith("S: 220 ") and "C: RCPT TO:<ann@dest.test>" in first
    assert first[-1] == "S: 450 4.2.0 come back"
    assert second[-2].startswith("* content, ") and second[-1] == "S: 250 2.0.0 queued"
    assert len([line for line in second if line.startswith("C: RCPT TO")]) == 1


def test_each_recipient_of_a_message_has_a_dialogue_of_its_own(relay, api, smarthost):
    smarthost.on_recipient = lambda address, attempt: "550 5.1.1 nobody" if address.startswith("bob") else None
    sent = api.send(to=["ann@dest.test", "bob@dest.test"])
    eventually(lambda: len(dialogues(relay, sent)) == 2)
    told = {("bob" if "S: 550 5.1.1 nobody" in lines else "ann"): "\n".join(lines) for lines in dialogues(relay, sent)}
    assert "bob@" not in told["ann"] and "ann@" not in told["bob"]


def test_a_smarthost_that_is_away_is_told_too(server):
    relay = server(smarthost=free_port(), retries=["100ms", "100ms"]).start()
    sent = relay.api(relay.tenant()).send(to=["ann@dest.test"])
    told = eventually(lambda: dialogues(relay, sent))
    assert told[0][0].startswith("* no connection to 127.0.0.1 at 127.0.0.1:") and "refused" in told[0][0]
