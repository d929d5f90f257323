"""Bounces that other mail servers really write: Postfix, Exim and OpenSMTPD take our mail, the server behind them
refuses it, and what they send back comes to our own door."""

import pytest
from mta import Exim, MailServer, OpenSMTPD, Postfix, as_root
from peers import Smarthost
from test_mx import becomes, report, serve, suppressed

pytestmark = as_root
SERVERS = [Postfix, Exim, OpenSMTPD]
REFUSED = "ann@dest.test"


@pytest.fixture
def behind():
    with Smarthost() as last:
        yield last


@pytest.fixture(params=SERVERS, ids=lambda kind: kind.__name__.lower())
def peer(request, behind) -> MailServer:
    with request.param(next_hop=behind.port) as server:
        yield server


@pytest.fixture
def relay(server, peer):
    return serve(server, peer.port)


@pytest.fixture
def api(relay):
    return relay.api(relay.tenant())


def bounce(relay, behind) -> tuple[int, str]:
    """Hands in what the peer sends back; the last reply."""
    arrived = behind.wait_for(lambda all: [one for one in all if is_bounce(one)], why="a bounce")
    (back,) = [one for one in arrived if is_bounce(one)]
    return report(relay, back.recipients[0], back.data)


def is_bounce(delivery) -> bool:
    return delivery.sender in ("", "<>") and delivery.recipients[0].startswith("b-")


@pytest.mark.parametrize(
    ("said", "is_dead"),
    [
        ("550 5.1.1 <ann@dest.test>: Recipient address rejected: User unknown in virtual mailbox table", True),
        ("550 Requested action not taken: mailbox unavailable", True),
        ("550 5.7.1 Service unavailable; client [192.0.2.1] blacklisted", False),
        ("550 5.1.1 <ann@dest.test>: mailbox is over quota and takes no more mail at the moment for that", False),
        ("550 rejected", False),
    ],
)
def test_a_recipient_that_the_next_server_refuses(relay, api, behind, said, is_dead):
    behind.on_recipient = lambda address, attempt: said if address == REFUSED else None
    sent = api.send(to=[REFUSED])
    assert bounce(relay, behind)[0] == 250
    becomes(api, sent, "bounced")
    assert suppressed(api) == ([(REFUSED, "hard_bounce")] if is_dead else [])


@pytest.mark.parametrize(
    ("said", "is_dead"),
    [
        ("550 5.2.0 Mail rejected. OFR_506 [506]", False),
        ("550 5.1.1 IP address blacklisted", False),
        ("554 delivery error: dd This user doesn't have a dest.test account (ann@dest.test) [0]", True),
    ],
)
def test_content_that_the_next_server_refuses(relay, api, behind, said, is_dead):
    behind.on_data = lambda delivery, attempt: said if REFUSED in delivery.recipients else None
    sent = api.send(to=[REFUSED])
    assert bounce(relay, behind)[0] == 250
    becomes(api, sent, "bounced")
    assert suppressed(api) == ([(REFUSED, "hard_bounce")] if is_dead else [])


def test_of_two_recipients_of_one_transaction_the_refused_one_is_found(relay, api, behind):
    # The plus sign goes out in xtext, and Exim sends it back as it came.
    refused = "ann+news@dest.test"
    behind.on_recipient = lambda address, attempt: (
        f"550 5.1.1 <{refused}>: User unknown" if address == refused else None
    )
    sent = api.send(to=[refused, "bob@dest.test"])
    assert bounce(relay, behind)[0] == 250
    becomes(api, sent, "bounced")
    assert suppressed(api) == [(refused, "hard_bounce")]
