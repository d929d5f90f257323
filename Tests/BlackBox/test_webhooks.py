"""Webhooks against a real receiver: what arrives, how it is signed, what becomes of failures, crashes and dead ends."""

import hashlib
import hmac
import threading
from datetime import datetime, timezone
from unittest.mock import Mock

import pytest
from http2 import Receiver2
from polyrelay import eventually
from poststack import PostStack
from poststack.resources.webhooks import WebhooksResource
from receiver import Receiver, authority
from standardwebhooks import Webhook
from wire import email

# Spellings of addresses that are nobody's business: a part of what the Swift tests of the guard go through.
FORBIDDEN = (
    "127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0x7f000001", "017700000001", "127.0.0.1.", "0.0.0.0",
    "10.0.0.1", "0xa.1", "100.64.0.1", "169.254.169.254", "2852039166", "172.16.0.1", "192.168.1", "198.18.0.1",
    "224.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[64:ff9b::7f00:1]",
    "[64:ff9b::10.0.0.1]", "[2002:7f00:1::]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[fd00::1]", "[fe80::1]",
    "[ff02::1]", "[2001:db8::1]",
)  # fmt: skip

LOOPBACK = {"allow": ["127.0.0.0/8", "::1/128"]}
RETRIES = {"retries": {"schedule": ["200ms"] * 30}}


@pytest.fixture
def relay(server):
    """A capturing server that may deliver webhooks to this machine."""
    return server(egress=LOOPBACK, webhooks=RETRIES).start()


@pytest.fixture
def tenant(relay):
    return relay.tenant()


def client(relay, tenant) -> PostStack:
    return PostStack(api_key=tenant.secret, base_url=relay.base_url, max_retries=0, timeout=10)


def make(relay, tenant, url: str, events=("*",)) -> tuple[int, str]:
    """A webhook: its number and its secret."""
    answer = relay.api(tenant).post("/webhooks", {"url": url, "events": list(events)})
    assert answer.status == 201, answer.body
    return answer.json()["webhook"]["id"], answer.json()["signingSecret"]


def log(relay, tenant, webhook: int, **query) -> list[dict]:
    parameters = "&".join(f"{name}={value}" for name, value in ({"per_page": 100} | query).items())
    return relay.api(tenant).get(f"/webhooks/{webhook}/deliveries?{parameters}").json()["deliveries"]


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_every_event_of_an_email_arrives_once_signed_and_in_the_log(relay, tenant):
    with Receiver() as receiver:
        webhook, secret = make(relay, tenant, receiver.url())
        sent = relay.api(tenant).send(subject="Hooked", tags=["a"])
        deliveries = receiver.wait(lambda all: len(all) >= 3)
        assert sorted(one.json()["type"] for one in deliveries) == ["email.delivered", "email.queued", "email.sent"]
        for one in deliveries:
            payload = one.json()
            assert list(payload) == ["id", "type", "timestamp", "data"]
            assert payload["id"].startswith("evt_")
            assert payload["timestamp"].endswith("Z") and len(payload["timestamp"]) == 24
            data = payload["data"]
            assert data["email_id"] == sent and data["subject"] == "Hooked" and data["tags"] == ["a"]
            assert data["from"] == "hello@example.com" and data["to"] == ["ann@example.net"]
            assert one.headers["Content-Type"] == "application/json"
            assert one.signature == signature(secret, one.body)
            assert WebhooksResource.verify(one.body, one.signature, secret)
        assert len({one.json()["id"] for one in deliveries}) == 3
        rows = eventually(
            lambda: (rows := log(relay, tenant, webhook)) and all(row["deliveredAt"] for row in rows) and rows,
            why="the log has them as delivered",
        )
        assert [row["attempts"] for row in rows] == [1, 1, 1] and {row["statusCode"] for row in rows} == {200}
        bodies = {one.json()["id"]: one.json() for one in deliveries}
        assert all(bodies[row["payload"]["id"]] == row["payload"] for row in rows)


def test_a_bounce_says_what_the_server_said(relay, tenant):
    with Receiver() as receiver:
        make(relay, tenant, receiver.url(), ["email.bounced"])
        relay.api(tenant).send(to=["bounce@example.net"])
        (one,) = receiver.wait(lambda all: len(all) == 1)
        data = one.json()["data"]
        assert data["status"] == "bounced" and data["recipient"] == "bounce@example.net"
        assert data["bounce"]["type"] == "hard" and data["bounce"]["code"] == 550 and data["bounce"]["message"]


def test_the_vendors_client_drives_all_of_it(relay, tenant):
    with Receiver(lambda delivery, number: 500 if number <= 1 else 200) as receiver, client(relay, tenant) as sdk:
        made = sdk.webhooks.create({"url": receiver.url(), "events": ["email.delivered"]})
        identifier = made["webhook"]["id"]
        assert sdk.webhooks.list()["webhooks"][0]["id"] == identifier
        assert sdk.webhooks.get(identifier)["webhook"]["active"] is True
        assert sdk.webhooks.update(identifier, {"enabled": False})["webhook"]["active"] is False
        assert sdk.webhooks.update(identifier, {"enabled": True})["webhook"]["active"] is True
        assert sdk.webhooks.test(identifier) == {"success": True}
        first, second = receiver.wait(lambda all: len(all) >= 2)[:2]
        assert first.body == second.body and first.json()["type"] == "webhook.test"
        assert sdk.webhooks.verify(first.body, first.signature, made["signingSecret"])
        rotated = sdk.webhooks.rotate_secret(identifier)
        sdk.webhooks.test(identifier)
        third = receiver.wait(lambda all: len(all) >= 3)[2]
        assert third.signature.count("sha256=") == 2
        for secret in (made["signingSecret"], rotated["signingSecret"]):
            assert sdk.webhooks.verify(third.body, third.signature, secret)
        rows = eventually(
            lambda: (rows := sdk.webhooks.get_deliveries(identifier)["deliveries"])[0]["deliveredAt"] and rows,
            why="delivered",
        )
        assert rows[1]["attempts"] == 2
        assert sdk.webhooks.replay(identifier, rows[0]["id"]) == {"success": True}
        again = receiver.wait(lambda all: len(all) >= 4)[3]
        assert again.body == third.body
        assert sdk.webhooks.batch_replay(identifier) == {"replayed": 0, "remaining": 0}
        assert sdk.webhooks.delete(identifier) == {"success": True}
        assert sdk.webhooks.list() == {"webhooks": []}


def test_the_standard_webhooks_recipe_is_what_its_library_verifies(monkeypatch):
    """No personality of this program signs so yet; `WebhookSignerTests` makes this same signature."""
    sent = datetime.fromtimestamp(1614265330, timezone.utc)
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", Mock(wraps=datetime, now=lambda tz: sent))
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,QhlSMIJS/+71IQLjjmkiCGkWoueir474RayJQKtDu+0=",
    }
    assert Webhook(b"secret").verify(b'{"test": 2432232314}', headers) == {"test": 2432232314}


def test_proxies_of_the_environment_are_not_asked(server):
    with Receiver() as proxy, Receiver() as receiver:
        environment = {name: proxy.url("/") for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy")}
        relay = server(egress=LOOPBACK, webhooks=RETRIES).start(environment)
        tenant = relay.tenant()
        make(relay, tenant, receiver.url(), ["email.sent"])
        relay.api(tenant).send()
        (one,) = receiver.wait(lambda all: len(all) == 1)
        assert one.path == "/hook"
        assert proxy.all() == []


def test_tls_with_an_authority_of_ones_own(server, tmp_path):
    ca, chain, key = authority(tmp_path)
    relay = server(egress=LOOPBACK | {"caFile": str(ca)}, webhooks=RETRIES).start()
    tenant = relay.tenant()
    with Receiver(certificate=(chain, key)) as receiver:
        trusted, _ = make(relay, tenant, receiver.url(host="localhost"), ["email.sent"])
        misnamed, _ = make(relay, tenant, receiver.url("/misnamed"), ["email.sent"])
        relay.api(tenant).send()
        (one,) = receiver.wait(lambda all: len(all) == 1)
        assert one.path == "/hook"
        row = eventually(
            lambda: (row := log(relay, tenant, misnamed)[0])["attempts"] >= 2 and row, why="the other one fails"
        )
        assert (row["statusCode"], row["responseBody"]) == (None, "TLS handshake failed")
        assert log(relay, tenant, trusted)[0]["statusCode"] == 200
        assert [one.path for one in receiver.all()] == ["/hook"]


def test_a_receiver_of_http_2_is_spoken_to_in_it_over_few_connections(server, tmp_path):
    ca, chain, key = authority(tmp_path)
    relay = server(egress=LOOPBACK | {"caFile": str(ca)}, webhooks=RETRIES).start()
    tenant = relay.tenant()
    with Receiver2((chain, key)) as receiver:
        webhook, secret = make(relay, tenant, receiver.url(), ["email.sent"])
        for _ in range(20):
            relay.api(tenant).send()
        eventually(
            lambda: sum(row["statusCode"] == 200 for row in log(relay, tenant, webhook)) == 20, why="all are delivered"
        )
        bodies = {one.body for one in receiver.deliveries}
        assert len(receiver.deliveries) == len(bodies) == 20
        # The first burst begins before it is known that streams can share a connection.
        assert receiver.connections < 10
        for one in receiver.deliveries:
            assert WebhooksResource.verify(one.body, one.headers["x-poststack-signature"], secret)


@pytest.mark.parametrize("status", [301, 307, 400, 404, 410, 429, 500, 503])
def test_whatever_is_no_2xx_is_tried_again(relay, tenant, status):
    with Receiver(lambda delivery, number: (status, {"Retry-After": "3600", "Location": "http://127.0.0.1:1/"}, b"no")
                  if number < 3 else 202) as receiver:  # fmt: skip
        webhook, _ = make(relay, tenant, receiver.url(), ["email.sent"])
        relay.api(tenant).send()
        deliveries = receiver.wait(lambda all: len(all) >= 3)
        assert len({one.body for one in deliveries}) == 1
        row = eventually(lambda: (row := log(relay, tenant, webhook)[0])["deliveredAt"] and row, why="delivered")
        assert (row["attempts"], row["statusCode"]) == (3, 202)


def test_a_receiver_that_cuts_the_connection_gets_it_again(relay, tenant):
    with Receiver(lambda delivery, number: None if number < 3 else 200) as receiver:
        make(relay, tenant, receiver.url(), ["email.sent"])
        relay.api(tenant).send()
        assert len({one.body for one in receiver.wait(lambda all: len(all) >= 3)}) == 1


def test_a_receiver_that_trickles_is_out_of_time_and_gets_it_again(server):
    relay = server(egress=LOOPBACK, webhooks=RETRIES | {"timeout": "500ms"}).start()
    tenant = relay.tenant()
    slow = (200, {"Content-Length": "1000", "X-Trickle": "50"}, b"x")
    with Receiver(lambda delivery, number: slow if number == 1 else 200) as receiver:
        webhook, _ = make(relay, tenant, receiver.url(), ["email.sent"])
        relay.api(tenant).send()
        first, second = receiver.wait(lambda all: len(all) >= 2)[:2]
        assert first.body == second.body and second.at - first.at >= 0.6
        row = eventually(lambda: (row := log(relay, tenant, webhook)[0])["deliveredAt"] and row, why="delivered")
        assert (row["attempts"], row["statusCode"]) == (2, 200)


def test_a_receiver_that_hangs_delays_nobody_else(server):
    relay = server(egress=LOOPBACK, webhooks=RETRIES | {"timeout": "2s"}).start()
    tenant = relay.tenant()
    release = threading.Event()
    with Receiver(lambda delivery, number: (release.wait(30), 200)[1]) as dead, Receiver() as alive:
        make(relay, tenant, dead.url(), ["email.sent"])
        webhook, _ = make(relay, tenant, alive.url(), ["email.sent"])
        for _ in range(50):
            relay.api(tenant).send()
        alive.wait(lambda all: len(all) >= 50, seconds=1.9)
        assert len(dead.all()) <= 4
        release.set()
        eventually(lambda: all(row["attempts"] == 1 for row in log(relay, tenant, webhook)), why="one attempt each")


def test_forbidden_places_are_refused_at_once_or_never_reached(server):
    relay = server(webhooks=RETRIES).start()
    tenant = relay.tenant()
    with Receiver() as receiver:
        for host in FORBIDDEN:
            answer = relay.api(tenant).post("/webhooks", {"url": f"http://{host}:{receiver.port}/", "events": ["*"]})
            assert answer.status == 422, host
            error = "Invalid value: url (it must lead to a public address)"
            assert answer.json() == {"error": error, "code": "unprocessable_entity"}
        webhook, _ = make(relay, tenant, receiver.url(host="localhost"), ["email.sent"])
        relay.api(tenant).send()
        row = eventually(lambda: (row := log(relay, tenant, webhook)[0])["attempts"] >= 2 and row, why="two attempts")
        assert (row["statusCode"], row["responseBody"]) == (None, "address not allowed")
        assert receiver.all() == []


def test_a_webhook_that_fails_for_good_is_disabled_and_can_be_revived(server):
    relay = server(egress=LOOPBACK, webhooks={"retries": {"schedule": []}}).start()
    tenant = relay.tenant()
    status = 500
    with Receiver(lambda delivery, number: status) as receiver:
        webhook, _ = make(relay, tenant, receiver.url(), ["email.sent"])
        for _ in range(50):
            relay.api(tenant).send()
        row = eventually(
            lambda: not (row := relay.api(tenant).get(f"/webhooks/{webhook}").json()["webhook"])["active"] and row,
            why="disabled",
        )
        assert row["consecutiveFailures"] == 50 and row["disabledAt"] and row["disabledReason"]
        relay.api(tenant).send()
        assert len(log(relay, tenant, webhook)) == 50
        status = 200
        assert relay.api(tenant).patch(f"/webhooks/{webhook}", {"enabled": True}).status == 200
        batch = f"/webhooks/{webhook}/deliveries/batch-replay"
        assert relay.api(tenant).post(batch, {"limit": 10}).json() == {"replayed": 10, "remaining": 40}
        assert relay.api(tenant).post(batch, {"withinMinutes": 5, "eventType": "email.opened"}).json() == {
            "replayed": 0,
            "remaining": 0,
        }
        assert relay.api(tenant).post(batch, {}).json() == {"replayed": 40, "remaining": 0}
        receiver.wait(lambda all: len(all) >= 100)
        row = eventually(
            lambda: (row := relay.api(tenant).get(f"/webhooks/{webhook}").json()["webhook"])["active"] and row
        )
        assert row["consecutiveFailures"] == 0


def test_nothing_is_lost_when_the_server_is_killed_while_it_delivers(server):
    relay = server(egress=LOOPBACK, webhooks=RETRIES).start()
    tenant = relay.tenant()
    with Receiver(lambda delivery, number: 500 if number % 3 == 0 else 200) as receiver:
        webhook, secret = make(relay, tenant, receiver.url(), ["email.delivered"])
        sent = []
        for _ in range(4):
            for _ in range(25):
                sent.append(relay.api(tenant).send())
            relay.kill()
            relay.start()
        deliveries = receiver.wait(
            lambda all: {one.json()["data"]["email_id"] for one in all} == set(sent), seconds=30
        )
        eventually(
            lambda: all(row["deliveredAt"] for row in log(relay, tenant, webhook)), why="all are delivered in the log"
        )
        assert len(log(relay, tenant, webhook)) == 100
        assert all(one.signature == signature(secret, one.body) for one in receiver.all())
        identities = {}
        for one in deliveries:
            identities.setdefault(one.json()["data"]["email_id"], set()).add(one.json()["id"])
        assert all(len(ids) == 1 for ids in identities.values()), "an event has one identity, however often it is sent"


def test_while_a_lane_is_paused_events_are_kept(relay, tenant):
    with Receiver() as receiver:
        webhook, _ = make(relay, tenant, receiver.url(), ["email.sent"])
        relay.ask("queue", "pause", f"webhook:{webhook}")
        for _ in range(3):
            relay.api(tenant).send()
        assert [row["attempts"] for row in log(relay, tenant, webhook)] == [0, 0, 0]
        assert receiver.all() == []
        relay.ask("queue", "resume", f"webhook:{webhook}")
        receiver.wait(lambda all: len(all) == 3)


def test_the_operator_sees_pauses_and_replays(server):
    relay = server(egress=LOOPBACK, webhooks={"retries": {"schedule": []}}).start()
    tenant = relay.tenant()
    status = 500
    with Receiver(lambda delivery, number: status) as receiver:
        webhook, _ = make(relay, tenant, receiver.url(), ["email.sent"])
        relay.ask("webhook", "pause", str(webhook))
        for _ in range(3):
            relay.api(tenant).send()
        (row,) = relay.ask("webhook", "list", "--account", tenant.account)
        assert (row["id"], row["paused"], row["waiting"], row["deliveries"]) == (webhook, True, 3, 3)
        lanes = {lane["lane"]: lane for lane in relay.ask("queue", "stats")}
        assert lanes[f"webhook:{webhook}"] == {
            "lane": f"webhook:{webhook}", "waiting": 3, "leased": 0, "paused": True
        }  # fmt: skip
        relay.ask("webhook", "resume", str(webhook))
        eventually(lambda: relay.ask("webhook", "show", str(webhook))["failures"] == 3, why="all were given up")
        assert {row["status"] for row in relay.ask("webhook", "deliveries", str(webhook))} == {500}
        status = 200
        replay = ("webhook", "replay", str(webhook), "--within", "600", "--event", "email.sent", "--limit", "2")
        assert relay.ask(*replay, "--dry-run") == {"wouldReplay": 2, "remaining": 1}
        assert len(receiver.all()) == 3
        assert relay.ask(*replay) == {"replayed": 2, "remaining": 1}
        receiver.wait(lambda all: len(all) == 5)
        left = next(row for row in relay.ask("webhook", "deliveries", str(webhook)) if row["deliveredAt"] is None)
        assert relay.ask("webhook", "replay", str(webhook), "--delivery", str(left["id"])) == {"replayed": 1}
        receiver.wait(lambda all: len(all) == 6)
    assert relay.verb("webhook", "show", "99").code == 1
    assert relay.verb("queue", "pause", "webhook:x").code == 1


def test_other_accounts_see_nothing_of_it(relay, tenant):
    other = relay.tenant(name="other", domain="other.example")
    with Receiver() as receiver:
        webhook, _ = make(relay, tenant, receiver.url())
        api = relay.api(other)
        assert api.get("/webhooks").json() == {"webhooks": []}
        assert api.get(f"/webhooks/{webhook}").status == 404
        assert api.post(f"/webhooks/{webhook}/test", None).status == 404
        assert api.post("/emails", email(**{"from": "x@other.example"})).status == 202
        relay.api(tenant).send()
        assert len(receiver.types(3)) == 3
