"""Domains over a real name server: what is to be published, what is seen of it, and what follows."""

import pytest
from nameserver import SILENT, NameServer
from polyrelay import eventually
from poststack import PostStack
from wire import email

HOSTS = {"spf": "spf.relay.test", "mx": "mx.relay.test", "returnPath": "bounce.relay.test"}


@pytest.fixture
def dns():
    with NameServer() as server:
        yield server


@pytest.fixture
def relay(server, dns):
    """A server that asks the test's name server and no other."""
    return server(dns={"servers": [dns.address]}, hosts=HOSTS).start()


@pytest.fixture
def key(relay):
    return relay.key(relay.account())


@pytest.fixture
def sdk(relay, key):
    with PostStack(api_key=key.secret, base_url=relay.base_url, max_retries=0, timeout=10) as client:
        yield client


def publish(dns, records) -> None:
    for record in records:
        dns.zones.put(record["name"], record["type"], record["value"])


def status(sdk, domain) -> str:
    return sdk.domains.get(domain["id"])["domain"]["status"]


def test_a_domain_is_made_published_verified_and_sent_from(dns, relay, key, sdk):
    domain = sdk.domains.create({"name": "shop.example"})["domain"]
    assert domain["status"] == "pending"
    assert [record["purpose"] for record in domain["dnsRecords"]] == ["spf", "dkim", "dmarc"]
    assert relay.api(key).post("/emails", email(sender="a@shop.example")).status == 422

    publish(dns, domain["dnsRecords"])
    assert sdk.domains.verify(domain["id"])["queued"] is True
    eventually(lambda: status(sdk, domain) == "verified", why="the domain is verified")
    shown = sdk.domains.get(domain["id"])["domain"]
    assert all(record["verified"] for record in shown["dnsRecords"])
    assert shown["verifiedAt"]
    assert relay.api(key).post("/emails", email(sender="a@shop.example")).status == 202


def test_the_operator_sees_what_stands_there_instead(dns, relay, key, sdk):
    domain = sdk.domains.create({"name": "shop.example"})["domain"]
    publish(dns, domain["dnsRecords"])
    dns.zones.remove("shop.example")
    dns.zones.put("shop.example", "TXT", "v=spf1 include:elsewhere.example -all")
    dns.zones.fault("_dmarc.shop.example", "SERVFAIL")
    refused = relay.verb("domain", "verify", "shop.example", "--account", key.account)
    assert refused.code == 1
    assert "spf" in refused.err and "different" in refused.err
    assert "dmarc" in refused.err and "unreadable" in refused.err
    shown = {
        record["purpose"]: record for record in relay.ask("domain", "show", "shop.example", "--account", key.account)
    }
    assert shown["spf"]["found"] == ["v=spf1 include:elsewhere.example -all"]
    assert shown["spf"]["seen"] is False
    assert shown["dkim"]["seen"] is True and shown["dkim"]["state"] == "ok"
    assert shown["dmarc"]["state"] == "unreadable"


def test_the_operators_verify_ends_with_0_once_all_is_there(dns, relay, key):
    relay.domain(key.account, "shop.example", verified=False)
    assert relay.verb("domain", "verify", "shop.example", "--account", key.account).code == 1
    publish(dns, relay.ask("domain", "show", "shop.example", "--account", key.account))
    records = relay.ask("domain", "verify", "shop.example", "--account", key.account)
    assert all(record["seen"] for record in records)
    assert relay.ask("domain", "list")[0]["state"] == "verified"


@pytest.mark.parametrize("fault", ["SERVFAIL", "REFUSED", SILENT])
def test_a_name_server_that_fails_does_not_undo_a_proof(server, dns, fault):
    relay = server(dns={"servers": [dns.address]}, hosts=HOSTS).start()
    key = relay.key(relay.account())
    relay.domain(key.account, "shop.example", verified=False)
    publish(dns, relay.ask("domain", "show", "shop.example", "--account", key.account))
    relay.ask("domain", "verify", "shop.example", "--account", key.account)
    dns.zones.fault("shop.example", fault)
    records = relay.ask("domain", "verify", "shop.example", "--account", key.account)
    assert {record["purpose"]: record["state"] for record in records}["spf"] == "unreadable"
    assert relay.ask("domain", "list")[0]["state"] == "verified"


def test_a_record_that_is_gone_undoes_a_proof_and_a_pinned_one_stays(dns, relay, key):
    for name in ("shop.example", "pinned.example"):
        relay.domain(key.account, name, verified=name == "pinned.example")
    publish(dns, relay.ask("domain", "show", "shop.example", "--account", key.account))
    relay.ask("domain", "verify", "shop.example", "--account", key.account)
    dns.zones.remove("_dmarc.shop.example")
    assert relay.verb("domain", "verify", "shop.example", "--account", key.account).code == 1
    relay.ask("domain", "verify", "pinned.example", "--account", key.account)
    states = {domain["name"]: domain["state"] for domain in relay.ask("domain", "list")}
    assert states == {"shop.example": "failed", "pinned.example": "pinned"}
    assert relay.api(key).post("/emails", email(sender="a@shop.example")).status == 422
    assert relay.api(key).post("/emails", email(sender="a@pinned.example")).status == 202


def test_what_is_too_long_for_a_datagram_is_read_over_tcp(dns, relay, key):
    relay.domain(key.account, "shop.example", verified=False)
    publish(dns, relay.ask("domain", "show", "shop.example", "--account", key.account))
    for index in range(20):
        dns.zones.put("shop.example", "TXT", f"note-{index}=" + "x" * 200)
    relay.ask("domain", "verify", "shop.example", "--account", key.account)
    assert ("shop.example.", "TXT", "tcp") in dns.zones.asked


def test_a_lying_server_is_not_believed_and_the_next_one_is_asked(server, dns):
    with NameServer(dns.zones, lies=True) as liar:
        relay = server(dns={"servers": [liar.address, dns.address]}, hosts=HOSTS).start()
        key = relay.key(relay.account())
        relay.domain(key.account, "shop.example", verified=False)
        publish(dns, relay.ask("domain", "show", "shop.example", "--account", key.account))
        relay.ask("domain", "verify", "shop.example", "--account", key.account)


def test_a_slow_server_is_waited_for(dns, relay, key):
    relay.domain(key.account, "shop.example", verified=False)
    publish(dns, relay.ask("domain", "show", "shop.example", "--account", key.account))
    dns.zones.fault("_dmarc.shop.example", 1.5)
    relay.ask("domain", "verify", "shop.example", "--account", key.account)


def test_aliases_and_exchangers_are_checked_too(dns, relay, key, sdk):
    made = sdk.domains.create({"name": "shop.example", "custom_return_path": "bounce"})["domain"]
    domain = sdk.domains.update(made["id"], {"inbound_enabled": True})["domain"]
    assert [record["purpose"] for record in domain["dnsRecords"]] == ["spf", "dkim", "dmarc", "return_path", "mx"]
    publish(dns, domain["dnsRecords"])
    relay.ask("domain", "verify", "shop.example", "--account", key.account)
    shown = sdk.domains.get(made["id"])["domain"]
    assert all(record["verified"] for record in shown["dnsRecords"])


def test_domains_survive_a_crash_with_what_was_seen(dns, relay, key, sdk):
    domain = sdk.domains.create({"name": "shop.example"})["domain"]
    publish(dns, domain["dnsRecords"])
    relay.ask("domain", "verify", "shop.example", "--account", key.account)
    before = relay.ask("domain", "show", "shop.example", "--account", key.account)
    relay.kill()
    relay.start()
    assert relay.ask("domain", "show", "shop.example", "--account", key.account) == before
    assert relay.ask("domain", "list")[0]["state"] == "verified"


def test_the_sdk_lists_and_removes_domains(sdk):
    names = ["one.example", "two.example"]
    made = [sdk.domains.create({"name": name})["domain"] for name in names]
    assert [domain["name"] for domain in sdk.domains.list()["domains"]] == names[::-1]
    assert sdk.domains.delete(made[0]["id"]) == {"success": True}
    assert [domain["name"] for domain in sdk.domains.list()["domains"]] == ["two.example"]
