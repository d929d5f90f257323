"""Harepost against targets with real TLS: what arrives, when it is tried again, how it ends, and what is never reached."""

import hashlib
import hmac
import itertools
import json
import sqlite3
import threading
import time
from collections import Counter

import pytest
from knot import Knot
from polyrelay import WAIT_SECONDS, Key, eventually
from targets import Authority, Target
from wire import Connection, request

LOOPBACK = ["127.0.0.0/8", "::1/128"]
UNLIMITED = {"harepost": {"send": [{"per": "account", "limit": 1_000_000, "window": "1m"}]}}
QUICK = {"base_delay_ms": 100, "jitter": "none"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.sign("*.acme.localhost")


@pytest.fixture
def relay(server, authority):
    """Makes Harepost servers that may reach this machine."""

    def make(egress: dict | None = None, **sections):
        options = {"limits": UNLIMITED, "egress": {"allow": LOOPBACK, "caFile": str(authority.file)} | (egress or {})}
        return server(listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}], **options | sections)

    return make


def tenant(running, domain: str = "acme.localhost") -> Key:
    """An account with a domain that the operator vouches for, and a key."""
    account = running.account()
    running.domain(account, domain)
    answer = running.ask("key", "create", "--account", account, "--personality", "harepost")
    return Key(str(answer["id"]), answer["key"], account)


def send(api, target: str, **members) -> str:
    answer = api.post("/v1/send", {"target": target} | members)
    assert answer.status == 202, answer.body
    return answer.json()["queue_id"]


def delivery(api, queue_id: str) -> dict:
    answer = api.get(f"/v1/deliveries/{queue_id}")
    assert answer.status == 200, answer.body
    return answer.json()


def ended(api, queue_id: str, seconds: float = WAIT_SECONDS) -> dict:
    """The delivery, once it is over."""
    final = ("delivered", "rejected", "dead_letter", "cancelled")
    return eventually(
        lambda: (found := delivery(api, queue_id))["status"] in final and found, seconds, f"{queue_id} is not over"
    )


def outcomes(found: dict) -> list[tuple]:
    return [(attempt["outcome"], attempt["http_status"], attempt["error"]) for attempt in found["attempts"]]


# What arrives


def test_a_request_arrives_as_it_was_described(relay, certificate):
    running = relay().start()
    api = running.api(tenant(running))
    with Target(certificate) as target:
        queue_id = send(
            api,
            target.url("/in?a=b"),
            method="put",
            headers={"X-Own": "1", "Host": "evil.test", "Cookie": "a=b", "Authorization": "Bearer x", "X-Empty": ""},
            body={"event": "invoice.settled", "n": 1.50},
            idempotency_key="inv_771-settled",
            metadata={"order": 7},
        )
        (arrival,) = target.wait(1)
        assert (arrival.method, arrival.path) == ("PUT", "/in?a=b")
        assert arrival.body == b'{"event":"invoice.settled","n":1.5}'
        assert arrival.header("Host") == f"hooks.acme.localhost:{target.port}"
        assert arrival.header("X-Own") == "1" and arrival.header("X-Empty") == ""
        assert arrival.header("Content-Type") == "application/json"
        assert arrival.header("User-Agent") == "Harepost/1.0"
        assert arrival.header("X-Harepost-Idempotency-Key") == "inv_771-settled"
        for name in ("Cookie", "Authorization", "X-Harepost-Signature", "Expect"):
            assert arrival.header(name) is None, name
        found = ended(api, queue_id)
        assert found["status"] == "delivered" and found["last_status"] == 200
        assert found["metadata"] == {"order": 7} and outcomes(found) == [("delivered", 200, None)]


@pytest.mark.parametrize(
    ("members", "method", "body", "content_type"),
    [
        ({"body": "text ü"}, "POST", "text ü".encode(), None),
        ({"body": [1, 2]}, "POST", b"[1,2]", "application/json"),
        ({}, "POST", b"", None),
        ({"method": "GET", "body": "never"}, "GET", b"", None),
        ({"method": "DELETE"}, "DELETE", b"", None),
        ({"method": "PATCH", "body": {}, "headers": {"content-type": "a/b"}}, "PATCH", b"{}", "a/b"),
    ],
)
def test_bodies_and_methods(relay, certificate, members, method, body, content_type):
    running = relay().start()
    api = running.api(tenant(running))
    with Target(certificate) as target:
        send(api, target.url(), **members)
        (arrival,) = target.wait(1)
        assert (arrival.method, arrival.body, arrival.header("Content-Type")) == (method, body, content_type)


def verify(secret: str, body: bytes, header: str, tolerance: int = 300) -> bool:
    """The receiver's side, as the vendor's sample has it."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(secret.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"]) and abs(time.time() - int(parts["t"])) <= tolerance


def test_the_receivers_check_agrees_with_the_contracts_vector():
    body = b'{"event":"invoice.settled","id":"inv_771"}'
    code = "dca48d479d43da15cb1090a70a42b024201f0a99cc0326e929b3e74c992c736e"
    assert verify("whsec_testvector0001", body, f"t=1781100000,v1={code}", 10**10)


def test_signatures_are_what_the_receiver_verifies_fresh_with_each_attempt(relay, certificate):
    running = relay().start()
    api = running.api(tenant(running))
    secret = api.get("/v1/signing-secret").json()["signing_secret"]
    with Target(certificate, lambda arrival, number: 500 if number == 1 else 200) as target:
        queue_id = send(api, target.url(), sign=True, body={"a": 1}, delivery={"base_delay_ms": 1200, "jitter": "none"})
        first, second = target.wait(2)
        assert first.body == second.body
        for arrival in (first, second):
            assert verify(secret, arrival.body, arrival.header("X-Harepost-Signature"))
            assert not verify(secret, arrival.body + b" ", arrival.header("X-Harepost-Signature"))
        assert first.header("X-Harepost-Signature") != second.header("X-Harepost-Signature")
        assert ended(api, queue_id)["status"] == "delivered"
        empty = send(api, target.url("/empty"), sign=True)
        target.wait(1, "/empty")
        ended(api, empty)
        assert verify(secret, b"", target.all("/empty")[-1].header("X-Harepost-Signature"))


def test_a_large_body_survives_a_restart_to_the_byte(relay, certificate):
    running = relay().start()
    api = running.api(tenant(running))
    body = "".join(chr(33 + number % 90) for number in range(900_000))
    with Target(certificate, lambda arrival, number: 503 if number == 1 else 200) as target:
        queue_id = send(api, target.url(), body=body, delivery={"base_delay_ms": 3000, "jitter": "none"})
        target.wait(1)
        running.kill()
        running.start()
        arrivals = target.wait(2)
        assert [hashlib.sha256(arrival.body).digest() for arrival in arrivals] == [
            hashlib.sha256(body.encode()).digest()
        ] * len(arrivals)
        assert ended(running.api(api.secret), queue_id)["status"] == "delivered"


# When it is tried again, and how it ends


def test_trouble_is_tried_again_and_a_refusal_is_not(relay, certificate):
    running = relay().start()
    api = running.api(tenant(running))
    answers = {
        "/ok": [200],
        "/once": [500, 200],
        "/thrice": [503, 408, 429, 204],
        "/gone": [404],
        "/moved": [(302, {"Location": "https://127.0.0.1:1/"})],
        "/never": [500, 500, 500, 500],
    }
    with Target(certificate, lambda arrival, number: answers[arrival.path][number - 1]) as target:
        ids = {
            path: send(api, target.url(path), delivery=QUICK | {"max_attempts": 4, "backoff": "fixed"})
            for path in answers
        }
        found = {path: ended(api, queue_id) for path, queue_id in ids.items()}
        assert {path: one["status"] for path, one in found.items()} == {
            "/ok": "delivered", "/once": "delivered", "/thrice": "delivered", "/gone": "rejected",
            "/moved": "rejected", "/never": "dead_letter",
        }  # fmt: skip
        assert outcomes(found["/thrice"]) == [
            ("retrying", 503, None), ("retrying", 408, None), ("retrying", 429, None), ("delivered", 204, None),
        ]  # fmt: skip
        assert outcomes(found["/never"])[-1] == ("dead_letter", 500, None)
        assert [attempt["attempt"] for attempt in found["/never"]["attempts"]] == [1, 2, 3, 4]
        # Nothing comes after the end: not even before what is sent much later is delivered.
        answers["/last"] = [503, 503, 200]
        ended(api, send(api, target.url("/last"), delivery=QUICK))
        assert Counter(arrival.path for arrival in target.all()) == {path: len(said) for path, said in answers.items()}
        dead = api.get("/v1/deliveries?status=dead_letter").json()["data"]
        assert [one["queue_id"] for one in dead] == [ids["/never"]]


def test_a_connection_that_breaks_is_tried_again(relay, certificate):
    running = relay().start()
    api = running.api(tenant(running))
    with Target(certificate, lambda arrival, number: "reset" if number == 1 else 200) as target:
        found = ended(api, send(api, target.url(), delivery=QUICK))
        assert outcomes(found) == [("retrying", None, "connection error"), ("delivered", 200, None)]
        assert len(target.all()) == 2


def test_the_waits_double_and_retry_after_takes_their_place(relay, certificate):
    running = relay().start()
    api = running.api(tenant(running))
    # Who follows the second one waits for longer than the test does.
    asking, ignored = ([(429, {"Retry-After": seconds}), 200] for seconds in ("2", "3600"))
    script = {"/doubling": [500] * 4 + [200], "/asked": asking, "/ignored": ignored}
    with Target(certificate, lambda arrival, number: script[arrival.path][number - 1]) as target:
        for path in script:
            send(api, target.url(path), delivery=QUICK | {"respect_retry_after": path != "/ignored"})
        times = [arrival.at for arrival in target.wait(5, "/doubling")]
        waits = [later - earlier for earlier, later in zip(times, times[1:])]
        for wait, expected in zip(waits, (0.1, 0.2, 0.4, 0.8), strict=True):
            assert expected <= wait, waits
        first, second = target.wait(2, "/asked")
        assert 2 <= second.at - first.at
        first, second = target.wait(2, "/ignored")
        assert 0.1 <= second.at - first.at


@pytest.mark.parametrize("how", ["hang", "trickle"])
def test_a_target_that_is_out_of_time(relay, certificate, how):
    running = relay().start()
    api = running.api(tenant(running))
    with Target(certificate, lambda arrival, number: how if number == 1 else 200) as target:
        queue_id = send(api, target.url(), delivery=QUICK | {"timeout_ms": 1000})
        first, second = target.wait(2)
        assert 1.0 <= second.at - first.at
        found = ended(api, queue_id)
        assert outcomes(found) == [("retrying", None, "timeout"), ("delivered", 200, None)]
        # Its own time, not the ten seconds that it would have by itself.
        assert 950 <= found["attempts"][0]["latency_ms"] < 10_000


def test_certificates_that_have_expired_or_are_anothers_are_not_trusted(relay, authority):
    running = relay().start()
    api = running.api(tenant(running))
    wrong = [authority.sign("*.acme.localhost", expired=True), authority.sign("hooks.other.localhost")]
    for certificate in wrong:
        with Target(certificate) as target:
            queue_id = send(api, target.url(), delivery={"max_attempts": 1})
            assert outcomes(ended(api, queue_id)) == [("dead_letter", None, "connection error")]
            assert target.all() == []


def test_a_target_that_hangs_delays_nobody_else(relay, certificate):
    running = relay().start()
    api = running.api(tenant(running))
    with Target(certificate, lambda arrival, number: "hang") as dead, Target(certificate) as alive:
        for number in range(200):
            send(api, dead.url(f"/{number}"), delivery={"timeout_ms": 30_000})
        for number in range(50):
            send(api, alive.url(f"/{number}"))
        alive.wait(50)
        # None of the others was over by then.
        assert api.get("/v1/deliveries?status=retrying").json()["data"] == []
        assert len(dead.all()) <= 4


# What is never reached


def test_private_places_are_refused_when_they_are_named(server):
    with Knot("acme.test.") as dns:
        running = server(
            listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}], limits=UNLIMITED,
            dns={"servers": [dns.address]},
        ).start()  # fmt: skip
        api = running.api(tenant(running, "acme.test"))
        # The zone's own name server is at a loopback address.
        for target in ("https://ns.acme.test/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/"):
            answer = api.post("/v1/send", {"target": target})
            assert answer.status == 400, target
            assert answer.json() == {"error": "target resolves to a private or non-routable address"}
        assert api.post("/v1/send", {"target": "https://nowhere.acme.test/"}).status == 202


def test_the_guard_is_asked_at_every_connection(relay, certificate):
    running = relay().start()
    api = running.api(tenant(running))
    with Target(certificate, lambda arrival, number: 500) as target:
        queue_id = send(api, target.url(), delivery={"max_attempts": 2, "base_delay_ms": 2000, "jitter": "none"})
        target.wait(1)
        eventually(lambda: delivery(api, queue_id)["status"] == "retrying")
        running.stop()
        # What was let through when it was accepted is not let through any more.
        running.settings["egress"]["allow"] = []
        running.start()
        found = ended(running.api(api.secret), queue_id)
        assert outcomes(found) == [
            ("retrying", 500, None),
            ("dead_letter", None, "target resolves to a private or non-routable address"),
        ]
        assert len(target.all()) == 1


# Domains


def test_a_domain_is_proved_over_dns(server):
    with Knot("acme.test.") as dns:
        running = server(
            listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}], limits=UNLIMITED,
            dns={"servers": [dns.address]},
        ).start()  # fmt: skip
        account = running.account()
        key = running.ask("key", "create", "--account", account, "--personality", "harepost")["key"]
        api = running.api(key)
        refused = api.post("/v1/send", {"target": "https://hooks.acme.test/"})
        assert refused.status == 403
        assert refused.json()["error"] == "destination domain is not verified"
        assert refused.json()["detail"].startswith("Verify hooks.acme.test before sending to it")
        added = api.post("/v1/domains", {"domain": "acme.test"})
        assert added.status == 201
        record = added.json()["record"]
        assert record["name"] == "_harepost-challenge.acme.test" and record["type"] == "TXT"
        pending = api.post("/v1/domains/verify", {"domain": "acme.test"})
        assert pending.status == 409 and pending.json()["status"] == "pending"
        dns.zones.put(record["name"], "TXT", record["value"])
        verified = api.post("/v1/domains/verify", {"domain": "acme.test"})
        assert verified.status == 200, verified.body
        assert verified.json()["status"] == "verified"
        # Once and for all.
        dns.zones.remove(record["name"])
        again = api.post("/v1/domains/verify", {"domain": "acme.test"})
        assert again.status == 200 and again.json() == verified.json()
        assert api.post("/v1/send", {"target": "https://a.b.acme.test/"}).status == 202
        running.stop()
        running.start()
        assert running.api(key).get("/v1/domains").json()["data"][0]["verified_at"] == verified.json()["verified_at"]


def test_dns_that_does_not_answer_leaves_it_pending(server):
    running = server(
        listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}], dns={"servers": ["127.0.0.1:1"]}
    ).start()
    account = running.account()
    api = running.api(running.ask("key", "create", "--account", account, "--personality", "harepost")["key"])
    assert api.post("/v1/domains", {"domain": "acme.test"}).status == 201
    answer = api.post("/v1/domains/verify", {"domain": "acme.test"})
    assert answer.status == 409
    assert answer.json()["status"] == "pending" and "DNS could not be read" in answer.json()["detail"]


# Accounts and limits


def test_accounts_are_made_where_the_operator_lets_them_be(server):
    closed = server(listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}]).start()
    refused = closed.api().post("/v1/accounts", {"email": "ops@acme.test"})
    assert refused.status == 404 and refused.json() == {"error": "not found"}
    listeners = [{"personality": "harepost", "listen": "127.0.0.1:0"}]
    running = server(listeners=listeners, personalities={"harepost": {"signup": True}}).start()
    made = running.api().post("/v1/accounts", {"email": "ops@acme.test"})
    assert made.status == 201
    welcome = made.json()
    assert welcome["api_key"].startswith("hp_live_") and len(welcome["api_key"]) >= len("hp_live_") + 32
    api = running.api(welcome["api_key"])
    assert api.get("/v1/signing-secret").json() == {"signing_secret": welcome["signing_secret"]}
    statuses = [running.api().post("/v1/signup", {"email": "ops@acme.test"}).status for _ in range(10)]
    assert statuses == [201] * 9 + [429]
    for text in (running.log.text(), (running.folder / "polyrelay.db").read_bytes().decode("latin-1")):
        assert welcome["api_key"] not in text and welcome["signing_secret"] not in text


def test_sixty_sends_a_minute_unless_the_operator_says_otherwise(server):
    running = server(listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}], limits={}).start()
    api = running.api(tenant(running))
    statuses = Counter()
    last = None
    # The minute may turn once meanwhile.
    while statuses[429] == 0:
        last = api.post("/v1/send", {"target": "https://nowhere.acme.test/"})
        statuses[last.status] += 1
        assert statuses[403] <= 120
    assert statuses[403] >= 60
    assert 1 <= int(last.header("Retry-After")) <= 60 and last.json() == {"error": "rate limit exceeded"}
    assert last.header("X-RateLimit-Limit") is None
    assert api.get("/v1/deliveries").status == 200


# The operator


def test_a_lane_can_be_paused(relay, certificate):
    running = relay().start()
    api = running.api(tenant(running))
    with Target(certificate) as target:
        lane = f"relay:https://hooks.acme.localhost:{target.port}"
        running.ask("queue", "pause", lane, "--ahead")
        queue_id = send(api, target.url())
        row = eventually(lambda: [one for one in running.ask("queue", "stats") if one["lane"] == lane])[0]
        assert row["waiting"] == 1
        assert delivery(api, queue_id)["status"] == "queued" and target.all() == []
        running.ask("queue", "resume", lane)
        assert ended(api, queue_id)["status"] == "delivered"
        # The figures name no target: callers chose them.
        metrics = running.admin().get("/metrics").body.decode()
        assert 'polyrelay_delivery_outcomes_total{kind="relay",outcome="delivered"} 1' in metrics
        assert 'polyrelay_relay_answers_total{status="2xx"} 1' in metrics
        assert "acme" not in metrics and "relay:" not in metrics


# Crashes


def test_a_crash_in_the_middle_of_ten_thousand_loses_none_and_repeats_none_that_was_recorded(relay, certificate):
    count = 10_000
    answered, released = itertools.count(1), threading.Event()

    def hold(arrival, number):
        # The first quarter is answered and what comes next is held, so the crash is in the middle on any machine.
        if next(answered) > count // 4:
            released.wait(WAIT_SECONDS)
        return 200

    patient = {"timeout_ms": 30_000, "max_attempts": 25}
    running = relay().start()
    api = running.api(tenant(running))
    with Target(certificate, hold) as target:
        accepted: list[str] = []
        lock = threading.Lock()

        def fill(numbers: range) -> None:
            with Connection("127.0.0.1", running.port, 30) as connection:
                for number in numbers:
                    order = {"target": target.url(f"/{number}"), "body": {"n": number}, "delivery": patient}
                    body = json.dumps(order).encode()
                    answer = connection.exchange(request("POST", "/v1/send", api.headers(), body), "POST")
                    assert answer.status == 202, answer.body
                    with lock:
                        accepted.append(answer.json()["queue_id"])

        threads = [threading.Thread(target=fill, args=(range(part, count, 8),)) for part in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(accepted)) == count
        eventually(lambda: len(recorded_paths(running)) >= count // 4, 120, "a quarter is recorded")
        running.kill()
        released.set()
        seen_before = Counter(arrival.path for arrival in target.all())
        recorded = recorded_paths(running)
        assert 0 < len(recorded) < count
        running.start()
        api = running.api(api.secret)
        eventually(lambda: unfinished(running) == 0, 180, "not everything was delivered after the crash")
        arrivals = Counter(arrival.path for arrival in target.all())
        assert len(arrivals) == count
        for path in recorded:
            assert arrivals[path] == seen_before[path], f"{path} was sent again after its success was recorded"
        assert rows(running, "SELECT count(*) FROM relay_attempt WHERE outcome = 2") == [(count,)]


def rows(running, query: str) -> list[tuple]:
    database = sqlite3.connect(f"file:{running.folder}/polyrelay.db?mode=ro", uri=True)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def unfinished(running) -> int:
    return rows(running, "SELECT count(*) FROM relay_queue")[0][0]


def recorded_paths(running) -> set[str]:
    """The paths of the requests whose success is on disk."""
    bodies = rows(running, "SELECT body FROM relay WHERE id IN (SELECT relay FROM relay_attempt WHERE outcome = 2)")
    return {f"/{json.loads(body)['n']}" for (body,) in bodies}
