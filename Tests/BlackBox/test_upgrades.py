"""A database that an earlier version left, with its key file: nothing of it is lost, and what waited goes on."""

import hashlib
import hmac
import json
import smtplib
import sqlite3

import pytest
import reports
import upgrade
from peers import Smarthost
from polyrelay import eventually
from receiver import Receiver
from targets import Authority, Target
from wire import email

LATER = 3600
WORKING = ("main", "sending", "here", "lasting", "rotated", "bound", "test")
REFUSED = {"revoked": 401, "expired": 401, "rotated-away": 401, "elsewhere": 403, "frozen": 403}


@pytest.fixture(scope="module")
def said() -> dict:
    """What the earlier version said of it."""
    return upgrade.remembered()


@pytest.fixture
def opened(tmp_path):
    """Opens a copy: a server that is started, and what is known of who lives there."""
    made = []

    def open_copy(due_in_seconds: float = LATER, **options):
        server, residents = upgrade.opened(tmp_path, due_in_seconds=due_in_seconds, **options)
        made.append(server)
        return server.start(), residents

    yield open_copy
    for server in made:
        server.close()


# Nothing is lost


def test_everything_that_was_said_is_said_still_and_again_after_a_restart(opened, said):
    server, residents = opened()
    # A key with a domain is told of that domain's email alone, and was told of all.
    then = {
        question: answer
        for question, answer in said.items()
        if not question.endswith(": cursor") and not question.startswith("bound: ")
    }
    assert upgrade.lost(then, upgrade.everything(server, residents)) == []
    assert server.stop() == 0
    server.start()
    again = upgrade.poststack(server, residents, "main")
    assert upgrade.pages(again, "/emails", "data")[0]["id"] == said["main: /emails"][0]["id"]
    database = sqlite3.connect(f"file:{server.folder}/polyrelay.db?mode=ro", uri=True)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()


def test_keys_work_or_are_refused_as_before(opened):
    server, residents = opened()
    for name in WORKING:
        answer = upgrade.poststack(server, residents, name).post("/emails", email())
        assert answer.status == 202, (name, answer.body)
        assert answer.json().get("test_mode", False) == (name == "test")
    for name, status in REFUSED.items():
        sender = "a@frozen.example" if name == "frozen" else "hello@example.com"
        answer = upgrade.poststack(server, residents, name).post("/emails", email(sender=sender))
        assert answer.status == status, (name, answer.body)
    assert upgrade.poststack(server, residents, "bound").post("/emails", email(sender="a@eu.example")).status == 404
    assert upgrade.poststack(server, residents, "bound").post("/emails", email(sender="a@turned.example")).status == 403
    assert upgrade.poststack(server, residents, "child").post("/emails", email(sender="a@eu.example")).status == 202
    assert upgrade.harepost(server, residents, "relays").get("/v1/domains").status == 200
    assert upgrade.harepost(server, residents, "relays-revoked").get("/v1/domains").status == 401


def test_replays_are_answered_with_the_first_id(opened):
    server, residents = opened()
    api = upgrade.poststack(server, residents, "main")
    before = api.get("/emails?per_page=1").json()["meta"]["total"]
    assert len(residents["idempotency"]) >= 50
    for body, identity in residents["idempotency"]:
        assert api.post("/emails", body).json() == {"id": identity, "replayed": True}
        assert api.post("/emails", body | {"subject": "Another"}).status == 422
    assert api.get("/emails?per_page=1").json()["meta"]["total"] == before


def test_new_rows_come_after_the_old_in_every_list(opened, said):
    server, residents = opened()
    api, relays = upgrade.poststack(server, residents, "main"), upgrade.harepost(server, residents, "relays")
    last_event = max(event["id"] for event in said["event list"])
    sent = [api.send(subject=f"New {number}") for number in range(3)]
    emails = upgrade.pages(api, "/emails", "data")
    assert [one["publicId"] for one in emails[:3]] == sent[::-1]
    assert [one["id"] for one in emails[3:]] == [one["id"] for one in said["main: /emails"]]
    assert [one["id"] for one in emails] == sorted((one["id"] for one in emails), reverse=True)
    assert len({one["publicId"] for one in emails}) == len(emails)

    made = relays.post("/v1/send", {"target": "https://hooks.acme.localhost:9443/"}).json()["queue_id"]
    before = [one["queue_id"] for one in said["relays: /v1/deliveries"]]
    assert [one["queue_id"] for one in upgrade.followed(relays, "/v1/deliveries", 25)] == [made, *before]
    rest = upgrade.followed(relays, f"/v1/deliveries?cursor={said['relays: cursor']}", 25)
    assert [one["queue_id"] for one in rest] == before[25:]

    events = server.ask("event", "list", "--after", str(last_event), "--limit", "1000")
    assert {"accepted", "delivered"} <= {event["event"] for event in events}
    assert len({event["message"] for event in events}) == 3
    numbers = [event["id"] for event in events]
    assert numbers == sorted(numbers) and numbers[0] > last_event


def test_suppressed_addresses_stay_so(opened):
    server, residents = opened()
    api = upgrade.poststack(server, residents, "main")
    for address in ("never@dest.test", "NEVER@dest.test", "domain@dest.test", "ending@dest.test", "s29@dest.test"):
        assert api.post("/emails", email(to=[address])).status == 422, address
    refused = [one["email"] for one in upgrade.pages(api, "/suppressions", "data") if one["reason"] == "hard_bounce"]
    assert any(address.startswith("refused") for address in refused)


def test_quotas_and_windows_go_on_from_what_was_used(opened):
    left = 2
    residents = json.loads(upgrade.member("residents.json"))
    server, residents = opened(yearly=residents["sends"] + left)
    relays = upgrade.harepost(server, residents, "relays")
    statuses = [
        relays.post("/v1/send", {"target": "https://hooks.acme.localhost:9443/"}).status for _ in range(left + 1)
    ]
    assert statuses == [202] * left + [429]

    metered = upgrade.poststack(server, residents, "metered")
    full = email(sender="a@metered.example", scheduled_at="2040-01-01T00:00:00Z")
    assert metered.post("/emails", full).json()["code"] == "daily_limit_exceeded"
    assert metered.post(f"/emails/{residents['charged'][0]}/cancel").status == 200
    assert metered.post("/emails", full).status == 202
    assert metered.post("/emails", full).status == 429


def test_what_is_scheduled_can_be_moved_and_taken_back(opened):
    server, residents = opened()
    api = upgrade.poststack(server, residents, "main")
    first, second, *others = residents["scheduled"]
    assert api.patch(f"/emails/{first}", {"scheduled_at": "2042-01-01T00:00:00Z"}).status == 200
    assert api.post(f"/emails/{second}/cancel").status == 200
    assert api.email(first)["scheduledAt"] == "2042-01-01T00:00:00.000Z"
    assert api.email(second)["status"] == "failed"
    assert {api.email(one)["status"] for one in others} == {"queued"}


# What waited


def test_mail_that_waited_is_delivered_once(opened):
    with Smarthost() as smarthost:
        server, residents = opened(due_in_seconds=0, smarthost=smarthost.port)
        api = upgrade.poststack(server, residents, "main")
        waiting = [one for kind in ("deferred", "fresh", "scheduled") for one in residents["waiting"][kind]]
        assert len(waiting) >= 50
        for one in waiting:
            eventually(lambda: api.email(one)["status"] == "delivered", why=f"{one} is delivered")
        arrived = [recipient for one in smarthost.deliveries for recipient in one.recipients]
        assert len(arrived) == len(set(arrived)) == len(waiting)
        assert "real@dest.test" not in arrived, "it was delivered before"
        large = next(one for one in smarthost.deliveries if one.recipients == ["large@dest.test"])
        assert large.message.get_body(("html",)).get_content().count("large ") == 100_000
        assert large.message["DKIM-Signature"] is not None
        # What is scheduled for years ahead waits on.
        assert {api.email(one)["status"] for one in residents["scheduled"]} == {"queued"}


def test_webhooks_that_waited_arrive_under_their_ids(opened, said, tmp_path):
    with Receiver() as receiver, Target(Authority(tmp_path).sign("*.acme.localhost")) as target:
        server, residents = opened(due_in_seconds=0, ports=(receiver.port, target.port))
        waiting = {}
        for name in ("all", "failing"):
            hook = residents["webhooks"][name]
            rows = said[f"main: /webhooks/{hook['id']}/deliveries"]
            # What is neither delivered nor given up.
            open_rows = [one for one in rows if one["deliveredAt"] is None]
            assert open_rows, name
            waiting |= {one["payload"]["id"]: (one["payload"], hook["secret"]) for one in open_rows}
        came = receiver.wait(lambda all: waiting.keys() <= {one.json()["id"] for one in all}, seconds=60)
        for one in came:
            if one.json()["id"] in waiting:
                payload, secret = waiting[one.json()["id"]]
                assert one.json() == payload
                assert one.signature == "sha256=" + hmac.new(secret.encode(), one.body, hashlib.sha256).hexdigest()


def test_relayed_requests_that_waited_are_delivered_and_signed(opened, said, tmp_path):
    authority = Authority(tmp_path)
    with Receiver() as receiver, Target(authority.sign("*.acme.localhost")) as target:
        egress = upgrade.LOOPBACK | {"caFile": str(authority.file)}
        server, residents = opened(due_in_seconds=0, ports=(receiver.port, target.port), egress=egress)
        relays = upgrade.harepost(server, residents, "relays")
        waiting = residents["waiting"]["queued"] + residents["waiting"]["retrying"]
        for one in waiting:
            eventually(lambda: relays.get(f"/v1/deliveries/{one}").json()["status"] == "delivered", why=one)
        arrived = target.all()
        assert len(arrived) == len({one.path for one in arrived}) == len(waiting)
        secret = said["relays: /v1/signing-secret"]["signing_secret"]
        signed = [one for one in arrived if one.header("X-Harepost-Signature")]
        assert len(signed) == len(residents["waiting"]["retrying"]) + 1
        for one in signed:
            parts = dict(part.split("=") for part in one.header("X-Harepost-Signature").split(","))
            code = hmac.new(secret.encode(), parts["t"].encode() + b"." + one.body, hashlib.sha256).hexdigest()
            assert parts["v1"] == code
        assert next(one for one in arrived if one.path == "/fresh/large").body == b"y" * 400_000


def test_dead_letters_are_queued_anew(opened, said):
    with Smarthost() as smarthost:
        server, residents = opened(smarthost=smarthost.port)
        dead = [row for row in said["queue dead"] if row["destination"] == "dest.test"][0]
        server.ask("queue", "replay", str(dead["message"]))
        (delivery,) = smarthost.wait(1)
        api = upgrade.poststack(server, residents, "main")
        eventually(lambda: api.email(dead["message"])["status"] == "delivered", why="delivered")


def test_return_paths_of_mail_that_is_out_are_known(opened):
    server, residents = opened()
    api = upgrade.poststack(server, residents, "main")
    assert len(residents["paths"]) >= 50
    with smtplib.SMTP("127.0.0.1", server.smtp_ports[1], timeout=20) as client:
        client.ehlo("mx.test")
        assert client.docmd("MAIL FROM:<>")[0] == 250
        for path, _, _ in residents["paths"]:
            assert client.docmd(f"RCPT TO:<{path}>")[0] == 250, path
        assert client.docmd(f"RCPT TO:<b-{'0' * 18}@bounce.relay.test>")[0] == 550
        client.docmd("RSET")
        path, identity, recipient = residents["paths"][0]
        client.docmd("MAIL FROM:<>")
        client.docmd(f"RCPT TO:<{path}>")
        assert client.data(reports.bounce(path, recipient))[0] == 250
    eventually(lambda: api.email(identity)["status"] == "bounced", why="the bounce is known")


def test_public_ids_name_the_rows_that_they_named(opened):
    server, residents = opened()
    ids = json.loads(upgrade.IDS.read_text())
    main, many = (upgrade.poststack(server, residents, name) for name in ("main", "many"))
    for public, number in ids["poststack.message em_"]:
        assert main.email(public)["id"] == number and main.email(number)["publicId"] == public
    for public, number in ids["poststack.domain dom_"]:
        assert many.get(f"/domains/{public}").json()["domain"]["id"] == number
    for public, _ in ids["harepost.relay hr_"]:
        relays = upgrade.harepost(server, residents, "relays")
        assert relays.get(f"/v1/deliveries/{public}").json()["queue_id"] == public
