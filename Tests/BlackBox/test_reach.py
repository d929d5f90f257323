"""How far a key reaches within its own account: what it may hand on, what a test key changes, what a bound key sees."""

import threading

import pytest
from polyrelay import serving
from receiver import Receiver
from test_errors import assert_refused
from wire import email

REFUSED = "API key does not have permission"
DIMENSIONS = {
    "mode": ("--mode", "test"),
    "domains": ("--domains", "example.com"),
    "networks": ("--allow-ip", "127.0.0.1"),
    "expiry": ("--expires-in", "3600"),
}


@pytest.fixture(scope="module")
def tenant(running, key):
    """The account's other domain, beside example.com."""
    running.domain(key.account, "other.example")
    return key


def by_name(api) -> dict:
    return {domain["name"]: domain["id"] for domain in api.get("/domains").json()["domains"]}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_key_that_is_less_in_one_respect_cannot_become_one_that_is_more(running, tenant, dimension):
    greater = running.key(tenant.account)
    limited = running.api(running.key(tenant.account, *DIMENSIONS[dimension]))
    answer = limited.post(f"/api-keys/{greater.id}/rotate")
    assert answer.status in (403, 404) and "key" not in answer.json(), answer.body
    assert running.api(greater).get("/emails").status == 200
    # What it makes and what it turns has the same bounds, so that no chain of keys leads further.
    body = {"name": "next", "permission": "full_access", "allow_full_access": True}
    if dimension == "mode":
        body["mode"] = "test"
    if dimension == "domains":
        body["domain_id"] = str(by_name(limited)["example.com"])
    made = limited.post("/api-keys", body)
    assert made.status == 201, made.body
    again = running.api(made.json()["key"]).post(f"/api-keys/{made.json()['id']}/rotate")
    assert again.status == 200, again.body
    following = running.api(again.json()["key"])
    assert following.post(f"/api-keys/{greater.id}/rotate").status in (403, 404)
    kept = {str(one["id"]): one for one in running.ask("key", "list")}[str(again.json()["id"])]
    expected = {"mode": ("mode", "test"), "domains": ("domains", ["example.com"])}
    if dimension in expected:
        member, value = expected[dimension]
        assert kept[member] == value
    elif dimension == "networks":
        assert kept["allowedNetworks"] == ["127.0.0.1/32"]
    else:
        assert again.json()["expiresAt"] is not None


def test_networks_within_the_keys_own_are_no_more_than_it_has(running, tenant):
    wide = running.api(running.key(tenant.account, "--allow-ip", "127.0.0.0/8"))
    narrow = running.key(tenant.account, "--allow-ip", "127.0.0.0/24")
    elsewhere = running.key(tenant.account, "--allow-ip", "127.0.0.0/8,192.0.2.0/24")
    assert wide.post(f"/api-keys/{narrow.id}/rotate").status == 200
    assert_refused(wide.post(f"/api-keys/{elsewhere.id}/rotate"), 403, REFUSED)


def test_a_test_key_changes_test_things_only(running, tenant):
    live = running.key(tenant.account)
    api = running.api(running.key(tenant.account, "--mode", "test"))
    domain = by_name(running.api(tenant))["other.example"]
    hook = {"url": "https://hooks.acme.example/in", "events": ["*"]}
    made = running.api(live).post("/webhooks", hook)
    assert made.status == 201, made.body
    webhook = made.json()["webhook"]["id"]
    for method, path, body in [
        ("DELETE", f"/api-keys/{live.id}", None),
        ("PATCH", f"/api-keys/{live.id}", {"name": "mine"}),
        ("DELETE", f"/domains/{domain}", None),
        ("PATCH", f"/domains/{domain}", {"inbound_enabled": True}),
        ("POST", "/domains", {"name": "new.example"}),
        ("POST", "/suppressions", {"email": "you@example.net", "reason": "manual"}),
        ("POST", "/webhooks", hook),
        ("DELETE", f"/webhooks/{webhook}", None),
        ("POST", f"/webhooks/{webhook}/rotate-secret", None),
    ]:
        assert_refused(api.call(method, path, body), 403, REFUSED)
    assert running.api(live).get("/emails").status == 200
    assert running.api(tenant).get(f"/domains/{domain}").status == 200
    assert running.api(tenant).get("/suppressions").json()["data"] == []
    assert api.post("/emails", email()).status == 202
    mine = api.post("/api-keys", {"name": "x", "permission": "sending_access", "mode": "test"}).json()
    assert api.call("DELETE", f"/api-keys/{mine['id']}").status == 200


def test_a_key_of_one_domain_sees_and_changes_nothing_of_the_others(running, tenant):
    whole = running.api(tenant)
    bound = running.api(running.key(tenant.account, "--domains", "example.com"))
    other = running.key(tenant.account, "--domains", "other.example")
    ids = by_name(whole)
    assert list(by_name(bound)) == ["example.com"]
    hidden = whole.post("/emails", email() | {"from": "Me <me@other.example>", "subject": "Theirs"}).json()["id"]
    whole.send(subject="Mine")
    made = whole.post("/webhooks", {"url": "https://hooks.acme.example/all", "events": ["*"]})
    hook = made.json()["webhook"]["id"]
    for method, path, text in [
        ("GET", f"/domains/{ids['other.example']}", "Domain not found"),
        ("DELETE", f"/domains/{ids['other.example']}", "Domain not found"),
        ("GET", f"/emails/{hidden}", "Email not found"),
        ("GET", f"/api-keys/{other.id}", "API key not found"),
        ("DELETE", f"/api-keys/{other.id}", "API key not found"),
        ("DELETE", f"/api-keys/{tenant.id}", "API key not found"),
        ("GET", f"/webhooks/{hook}", "Webhook not found"),
        ("DELETE", f"/webhooks/{hook}", "Webhook not found"),
    ]:
        assert_refused(bound.call(method, path), 404, text)
    for method, path, body in [
        ("POST", "/suppressions", {"email": "you@example.net", "reason": "manual"}),
        ("GET", "/suppressions", None),
        ("POST", "/domains", {"name": "third.example"}),
    ]:
        assert_refused(bound.call(method, path, body), 403, REFUSED)
    listed = bound.get("/emails?per_page=100").json()
    found = {one["subject"] for one in listed["data"]}
    assert "Mine" in found and "Theirs" not in found
    assert whole.call("DELETE", f"/webhooks/{hook}").status == 200


def test_a_webhook_of_a_bound_key_hears_of_its_domains_mail_alone(running, tenant, tmp_path):
    with serving(tmp_path, egress={"allow": ["127.0.0.0/8"]}) as server, Receiver() as receiver:
        first = server.tenant()
        server.domain(first.account, "other.example")
        bound = server.api(server.key(first.account, "--domains", "example.com"))
        made = bound.post("/webhooks", {"url": receiver.url(), "events": ["email.delivered"]})
        assert made.status == 201, made.body
        assert [one["id"] for one in bound.get("/webhooks").json()["webhooks"]] == [made.json()["webhook"]["id"]]
        whole = server.api(first)
        whole.post("/emails", email() | {"from": "Me <me@other.example>", "subject": "theirs"})
        mine = whole.post("/emails", email() | {"subject": "mine"}).json()["id"]
        heard = receiver.wait(lambda all: len(all) >= 1)
        assert mine in heard[0].body.decode()


def test_an_account_makes_as_much_as_the_operator_says_and_no_race_makes_more(tmp_path):
    bounds = {"keys": {"perAccount": 5}, "webhooks": {"perAccount": 3}, "domains": {"perAccount": 4}}
    with serving(tmp_path, **bounds) as server:
        key = server.tenant()
        statuses: dict[str, list[int]] = {"/api-keys": [], "/webhooks": [], "/domains": []}
        # A domain's keys take a while to make.
        asked = {"/api-keys": 20, "/webhooks": 20, "/domains": 8}
        names = iter(f"d{number}.example" for number in range(100))
        bodies = {
            "/api-keys": {"name": "x", "permission": "sending_access"},
            "/webhooks": {"url": "https://hooks.acme.example/in", "events": ["*"]},
        }

        def make(path: str) -> None:
            body = {"name": next(names)} if path == "/domains" else bodies[path]
            statuses[path].append(server.api(key).post(path, body).status)

        threads = [threading.Thread(target=make, args=(path,)) for path in statuses for _ in range(asked[path])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        # One key is there already: the operator's.
        assert sorted(statuses["/api-keys"]) == [201] * 4 + [422] * 16
        assert sorted(statuses["/webhooks"]) == [201] * 3 + [422] * 17
        # And one domain, which it added too.
        assert sorted(statuses["/domains"]) == [201] * 3 + [422] * 5
        assert len(server.api(key).get("/domains").json()["domains"]) == 4
        server.domain(key.account, "operators.example")
        assert len(server.api(key).get("/api-keys").json()["keys"]) == 5
        # One that goes makes room for another.
        gone = server.api(key).get("/api-keys").json()["keys"][0]["id"]
        assert server.api(key).call("DELETE", f"/api-keys/{gone}").status == 200
        make("/api-keys")
        assert statuses["/api-keys"][-1] == 201
