"""Delivery to the servers that a recipient's domain names in the DNS."""

import re
import time

import pytest
from destinations import becomes, final_reason, types, waiting
from peers import Certificate, ScriptedPeer
from polyrelay import eventually

CUT = ScriptedPeer.CUT


# Where to


def test_the_most_preferred_exchange_gets_the_mail(world):
    world.mx("dest.test", (20, "mx2.test", "127.0.0.3"), (10, "mx1.test", "127.0.0.2"))
    with world.receiver("127.0.0.2") as first, world.receiver("127.0.0.3") as second:
        api = world.api()
        sent = api.send(to=["ann@dest.test"])
        assert first.one().recipients == ["ann@dest.test"]
        becomes(api, sent, "delivered")
        assert second.connections == 0


def test_a_dead_first_exchange_costs_no_attempt(world):
    world.mx("dest.test", (10, "dead.test", "127.0.0.9"), (20, "mx2.test", "127.0.0.3"))
    with world.receiver("127.0.0.3") as second:
        api = world.api()
        sent = api.send(to=["ann@dest.test"])
        second.one()
        becomes(api, sent, "delivered")
    assert types(api, sent) == ["queued", "delivered"]


def test_an_exchange_without_an_address_is_passed_over(world):
    world.mx("dest.test", (10, "nowhere.test", None), (20, "mx2.test", "127.0.0.3"))
    with world.receiver("127.0.0.3") as second:
        api = world.api()
        api.send(to=["ann@dest.test"])
        second.one()


def test_equal_exchanges_share_the_load(world):
    world.mx("dest.test", (10, "a.test", "127.0.0.2"), (10, "b.test", "127.0.0.3"))
    # Each message has a connection of its own, and so a choice of its own.
    leave = lambda line, number: ("250 2.0.0 taken", CUT) if line == "." else None
    with ScriptedPeer("127.0.0.2", world.port, leave) as one, ScriptedPeer("127.0.0.3", world.port, leave) as other:
        api = world.api()
        sent = [api.send(to=["ann@dest.test"]) for _ in range(40)]
        for message in sent:
            becomes(api, message, "delivered")
        assert len(one.contents) + len(other.contents) == 40
        assert one.contents and other.contents


def test_a_domain_without_mx_records_is_its_own_exchange(world):
    world.zones.put("dest.test", "A", "127.0.0.2")
    with world.receiver("127.0.0.2") as receiver:
        world.api().send(to=["ann@dest.test"])
        receiver.one()


def test_an_alias_is_followed(world):
    world.zones.put("dest.test", "MX", "10 alias.test")
    world.zones.put("alias.test", "CNAME", "mx.test")
    world.zones.put("mx.test", "A", "127.0.0.2")
    with world.receiver("127.0.0.2") as receiver:
        world.api().send(to=["ann@dest.test"])
        receiver.one()


def test_an_exchange_is_reached_over_ipv6(world):
    world.mx("dest.test", (10, "mx.test", "::1"))
    with world.receiver("::1") as receiver:
        world.api().send(to=["ann@dest.test"])
        receiver.one()


def test_ipv4_serves_where_ipv6_does_not_answer(world):
    world.mx("dest.test", (10, "mx.test", "::1"))
    world.zones.put("mx.test", "A", "127.0.0.2")
    with world.receiver("127.0.0.2") as receiver:
        api = world.api()
        sent = api.send(to=["ann@dest.test"])
        receiver.one()
        becomes(api, sent, "delivered")
    assert types(api, sent) == ["queued", "delivered"]


# Nobody there


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([("MX", "0 .")], "takes no mail"),
        ([], "does not exist"),
        ([("TXT", "only text")], "neither a mail exchange nor an address"),
        ([("MX", "10 nowhere.test")], "have no address"),
        ([("MX", "10 relay.test")], "is this server"),
    ],
    ids=["null-mx", "nxdomain", "no-address", "exchange-without-address", "loop"],
)
def test_a_destination_that_cannot_take_mail_bounces_at_once(world, records, reason):
    for kind, value in records:
        world.zones.put("dest.test", kind, value)
    api = world.api()
    sent = api.send(to=["ann@dest.test"])
    becomes(api, sent, "bounced")
    assert types(api, sent) == ["queued", "bounced"]
    assert reason in final_reason(api, sent)


def test_a_name_server_that_fails_defers_and_its_answer_delivers(world):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    world.zones.fault("dest.test", "SERVFAIL")
    with world.receiver("127.0.0.2") as receiver:
        api = world.api(retries=["300ms"] * 50)
        sent = api.send(to=["ann@dest.test"])
        becomes(api, sent, "deferred")
        assert receiver.connections == 0
        world.zones.fault("dest.test", None)
        receiver.one()
        becomes(api, sent, "delivered")


@pytest.mark.parametrize("address", ["127.0.0.2", "10.0.0.1", "192.168.1.1", "169.254.1.1", "::1", "fd00::1"])
def test_an_address_that_is_not_public_is_never_connected_to(world, address):
    world.mx("dest.test", (10, "mx.test", address))
    with world.receiver("127.0.0.2") as receiver:
        api = world.api(egress=[])
        sent = api.send(to=["ann@dest.test"])
        becomes(api, sent, "bounced")
        assert receiver.connections == 0
    assert "not public" in final_reason(api, sent)


# Providers


def test_domains_of_one_provider_share_a_transaction(world):
    for domain in ("one.test", "two.test", "three.test"):
        world.zones.put(domain, "MX", "10 mx.test")
    world.zones.put("mx.test", "A", "127.0.0.2")
    with world.receiver("127.0.0.2") as receiver:
        api = world.api()
        warm = [api.send(to=[f"ann@{domain}"]) for domain in ("one.test", "two.test", "three.test")]
        for sent in warm:
            becomes(api, sent, "delivered")
        sent = api.send(to=["bob@one.test", "bob@two.test", "bob@three.test"])
        becomes(api, sent, "delivered")
        last = [delivery for delivery in receiver.deliveries if "bob@one.test" in delivery.recipients]
        assert [sorted(delivery.recipients) for delivery in last] == [["bob@one.test", "bob@three.test", "bob@two.test"]]


def test_a_provider_is_one_lane(world):
    domains = [f"d{number}.test" for number in range(12)]
    for domain in domains:
        world.zones.put(domain, "MX", "10 mx.test")
    world.zones.put("mx.test", "A", "127.0.0.2")
    with world.receiver("127.0.0.2") as receiver:
        api = world.api(delivery={"perDestination": {"connections": 2}})
        api.relay.verb("queue", "pause", "mx:mx.test", "--ahead")
        sent = [api.send(to=[f"ann@{domain}"]) for domain in domains]
        eventually(lambda: waiting(api.relay) == {"mx:mx.test": 12}, why="all in the lane of the provider")
        assert receiver.connections == 0
        api.relay.verb("queue", "resume", "mx:mx.test")
        for one in sent:
            becomes(api, one, "delivered")
        assert receiver.connections <= 2


def test_connections_are_used_again(world):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    with world.receiver("127.0.0.2") as receiver:
        api = world.api(delivery={"perDestination": {"connections": 1}})
        for number in range(10):
            becomes(api, api.send(to=[f"u{number}@dest.test"]), "delivered")
        assert receiver.connections < 10


# TLS


def test_starttls_is_used_when_it_is_offered(world, tmp_path):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    with world.receiver("127.0.0.2", certificate=Certificate.make(tmp_path)) as receiver:
        world.api().send(to=["ann@dest.test"])
        assert receiver.one().encrypted


def test_a_broken_handshake_is_followed_by_clear_text(world):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    # Promises TLS, and goes on in the clear.
    with ScriptedPeer("127.0.0.2", world.port, offers=("PIPELINING", "STARTTLS")) as peer:
        api = world.api()
        sent = api.send(to=["ann@dest.test"])
        becomes(api, sent, "delivered")
        assert len(peer.contents) == 1
        assert "STARTTLS" in peer.lines
    assert types(api, sent) == ["queued", "delivered"]


def test_a_domain_that_must_have_tls_gets_nothing_without(world, tmp_path):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    world.mx("other.test", (10, "mx.test", None))
    required = {"domains": {"dest.test": {"tls": "required"}}}
    with world.receiver("127.0.0.2", certificate=Certificate.make(tmp_path, "mx.test")) as receiver:
        api = world.api(delivery=required, retries=["200ms"])
        sent, beside = api.send(to=["ann@dest.test"]), api.send(to=["ann@other.test"])
        # Nobody that is trusted signed the certificate.
        becomes(api, sent, "bounced")
        becomes(api, beside, "delivered")
        assert types(api, sent) == ["queued", "deferred", "soft_bounced"]
        assert [delivery.recipients for delivery in receiver.deliveries] == [["ann@other.test"]]


def test_a_domain_that_must_have_tls_gets_its_mail_under_a_trusted_certificate(world, tmp_path):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    certificate = Certificate.make(tmp_path, "mx.test")
    required = {"domains": {"dest.test": {"tls": "required"}}, "caFile": str(certificate.certificate)}
    with world.receiver("127.0.0.2", certificate=certificate) as receiver:
        world.api(delivery=required).send(to=["ann@dest.test"])
        assert receiver.one().encrypted


# What servers do


def test_greylisting_is_waited_out(world):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    with world.receiver("127.0.0.2") as receiver:
        receiver.on_recipient = lambda address, attempt: "451 4.7.1 greylisted, try again" if attempt == 1 else None
        api = world.api()
        sent = api.send(to=["ann@dest.test"])
        becomes(api, sent, "delivered")
        assert types(api, sent) == ["queued", "deferred", "delivered"]


def test_greylisting_by_the_clock_is_waited_out(world):
    """As greylisting is done: this recipient is known from the first attempt on, and taken after a time, not before."""
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    patience, seen = 1.5, {}
    with world.receiver("127.0.0.2") as receiver:

        def greylist(address: str, _: int) -> str | None:
            first = seen.setdefault(address, time.monotonic())
            return "450 4.2.0 greylisted, see you later" if time.monotonic() < first + patience else None

        receiver.on_recipient = greylist
        api = world.api(retries=["400ms", "800ms", "1200ms"])
        sent = api.send(to=["ann@dest.test"])
        becomes(api, sent, "delivered")
        assert len(receiver.deliveries) == 1
        assert types(api, sent) == ["queued", *["deferred"] * (receiver.attempts["ann@dest.test"] - 1), "delivered"]
        # Who is known is taken at once.
        again = api.send(to=["ann@dest.test"])
        becomes(api, again, "delivered")
        assert types(api, again) == ["queued", "delivered"]


STAGES = ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("stage", [*STAGES, "."])
def test_a_server_that_takes_its_leave_gets_the_message_once_later(world, stage):
    """RFC 5321 §3.8: 421 may come at any time, and nothing was taken before."""
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    leave = lambda line, number: ("421 4.3.2 going down", CUT) if line.split(" ")[0] == stage and number == 1 else None
    with ScriptedPeer("127.0.0.2", world.port, leave) as peer:
        api = world.api()
        sent = api.send(to=["ann@dest.test"])
        becomes(api, sent, "delivered")
        assert peer.connections >= 2
        # The content of the refused one has come, too, where it was refused after it.
        assert len(peer.contents) == (2 if stage == "." else 1)
    assert types(api, sent)[-1] == "delivered"


@pytest.mark.parametrize("stage", STAGES)
def test_a_connection_cut_anywhere_before_the_content_costs_no_message_and_doubles_none(world, stage):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    cut = lambda line, number: CUT if line.split(" ")[0] == stage and number == 1 else None
    with ScriptedPeer("127.0.0.2", world.port, cut) as peer:
        api = world.api()
        sent = api.send(to=["ann@dest.test"])
        becomes(api, sent, "delivered")
        assert len(peer.contents) == 1


def test_recipients_have_fates_of_their_own(world):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    with world.receiver("127.0.0.2") as receiver:
        receiver.on_recipient = lambda address, attempt: "550 5.1.1 no such user" if "gone" in address else None
        api = world.api()
        sent = api.send(to=["ann@dest.test", "gone@dest.test"])
        becomes(api, sent, "bounced")
        assert receiver.one().recipients == ["ann@dest.test"]
        assert sorted(types(api, sent)) == ["bounced", "delivered", "queued"]


def test_a_server_that_leaves_in_the_middle_gets_the_rest_on_another_connection(world):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    leave = lambda line, number: ("421 4.3.2 going down", CUT) if line.startswith("MAIL") and number == 2 else None
    with ScriptedPeer("127.0.0.2", world.port, leave) as peer:
        api = world.api(delivery={"perDestination": {"connections": 1}})
        sent = [api.send(to=[f"u{number}@dest.test"]) for number in range(4)]
        for one in sent:
            becomes(api, one, "delivered")
        assert len(peer.contents) == 4
        assert peer.connections >= 2


def test_a_connection_cut_before_the_last_reply_is_tried_again(world):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    cut = lambda line, number: CUT if line == "." and number == 1 else None
    with ScriptedPeer("127.0.0.2", world.port, cut) as peer:
        api = world.api()
        sent = api.send(to=["ann@dest.test"])
        becomes(api, sent, "delivered")
        assert len(peer.contents) == 2
        ids = [re.search(rb"(?im)^message-id: *(\S+)", content)[1] for content in peer.contents]
        assert ids[0] == ids[1], "a duplicate must be recognizable"
    assert types(api, sent) == ["queued", "deferred", "delivered"]


def test_a_connection_cut_after_the_last_reply_makes_no_duplicate(world):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    cut = lambda line, number: ("250 2.0.0 taken", CUT) if line == "." else None
    with ScriptedPeer("127.0.0.2", world.port, cut) as peer:
        api = world.api()
        for number in range(3):
            becomes(api, api.send(to=[f"u{number}@dest.test"]), "delivered")
        assert len(peer.contents) == 3


def test_a_provider_that_pushes_back_is_left_alone_for_a_while(world):
    world.mx("dest.test", (10, "mx.test", "127.0.0.2"))
    with world.receiver("127.0.0.2") as receiver:
        receiver.on_recipient = lambda address, attempt: "450 4.7.28 too much mail" if address == "u0@dest.test" else None
        api = world.api(retries=["100ms", "10s"], delivery={"perDestination": {"connections": 1}})
        api.send(to=["u0@dest.test"])
        eventually(lambda: receiver.attempts.get("u0@dest.test"), why="the first attempt")
        pushed = time.time()
        api.send(to=["later@dest.test"])
        assert receiver.one().at - pushed > 1.5
