"""MTA-STS over the wire (RFC 8461): a destination says by a TXT record and a policy over HTTPS that mail for it needs
TLS, and to whom. Policies are fetched from port 443 alone, and their host is found by the machine's own resolver; so
the destination is a name under `localhost`, which leads to this machine everywhere."""

import errno
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from destinations import LOOPBACK, becomes, final_reason, types
from peers import Authority, Certificate, ScriptedPeer
from polyrelay import eventually

DOMAIN = "dest.localhost"
POLICY_HOST = f"mta-sts.{DOMAIN}"
EXCHANGE = f"mx.{DOMAIN}"
ADDRESS, OTHER_ADDRESS = "127.0.0.2", "127.0.0.3"
DAY = 86400


def policy(mode: str = "enforce", mx: tuple[str, ...] = (EXCHANGE,), age: int = DAY) -> str:
    lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {one}" for one in mx), f"max_age: {age}"]
    return "".join(f"{line}\r\n" for line in lines)


class PolicyHost:
    """Serves `text` over HTTPS where policies are looked for; `answer`, if it is set, is status and fields instead."""

    def __init__(self, certificate: Certificate):
        self.text = policy()
        self.answer: tuple[int, dict[str, str]] | None = None
        self.asked: list[tuple[str, str]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                host.asked.append((self.headers["Host"], self.path))
                status, fields = host.answer or (200, {})
                body = host.text.encode()
                self.send_response(status)
                for name, value in ({"Content-Type": "text/plain", "Content-Length": str(len(body))} | fields).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Site(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self._server = Site(("127.0.0.1", 443), Handler)
        self._server.socket = certificate.server_context().wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path)


@contextmanager
def serving(certificate: Certificate):
    try:
        host = PolicyHost(certificate)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EADDRINUSE):
            raise
        pytest.skip(f"port 443 is not ours to serve policies at: {error.strerror}")
    try:
        yield host
    finally:
        host.close()


@pytest.fixture
def policies(authority):
    with serving(authority.issue(POLICY_HOST)) as host:
        yield host


@pytest.fixture
def destination(world):
    """`DOMAIN` with one exchange and the record of a policy."""
    world.mx(DOMAIN, (10, EXCHANGE, ADDRESS))
    announce(world, "1")
    return world


def announce(world, number: str) -> None:
    world.zones.remove(f"_mta-sts.{DOMAIN}")
    world.zones.put(f"_mta-sts.{DOMAIN}", "TXT", f"v=STSv1; id={number};")


def api_of(world, authority: Authority, retries=("200ms",)):
    """Trusts the authority as to policies and as to exchanges."""
    egress = {"allow": LOOPBACK, "caFile": str(authority.file)}
    return world.api(egress=egress, delivery={"caFile": str(authority.file)}, retries=list(retries))


def assert_never_delivered(api, receiver, why: str) -> None:
    sent = api.send(to=[f"ann@{DOMAIN}"])
    becomes(api, sent, "bounced")
    assert types(api, sent) == ["queued", "deferred", "soft_bounced"]
    assert why in final_reason(api, sent)
    assert receiver.deliveries == []


# Enforced


def test_the_right_exchange_with_a_good_certificate_gets_the_mail(destination, authority, policies):
    with destination.receiver(ADDRESS, certificate=authority.issue(EXCHANGE)) as receiver:
        api = api_of(destination, authority)
        for number in range(3):
            becomes(api, api.send(to=[f"u{number}@{DOMAIN}"]), "delivered")
        assert [one.encrypted for one in receiver.deliveries] == [True] * 3
        # Each message needs the policy, which is fetched once.
        assert policies.asked == [(POLICY_HOST, "/.well-known/mta-sts.txt")]


def test_a_pattern_names_exchanges(destination, authority, policies):
    policies.text = policy(mx=("mail.elsewhere.localhost", f"*.{DOMAIN}"))
    with destination.receiver(ADDRESS, certificate=authority.issue(EXCHANGE)) as receiver:
        api = api_of(destination, authority)
        becomes(api, api.send(to=[f"ann@{DOMAIN}"]), "delivered")
        assert receiver.one().encrypted


def test_a_certificate_for_another_name_gets_nothing(destination, authority, policies):
    with destination.receiver(ADDRESS, certificate=authority.issue("mx.elsewhere.localhost")) as receiver:
        assert_never_delivered(api_of(destination, authority), receiver, "TLS handshake")


def test_a_certificate_that_nobody_trusts_gets_nothing(destination, authority, policies, tmp_path):
    with destination.receiver(ADDRESS, certificate=Certificate.make(tmp_path, EXCHANGE)) as receiver:
        assert_never_delivered(api_of(destination, authority), receiver, "TLS handshake")


def test_an_exchange_without_tls_gets_nothing(destination, authority, policies):
    with destination.receiver(ADDRESS) as receiver:
        assert_never_delivered(api_of(destination, authority), receiver, "TLS")


def test_a_handshake_that_breaks_is_not_followed_by_clear_text(destination, authority, policies):
    with ScriptedPeer(ADDRESS, destination.port, offers=("PIPELINING", "STARTTLS")) as peer:
        api = api_of(destination, authority)
        sent = api.send(to=[f"ann@{DOMAIN}"])
        becomes(api, sent, "bounced")
        assert "STARTTLS" in peer.lines
        assert not any(line.startswith("MAIL") for line in peer.lines)


def test_an_exchange_that_the_policy_does_not_name_is_never_connected_to(destination, authority, policies):
    policies.text = policy(mx=("mx.elsewhere.localhost",))
    with destination.receiver(ADDRESS, certificate=authority.issue(EXCHANGE)) as receiver:
        assert_never_delivered(api_of(destination, authority), receiver, "policy")
        assert receiver.connections == 0


def test_a_less_preferred_exchange_gets_the_mail_if_only_it_is_named(destination, authority, policies):
    destination.mx(DOMAIN, (20, f"mx2.{DOMAIN}", OTHER_ADDRESS))
    policies.text = policy(mx=(f"mx2.{DOMAIN}",))
    good = authority.issue(f"mx2.{DOMAIN}")
    with destination.receiver(ADDRESS) as first, destination.receiver(OTHER_ADDRESS, certificate=good) as second:
        api = api_of(destination, authority)
        becomes(api, api.send(to=[f"ann@{DOMAIN}"]), "delivered")
        assert second.one().encrypted
        assert first.connections == 0


def test_mail_waits_until_the_exchange_is_as_the_policy_says(destination, authority, policies):
    api = api_of(destination, authority, retries=["200ms"] * 100)
    with destination.receiver(ADDRESS) as receiver:
        sent = api.send(to=[f"ann@{DOMAIN}"])
        becomes(api, sent, "deferred")
        assert receiver.deliveries == []
    with destination.receiver(ADDRESS, certificate=authority.issue(EXCHANGE)) as receiver:
        assert receiver.one().encrypted
        becomes(api, sent, "delivered")


# Remembered


@pytest.fixture
def patient(tier):
    """What was found of a destination is believed for half a minute, whatever changes meanwhile."""
    if tier == "quick":
        pytest.skip("takes half a minute: in the tiers full and soak")


def asked_again(world, since: int) -> None:
    """Returns when the record was looked for after so many questions."""
    question = (f"_mta-sts.{DOMAIN}.", "TXT")
    asked = lambda: question in [one[:2] for one in world.zones.asked[since:]]
    eventually(asked, seconds=60, why="the record was looked for again")


@pytest.mark.parametrize("taken", ["record", "policy"])
def test_a_policy_holds_when_it_can_no_longer_be_asked_for(patient, destination, authority, taken):
    api = api_of(destination, authority, retries=["500ms"] * 100)
    with destination.receiver(ADDRESS) as receiver:
        with serving(authority.issue(POLICY_HOST)):
            sent = api.send(to=[f"ann@{DOMAIN}"])
            becomes(api, sent, "deferred")
        since = len(destination.zones.asked)
        if taken == "record":
            destination.zones.remove(f"_mta-sts.{DOMAIN}")
        else:
            announce(destination, "2")
        asked_again(destination, since)
        attempts = len(api.events(sent))
        eventually(lambda: len(api.events(sent)) >= attempts + 3, why="attempts since")
        assert set(types(api, sent)) == {"queued", "deferred"}
        assert receiver.deliveries == []


def test_a_new_record_means_a_new_policy(patient, destination, authority, policies):
    api = api_of(destination, authority, retries=["500ms"] * 100)
    with destination.receiver(ADDRESS) as receiver:
        sent = api.send(to=[f"ann@{DOMAIN}"])
        becomes(api, sent, "deferred")
        policies.text = policy("testing")
        announce(destination, "2")
        receiver.one(60)
        becomes(api, sent, "delivered")
        assert len(policies.asked) == 2


# Not enforced


@pytest.mark.parametrize("mode", ["testing", "none"])
def test_a_policy_that_is_not_enforced_keeps_nothing_back(destination, authority, policies, mode, tmp_path):
    policies.text = policy(mode, mx=("mx.elsewhere.localhost",))
    with destination.receiver(ADDRESS, certificate=Certificate.make(tmp_path, "wrong.test")) as receiver:
        api = api_of(destination, authority)
        becomes(api, api.send(to=[f"ann@{DOMAIN}"]), "delivered")
        assert receiver.one().encrypted
        assert len(policies.asked) == 1


def test_without_the_record_nobody_is_asked(destination, authority, policies):
    destination.zones.remove(f"_mta-sts.{DOMAIN}")
    with destination.receiver(ADDRESS):
        api = api_of(destination, authority)
        becomes(api, api.send(to=[f"ann@{DOMAIN}"]), "delivered")
        assert policies.asked == []


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ((404, {}), policy()),
        # RFC 8461 §3.3: a redirect is not followed.
        ((302, {"Location": f"https://{POLICY_HOST}/elsewhere"}), policy()),
        (None, policy().replace("STSv1", "STSv2")),
        (None, policy(mx=())),
        (None, policy().replace("max_age", "age")),
        (None, "<html>Not found</html>"),
    ],
    ids=["status", "redirect", "version", "no-mx", "no-age", "page"],
)
def test_what_is_no_policy_is_as_none(destination, authority, policies, answer, text):
    policies.answer, policies.text = answer, text
    with destination.receiver(ADDRESS) as receiver:
        api = api_of(destination, authority)
        becomes(api, api.send(to=[f"ann@{DOMAIN}"]), "delivered")
        receiver.one()
        assert [path for _, path in policies.asked] == ["/.well-known/mta-sts.txt"]


@pytest.mark.parametrize("flaw", ["name", "authority"])
def test_a_policy_host_with_a_bad_certificate_is_not_believed(destination, authority, flaw, tmp_path):
    if flaw == "name":
        certificate = authority.issue(DOMAIN)
    else:
        certificate = Certificate.make(tmp_path, POLICY_HOST)
    with serving(certificate) as policies, destination.receiver(ADDRESS) as receiver:
        api = api_of(destination, authority)
        becomes(api, api.send(to=[f"ann@{DOMAIN}"]), "delivered")
        receiver.one()
        assert policies.asked == []


def test_the_operators_word_stands_above_a_policy(destination, authority, policies):
    with destination.receiver(ADDRESS) as receiver:
        egress = {"allow": LOOPBACK, "caFile": str(authority.file)}
        api = destination.api(egress=egress, delivery={"domains": {DOMAIN: {"tls": "opportunistic"}}})
        becomes(api, api.send(to=[f"ann@{DOMAIN}"]), "delivered")
        receiver.one()
        assert policies.asked == []
