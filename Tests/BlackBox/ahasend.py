"""What the tests of AhaSend share: an account with a domain and a key, a message, and a verifier of signatures."""

import base64
import hashlib
import hmac
import time

from wire import API

UNLIMITED = {"ahasend": {"default": [{"per": "account", "limit": 1_000_000, "window": "1m"}]}}
LOOPBACK = ["127.0.0.0/8", "::1/128"]


class Tenant:
    """An account with the verified domain example.com, a key with all rights, and its id in paths."""

    def __init__(self, running):
        self.server = running
        self.account = running.account()
        running.domain(self.account)
        made = running.ask("key", "create", "--account", self.account, "--personality", "ahasend")
        shown = running.ask("account", "show", self.account)
        self.id = shown["ids"]["ahasend"]
        self.api = API("127.0.0.1", running.ports["ahasend"], made["key"])

    def path(self, rest: str = "") -> str:
        return f"/v2/accounts/{self.id}{rest}"

    def get(self, rest: str):
        return self.api.get(self.path(rest))

    def post(self, rest: str, body=None, **headers):
        return self.api.post(self.path(rest), body, {name.replace("_", "-"): value for name, value in headers.items()})

    def send(self, **members) -> str:
        """The UUID of one message that must be accepted."""
        answer = self.post("/messages", message(**members))
        assert answer.status == 202, answer.body
        return answer.json()["data"][0]["id"][1:].partition("@")[0]


def message(**members) -> dict:
    return {
        "from": {"email": "hello@example.com"},
        "recipients": [{"email": "ann@example.net"}],
        "subject": "Hello",
        "text_content": "Hello, Ann.",
    } | members


def verify(delivery, secret: str) -> None:
    """As the vendor's verifiers do: the whole secret is the key."""
    fields = {name.lower(): value for name, value in delivery.headers.items()}
    assert abs(time.time() - int(fields["webhook-timestamp"])) < 300
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + delivery.body
    code = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    assert fields["webhook-signature"] == f"v1,{code}"
