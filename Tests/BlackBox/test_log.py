"""The log: which lines there are about requests, messages and deliveries, and what never stands in it."""

import re

import pytest
from peers import Smarthost
from receiver import Receiver
from wire import email

ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
EVERYTHING = {"level": "debug"}
LOOPBACK = {"allow": ["127.0.0.0/8", "::1/128"]}


def lines(server, event: str) -> list[dict]:
    return [record for record in server.log.records() if record["event"] == event]


def wait(server, event: str, count: int = 1) -> list[dict]:
    server.log.wait(lambda records: sum(record["event"] == event for record in records) >= count)
    return lines(server, event)


def test_by_default_neither_requests_nor_deliveries_are_logged(relay, tenant, smarthost):
    relay.api(tenant).send()
    relay.api(tenant).get("/nowhere")
    smarthost.one()
    assert relay.stop() == 0
    events = {record["event"] for record in relay.log.records()}
    assert events <= {"listening", "draining", "stopped"}


def test_requests_and_deliveries_are_switched_on_one_by_one(server, smarthost):
    relay = server(smarthost=smarthost.port, log={"requests": True}).start()
    relay.api(relay.tenant()).send()
    smarthost.one()
    assert relay.stop() == 0
    assert lines(relay, "request") and not lines(relay, "delivery")


def test_a_request_and_its_message_are_found_by_the_answers_id(server):
    relay = server(log={"requests": True}).start()
    tenant = relay.tenant()
    api = relay.api(tenant)
    answer = api.post("/emails", email(idempotency_key="once"))
    again = api.post("/emails", email(idempotency_key="once"))
    (first, second) = wait(relay, "request", 2)
    assert first["request"] == answer.header("X-Request-Id") and second["request"] == again.header("X-Request-Id")
    assert first["level"] == "info" and first["service"] == "poststack" and first["route"] == "POST /emails"
    assert first["status"] == 202 and "failure" not in first and first["client"] == "127.0.0.1"
    assert str(first["account"]) == tenant.account and str(first["key"]) == tenant.id and first["duration"] >= 0
    accepted, replayed = lines(relay, "message-accepted")
    assert accepted["request"] == first["request"] and replayed["request"] == second["request"]
    assert accepted["message"] == replayed["message"] and replayed["replayed"] is True and "replayed" not in accepted


def test_every_message_of_a_batch_has_a_line_with_the_request(server):
    relay = server(log={"requests": True}).start()
    batch = [email(), email(sender="x@no.example"), email()]
    answer = relay.api(relay.tenant()).post("/emails/batch", {"emails": batch})
    assert answer.status == 202
    accepted = wait(relay, "message-accepted", 2)
    assert [line["request"] for line in accepted] == [answer.header("X-Request-Id")] * 2
    assert len({line["message"] for line in accepted}) == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "failure", "route"),
    [
        ("POST", "/emails", b"{", 400, "bodyMalformed", "POST /emails"),
        ("GET", "/emails/ann@example.net", b"", 404, "notFound", "GET /emails/:id"),
        ("GET", "/ann@example.net", b"", 404, "routeNotFound", None),
    ],
)
def test_a_refused_request_names_its_failure_and_its_route(server, method, path, body, status, failure, route):
    relay = server(log={"requests": True}).start()
    answer = relay.api(relay.tenant()).call(method, path, body)
    assert answer.status == status
    (line,) = wait(relay, "request")
    assert line["request"] == answer.header("X-Request-Id")
    assert line["failure"] == failure and line["status"] == status and line.get("route") == route
    assert not ADDRESS.search(relay.log.text())


def test_a_refusal_names_the_key_that_met_it_if_it_is_a_good_one(server):
    relay = server(requests_per_minute=1, log={"requests": True}).start()
    tenant = relay.tenant()
    assert [relay.api(tenant).get("/emails").status for _ in range(2)] == [200, 429]
    assert relay.api("sk_live_" + "a" * 40).get("/emails").status == 401
    limited, unknown = wait(relay, "request", 3)[1:]
    assert limited["failure"] == "rateLimited" and str(limited["key"]) == tenant.id
    assert str(limited["account"]) == tenant.account
    assert unknown["failure"] == "credentialUnknown" and "key" not in unknown


def test_what_is_no_request_has_an_id_and_a_line_too(server):
    relay = server(log={"requests": True}).start()
    with relay.api().connect() as connection:
        answer = connection.exchange(b"nonsense\r\n\r\n")
    (line,) = wait(relay, "request")
    assert line["request"] == answer.header("X-Request-Id") and line["failure"] == "malformedRequest"


def test_what_is_ours_to_mend_is_logged_though_requests_are_not(server):
    relay = server(faults={"allow": True}).start()
    answer = relay.api(relay.tenant()).get("/emails", {"Polyrelay-Fault": "internalError"})
    assert answer.status == 500
    (line,) = wait(relay, "request-failed")
    assert line["request"] == answer.header("X-Request-Id") and line["level"] == "error" and line["incident"]


def test_a_failing_delivery_is_followed_by_its_messages_number_and_tells_no_address(server):
    with Smarthost() as host, Receiver(lambda delivery, number: 500) as receiver:
        host.on_recipient = lambda address, attempt: (
            "451 4.7.1 greylisted, ann@example.net" if attempt == 1 else "550 5.1.1 <ann@example.net> is unknown"
        )
        relay = server(
            smarthost=host.port, retries=["100ms"], log=EVERYTHING, egress=LOOPBACK,
            webhooks={"retries": {"schedule": []}},
        ).start()  # fmt: skip
        tenant = relay.tenant()
        made = relay.api(tenant).post("/webhooks", {"url": receiver.url("/secret-path"), "events": ["email.bounced"]})
        sent = relay.api(tenant).send(subject="a secret subject", text="a secret text")
        first, second = wait(relay, "delivery", 2)
        (accepted,) = lines(relay, "message-accepted")
        hook = wait(relay, "webhook-delivery")[0]
        assert first["message"] == second["message"] == accepted["message"] == hook["message"]
        assert [line["outcome"] for line in (first, second)] == ["deferred", "bounced"]
        assert [line["attempt"] for line in (first, second)] == [1, 2]
        assert [line["code"] for line in (first, second)] == [451, 550]
        assert [line["status"] for line in (first, second)] == ["4.7.1", "5.1.1"]
        assert [line["class"] for line in (first, second)] == ["greylisted", "invalidRecipient"]
        assert first["lane"] == "smarthost" and first["recipient"] == 0 and first["level"] == "debug"
        assert hook["outcome"] == "failed" and hook["code"] == 500 and hook["webhook"] == made.json()["webhook"]["id"]
        assert relay.ask("message", "show", str(first["message"]))["id"] == sent
        assert relay.stop() == 0
        text = relay.log.text()
    assert not ADDRESS.search(text)
    secrets = (tenant.secret, made.json()["signingSecret"], "secret", "example.net", "example.com", "unknown.", "Hello")
    assert [secret for secret in secrets if secret in text] == []
