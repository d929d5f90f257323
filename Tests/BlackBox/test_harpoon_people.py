"""Harpoon's users and sessions, the secrets that are shown again to them alone, and open collections."""

import json

import pytest
import requests
from harpoon import (
    SECRET,
    authority,  # noqa: F401
    certificate,  # noqa: F401
    initialize,
    key,
    line,
    pay,
    shop,  # noqa: F401
    telco_id,
    verify_webhook,
)
from polyrelay import eventually
from targets import Target

PASSWORD = "correct horse battery"
MANAGE = ("--scopes", "transactions:read,transactions:write,webhooks:manage")
ENDPOINT = "/v1/open-collections/endpoint"


def user(running, account: str, email: str = "ann@example.com", password: str = PASSWORD) -> dict:
    file = running.folder / "password.txt"
    file.write_text(password + "\n")
    return running.ask("user", "create", email, "--account", account, "--password-file", str(file))


def log_in(running, email: str = "ann@example.com", password: str = PASSWORD):
    return running.api().post("/internal/v1/session", {"email": email, "password": password})


def session(running) -> str:
    answer = log_in(running)
    assert answer.status == 201, answer.body
    return answer.json()["data"]["token"]


@pytest.fixture
def open_shop(shop):
    return shop(personalities={"harpoon": {"openCollections": True}}).start()


def test_a_session_has_a_webhooks_secret_shown_again_and_a_key_has_not(shop, certificate):
    running = shop().start()
    account = running.account()
    api = running.api(key(running, account, *MANAGE))
    made = user(running, account)
    assert made["email"] == "ann@example.com" and PASSWORD not in json.dumps(made)
    assert running.ask("user", "list", "--account", account) == [made]
    assert running.verb("user", "create", "Ann@Example.com", "--account", account, "--password-file", "password.txt").code == 1
    hook = api.post("/v1/webhooks", {"url": "https://acme.localhost/hook", "events": ["transaction.failed"]}).json()["data"]
    path = f"/v1/webhooks/{hook['id']}/secret"
    refused = api.post(path, {"password": PASSWORD})
    assert refused.status == 403 and refused.json()["error"]["code"] == "INVALID_KEY_TYPE"
    mine = running.api(session(running))
    shown = mine.post(path, {"password": PASSWORD})
    assert shown.json() == {"success": True, "data": {"id": hook["id"], "secret": hook["secret"]}}
    wrong = mine.post(path, {"password": "another horse"})
    assert wrong.status == 401 and wrong.json()["error"]["code"] == "INVALID_API_KEY"
    assert mine.post(path, {}).json()["error"]["code"] == "MISSING_REQUIRED_FIELD"
    # A session manages webhooks, and does nothing with payments.
    assert mine.get("/v1/webhooks").json()["data"][0]["id"] == hook["id"]
    assert mine.get("/v1/transactions").json()["error"]["code"] == "INVALID_KEY_TYPE"
    stranger = running.account("other")
    user(running, stranger, "bob@example.com")
    theirs = running.api(log_in(running, "bob@example.com").json()["data"]["token"])
    assert theirs.post(path, {"password": PASSWORD}).json()["error"]["code"] == "WEBHOOK_NOT_FOUND"


def test_five_passwords_may_be_tried_in_a_quarter_of_an_hour(shop):
    running = shop().start()
    account = running.account()
    user(running, account)
    api = running.api(key(running, account, *MANAGE))
    hook = api.post("/v1/webhooks", {"url": "https://acme.localhost/hook", "events": ["transaction.failed"]}).json()["data"]
    mine = running.api(session(running))
    path = f"/v1/webhooks/{hook['id']}/secret"
    assert [mine.post(path, {"password": "wrong horse"}).status for _ in range(5)] == [401] * 5
    limited = mine.post(path, {"password": PASSWORD})
    assert limited.status == 429 and limited.json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert 0 < int(limited.header("Retry-After")) <= 900
    assert [log_in(running, password="wrong horse").status for _ in range(4)] == [401] * 4
    assert log_in(running).status == 429
    # What is tried for one user keeps no other out.
    user(running, account, "bob@example.com")
    assert log_in(running, "bob@example.com").status == 201


def test_another_password_ends_all_sessions_and_a_restart_none(shop):
    running = shop().start()
    account = running.account()
    user(running, account)
    token = session(running)
    running.stop()
    running.start()
    assert running.api(token).get("/v1/webhooks").status == 200
    (running.folder / "password.txt").write_text("another horse battery")
    running.ask("user", "password", "ann@example.com", "--password-file", str(running.folder / "password.txt"))
    ended = running.api(token).get("/v1/webhooks")
    assert ended.status == 401 and ended.json()["error"]["code"] == "EXPIRED_API_KEY"
    assert running.api(token[:-2] + "AA").get("/v1/webhooks").json()["error"]["code"] == "INVALID_API_KEY"
    assert log_in(running).json()["error"]["code"] == "INVALID_API_KEY"
    assert log_in(running, password="another horse battery").status == 201


def test_a_page_elsewhere_cannot_have_a_browser_log_in(shop):
    running = shop().start()
    user(running, running.account())
    body = json.dumps({"email": "ann@example.com", "password": PASSWORD})
    answer = requests.post(
        f"{running.base_url}/internal/v1/session", data=body, headers={"Content-Type": "text/plain"}, timeout=60
    )
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "VALIDATION_ERROR"


def verify(arrival, secret: str) -> dict:
    return verify_webhook(arrival.body, arrival.header, secret)


def test_money_without_a_code_is_told_to_the_one_endpoint_that_takes_it(open_shop, certificate):
    running = open_shop
    account = running.account()
    api = running.api(key(running, account, *MANAGE))
    line(running, account, "payment", SECRET)
    assert api.get(ENDPOINT).json()["data"] is None
    for method, path in [("PUT", ENDPOINT), ("DELETE", ENDPOINT), ("POST", f"{ENDPOINT}/test")]:
        answer = api.call(method, path, {})
        assert answer.status == 404 and answer.json()["error"]["code"] == "WEBHOOK_NOT_FOUND", method
    with Target(certificate) as target:
        answer = api.post(ENDPOINT, {"url": target.url("/all"), "description": "Till"})
        assert answer.status == 201 and set(answer.json()) == {"success", "data", "secret"}
        made, secret = answer.json()["data"], answer.json()["secret"]
        expected = {
            "url": target.url("/all"), "description": "Till", "is_active": True, "is_sandbox": False,
            "last_success_at": None, "last_failure_at": None, "consecutive_failures": 0,
        }  # fmt: skip
        assert expected.items() <= made.items() and secret.startswith("whsec_")
        again = api.post(ENDPOINT, {"url": target.url("/all")})
        assert again.status == 409 and again.json()["error"]["code"] == "ENDPOINT_EXISTS"
        hook = api.post("/v1/webhooks", {"url": target.url("/hook"), "events": ["transaction.completed"]}).json()["data"]
        assert [one["id"] for one in api.get("/v1/webhooks").json()["data"]] == [hook["id"]]
        assert api.get(f"/v1/webhooks/{made['id']}").status == 404
        refused = api.post("/v1/webhooks", {"url": target.url("/x"), "events": ["transaction.forwarded"]})
        assert refused.json()["error"]["code"] == "INVALID_EVENT_TYPE"

        pay(running, "INV-2207", telco_id(1), amount="60.00", payer_name="ESI BOATENG", payer_phone="0241112223")
        pay(running, "INV-2207", telco_id(1), amount="60.00", payer_name="ESI BOATENG", payer_phone="0241112223")
        coded = initialize(api)
        pay(running, coded["hpn_code"], telco_id(2))
        pay(running, coded["hpn_code"], telco_id(3))
        first, second = (verify(one, secret) for one in target.wait(2, "/all"))
        assert first["event"] == "transaction.forwarded" and first["webhook_id"].startswith("ocl_")
        assert len(first["webhook_id"]) == 28 and "test" not in first
        identity = first["data"].pop("transaction_id")
        assert len(identity) == 36 and identity[14] == "4"
        stamp = first["data"].pop("transaction_timestamp")
        assert stamp.endswith("Z")
        assert first["data"] == {
            "telco_transaction_id": telco_id(1), "provider": "mtn", "amount": "60.00", "currency": "GHS",
            "reference": "order INV-2207", "payer_phone": "0241112223", "payer_name": "ESI BOATENG",
        }  # fmt: skip
        # Money for a code that is paid already is nobody's too.
        assert second["data"]["telco_transaction_id"] == telco_id(3)
        assert [json.loads(one.body)["event"] for one in target.wait(1, "/hook")] == ["transaction.completed"]
        known = eventually(
            lambda: (found := api.get(ENDPOINT).json()["data"])["last_success_at"] and found, why="no success is told"
        )
        assert known["consecutive_failures"] == 0

        tried = api.post(f"{ENDPOINT}/test", {})
        assert tried.json() | {"response_body": ""} == {
            "success": True, "status_code": 200, "response_body": "",
            "message": "Endpoint accepted the test delivery.",
        }  # fmt: skip
        sample = verify(target.wait(3, "/all")[2], secret)
        assert sample["test"] is True and sample["event"] == "transaction.forwarded"

        user(running, account)
        mine = running.api(session(running))
        shown = mine.post(f"{ENDPOINT}/secret", {"password": PASSWORD}).json()
        assert shown == {"success": True, "data": {"id": made["id"], "secret": secret}}
        assert api.post(f"{ENDPOINT}/secret", {"password": PASSWORD}).json()["error"]["code"] == "INVALID_KEY_TYPE"

        paused = api.call("PUT", ENDPOINT, {"is_active": False, "description": "Off"}).json()["data"]
        assert paused["is_active"] is False and paused["description"] == "Off"
        pay(running, "INV-2208", telco_id(4))
        assert api.call("DELETE", ENDPOINT).json() == {"success": True, "deleted": True}
        assert api.get(ENDPOINT).json()["data"] is None
        assert len(target.wait(3, "/all")) == 3


def test_where_open_collections_are_off_nobody_has_them(shop):
    running = shop().start()
    account = running.account()
    api = running.api(key(running, account, *MANAGE))
    answer = api.post(ENDPOINT, {"url": "https://acme.localhost/"})
    assert answer.status == 403 and answer.json()["error"]["code"] == "INSUFFICIENT_SCOPE"
    assert api.get(ENDPOINT).status == 403
    public = running.api(key(running, account, "--kind", "public"))
    assert public.get(ENDPOINT).json()["error"]["code"] == "INVALID_KEY_TYPE"


def test_what_the_endpoint_refuses_in_a_test_is_told(open_shop, certificate):
    running = open_shop
    account = running.account()
    api = running.api(key(running, account, *MANAGE))
    with Target(certificate, script=lambda arrival, number: 503) as target:
        api.post(ENDPOINT, {"url": target.url()})
        tried = api.post(f"{ENDPOINT}/test", {})
        assert tried.status == 422 and tried.json()["error"]["code"] == "WEBHOOK_DELIVERY_FAILED"
        assert tried.json()["error"]["details"]["status_code"] == 503
        known = api.get(ENDPOINT).json()["data"]
        assert known["consecutive_failures"] == 1 and known["last_failure_at"] and known["last_success_at"] is None
