"""What the tests of Harpoon share: servers, keys, lines, payments."""

import hashlib
import hmac
import json
import time

import pytest
from polyrelay import Key
from targets import Authority

LOOPBACK = ["127.0.0.0/8", "::1/128"]
UNLIMITED = {"harpoon": {"default": [{"per": "key", "limit": 1_000_000, "window": "1m"}]}}
SECRET = "a-line-secret-of-enough-bytes"
SIGNING_KEY = "k3yAbCd8"
INITIALIZE = "/v1/transactions/initialize"


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.sign("*.acme.localhost")


@pytest.fixture
def shop(server, authority):
    """Makes Harpoon servers that may reach this machine."""

    def make(**sections):
        options = {
            "listeners": [{"personality": "harpoon", "listen": "127.0.0.1:0"}],
            "limits": UNLIMITED,
            "egress": {"allow": LOOPBACK, "caFile": str(authority.file)},
            "webhooks": {"retries": {"schedule": ["1s", "1s"]}},
        }
        return server(**options | sections)

    return make


def key(running, account: str, *options: str) -> Key:
    answer = running.ask("key", "create", "--account", account, "--personality", "harpoon", *options)
    return Key(str(answer["id"]), answer["key"], account)


def line(running, account: str, forwarder: str, secret: str, number: str = "0241112223") -> dict:
    file = running.folder / f"{forwarder}.txt"
    file.write_text(secret + "\n")
    return running.ask(
        "line", "add", number, "--account", account, "--network", "mtn", "--forwarder", forwarder,
        "--secret-file", str(file),
    )  # fmt: skip


def initialize(api, amount: str = "75.00", **members) -> dict:
    answer = api.post(INITIALIZE, {"amount": amount} | members)
    assert answer.status == 201, answer.body
    return answer.json()["data"]


def payment(api, reference: str) -> dict:
    answer = api.get(f"/v1/transactions/{reference}")
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def pay(running, code: str, telco_id: str, amount: str = "75.00", **members):
    body = {"amount": amount, "transaction_id": telco_id, "reference": f"order {code}"} | members
    answer = running.api(SECRET).post("/internal/v1/ingest/payment", body)
    assert answer.status == 200, answer.body
    assert answer.json() == {"success": True, "payload": {"success": True, "error": None}}


def telco_id(number: int) -> str:
    return f"83{number:09d}"


def verify_webhook(raw: bytes, headers, secret: str) -> dict:
    """As the vendor's Python sample does it."""
    stamp = headers("X-Harpoon-Timestamp")
    assert abs(time.time() - int(stamp)) <= 300
    expected = "sha256=" + hmac.new(secret.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(expected, headers("X-Harpoon-Signature"))
    body = json.loads(raw)
    assert headers("X-Harpoon-Webhook-ID") == body["webhook_id"]
    return body
