"""What stands at every gate: methods that are none, fields of every answer, passwords that are tried twice, names."""

import json
import smtplib
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from mail import parse
from nameserver import NameServer
from peers import Smarthost
from polyrelay import eventually, serving
from test_neighbours import peak
from wire import email, request

DIALECTS = {
    "poststack": ("/emails", {"error": "Method not implemented", "code": "not_implemented"}),
    "harepost": ("/v1/deliveries", {"error": "method not implemented"}),
    "posthawk": ("/v1/send", {"statusCode": 501, "message": "Method not implemented", "error": "Not Implemented"}),
    "harpoon": ("/v1/transactions", None),
    "ahasend": ("/v2/ping", {"message": "method not implemented"}),
}


@pytest.fixture(scope="module")
def all_dialects(tmp_path_factory):
    listeners = [{"personality": name, "listen": "127.0.0.1:0"} for name in DIALECTS]
    with serving(tmp_path_factory.mktemp("gates"), listeners=listeners, limits={}) as server:
        yield server


@pytest.mark.parametrize("method", ["XGET", "get", "TRACE", "PROPFIND", "\x7f"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_no_method_is_not_implemented_in_any_dialect(all_dialects, dialect, method):
    api = all_dialects.api()
    api.port = all_dialects.ports[dialect]
    path, expected = DIALECTS[dialect]
    for target in (path, "/nowhere"):
        with api.connect() as connection:
            answer = connection.exchange(request(method, target, api.headers()))
        # A byte that stands in no token is no request line at all (RFC 9112 §3).
        assert answer.status == (400 if method == "\x7f" else 501), (target, answer.body)
        assert answer.header("X-Content-Type-Options") == "nosniff"
        if expected is not None and answer.status == 501:
            assert answer.json() == expected
        if dialect == "harpoon" and answer.status == 501:
            assert answer.json()["error"]["code"] == "NOT_IMPLEMENTED"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_answer_of_every_dialect_is_what_it_says(all_dialects, dialect):
    api = all_dialects.api()
    api.port = all_dialects.ports[dialect]
    for method, path in [("GET", DIALECTS[dialect][0]), ("GET", "/nowhere"), ("GET", "/openapi.json"), ("OPTIONS", "/")]:
        answer = api.call(method, path)
        assert answer.header("X-Content-Type-Options") == "nosniff", (method, path, answer.status)


def test_the_operators_pages_know_no_other_methods_either(all_dialects):
    admin = all_dialects.admin()
    for path in ("/messages", "/healthz", "/nowhere"):
        assert admin.call("XGET", path).status == 501
        assert admin.call("POST", path).status == 405
    assert admin.get("/messages").header("X-Content-Type-Options") == "nosniff"


def refused(server) -> float:
    """Refusals at the listeners for mail, of whatever reason, since the start."""
    lines = server.admin().get("/metrics").body.decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("polyrelay_smtp_refused_total{"))


def test_one_wrong_password_is_one_however_many_mechanisms_it_is_tried_by(server):
    running = server(smtp={"hostname": "mx.relay.test", "listeners": [{"listen": "127.0.0.1:0", "tls": "none"}]}).start()
    key = running.tenant()
    with smtplib.SMTP("127.0.0.1", running.smtp_ports[0], timeout=30) as client:
        client.ehlo("client.test")
        assert {"PLAIN", "LOGIN"} <= set(client.esmtp_features["auth"].split())
        # Each login is two AUTH commands, and three of them are more than a session may fail.
        for _ in range(3):
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("poststack", "sk_live_" + "a" * 40)
        assert refused(running) == 1
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("poststack", "sk_live_" + "b" * 40)
        assert refused(running) == 2
        client.login("poststack", key.secret)


def test_the_smarthosts_name_is_asked_of_the_servers_that_all_names_are_asked_of(server):
    with NameServer() as names, Smarthost() as host:
        names.zones.put("smarthost.acme.test", "A", "127.0.0.1", ttl=600)
        running = server(dns={"servers": [names.address]}, retries=["200ms"])
        running.settings["delivery"] |= {"mode": "smarthost", "smarthost": f"smarthost.acme.test:{host.port}"}
        api = running.start().api(running.tenant())
        api.post("/emails", email(subject="by name"))
        assert parse(host.one().data)["Subject"] == "by name"
        assert ("smarthost.acme.test.", "A", "udp") in names.zones.asked


def test_no_race_shows_more_numbers_to_pay_to_than_an_account_may_show(all_dialects):
    account = all_dialects.account("shop")

    def add(number: int) -> int:
        return all_dialects.verb("payment-method", "add", f"024111{number:04}", "--account", account).code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(add, range(26)))
    assert codes.count(0) == 20 and len(all_dialects.ask("payment-method", "list", "--account", account)) == 20
    assert all_dialects.verb("payment-method", "remove", "0241110025", "--account", account).code in (0, 1)
    shown = all_dialects.ask("payment-method", "list", "--account", account)[0]["phone_number"]
    assert all_dialects.verb("payment-method", "remove", shown, "--account", account).code == 0
    assert add(99) == 0


# Large answers

LARGE_BYTES = 36_000_000


def test_large_answers_that_nobody_reads_hold_one_place_of_a_bounded_memory(server):
    running = server().start()
    key = running.tenant()
    api = running.api(key)
    body = json.dumps(email(text="x" * LARGE_BYTES)).encode()
    with api.connect(120) as connection:
        sent = connection.exchange(request("POST", "/emails", api.headers(), body))
    assert sent.status == 202
    path = f"/emails/{sent.json()['id']}"
    before = peak(running)
    unread = []
    try:
        for _ in range(60):
            one = socket.create_connection(("127.0.0.1", running.port), 60)
            one.sendall(request("GET", path, api.headers()))
            unread.append(one)
        statuses = [one.recv(12) for one in unread]
        # A key has room for one of this size.
        assert statuses.count(b"HTTP/1.1 200") == 1 and statuses.count(b"HTTP/1.1 503") == 59
        # In the making there are its content, its text and its answer.
        grown = peak(running) - before
        print(f"60 unread answers of {LARGE_BYTES} bytes: {grown / 1e6:.0f} MB more than accepting it took")
        assert grown <= 4 * LARGE_BYTES
        # Who asks for little is served, and who reads gets all of it once there is room.
        assert api.get("/emails").status == 200
    finally:
        for one in unread:
            one.close()

    def whole() -> bool:
        with api.connect(120) as connection:
            answer = connection.exchange(request("GET", path, api.headers()))
        return answer.status == 200 and answer.json()["email"]["textBody"] == "x" * LARGE_BYTES

    eventually(whole, why="there is room again")
