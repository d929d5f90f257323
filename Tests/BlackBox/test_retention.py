"""What is old goes, and what is not stays: at start, beside traffic, by personality; and one message by a verb."""

import json
import threading
import time

from polyrelay import eventually
from wire import email, request

LARGE = "A" * 400_000


def contents(relay) -> int:
    folder = relay.folder / "polyrelay.db.contents"
    return len(list(folder.iterdir())) if folder.exists() else 0


def grow_old() -> None:
    """Until everything that was sent is older than a second."""
    sent = time.monotonic()
    eventually(lambda: time.monotonic() - sent > 1.2, why="a second has passed")


def total(api) -> int:
    return api.get("/emails?per_page=1").json()["meta"]["total"]


def test_the_default_keeps_everything_and_check_prints_what_does_not(server):
    relay = server()
    assert relay.verb("check", "--json").json()["configuration"]["retention"] == {}
    relay.settings["retention"] = {"poststack": {"contents": "30d", "messages": "365d"}, "capture": {"messages": "1h"}}
    relay.write_configuration()
    effective = relay.verb("check", "--json").json()["configuration"]["retention"]
    assert effective == {"capture": {"messages": "1h"}, "poststack": {"contents": "30d", "messages": "365d"}}
    relay.settings["retention"] = {"poststack": {"content": "30d"}}
    relay.write_configuration()
    refused = relay.verb("check")
    assert refused.code == 2 and 'did you mean "contents"?' in refused.err


def test_contents_go_and_what_was_sent_is_still_listed(server):
    relay = server().start()
    tenant = relay.tenant()
    api = relay.api(tenant)
    sent = [api.send(attachments=[{"filename": "a", "content": LARGE}]) for _ in range(5)]
    failed = api.send(to=["bounce@example.net"], attachments=[{"filename": "a", "content": LARGE}])
    eventually(lambda: api.email(failed)["status"] == "bounced", why="bounced")
    grow_old()
    assert contents(relay) == 6 and relay.stop() == 0
    relay.settings["retention"] = {"poststack": {"contents": "1s"}}
    relay.start()
    eventually(lambda: contents(relay) == 1, why="files of delivered mail are gone")
    api = relay.api(tenant)
    assert total(api) == 6 and api.email(sent[0])["status"] == "delivered"
    raw = relay.verb("message", "raw", sent[0])
    assert raw.code == 1 and "not kept" in raw.err
    # It was given up, and may be sent again.
    assert relay.ask("queue", "replay", failed)


def test_messages_go_while_others_come_and_totals_are_exact(server):
    relay = server().start()
    tenant = relay.tenant()
    api = relay.api(tenant)
    key = api.post("/emails", email(idempotency_key="once")).json()["id"]
    for _ in range(400):
        api.send()
    waiting = api.send(scheduled_at="2040-01-01T00:00:00Z")
    grow_old()
    assert relay.stop() == 0
    relay.settings["retention"] = {"poststack": {"messages": "1s"}}
    relay.start()
    accepted = []
    stop = threading.Event()

    def send() -> None:
        api = relay.api(tenant)
        body = json.dumps(email()).encode()
        with api.connect() as connection:
            while not stop.is_set():
                answer = connection.exchange(request("POST", "/emails", api.headers(), body), "POST")
                accepted.append(answer.json()["id"])

    sender = threading.Thread(target=send)
    sender.start()
    api = relay.api(tenant)
    try:
        eventually(lambda: api.get(f"/emails/{key}").status == 404, why="the oldest is gone")
        eventually(lambda: len(accepted) > 200, why="others come")
    finally:
        stop.set()
        sender.join(60)
    eventually(lambda: total(api) <= len(accepted) + 1, why="all that is old is gone")
    assert api.email(waiting)["status"] == "queued"
    pages = [api.get(f"/emails?per_page=100&page={page}").json()["data"] for page in range(1, 30)]
    found = {row["publicId"] for page in pages for row in page}
    assert total(api) == len(found) and found <= set(accepted) | {waiting}
    again = api.post("/emails", email(idempotency_key="once")).json()
    assert again["id"] != key and not again.get("replayed")
    count = total(api)
    assert relay.stop() == 0
    relay.settings["retention"] = {}
    relay.start()
    assert total(relay.api(tenant)) == count


def test_one_message_and_a_domain_are_removed_by_verbs(server):
    relay = server().start()
    tenant = relay.tenant()
    api = relay.api(tenant)
    sent, waiting = api.send(), api.send(scheduled_at="2040-01-01T00:00:00Z")
    assert relay.verb("message", "remove", sent).code == 0
    assert api.get(f"/emails/{sent}").status == 404 and total(api) == 1
    refused = relay.verb("message", "remove", waiting)
    assert refused.code == 1 and "not in a state to remove" in refused.err
    assert relay.verb("domain", "remove", "example.com", "--account", tenant.account).code == 0
    assert relay.ask("domain", "list") == []
    assert api.post("/emails", email()).status in (404, 422)
    assert api.email(waiting)["status"] == "queued"
