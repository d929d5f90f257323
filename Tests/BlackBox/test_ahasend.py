"""AhaSend on the real binary: sends, tests of every outcome with signed webhooks, keys of one effect, pages over moving
data, and the relay with users of its own."""

import base64
import concurrent.futures
import smtplib
import ssl
import time
import uuid
from datetime import datetime, timedelta

import dkim
import mail
import pytest
from ahasend import LOOPBACK, UNLIMITED, Tenant, message, verify
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from polyrelay import eventually
from receiver import Receiver
from submission import letter
from wire import Closed

SMTP_SECONDS = 10
FILE = {"data": "A" * 400_000, "base64": True, "content_type": "text/plain", "file_name": "a.txt"}


@pytest.fixture
def served(server):
    """Makes servers that speak AhaSend, and may reach webhooks on this machine."""

    def make(**sections):
        options = {"limits": UNLIMITED, "egress": {"allow": LOOPBACK}}
        return server(listeners=[{"personality": "ahasend", "listen": "127.0.0.1:0"}], **options | sections).start()

    return make


# Sending


def test_a_message_goes_to_each_recipient_by_itself(served, smarthost):
    tenant = Tenant(served(delivery={"mode": "smarthost", "smarthost": f"127.0.0.1:{smarthost.port}", "hostname": "relay.test"}))
    answer = tenant.post(
        "/messages", message(recipients=[{"email": "ann@example.net"}, {"email": "bob@example.net"}])
    )
    ids = [item["id"] for item in answer.json()["data"]]
    mails = smarthost.wait(2)
    for mail in mails:
        assert len(mail.recipients) == 1
        head = mail.data.partition(b"\r\n\r\n")[0].decode()
        place = 0 if "ann@" in mail.recipients[0] else 1
        assert f"Message-ID: {ids[place]}" in head
        assert ["To: ann@example.net", "To: bob@example.net"][place] in head
        assert ["bob@", "ann@"][place] not in head


def test_content_is_shown_as_it_left(served, smarthost):
    tenant = Tenant(served(delivery={"mode": "smarthost", "smarthost": f"127.0.0.1:{smarthost.port}", "hostname": "relay.test"}))
    made = tenant.send(amp_content="<html amp4email></html>", html_content="<p>Hi</p>")
    sent = smarthost.wait(1)[0]
    shown = eventually(lambda: (found := tenant.get(f"/messages/{made}").json())["status"] == "Delivered" and found)
    assert shown["content"].encode() == sent.data
    types = [part["content_type"] for part in shown["content_parsed"]["parts"]]
    assert types == ["text/plain", "text/x-amp-html", "text/html"]


def test_content_that_is_not_to_be_kept_goes_once_its_message_is_final(served):
    tenant = Tenant(served())
    kept = tenant.send(retention={"metadata": 2})
    gone = tenant.send(retention={"data": 0}, attachments=[FILE])

    def shown(identity: str) -> dict:
        return tenant.get(f"/messages/{identity}").json()

    eventually(lambda: "content" not in shown(gone), why="the content is gone")
    last = shown(gone)
    assert last["status"] == "Delivered" and "content_parsed" not in last and last["subject"] == "Hello"
    assert "content" in shown(kept)
    made, until = (datetime.fromisoformat(shown(kept)[name]) for name in ("created_at", "retain_until"))
    assert until - made == timedelta(days=2)
    contents = tenant.server.folder / "polyrelay.db.contents"
    eventually(lambda: not contents.exists() or list(contents.iterdir()) == [], why="its file is gone")


def test_an_owners_key_signs_under_the_owners_selector(served, smarthost):
    tenant = Tenant(served(delivery={"mode": "smarthost", "smarthost": f"127.0.0.1:{smarthost.port}", "hostname": "relay.test"}))
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    body = {"domain": "own.example", "dkim_selector": "Mine", "dkim_private_key": pem}
    made = tenant.post("/domains", body).json()
    assert made["dkim_selector"] == "mine" and made["dns_valid"] is False
    record = next(record for record in made["dns_records"] if record["label"] == "DKIM")
    assert record["host"] == "mine._domainkey.own.example" and base64.b64encode(public).decode() in record["content"]
    tenant.server.domain(tenant.account, "own.example")
    tenant.send(**{"from": {"email": "a@own.example"}})
    sent = smarthost.wait(1)[0].data
    signatures = [field for field in mail.fields(sent) if field.lower().startswith(b"dkim-signature:")]
    assert any(b"s=mine" in field for field in signatures)
    published = {"mine._domainkey.own.example.": record["content"].encode()}
    names = (b"rsa-sha256" in field for field in signatures)
    place = list(names).index(True)
    assert dkim.DKIM(sent).verify(place, dnsfunc=lambda name, **_: published[name.decode()])
    refused = tenant.post("/domains", {"domain": "two.example", "dkim_private_key": "no key"})
    assert refused.json() == {"message": "invalid dkim_private_key, provide an RSA private key of at least 1024 bits in PEM"}


@pytest.mark.parametrize(
    ("result", "status", "event", "code"),
    [
        ("deliver", "Sandbox Delivered", "message.delivered", 250),
        ("bounce", "Sandbox Bounced", "message.bounced", 550),
        ("defer", "Sandbox Deferred", "message.transient_error", 452),
        ("fail", "Sandbox Failed", "message.failed", None),
        ("suppress", "Sandbox Suppressed", "message.suppressed", None),
    ],
)
def test_a_test_comes_to_its_outcome_and_tells_of_it_signed(served, result, status, event, code):
    tenant = Tenant(served())
    triggers = ("reception", "delivered", "transient_error", "failed", "bounced", "suppressed")
    with Receiver() as receiver:
        made = tenant.post(
            "/webhooks",
            {"name": "all", "url": receiver.url(), "scope": "global"} | {f"on_{name}": True for name in triggers},
        ).json()
        sent = tenant.send(sandbox=True, sandbox_result=result)
        deliveries = receiver.wait(lambda all: len(all) >= 2)
        assert {delivery.json()["type"] for delivery in deliveries} == {"message.reception", event}
        for delivery in deliveries:
            verify(delivery, made["secret"])
            data = delivery.json()["data"]
            assert data["id"] == sent.replace("-", "") and data["recipient"] == "ann@example.net"
            assert delivery.json()["webhook_id"] == made["id"]
        told = next(one for one in deliveries if one.json()["type"] == event).json()["data"]
        assert told.get("delivery_attempt", {}).get("smtp_code") == code
        shown = eventually(lambda: (found := tenant.get(f"/messages/{sent}").json())["status"] == status and found)
        assert shown["recipient"] == "ann@example.net"
        counted = eventually(lambda: (found := tenant.get(f"/webhooks/{made['id']}").json())["success_count"] == 2 and found)
        assert counted["error_count"] == 0 and counted["last_request_at"] is not None


def test_a_webhook_is_tried_again_with_the_same_id(served):
    tenant = Tenant(served(webhooks={"retries": {"schedule": ["100ms", "100ms"]}}))
    with Receiver(lambda delivery, number: 500 if number == 1 else 200) as receiver:
        made = tenant.post(
            "/webhooks", {"name": "w", "url": receiver.url(), "scope": "global", "on_reception": True}
        ).json()
        tenant.send(sandbox=True)
        first, second = receiver.wait(lambda all: len(all) >= 2)[:2]
        assert first.headers["webhook-id"] == second.headers["webhook-id"] and first.body == second.body
        counted = eventually(lambda: (found := tenant.get(f"/webhooks/{made['id']}").json())["success_count"] and found)
        assert (counted["error_count"], counted["errors_since_last_success"]) == (1, 0)


def test_a_scheduled_message_can_be_looked_at_and_taken_back(served):
    tenant = Tenant(served())
    due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    made = tenant.send(schedule={"first_attempt": due})
    assert tenant.get(f"/messages/{made}").json()["status"] == "Received"
    assert tenant.api.call("DELETE", tenant.path(f"/messages/{made}/cancel")).json() == {"message": "message cancelled"}
    assert tenant.api.call("DELETE", tenant.path(f"/messages/{made}/cancel")).status == 400


# Keys that make one effect


def test_fifty_requests_with_one_key_have_one_effect_and_none_waits(served):
    tenant = Tenant(served())
    key, body = str(uuid.uuid4()), message()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: tenant.post("/messages", body, Idempotency_Key=key), range(50)))
    accepted = [answer for answer in answers if answer.status == 202]
    refused = [answer for answer in answers if answer.status == 409]
    assert len(accepted) + len(refused) == 50 and accepted
    assert len({answer.body for answer in accepted}) == 1
    assert sum(answer.header("Idempotent-Replayed") is None for answer in accepted) == 1
    for answer in refused:
        assert answer.header("Idempotent-Replayed") == "false" and int(answer.header("Retry-After")) > 0
    assert len(tenant.get("/messages").json()["data"]) == 1


def test_an_answer_survives_a_crash_and_so_does_its_effect(served):
    running = served()
    tenant = Tenant(running)
    first = tenant.post("/messages", message(), Idempotency_Key="k")
    running.kill()
    running.start()
    tenant.api.port = running.ports["ahasend"]
    again = tenant.post("/messages", message(), Idempotency_Key="k")
    assert again.body == first.body and again.header("Idempotent-Replayed") == "true"
    assert len(tenant.get("/messages").json()["data"]) == 1


def wait_for(wanted: int, answers: dict) -> None:
    eventually(lambda: len(answers) >= wanted, why="some were acknowledged")


@pytest.mark.parametrize(
    ("path", "status", "body", "list_path", "member"),
    [
        ("/messages", 202, lambda name: message(subject=name, sandbox=True), "/messages", "subject"),
        ("/api-keys", 201, lambda name: {"label": name, "scopes": ["accounts:read"]}, "/api-keys", "label"),
    ],
    ids=["messages", "keys"],
)
def test_a_kill_in_the_middle_makes_nothing_twice_and_loses_nothing(served, path, status, body, list_path, member):
    running = served()
    tenant = Tenant(running)
    names, answers = [str(uuid.uuid4()) for _ in range(200)], {}

    def ask(name: str) -> None:
        try:
            answer = tenant.post(path, body(name), Idempotency_Key=name)
        except (OSError, Closed):
            return
        assert answer.status == status, answer.body
        answers[name] = answer.body

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, name) for name in names]
        wait_for(50, answers)
        running.kill()
        for one in asked:
            one.result()
    assert len(answers) < len(names)
    running.start()
    tenant.api.port = running.ports["ahasend"]
    for name in names:
        again = tenant.post(path, body(name), Idempotency_Key=name)
        assert again.status == status
        if name in answers:
            assert again.body == answers[name] and again.header("Idempotent-Replayed") == "true"
    made, cursor = [], ""
    while cursor is not None:
        page = tenant.get(f"{list_path}?limit=100{cursor}").json()
        made += [item[member] for item in page["data"] if item[member] in names]
        following = page["pagination"].get("next_cursor")
        cursor = following and f"&after={following}"
    assert sorted(made) == sorted(names)


# Pages


def test_pages_skip_nothing_and_repeat_nothing_while_messages_come(served):
    tenant = Tenant(served())
    recipients = [{"email": f"r{number}@example.net"} for number in range(100)]
    for _ in range(5):
        assert tenant.post("/messages", message(recipients=recipients, sandbox=True)).status == 202
    seen, cursor, pages = [], "", []
    while True:
        page = tenant.get(f"/messages?limit=70{cursor}").json()
        tenant.send(sandbox=True)
        seen += [item["id"] for item in page["data"]]
        pages.append(page)
        if not page["pagination"]["has_more"]:
            break
        cursor = f"&after={page['pagination']['next_cursor']}"
    assert len(seen) == len(set(seen)) == 500
    back, cursor = [], f"&before={pages[-1]['pagination']['previous_cursor']}"
    while cursor:
        page = tenant.get(f"/messages?limit=70{cursor}").json()
        back = [item["id"] for item in page["data"]] + back
        previous = page["pagination"].get("previous_cursor")
        cursor = previous and f"&before={previous}"
    last = len(pages[-1]["data"])
    assert back[-(500 - last) :] == seen[: 500 - last] and len(back) == 500 - last + len(pages)


# The relay


@pytest.fixture
def relaying(served, files):
    listener = {"listen": "127.0.0.1:0", "role": "submission", "personality": "ahasend", "tls": "starttls"}
    tls = {"certificate": str(files.certificate), "key": str(files.key)}
    return served(smtp={"hostname": "relay.test", "tls": tls, "listeners": [listener]})


def relay(running, files, user: str, password: str) -> smtplib.SMTP:
    client = smtplib.SMTP("127.0.0.1", running.smtp_ports[0], timeout=SMTP_SECONDS)
    context = ssl.create_default_context(cafile=str(files.certificate))
    context.check_hostname = False
    client.starttls(context=context)
    client.login(user, password)
    return client


def test_a_user_of_the_relay_sends_one_message_to_each(relaying, files):
    tenant = Tenant(relaying)
    made = tenant.post("/smtp-credentials", {"name": "c", "scope": "global"}).json()
    client = relay(relaying, files, made["username"], made["password"])
    client.send_message(letter(AhaSend_Sandbox="true", ahasend_tags="one, two"), to_addrs=["ann@example.net", "bob@example.net"])
    client.quit()
    found = eventually(lambda: len(all := tenant.get("/messages").json()["data"]) == 2 and all)
    assert {item["recipient"] for item in found} == {"ann@example.net", "bob@example.net"}
    assert all(item["tags"] == ["one", "two"] for item in found)
    eventually(lambda: {item["status"] for item in tenant.get("/messages").json()["data"]} == {"Sandbox Delivered"})
    shown = tenant.get(f"/messages/{found[0]['id']}").json()
    assert [line for line in shown["content"].splitlines() if line.lower().startswith("ahasend-")] == []


def test_the_relay_knows_its_users_alone(relaying, files):
    tenant = Tenant(relaying)
    made = tenant.post("/smtp-credentials", {"name": "c", "scope": "scoped", "domains": ["example.com"]}).json()
    for user, password in (("nobody", made["password"]), (made["username"], "x" * 40), (made["username"], tenant.api.secret)):
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            relay(relaying, files, user, password)
        assert refused.value.smtp_code == 500
    client = relay(relaying, files, made["username"], made["password"])
    client.send_message(letter())
    assert tenant.api.call("DELETE", tenant.path(f"/smtp-credentials/{made['id']}")).status == 200
    with pytest.raises(smtplib.SMTPException):
        client.send_message(letter())


def test_the_operator_makes_and_removes_users(relaying, files):
    tenant = Tenant(relaying)
    made = relaying.ask("smtp-credential", "create", "--account", tenant.account, "--personality", "ahasend", "--label", "l")
    relay(relaying, files, made["user"], made["password"]).quit()
    listed = relaying.ask("smtp-credential", "list")
    assert [one["user"] for one in listed] == [made["user"]] and "password" not in listed[0]
    relaying.ask("smtp-credential", "remove", str(made["id"]))
    with pytest.raises(smtplib.SMTPAuthenticationError):
        relay(relaying, files, made["user"], made["password"])
