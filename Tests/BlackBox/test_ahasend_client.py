"""A tour of AhaSend's API by a client that openapi-python-client makes of the description: what it cannot parse, no
generated client can."""

import importlib
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from ahasend import LOOPBACK, UNLIMITED, Tenant, message, verify
from knot import Knot
from polyrelay import eventually
from receiver import Receiver

GENERATE_SECONDS = 120
# Messages that pages are walked over, while new ones come.
MESSAGES = {"quick": 300, "full": 10_000, "soak": 10_000}
HOSTS = {"spf": "spf.relay.test", "mx": "mx.relay.test", "returnPath": "bounce.relay.test"}


@pytest.fixture
def dns():
    with Knot("example") as server:
        yield server


@pytest.fixture
def tenant(server, dns):
    options = {"limits": UNLIMITED, "egress": {"allow": LOOPBACK}, "dns": {"servers": [dns.address]}, "hosts": HOSTS}
    return Tenant(server(listeners=[{"personality": "ahasend", "listen": "127.0.0.1:0"}], **options).start())


@pytest.fixture
def generated(tenant, tmp_path):
    """The client's modules."""
    document = tmp_path / "openapi.json"
    document.write_text(tenant.server.verb("openapi", "ahasend").out)
    name = f"generated_{os.getpid()}"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(document)]
    command += ["--output-path", str(tmp_path / name), "--meta", "none"]
    # What the client looks like is nobody's business: no formatter is called.
    settings = tmp_path / "settings.yml"
    settings.write_text("post_hooks: []\n")
    done = subprocess.run(
        [*command, "--config", str(settings)], capture_output=True, text=True, timeout=GENERATE_SECONDS, check=False
    )
    assert done.returncode == 0 and "arning" not in done.stdout, done.stdout + done.stderr
    sys.path.insert(0, str(tmp_path))
    yield SimpleNamespace(
        client=importlib.import_module(f"{name}.client"),
        models=importlib.import_module(f"{name}.models"),
        operation=lambda operation: importlib.import_module(f"{name}.api.default.{operation}"),
    )
    sys.path.remove(str(tmp_path))
    for module in [module for module in sys.modules if module.partition(".")[0] == name]:
        del sys.modules[module]


class Client:
    """The generated functions with the account's id, and a body of the model of that name where there is one."""

    def __init__(self, generated, tenant, key: str):
        self.generated = generated
        self.account = tenant.id
        self.client = generated.client.AuthenticatedClient(
            base_url=f"http://127.0.0.1:{tenant.api.port}", token=key, raise_on_unexpected_status=True
        )

    def __call__(self, operation: str, *places, model: str = "", body: dict | None = None, status: int = 200, **options):
        """The parsed answer, which has that status."""
        return self.whole(operation, *places, model=model, body=body, status=status, **options).parsed

    def whole(self, operation: str, *places, model: str = "", body: dict | None = None, status: int = 200, **options):
        if model:
            options["body"] = getattr(self.generated.models, model).from_dict(body)
        answer = self.generated.operation(operation).sync_detailed(
            self.account, *places, client=self.client, **options
        )
        assert answer.status_code == status, answer.content
        return answer


@pytest.fixture
def client(generated, tenant):
    return Client(generated, tenant, tenant.api.secret)


def test_keys_of_restricted_scopes_may_do_that_and_no_more(client, generated, tenant):
    made = client("create_api_key", model="CreateAPIKeyRequest", status=201,
                  body={"label": "send", "scopes": ["messages:send:{example.com}"]})  # fmt: skip
    assert made.scopes[0].domain_id is not None and made.last_used_at is None
    narrow = Client(generated, tenant, made.secret_key)
    sent = narrow("create_message", model="CreateMessageRequest", body=message(sandbox=True), status=202)
    assert sent.data[0].status.value == "queued"
    assert narrow("list_messages", status=403).message == "Insufficient permissions for the required scope"
    assert {key.id for key in client("list_api_keys").data} >= {made.id}
    assert client("delete_api_key", made.id).message == f"api key {made.id} (send) deleted successfully"
    assert narrow("list_messages", status=401).message == "Invalid API key"


def test_a_domain_is_made_published_and_valid(client, dns):
    made = client("create_domain", model="CreateDomainRequest", body={"domain": "Shop.Example."}, status=201)
    assert (made.domain, made.dns_valid) == ("shop.example", False)
    assert {record.label for record in made.dns_records if record.required} == {"SPF", "DKIM", "DMARC"}
    for record in made.dns_records:
        if record.required:
            dns.zones.put(record.host, record.type_, record.content)
    checked = client("check_domain_dns", "shop.example")
    assert checked.dns_valid and checked.last_dns_check_at is not None
    assert all(record.propagated for record in checked.dns_records if record.required)
    sent = message(**{"from": {"email": "a@shop.example"}}, sandbox=True)
    client("create_message", model="CreateMessageRequest", body=sent, status=202)
    assert client("delete_domain", "shop.example").message == "domain deleted successfully"
    assert client("get_domain", "shop.example", status=404).message == "domain not found"


def test_a_test_of_each_outcome_is_told_of_by_signed_webhooks(client):
    triggers = {f"on_{name}": True for name in ("delivered", "transient_error", "failed", "bounced", "suppressed")}
    outcomes = {"deliver": "delivered", "bounce": "bounced", "defer": "transient_error", "fail": "failed",
                "suppress": "suppressed"}  # fmt: skip
    with Receiver() as receiver:
        hook = client("create_webhook", model="CreateWebhookRequest", status=201,
                      body={"name": "all", "url": receiver.url(), "scope": "global"} | triggers)  # fmt: skip
        for result in outcomes:
            body = message(sandbox=True, sandbox_result=result)
            client("create_message", model="CreateMessageRequest", body=body, status=202)
        deliveries = receiver.wait(lambda all: len(all) >= len(outcomes))
        for delivery in deliveries:
            verify(delivery, hook.secret)
        told = sorted(delivery.json()["type"] for delivery in deliveries)
        assert told == sorted(f"message.{word}" for word in outcomes.values())
        eventually(lambda: client("get_webhook", hook.id).success_count == len(outcomes))


def test_a_scheduled_message_is_fetched_and_taken_back(client):
    due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    body = message(schedule={"first_attempt": due})
    made = client("create_message", model="CreateMessageRequest", body=body, status=202).data[0]
    assert made.status.value == "scheduled" and made.schedule.first_attempt.isoformat()[:19] == due[:19]
    shown = client("get_message", made.id)
    assert shown.status.value == "Received" and "Hello, Ann." in shown.content
    assert client("cancel_message", made.id).message == "message cancelled"


def test_a_kept_answer_comes_back_byte_for_byte(client):
    first = client.whole("create_message", model="CreateMessageRequest", body=message(), status=202, idempotency_key="k")
    again = client.whole("create_message", model="CreateMessageRequest", body=message(), status=202, idempotency_key="k")
    assert again.content == first.content and again.headers["Idempotent-Replayed"] == "true"
    other = client("create_message", model="CreateMessageRequest", body=message(subject="x"), status=422, idempotency_key="k")
    assert other.message == "idempotency key was already used with a different request payload"


def test_pages_lead_on_and_back_while_new_messages_come(client, tier):
    def send(count: int) -> None:
        recipients = [{"email": f"r{number}@example.net"} for number in range(count)]
        body = message(recipients=recipients, sandbox=True)
        client("create_message", model="CreateMessageRequest", body=body, status=202)

    for _ in range(MESSAGES[tier] // 100):
        send(100)
    seen, pages, page = [], [], client("list_messages", limit=70)
    while True:
        seen += [item.id for item in page.data]
        pages.append([item.id for item in page.data])
        send(1)
        if not page.pagination.has_more:
            break
        page = client("list_messages", limit=70, after=page.pagination.next_cursor)
    assert len(seen) == len(set(seen)) == MESSAGES[tier]
    for before in reversed(pages[:-1]):
        page = client("list_messages", limit=70, before=page.pagination.previous_cursor)
        assert [item.id for item in page.data] == before and page.pagination.has_more
    newer = client("list_messages", limit=100, before=page.pagination.previous_cursor)
    assert len(newer.data) == min(len(pages), 100)


def test_suppressions_and_users_of_the_relay(client):
    made = client("create_suppression", model="CreateSuppressionRequest", status=201,
                  body={"email": "Ann@Example.net", "expires_at": "2126-01-01T00:00:00Z"})  # fmt: skip
    assert [one.domain for one in made.data] == ["example.com"] and made.data[0].email == "ann@example.net"
    sent = client("create_message", model="CreateMessageRequest", body=message(), status=202).data[0]
    assert eventually(lambda: client("get_message", sent.id).status.value == "Suppressed")
    assert client("delete_suppression", email="ann@example.net").message == "suppression deleted successfully"
    user = client("create_smtp_credential", model="CreateSMTPCredentialRequest", status=201,
                  body={"name": "relay", "scope": "scoped", "domains": ["example.com"]})  # fmt: skip
    assert user.password and client("get_smtp_credential", user.id).username == user.username
    assert client("delete_smtp_credential", user.id).message == "smtp credential deleted successfully"
    assert client("get_account").name == "acme"
