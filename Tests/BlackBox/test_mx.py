"""What others report of mail that they had taken: it comes to our own return paths, becomes events and webhooks, and
suppresses addresses. Everything else is refused at the same door."""

import smtplib
import ssl
from contextlib import contextmanager

import pytest
import reports
from mta import Postfix, as_root
from peers import Certificate, ScriptedPeer, free_port
from polyrelay import eventually
from receiver import Receiver
from test_errors import assert_refused
from wire import email

HOST = "bounce.relay.test"
SECONDS = 60
LOOPBACK = {"allow": ["127.0.0.0/8", "::1/128"]}


def serve(server, smarthost_port: int, **sections):
    """A relay that delivers to a smarthost and takes reports."""
    smtp = {"hostname": "mx.relay.test", "listeners": [{"listen": "127.0.0.1:0", "role": "mx"}]}
    made = server(
        smarthost=smarthost_port,
        retries=["200ms"] * 3,
        egress=LOOPBACK,
        hosts={"returnPath": HOST},
        webhooks={"retries": {"schedule": ["200ms"] * 30}},
        **({"smtp": smtp} | sections),
    )
    return made.start()


@pytest.fixture
def relay(server, smarthost):
    return serve(server, smarthost.port)


@pytest.fixture
def api(relay):
    return relay.api(relay.tenant())


@contextmanager
def session(relay):
    with smtplib.SMTP("127.0.0.1", relay.smtp_ports[0], timeout=SECONDS) as client:
        yield client


def report(relay, path: str, content: bytes, sender: str = "<>") -> tuple[int, str]:
    """Hands a report in; the last reply."""
    with session(relay) as client:
        client.ehlo("mx.test")
        for command in (f"MAIL FROM:{sender}", f"RCPT TO:<{path}>"):
            code, text = client.docmd(command)
            if code >= 400:
                return code, text.decode()
        code, text = client.data(content)
        return code, text.decode()


def sent(api, smarthost, to=("ann@dest.test",), **fields) -> tuple[str, str]:
    """A message that the smarthost has taken: its id, and the path that it came under."""
    count = len(smarthost.deliveries)
    identity = api.send(to=list(to), **fields)
    path = smarthost.wait(count + 1)[count].sender
    eventually(lambda: api.email(identity)["status"] == "delivered", why="delivered")
    return identity, path


def becomes(api, identity: str, status: str) -> None:
    eventually(lambda: api.email(identity)["status"] == status, why=status)


def types(api, identity: str) -> list[str]:
    return [event["eventType"] for event in api.events(identity)]


def suppressed(api) -> list[tuple[str, str]]:
    return [(one["email"], one["reason"]) for one in api.get("/suppressions").json()["data"]]


# Return paths


def test_mail_goes_out_under_a_path_of_its_own(relay, api, smarthost):
    first, path = sent(api, smarthost)
    other, second = sent(api, smarthost)
    local, _, host = path.partition("@")
    assert host == HOST and local.startswith("b-") and len(local) == 20
    assert path != second
    # The bytes do not tell of it.
    for identity, delivery in zip((first, other), smarthost.deliveries):
        assert relay.verb("message", "raw", identity).raw == delivery.data


def test_a_domains_own_name_for_reports_is_used(relay, smarthost):
    tenant = relay.tenant()
    api = relay.api(tenant)
    (domain,) = api.get("/domains").json()["domains"]
    answer = api.patch(f"/domains/{domain['id']}", {"custom_return_path": "bounce"})
    assert answer.status == 200, answer.body
    identity, path = sent(api, smarthost)
    assert path.endswith("@bounce.example.com")
    assert report(relay, path, reports.bounce(path, "ann@dest.test"))[0] == 250
    becomes(api, identity, "bounced")


def test_without_a_listener_for_reports_mail_goes_out_under_its_author(server, smarthost):
    relay = server(smarthost=smarthost.port).start()
    api = relay.api(relay.tenant())
    api.send(to=["ann@dest.test"])
    assert smarthost.one().sender == "hello@example.com"


# Bounces


def test_a_late_bounce_is_reported_to_the_domains_address_once(relay, smarthost):
    tenant = relay.tenant()
    relay.ask("domain", "set", "example.com", "--account", tenant.account, "--dsn-address", "ops@example.com")
    identity, path = sent(relay.api(tenant), smarthost)
    for _ in range(2):
        assert report(relay, path, reports.bounce(path, "ann@dest.test"))[0] == 250
    delivery = smarthost.wait(2)[1]
    assert (delivery.sender, delivery.recipients) == ("<>", ["ops@example.com"])
    group = delivery.message.get_payload()[1].get_payload()[1]
    assert (group["Final-Recipient"], group["Action"]) == ("rfc822; ann@dest.test", "failed")
    assert (group["Status"], group["Remote-MTA"]) == ("5.1.1", "dns; inner.test")
    assert len(relay.ask("message", "list")) == 2


def test_a_bounce_becomes_event_webhook_and_suppression(relay, api, smarthost):
    with Receiver() as hooks:
        assert api.post("/webhooks", {"url": hooks.url(), "events": ["email.bounced"]}).status == 201
        identity, path = sent(api, smarthost)
        code, text = report(relay, path, reports.bounce(path, "ann@dest.test"))
        assert (code, text[:5]) == (250, "2.6.0"), text
        becomes(api, identity, "bounced")
        (delivery,) = hooks.wait(lambda all: len(all) >= 1)
        body = delivery.json()
    assert body["type"] == "email.bounced" and body["data"]["email_id"] == identity
    assert body["data"]["bounce"] == {
        "type": "hard", "code": 550, "message": "550 5.1.1 <x>: Recipient address rejected: User unknown"
    }  # fmt: skip
    assert types(api, identity)[-1] == "bounced"
    assert suppressed(api) == [("ann@dest.test", "hard_bounce")]
    assert_refused(api.post("/emails", email(to=["Ann@dest.test"])), 422, "All recipients are suppressed")
    # The same again, and the message's recipient, are known.
    assert report(relay, path, reports.bounce(path, "ann@dest.test"))[0] == 250
    assert types(api, identity).count("bounced") == 1


@pytest.mark.parametrize("change", [str.upper, str.title, str.lower])
def test_a_path_is_known_whatever_its_case(relay, api, smarthost, change):
    identity, path = sent(api, smarthost)
    assert report(relay, change(path), reports.bounce(path, "ann@dest.test"))[0] == 250
    becomes(api, identity, "bounced")


def test_a_bounce_in_words_is_understood(relay, api, smarthost):
    identity, path = sent(api, smarthost)
    assert report(relay, path, reports.qmail(path, "ann@dest.test"), sender="<#@[]>")[0] >= 500
    assert report(relay, path, reports.qmail(path, "ann@dest.test"))[0] == 250
    becomes(api, identity, "bounced")
    assert suppressed(api) == [("ann@dest.test", "hard_bounce")]


def test_of_several_recipients_the_one_that_failed_is_found(relay, api, smarthost):
    identity, path = sent(api, smarthost, to=["ann@dest.test", "bob@dest.test"])
    (delivery,) = smarthost.deliveries
    assert delivery.recipients == ["ann@dest.test", "bob@dest.test"]
    # About this message, and about nobody of whom it was for: noted.
    assert report(relay, path, reports.bounce(path, "eve@dest.test"))[0] == 250
    assert suppressed(api) == []
    assert report(relay, path, reports.bounce(path, "bob@dest.test"))[0] == 250
    becomes(api, identity, "bounced")
    (event,) = [one for one in api.events(identity) if one["eventType"] == "bounced"]
    assert event["metadata"]["recipient"] == "bob@dest.test"
    assert suppressed(api) == [("bob@dest.test", "hard_bounce")]


@pytest.mark.parametrize(
    ("status", "said", "event", "reasons"),
    [
        ("5.7.1", "554 5.7.1 blocked using zen.spamhaus.org", "bounced", []),
        ("5.2.2", "552 5.2.2 Over quota", "bounced", []),
        ("4.4.7", "delivery temporarily suspended: connection timed out", "soft_bounced", []),
        ("5.2.1", "550 5.2.1 Mailbox disabled", "bounced", ["hard_bounce"]),
    ],
)
def test_only_what_says_that_there_is_no_mailbox_suppresses(relay, api, smarthost, status, said, event, reasons):
    identity, path = sent(api, smarthost)
    assert report(relay, path, reports.bounce(path, "ann@dest.test", status=status, said=said))[0] == 250
    becomes(api, identity, "bounced")
    assert types(api, identity)[-1] == event
    assert [reason for _, reason in suppressed(api)] == reasons


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_what_is_no_failure_changes_nothing(relay, api, smarthost, action):
    identity, path = sent(api, smarthost)
    assert report(relay, path, reports.bounce(path, "ann@dest.test", action=action))[0] == 250
    assert api.email(identity)["status"] == "delivered"
    assert suppressed(api) == []


def test_a_refusal_at_the_smarthost_suppresses_too(relay, api, smarthost):
    smarthost.on_recipient = lambda address, attempt: {
        "gone@dest.test": "550 5.1.1 no such user",
        "blocked@dest.test": "550 5.7.1 your network is blocked",
        "relay@dest.test": "550 relay not permitted",
    }.get(address)
    for local in ("gone", "blocked", "relay"):
        becomes(api, api.send(to=[f"{local}@dest.test"]), "bounced")
    assert suppressed(api) == [("gone@dest.test", "hard_bounce")]


def test_what_is_simulated_suppresses_nobody(running):
    api = running.api(running.tenant(name="simulated"))
    for _ in range(2):
        becomes(api, api.send(to=["bounce@dest.test"]), "bounced")
    assert suppressed(api) == []


# Complaints


def test_a_complaint_becomes_event_webhook_and_suppression(relay, api, smarthost):
    with Receiver() as hooks:
        assert api.post("/webhooks", {"url": hooks.url(), "events": ["email.complained"]}).status == 201
        identity, path = sent(api, smarthost)
        code, text = report(
            relay, f"complaints@{HOST}", reports.complaint(f"Original-Mail-From: <{path}>"), "<staff@provider.test>"
        )
        assert code == 250, text
        becomes(api, identity, "complained")
        (delivery,) = hooks.wait(lambda all: len(all) >= 1)
        assert delivery.json()["type"] == "email.complained"
    assert suppressed(api) == [("ann@dest.test", "complaint")]
    # Nothing comes after it.
    assert report(relay, path, reports.bounce(path, "ann@dest.test"))[0] == 250
    assert api.email(identity)["status"] == "complained"


def test_a_complaint_is_told_by_the_message_that_it_returns(relay, api, smarthost):
    identity, path = sent(api, smarthost)
    returned = smarthost.deliveries[-1].message["Message-ID"]
    report_of = reports.complaint("Original-Rcpt-To: <ann@dest.test>", f"Message-ID: {returned}")
    assert report(relay, f"complaints@{HOST}", report_of)[0] == 250
    becomes(api, identity, "complained")


def test_what_is_no_junk_changes_nothing(relay, api, smarthost):
    identity, path = sent(api, smarthost)
    fields = f"Original-Mail-From: <{path}>"
    assert report(relay, f"complaints@{HOST}", reports.complaint(fields, kind="not-spam"))[0] == 250
    assert api.email(identity)["status"] == "delivered"


# What is refused


def test_nothing_is_relayed_and_nobody_logs_in(relay, api, smarthost):
    _, path = sent(api, smarthost)
    local = path.split("@")[0]
    with session(relay) as client:
        code, offers = client.ehlo("mx.test")
        assert b"AUTH" not in offers and b"STARTTLS" not in offers
        assert client.docmd("AUTH PLAIN AHBvc3RzdGFjawBzZWNyZXQ=")[0] in (502, 503, 504)
        assert client.docmd("MAIL FROM:<>")[0] == 250
        for address, expected in [
            ("ann@dest.test", b"5.7.1"), ("hello@example.com", b"5.7.1"), (f"{local}@example.com", b"5.7.1"),
            (f"ann@{HOST}", b"5.1.1"), (f"b-0123456789abcdefgh@{HOST}", b"5.1.1"), (f"{local[:-1]}@{HOST}", b"5.1.1"),
            (f"ann%dest.test@{HOST}", b"5.1.1"), ("complaints@relay.test", b"5.1.1"),
        ]:  # fmt: skip
            code, text = client.docmd(f"RCPT TO:<{address}>")
            assert (code, text[:5]) == (550, expected), address
    assert len(smarthost.deliveries) == 1


def test_what_is_written_to_the_postmaster_is_kept(relay):
    letter = b"From: ann@dest.test\r\nSubject: Hello?\r\n\r\nYour server is odd.\r\n"
    addresses = ["postmaster", f"Postmaster@{HOST}", f"abuse@{HOST}", "abuse@mx.relay.test"]
    for address in addresses:
        code, text = report(relay, address, letter, "<ann@dest.test>")
        assert code == 250, (address, text)
    relay.kill()
    folder = relay.folder / "polyrelay.db.postmaster/new"
    kept = [path.read_bytes() for path in folder.iterdir()]
    assert len(kept) == len(addresses)
    for one in kept:
        assert one.startswith(b"Return-Path: <ann@dest.test>\r\nReceived: from mx.test ([127.0.0.1])\r\n")
        assert one.endswith(b"\r\n" + letter)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    relay.start()
    assert report(relay, f"postmaster@{HOST}", b"Subject: x\r\n\r\n" + b"x" * (1 << 20))[0] == 552
    assert report(relay, "postmaster@example.com", letter)[0] == 550


def test_a_changed_path_is_nobodys(relay, api, smarthost):
    _, path = sent(api, smarthost)
    local, host = path.split("@")
    with session(relay) as client:
        client.ehlo("mx.test")
        client.docmd("MAIL FROM:<>")
        # The 20 errors that a session may have.
        for index in range(2, len(local) - 1):
            changed = local[:index] + ("0" if local[index] != "0" else "1") + local[index + 1 :]
            assert client.docmd(f"RCPT TO:<{changed}@{host}>")[0] == 550, changed


def test_what_is_no_report_is_refused(relay, api, smarthost):
    identity, path = sent(api, smarthost)
    for content in (
        reports.vacation("ann@dest.test"),
        b"From: a@spam.test\r\nSubject: Buy\r\n\r\nNow\r\n",
        b"no header\r\n",
        reports.complaint("", "Subject: Hi").replace(b"Feedback-Type: abuse\r\n", b""),
    ):
        code, text = report(relay, path, content)
        assert (code, text[:5]) == (554, "5.6.0"), text
    code, _ = report(relay, f"complaints@{HOST}", reports.bounce(path, "ann@dest.test"))
    assert code == 554
    assert api.email(identity)["status"] == "delivered"
    page = relay.admin().get("/metrics").body.decode()
    assert 'polyrelay_reports_total{outcome="refused"} 5' in page
    assert 'polyrelay_smtp_refused_total{service="mx",failure="messageMalformed"} 5' in page


def test_tls_is_offered_where_there_is_a_certificate(server, smarthost, tmp_path):
    certificate = Certificate.make(tmp_path, "mx.relay.test")
    smtp = {
        "hostname": "mx.relay.test",
        "tls": {"certificate": str(certificate.certificate), "key": str(certificate.key)},
        "listeners": [{"listen": "127.0.0.1:0", "role": "mx"}],
    }
    relay = serve(server, smarthost.port, smtp=smtp)
    api = relay.api(relay.tenant())
    identity, path = sent(api, smarthost)
    with session(relay) as client:
        context = ssl.create_default_context(cafile=str(certificate.certificate))
        context.check_hostname = False
        assert client.starttls(context=context)[0] == 220
        client.sendmail("", [path], reports.bounce(path, "ann@dest.test"))
    becomes(api, identity, "bounced")


# Kept


def test_no_acknowledged_report_is_lost_by_a_crash(server, smarthost):
    relay = serve(server, smarthost.port)
    key = relay.tenant()
    for index in range(5):
        api = relay.api(key)
        identity, path = sent(api, smarthost, to=[f"r{index}@dest.test"])
        code, _ = report(relay, path, reports.bounce(path, f"r{index}@dest.test"))
        relay.kill()
        assert code == 250
        relay.start()
        api = relay.api(key)
        assert api.email(identity)["status"] == "bounced"
        assert (f"r{index}@dest.test", "hard_bounce") in suppressed(api)
        refused = api.post("/emails", email(to=[f"r{index}@dest.test"]))
        assert_refused(refused, 422, "All recipients are suppressed")


# A real server


@as_root
def test_postfix_reports_a_bounce(server):
    """Postfix takes the message as our smarthost, is refused by the recipient's server, and says so to us."""
    refuse = lambda line, number: "550 5.1.1 no such user here" if line.startswith("RCPT") else None
    reports_port, peer_port = free_port(), free_port()
    smtp = {"hostname": "mx.relay.test", "listeners": [{"listen": f"127.0.0.1:{reports_port}", "role": "mx"}]}
    routes = {"transport_maps": f"inline:{{{HOST}=smtp:[127.0.0.1]:{reports_port}}}"}
    with ScriptedPeer("127.0.0.1", peer_port, refuse), Postfix(next_hop=peer_port, settings=routes) as postfix:
        relay = serve(server, postfix.port, smtp=smtp)
        api = relay.api(relay.tenant())
        identity = api.send(to=["left@dest.test"])
        try:
            becomes(api, identity, "bounced")
        except AssertionError:
            raise AssertionError(postfix.said()) from None
        assert types(api, identity) == ["queued", "sent", "delivered", "bounced"]
        assert "no such user here" in api.events(identity)[-1]["metadata"]["message"]
        assert suppressed(api) == [("left@dest.test", "hard_bounce")]
