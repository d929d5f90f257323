"""Addresses that get no mail: by the vendor's client, by the operator, and on the way out."""

import pytest
from polyrelay import eventually
from poststack import PostStack, PostStackError
from test_errors import assert_refused
from wire import email


@pytest.fixture
def sdk(running, key):
    with PostStack(api_key=key.secret, base_url=running.base_url, max_retries=0, timeout=10) as client:
        yield client


def test_the_vendors_client_suppresses_and_lets_back_in(sdk):
    assert sdk.suppressions.add({"email": "Sdk@example.net", "reason": "manual"}) == {"success": True}
    listed = sdk.suppressions.list()
    assert [(one["email"], one["reason"]) for one in listed["data"]] == [("Sdk@example.net", "manual")]
    assert listed["meta"] == {"page": 1, "perPage": 20, "total": 1, "totalPages": 1}
    with pytest.raises(PostStackError) as caught:
        sdk.emails.send({"from": "a@example.com", "to": ["sdk@example.net"], "subject": "Hi", "text": "Hi"})
    assert (caught.value.status_code, caught.value.code) == (422, "unprocessable_entity")
    assert sdk.suppressions.remove("sdk@EXAMPLE.net") == {"success": True}
    assert sdk.suppressions.list()["data"] == []
    with pytest.raises(PostStackError) as caught:
        sdk.suppressions.remove("sdk@example.net")
    assert (caught.value.status_code, caught.value.code) == (404, "not_found")


def test_a_suppressed_recipient_gets_nothing_and_is_not_named_to_the_others(relay, tenant, smarthost):
    api = relay.api(tenant)
    assert api.post("/suppressions", {"email": "gone@example.net", "reason": "complaint"}).status == 200
    sent = api.post("/emails", email(to=["ann@example.net", "gone@example.net"])).json()["id"]
    (delivery,) = smarthost.wait(1)
    assert delivery.recipients == ["ann@example.net"]
    assert b"gone@example.net" not in delivery.data
    status = eventually(lambda: (s := api.get(f"/emails/{sent}").json()["email"]["status"]) == "delivered" and s)
    assert status == "delivered"
    events = api.get(f"/emails/{sent}/events").json()["events"]
    assert {"reason": "suppressed", "recipient": "gone@example.net"} in [one["metadata"] for one in events]


def test_the_operator_suppresses_for_one_domain_and_for_a_time(running):
    tenant = running.tenant(name="domains", domain="one.example")
    running.domain(tenant.account, "two.example")
    api = running.api(tenant)
    account = ("--account", tenant.account)
    running.ask("suppression", "add", "Eve@example.net", *account, "--domain", "one.example", "--note", "asked us")
    assert_refused(
        api.post("/emails", email(sender="a@one.example", to=["eve@example.net"])),
        422,
        "All recipients are suppressed",
    )
    assert api.post("/emails", email(sender="a@two.example", to=["eve@example.net"])).status == 202
    assert api.get("/suppressions").json()["data"] == [], "those of one domain are not this dialect's to show"
    running.ask("suppression", "add", "brief@example.net", *account, "--reason", "hardBounce", "--expires-in", "1")
    listed = running.ask("suppression", "list", *account)
    assert [one["address"] for one in listed] == ["brief@example.net", "Eve@example.net"]
    eventually(
        lambda: api.post("/emails", email(sender="a@two.example", to=["brief@example.net"])).status == 202,
        why="it has expired",
    )
    assert [one["address"] for one in running.ask("suppression", "list", *account)] == ["Eve@example.net"]
    removal = ("suppression", "remove", "EVE@example.net", *account)
    assert running.verb(*removal).code == 1, "not suppressed for all domains"
    assert running.verb(*removal, "--domain", "one.example").code == 0
    assert running.ask("suppression", "list", *account) == []


def test_suppressions_survive_a_crash(server):
    serves = server().start()
    tenant = serves.tenant()
    assert serves.api(tenant).post("/suppressions", {"email": "a@example.net", "reason": "manual"}).status == 200
    serves.kill()
    serves.start()
    answer = serves.api(tenant).post("/emails", email(to=["A@example.net"]))
    assert_refused(answer, 422, "All recipients are suppressed")


def test_one_key_has_no_effect_while_everybody_is_suppressed(running):
    tenant = running.tenant(name="keys")
    api = running.api(tenant)
    api.post("/suppressions", {"email": "a@example.net", "reason": "manual"})
    body = email(to=["a@example.net"], idempotency_key="once")
    assert_refused(api.post("/emails", body), 422, "All recipients are suppressed")
    assert api.call("DELETE", "/suppressions/a%40example.net").status == 200
    first = api.post("/emails", body)
    assert first.status == 202 and "replayed" not in first.json()


@pytest.mark.parametrize(
    "arguments",
    [
        ("suppression",),
        ("suppression", "add", "a@example.net"),
        ("suppression", "add", "--account", "1"),
        ("suppression", "add", "a@example.net", "--account", "1", "--reason", "mood"),
        ("suppression", "add", "nobody", "--account", "1"),
    ],
    ids=" ".join,
)
def test_bad_usage(running, key, arguments):
    assert running.verb(*arguments).code == 2


def test_an_account_or_a_domain_that_is_not_there_is_refused(running, key):
    assert running.verb("suppression", "add", "a@example.net", "--account", "99999").code == 1
    outcome = running.verb("suppression", "add", "a@example.net", "--account", key.account, "--domain", "no.example")
    assert outcome.code == 1 and "domain" in outcome.err


@pytest.mark.parametrize(
    "method, path, body, status, text",
    [
        ("POST", "/suppressions", {"email": "a@example.net"}, 400, "Missing required field: reason"),
        ("POST", "/suppressions", {"reason": "manual"}, 400, "Missing required field: email"),
        ("POST", "/suppressions", {"email": 1, "reason": "manual"}, 400, "Invalid type: email"),
        ("POST", "/suppressions", {"email": "nobody", "reason": "manual"}, 422, "Invalid email address"),
        ("POST", "/suppressions", {"email": "a@example.net", "reason": "mood"}, 422, "Invalid value: reason"),
        ("POST", "/suppressions", b"[]", 400, "Invalid JSON body"),
        ("DELETE", "/suppressions/nobody%40example.net", None, 404, "Suppression not found"),
        ("DELETE", "/suppressions/nobody", None, 404, "Suppression not found"),
        ("GET", "/suppressions/a%40example.net", None, 404, "Not found"),
    ],
)
def test_what_the_routes_of_suppressions_refuse(api, method, path, body, status, text):
    assert_refused(api.call(method, path, body), status, text)
