"""SIGKILL at any moment: what was acknowledged is there, is delivered, and was made once."""

import json
import random
import sqlite3
import threading
from dataclasses import dataclass, field

from conftest import TIER
from peers import Smarthost
from polyrelay import Server, eventually
from wire import BadAnswer, Closed, Connection, email, request

ROUNDS = {"quick": 50, "full": 50, "soak": 1000}[TIER]
SINGLE_ROUNDS = {"quick": 10, "full": 50, "soak": 500}[TIER]
SENDERS = 4
MESSAGES_PER_ROUND = 60
SEED = 20260701

# What a client sees when the server dies under it.
BROKEN = (BadAnswer, Closed, OSError)


def test_a_message_acknowledged_just_before_a_crash_is_delivered(server, smarthost):
    relay = server(smarthost=smarthost.port, retries=["200ms"] * 20).start()
    tenant = relay.tenant()
    for index in range(SINGLE_ROUNDS):
        with relay.api(tenant).connect() as connection:
            answer = connection.exchange(message(relay, tenant, f"round-{index}"), "POST")
            relay.kill()
        assert answer.status == 202
        relay.start()
        smarthost.wait_for(
            lambda all: any(one.message["Subject"] == f"round-{index}" for one in all), why=f"round {index} delivered"
        )
        row = relay.api(tenant).email(answer.json()["id"])
        assert row["subject"] == f"round-{index}"


def test_an_idempotency_key_retried_across_a_crash_yields_one_message(server, smarthost):
    relay = server(smarthost=smarthost.port, retries=["200ms"] * 20).start()
    tenant = relay.tenant()
    first = relay.api(tenant).post("/emails", email(idempotency_key="once")).json()["id"]
    relay.kill()
    relay.start()
    api = relay.api(tenant)
    assert api.post("/emails", email(idempotency_key="once")).json() == {"id": first, "replayed": True}
    refused = api.post("/emails", email(idempotency_key="once", subject="Other"))
    assert (refused.status, refused.json()["code"]) == (422, "unprocessable_entity")
    assert api.get("/emails").json()["meta"]["total"] == 1


def test_a_large_attachment_survives_a_crash(server, smarthost):
    relay = server(smarthost=smarthost.port, retries=["200ms"] * 20).start()
    tenant = relay.tenant()
    content = "A" * (8 << 20)
    sent = relay.api(tenant).send(attachments=[{"filename": "big.bin", "content": content}])
    relay.kill()
    relay.start()
    delivered = smarthost.one()
    (part,) = [part for part in delivered.message.walk() if part.get_filename() == "big.bin"]
    assert part.get_content() == b"\0" * (6 << 20)
    eventually(lambda: relay.api(tenant).email(sent)["status"] == "delivered", why="delivered")


def test_a_scheduled_message_survives_a_crash(server, smarthost):
    relay = server(smarthost=smarthost.port).start()
    tenant = relay.tenant()
    sent = relay.api(tenant).send(scheduled_at="2040-01-01T00:00:00Z")
    relay.kill()
    relay.start()
    row = relay.api(tenant).email(sent)
    assert (row["status"], row["scheduledAt"]) == ("queued", "2040-01-01T00:00:00.000Z")
    assert relay.api(tenant).post(f"/emails/{sent}/cancel").status == 200


# Under load


@dataclass
class Ledger:
    """What the clients were told, by idempotency key."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, name: str, status: int, body: bytes) -> None:
        with self.lock:
            if status != 202:
                self.wrong.append(f"{name}: {status} {body!r}")
                return
            identifier = json.loads(body)["id"]
            if self.acknowledged.setdefault(name, identifier) != identifier:
                self.wrong.append(f"{name}: {self.acknowledged[name]}, then {identifier}")
            self.doubtful.discard(name)

    def doubt(self, name: str) -> None:
        with self.lock:
            self.doubtful.add(name)


def message(relay: Server, tenant, name: str) -> bytes:
    body = json.dumps(email(subject=name, idempotency_key=name)).encode()
    return request("POST", "/emails", relay.api(tenant).headers(), body)


def send_until_it_breaks(relay: Server, tenant, names: list[str], ledger: Ledger, begun: threading.Event) -> None:
    name = None
    try:
        with Connection("127.0.0.1", relay.port) as connection:
            for name in names:
                answer = connection.exchange(message(relay, tenant, name), "POST")
                ledger.note(name, answer.status, answer.body)
                begun.set()
    except BROKEN:
        if name is not None:
            ledger.doubt(name)


def crash_under_load(relay: Server, tenant, ledger: Ledger, number: int, chance: random.Random) -> None:
    begun = threading.Event()
    share = MESSAGES_PER_ROUND // SENDERS
    senders = [
        threading.Thread(
            target=send_until_it_breaks,
            args=(relay, tenant, [f"{number}-{sender}-{index}" for index in range(share)], ledger, begun),
        )
        for sender in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    assert begun.wait(10), "nothing was acknowledged"
    # Some crashes come at once, some when the senders are done and only deliveries run.
    threading.Event().wait(chance.choice([0, 0.005, 0.02, 0.05, 0.2]) * chance.random())
    relay.kill()
    for sender in senders:
        sender.join(30)
        assert not sender.is_alive()


def retry(relay: Server, tenant, names: list[str], ledger: Ledger) -> None:
    with relay.api(tenant).connect(30) as connection:
        for name in names:
            answer = connection.exchange(message(relay, tenant, name), "POST")
            ledger.note(name, answer.status, answer.body)


def test_nothing_acknowledged_is_lost_and_nothing_is_made_twice(server):
    chance = random.Random(SEED)
    ledger = Ledger()
    with Smarthost() as smarthost:
        relay = server(smarthost=smarthost.port, retries=["100ms"] * 100).start()
        tenant = relay.tenant()
        for number in range(ROUNDS):
            crash_under_load(relay, tenant, ledger, number, chance)
            relay.start()
            again = sorted(ledger.doubtful)
            with ledger.lock:
                again += chance.sample(sorted(ledger.acknowledged), min(5, len(ledger.acknowledged)))
            retry(relay, tenant, again, ledger)
            assert ledger.wrong == [], f"round {number} of seed {SEED}"
        assert ledger.doubtful == set()

        wanted = set(ledger.acknowledged)
        smarthost.wait_for(
            lambda all: len(all) >= len(wanted) and wanted <= {one.message["Subject"] for one in all},
            seconds=120,
            why=f"deliveries of {len(wanted)} messages",
        )
        assert_one_identity(smarthost, wanted)
        assert_everything_is_there(relay, tenant, ledger)
        assert relay.stop() == 0
    assert_sound(relay)


def assert_one_identity(smarthost: Smarthost, wanted: set[str]) -> None:
    """Duplicates are allowed for what was in flight at a crash; each carries the ids of the first."""
    identities: dict[str, set[str]] = {}
    for delivery in smarthost.deliveries:
        parsed = delivery.message
        identities.setdefault(parsed["Subject"], set()).add(parsed["Message-ID"])
    assert set(identities) == wanted, "mail that nobody was promised"
    assert [name for name, ids in identities.items() if len(ids) > 1] == []


def assert_everything_is_there(relay: Server, tenant, ledger: Ledger) -> None:
    api = relay.api(tenant)
    assert api.get("/emails?per_page=1").json()["meta"]["total"] == len(ledger.acknowledged)
    ids = set()
    for page in range(1, len(ledger.acknowledged) // 100 + 2):
        ids |= {row["publicId"] for row in api.get(f"/emails?per_page=100&page={page}").json()["data"]}
    assert ids == set(ledger.acknowledged.values())
    eventually(
        lambda: api.get("/emails?per_page=1&status=delivered").json()["meta"]["total"] == len(ids),
        seconds=60,
        why="every message is delivered",
    )


def assert_sound(relay: Server) -> None:
    path = relay.settings["database"].removeprefix("sqlite:")
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        database.close()
