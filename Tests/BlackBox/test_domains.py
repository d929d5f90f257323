"""Domains over DNS: what is to be published, what is seen of it, and what follows. Knot serves the zones, and where a
server has to fail or lie, one that does as it is told."""

import dkim
import mail
import pytest
from knot import Knot
from nameserver import LIES, SILENT, NameServer
from peers import Smarthost
from polyrelay import eventually
from poststack import PostStack
from wire import email

HOSTS = {"spf": "spf.relay.test", "mx": "mx.relay.test", "returnPath": "bounce.relay.test"}


@pytest.fixture
def dns():
    """A server of the kind that owners publish with."""
    with Knot("example") as server:
        yield server


@pytest.fixture
def script():
    """A server that does as the test says."""
    with NameServer() as server:
        yield server


@pytest.fixture
def asking(server):
    """Starts a relay that asks these name servers and no other."""
    def start(*servers, **options):
        return server(dns={"servers": [one.address for one in servers]}, hosts=HOSTS, **options).start()

    return start


@pytest.fixture
def relay(asking, dns):
    return asking(dns)


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


def of_poststack(records) -> list[dict]:
    """Without what other dialects ask for, which proves a domain too."""
    return [record for record in records if record["personality"] == "poststack"]


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


def added(relay, dns, name: str = "shop.example") -> str:
    """A domain whose records of PostStack are all published; its account."""
    account = relay.account()
    relay.domain(account, name, verified=False)
    publish(dns, of_poststack(relay.ask("domain", "show", name, "--account", account)))
    return account


def verify(relay, account, name: str = "shop.example") -> dict[str, dict]:
    """What the operator's verb sees, by purpose; it must find the domain verified."""
    records = relay.ask("domain", "verify", name, "--account", account)
    return {record["purpose"]: record for record in of_poststack(records)}


def state(relay, name: str = "shop.example") -> str:
    return {domain["name"]: domain["state"] for domain in relay.ask("domain", "list")}[name]


def test_the_operator_sees_what_stands_there_instead(script, asking):
    relay = asking(script)
    account = added(relay, script)
    script.zones.remove("shop.example")
    script.zones.put("shop.example", "TXT", "v=spf1 include:elsewhere.example -all")
    script.zones.fault("_dmarc.shop.example", "SERVFAIL")
    refused = relay.verb("domain", "verify", "shop.example", "--account", account)
    assert refused.code == 1
    assert "spf" in refused.err and "different" in refused.err
    assert "dmarc" in refused.err and "unreadable" in refused.err
    records = relay.ask("domain", "show", "shop.example", "--account", account)
    shown = {record["purpose"]: record for record in of_poststack(records)}
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


@pytest.mark.parametrize("fault", ["SERVFAIL", "REFUSED", "FORMERR", SILENT])
def test_a_name_server_that_fails_does_not_undo_a_proof(script, asking, fault):
    relay = asking(script)
    account = added(relay, script)
    verify(relay, account)
    script.zones.fault("shop.example", fault)
    assert verify(relay, account)["spf"]["state"] == "unreadable"
    assert state(relay) == "verified"


def test_a_name_server_that_is_gone_proves_nothing_and_undoes_nothing(asking):
    with NameServer() as other:
        relay = asking(other)
        account = added(relay, other)
        verify(relay, account)
        relay.domain(account, "late.example", verified=False)
    assert {record["state"] for record in verify(relay, account).values()} == {"unreadable"}
    refused = relay.verb("domain", "verify", "late.example", "--account", account)
    assert refused.code == 1 and "unreadable" in refused.err and "missing" not in refused.err
    assert state(relay, "late.example") == "pending"


def test_a_name_that_does_not_exist_undoes_a_proof(dns, relay):
    account = added(relay, dns)
    verify(relay, account)
    for name in ("shop.example", "_dmarc.shop.example", "poststack._domainkey.shop.example"):
        dns.zones.remove(name)
    refused = relay.verb("domain", "verify", "shop.example", "--account", account)
    assert refused.code == 1 and "missing" in refused.err
    assert state(relay) == "failed"


def test_a_record_that_is_gone_undoes_a_proof_and_a_pinned_one_stays(dns, relay, key):
    for name in ("shop.example", "pinned.example"):
        relay.domain(key.account, name, verified=name == "pinned.example")
    publish(dns, of_poststack(relay.ask("domain", "show", "shop.example", "--account", key.account)))
    verify(relay, key.account)
    dns.zones.remove("_dmarc.shop.example")
    assert relay.verb("domain", "verify", "shop.example", "--account", key.account).code == 1
    relay.ask("domain", "verify", "pinned.example", "--account", key.account)
    assert state(relay, "shop.example") == "failed" and state(relay, "pinned.example") == "pinned"
    assert relay.api(key).post("/emails", email(sender="a@shop.example")).status == 422
    assert relay.api(key).post("/emails", email(sender="a@pinned.example")).status == 202


def test_what_is_too_long_for_a_datagram_is_read_over_tcp(dns, relay):
    account = added(relay, dns)
    for index in range(20):
        dns.zones.put("shop.example", "TXT", f"note-{index}=" + "x" * 200)
    assert verify(relay, account)["spf"]["state"] == "ok"


def test_a_truncated_answer_is_asked_for_again_over_tcp(script, asking):
    relay = asking(script)
    account = added(relay, script)
    script.zones.put("shop.example", "TXT", "note=" + "x" * 600)
    verify(relay, account)
    asked = [protocol for name, kind, protocol in script.zones.asked if (name, kind) == ("shop.example.", "TXT")]
    assert asked == ["udp", "tcp"]


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_server_is_not_believed_and_the_next_one_is_asked(dns, asking, lie):
    with NameServer(dns.zones, lies=lie) as liar:
        relay = asking(liar, dns)
        verify(relay, added(relay, dns))


@pytest.mark.parametrize("lie", LIES)
def test_lies_alone_say_nothing(asking, lie):
    with NameServer(lies=lie) as liar:
        relay = asking(liar)
        account = added(relay, liar)
        refused = relay.verb("domain", "verify", "shop.example", "--account", account)
        records = refused.err.splitlines()[1:]
        assert refused.code == 1 and records and all("unreadable" in record for record in records)
        assert state(relay) == "pending"


def test_a_slow_server_is_waited_for(script, asking):
    relay = asking(script)
    account = added(relay, script)
    script.zones.fault("_dmarc.shop.example", 1.5)
    assert verify(relay, account)["dmarc"]["state"] == "ok"


def test_a_record_behind_aliases_counts(dns, relay):
    account = added(relay, dns)
    records = {record["name"]: record for record in relay.ask("domain", "show", "shop.example", "--account", account)}
    name = "poststack._domainkey.shop.example"
    dns.zones.remove(name)
    dns.zones.put(name, "CNAME", "one.dns.example")
    dns.zones.put("one.dns.example", "CNAME", "two.dns.example")
    dns.zones.put("two.dns.example", "TXT", records[name]["value"])
    assert verify(relay, account)["dkim"]["state"] == "ok"


def test_a_domain_in_another_script_is_looked_up_by_its_a_labels(dns, relay, key, sdk):
    domain = sdk.domains.create({"name": "Bücher.example"})["domain"]
    assert domain["name"] == "xn--bcher-kva.example"
    publish(dns, domain["dnsRecords"])
    sdk.domains.verify(domain["id"])
    eventually(lambda: status(sdk, domain) == "verified", why="the domain is verified")
    assert relay.api(key).post("/emails", email(sender="a@bücher.example")).status == 202


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


def selectors(smarthost, dns, count: int) -> dict[str, bool]:
    """Of the last of `count` messages: each signature's selector, and whether it holds by what Knot serves."""
    data = smarthost.wait(count)[-1].data
    return {
        mail.tags(signature)["s"]: dkim.DKIM(data).verify(index, dnsfunc=lambda name, timeout=5: dns.text(name))
        for index, signature in enumerate(mail.signatures(data))
    }


def test_keys_are_rotated_without_a_message_that_cannot_be_verified(asking, dns):
    with Smarthost() as smarthost:
        relay = asking(dns, smarthost=smarthost.port)
        account = added(relay, dns)
        verify(relay, account)
        api = relay.api(relay.key(account))

        def send() -> None:
            assert api.post("/emails", email(sender="a@shop.example")).status == 202

        def rotate(*options: str):
            return relay.verb("domain", "rotate", "shop.example", "--account", account, "--json", *options)

        send()
        assert selectors(smarthost, dns, 1) == {"poststack": True, "poststack-ed25519": True}

        assert rotate().json()["keys"] == "pendingDNS"
        assert rotate().code == 1
        early = rotate("--activate", "--force")
        assert early.code == 1 and "poststack2._domainkey.shop.example" in early.err
        send()
        assert selectors(smarthost, dns, 2) == {"poststack": True, "poststack-ed25519": True}

        records = relay.ask("domain", "show", "shop.example", "--account", account)
        publish(dns, [record for record in records if record["purpose"].endswith("_rotation")])
        waiting = rotate("--activate")
        assert waiting.code == 1 and "too early" in waiting.err
        relay.kill()
        relay.start()
        api = relay.api(relay.key(account))
        assert relay.ask("domain", "list")[0]["keys"] == "ready"
        done = rotate("--activate", "--force").json()
        assert done["keys"] == "retiring" and done["oldKeysEndAt"]
        verify(relay, account)
        send()
        assert selectors(smarthost, dns, 3) == {"poststack2": True, "poststack-ed25519-2": True}
        assert rotate("--cancel").code == 1
