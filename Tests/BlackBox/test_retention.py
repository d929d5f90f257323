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


def accounts(relay) -> list[str]:
    return [str(row["id"]) for row in relay.ask("account", "list")]


def test_an_account_goes_with_all_that_it_has_and_nobody_else_is_touched(server):
    relay = server(egress={"allow": ["127.0.0.0/8"]}).start()
    gone, stays = relay.tenant(name="gone"), relay.tenant(name="stays", domain="stays.example")
    api, other = relay.api(gone), relay.api(stays)
    for _ in range(250):
        api.send()
    large = api.send(attachments=[{"filename": "a", "content": LARGE}])
    waiting = api.send(scheduled_at="2040-01-01T00:00:00Z")
    failed = api.send(to=["bounce@example.net"])
    eventually(lambda: api.email(failed)["status"] == "bounced", why="bounced")
    assert relay.verb("suppression", "add", "a@x.example", "--account", gone.account).code == 0
    hook = api.post("/webhooks", {"url": "https://127.0.0.1:8443/hook", "events": ["email.sent"]})
    assert hook.status == 201, hook.body
    kept = other.send(sender="a@stays.example")
    child = relay.ask("account", "create", "child", "--parent", gone.account)["id"]

    refused = relay.verb("account", "remove", gone.account)
    assert refused.code == 1 and f"sub-accounts, which come first: {child}" in refused.err
    assert relay.verb("account", "remove", str(child), "--force").code == 0
    eventually(lambda: str(child) not in accounts(relay), why="the sub-account is gone")
    refused = relay.verb("account", "remove", gone.account)
    assert refused.code == 1 and "gone has 1 keys, 1 domains and 253 messages" in refused.err
    assert api.email(large)["status"] == "delivered"

    assert relay.ask("account", "remove", gone.account, "--force")["state"] == "removing"
    assert api.get("/emails").status in (401, 403)
    assert relay.verb("account", "resume", gone.account).code == 1
    eventually(lambda: accounts(relay) == [stays.account], why="the account is gone")
    assert [row["id"] for row in relay.ask("message", "list")] == [kept]
    assert relay.ask("queue", "list") == [] and relay.ask("queue", "dead") == []
    assert relay.ask("webhook", "list") == [] and relay.ask("suppression", "list") == []
    assert {str(row["account"]) for row in relay.ask("key", "list")} == {stays.account}
    assert contents(relay) == 0
    for sent in (large, waiting):
        assert relay.verb("message", "show", sent).code == 1
    assert api.get("/emails").status == 401
    assert other.email(kept)["status"] == "delivered" and total(other) == 1
    # A number is nobody else's.
    assert int(relay.account("next")) > int(child)
    assert relay.stop() == 0
    relay.start()
    assert stays.account in accounts(relay) and gone.account not in accounts(relay)
    assert relay.api(stays).email(kept)["status"] == "delivered"


def test_a_removal_that_a_crash_or_a_stop_came_between_goes_on(server):
    relay = server().start()
    tenant = relay.tenant()
    api = relay.api(tenant)
    for _ in range(600):
        api.send()
    other = relay.account("other")
    relay.ask("account", "suspend", tenant.account)
    # One that is suspended needs no second word.
    assert relay.ask("account", "remove", tenant.account)["state"] == "removing"
    relay.kill()
    assert accounts(relay) == [other, tenant.account]
    relay.start()
    eventually(lambda: accounts(relay) == [other], why="the account is gone")
    assert relay.ask("message", "list") == []


def test_a_domain_goes_with_its_mail_where_the_operator_says_so(server):
    relay = server().start()
    tenant = relay.tenant()
    relay.domain(tenant.account, "other.example")
    api = relay.api(tenant)
    sent = [api.send() for _ in range(150)]
    waiting = api.send(scheduled_at="2040-01-01T00:00:00Z")
    kept = api.send(sender="a@other.example")
    assert relay.verb("domain", "remove", "example.com", "--account", tenant.account, "--messages").code == 0
    eventually(lambda: total(api) == 1, why="what was sent from it is gone")
    assert api.get(f"/emails/{sent[0]}").status == 404 and api.get(f"/emails/{waiting}").status == 404
    assert relay.ask("queue", "list") == [] and api.email(kept)["status"] == "delivered"
    assert [row["name"] for row in relay.ask("domain", "list")] == ["other.example"]


def test_what_happened_on_the_way_goes_and_how_it_ended_stays(server):
    relay = server(retries=["50ms"] * 3).start()
    tenant = relay.tenant()
    api = relay.api(tenant)
    late, failed = api.send(to=["greylist@example.net"]), api.send(to=["defer@example.net"])
    eventually(lambda: api.email(late)["status"] == "delivered", why="delivered")
    eventually(lambda: api.email(failed)["status"] == "bounced", why="given up")

    def kinds(sent: str) -> list[str]:
        return [event["event"] for event in relay.ask("message", "show", sent)["events"]]

    assert kinds(late).count("deferred") == 1 and kinds(failed).count("deferred") == 3
    grow_old()
    assert relay.stop() == 0
    relay.settings["retention"] = {"poststack": {"events": "1s"}}
    relay.start()
    eventually(lambda: kinds(failed) == ["accepted", "softBounced"], why="the attempts are gone")
    assert kinds(late) == ["accepted", "transmitted", "delivered"]
    api = relay.api(tenant)
    assert api.email(late)["status"] == "delivered" and api.email(failed)["status"] == "bounced"


def test_old_mail_to_the_postmaster_goes_and_new_mail_stays(server):
    relay = server()
    relay.settings["retention"] = {"postmaster": "30d"}
    relay.write_configuration()
    assert relay.verb("check", "--json").json()["configuration"]["retention"] == {"postmaster": "30d"}
    new = relay.folder / "polyrelay.db.postmaster" / "new"
    cur = relay.folder / "polyrelay.db.postmaster" / "cur"
    for folder in (new, cur):
        folder.mkdir(parents=True)
    day = 24 * 3600
    ages = {new: 31, cur: 400}
    for folder, days in ages.items():
        for age in (days, 1):
            (folder / f"{int(time.time()) - age * day}.R0123456789abcdef.polyrelay").write_text("x")
    (cur / "1.M2P3.elsewhere:2,S").write_text("another program's")
    relay.start()
    eventually(lambda: len(list(new.iterdir())) == 1 and len(list(cur.iterdir())) == 2, why="the old ones are gone")
