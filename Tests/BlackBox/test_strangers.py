"""Strangers do what they can, and a customer beside them is served: each by itself, and quickly."""

import json
import os
import resource
import smtplib
import socket
import subprocess
import threading
import time

import pytest
from nameserver import NameServer
from polyrelay import Log, Server, _listening, binary, configuration, eventually
from receiver import Receiver
from test_errors import assert_refused
from wire import Closed, Connection, email, request

LOOPBACK = ["127.0.0.0/8", "::1/128"]


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def customer(api, count: int = 100) -> float:
    """The 99th percentile of the time for one accepted email over a kept connection, in milliseconds."""
    body = json.dumps(email()).encode()
    times = []
    with api.connect() as connection:
        for _ in range(count):
            began = time.monotonic()
            assert connection.exchange(request("POST", "/emails", api.headers(), body)).status == 202
            times.append((time.monotonic() - began) * 1000)
    return quantile(times, 0.99)


# Names


def test_a_name_that_is_dead_costs_another_account_nothing(server):
    rounds = 200
    with NameServer() as names, Receiver() as receiver:
        names.zones.put("hooks.acme.test", "A", "127.0.0.1", ttl=600)
        running = server(
            listeners=[{"personality": name, "listen": "127.0.0.1:0"} for name in ("poststack", "harepost")],
            dns={"servers": [names.address]},
            egress={"allow": LOOPBACK},
            limits={
                "poststack": {"default": []},
                "harepost": {"send": [], "other": []},
            },
        ).start()
        key = running.tenant()
        healthy = running.api(key)
        healthy.port = running.ports["poststack"]
        hook = healthy.post(
            "/webhooks", {"url": receiver.url(host="hooks.acme.test"), "events": ["email.delivered"]}
        ).json()["webhook"]["id"]
        account = running.account("stranger")
        running.domain(account, "dead.test")
        made = running.ask("key", "create", "--account", account, "--personality", "harepost")
        stranger = running.api(made["key"])
        stranger.port = running.ports["harepost"]
        reasons = set()
        for number in range(rounds):
            sent = stranger.post(
                "/v1/send", {"target": f"https://n{number}.dead.test/", "delivery": {"max_attempts": 1}}
            ).json()["queue_id"]
            found = eventually(
                lambda: (one := stranger.get(f"/v1/deliveries/{sent}").json())["status"] == "dead_letter" and one
            )
            reasons.add(found["attempts"][0]["error"])
            healthy.send()
            receiver.wait(lambda all: len(all) > number)
        assert reasons == {"host name not found"}

        def attempts() -> list[int]:
            pages = [
                healthy.get(f"/webhooks/{hook}/deliveries?per_page=100&page={page}").json()["deliveries"]
                for page in (1, 2)
            ]
            return [one["attempts"] for page in pages for one in page if one["deliveredAt"]]

        assert eventually(lambda: len(attempts()) == rounds and attempts()) == [1] * rounds
        assert ("hooks.acme.test.", "A", "udp") in names.zones.asked


# The log


def test_a_log_that_nobody_reads_holds_nobody_up(tmp_path):
    settings = configuration(tmp_path, log={"requests": True, "format": "json"})
    running = Server(tmp_path, settings)
    running.write_configuration()
    reading, writing = os.pipe()
    running.process = subprocess.Popen(
        [binary(), "serve", "--config", running.config_path], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=writing
    )
    os.close(writing)
    try:
        seen = b""
        while seen.count(b'"listening"') < 3:
            seen += os.read(reading, 65_536)
        records = [json.loads(line) for line in seen.splitlines()]
        running.ports = {one["service"]: int(one["port"]) for one in _listening(records)}
        api = running.api(running.tenant())
        # A pipe holds 64 KiB: some three hundred lines.
        with api.connect(20) as connection:
            for _ in range(2000):
                assert connection.exchange(request("GET", "/emails", api.headers())).status == 200
        assert running.admin().get("/healthz").status == 200
        # Once it is read again, what was lost is told, and every line is whole.
        os.set_blocking(reading, False)
        late = b""

        def told() -> bool:
            nonlocal late
            api.get("/emails")
            try:
                late += os.read(reading, 1 << 20)
            except BlockingIOError:
                pass
            return b'"log-lines-dropped"' in late and late.endswith(b"\n")

        eventually(told, why="the dropped lines are counted")
        lines = [json.loads(line) for line in late.splitlines() if line]
        dropped = [line["count"] for line in lines if line["event"] == "log-lines-dropped"]
        assert sum(dropped) > 1000
    finally:
        os.close(reading)
        running.process.kill()
        running.process.wait(60)


# Descriptors


def start_limited(running: Server, soft: int, hard: int) -> Server:
    """Starts it with so many descriptors."""
    own = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A child inherits them; the test itself needs its own again.
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, own[1]))
    try:
        if hard < own[1]:
            running.write_configuration()
            wrapper = running.folder / "limited"
            wrapper.write_text(f'#!/bin/sh\nulimit -Sn {soft}; ulimit -Hn {hard}; exec "$@"\n')
            wrapper.chmod(0o755)
            running.process = subprocess.Popen(
                [wrapper, binary(), "serve", "--config", running.config_path], cwd=running.folder,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
            running.log = Log(running.process.stderr)
            heard = running.log.wait(lambda records: len(_listening(records)) >= 2)
            running.ports = {record["service"]: int(record["port"]) for record in _listening(heard)}
            return running
        return running.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, own)


def metric(running: Server, name: str) -> float:
    for line in running.admin().get("/metrics").body.decode().splitlines():
        if line.startswith(name + " ") or line.startswith(name + "{"):
            return float(line.rsplit(" ", 1)[1])
    raise AssertionError(f"no {name}")


def test_the_soft_limit_of_descriptors_is_raised_to_the_hard_one(server):
    running = start_limited(server(), 256, 4096)
    assert metric(running, "process_max_fds") == 4096


def test_idle_strangers_make_room_for_customers_and_for_the_operator(server):
    running = start_limited(server(), 1024, 1024)
    api = running.api(running.tenant())
    quiet = customer(api)
    idle: list[socket.socket] = []
    try:
        with api.connect() as known:
            assert known.exchange(request("GET", "/emails", api.headers())).status == 200
            for _ in range(1100):
                idle.append(socket.create_connection(("127.0.0.1", running.port), 20))
            assert running.admin().get("/healthz").status == 200
            assert running.ask("account", "list")
            busy = customer(api)
            print(f"p99 of POST /emails: quiet {quiet:.1f} ms, beside 1100 idle strangers {busy:.1f} ms")
            # Who has shown a good key is not among those who went.
            assert known.exchange(request("GET", "/emails", api.headers())).status == 200
            assert running.verb("key", "list").code == 0
    finally:
        for one in idle:
            one.close()
    text = running.log.text()
    assert text.count('"accept-paused"') <= 20


# Bodies


def announced(api, length: int, authorised: bool = False) -> Connection:
    """A connection that announces a body, and has sent one byte of it."""
    connection = api.connect()
    headers = api.headers() if authorised else {"Content-Type": "application/json"}
    connection.send(request("POST", "/emails/batch", headers | {"Content-Length": str(length)}, b"{"))
    return connection


def test_what_strangers_announce_takes_no_room_from_a_customer(server):
    running = server(limits={"poststack": {"default": []}}).start()
    api = running.api(running.tenant())
    body = json.dumps(email(text="x" * 400_000)).encode()
    strangers = [announced(api, 64 << 20) for _ in range(40)]
    try:
        for _ in range(20):
            assert api.post("/emails", body).status == 202
    finally:
        for stranger in strangers:
            stranger.close()


def test_a_bad_key_is_refused_before_its_body_is_waited_for(server):
    running = server().start()
    api = running.api(running.tenant())
    for headers in ({}, {"Authorization": "Bearer sk_live_" + "a" * 40}):
        with api.connect() as connection:
            connection.send(
                request("POST", "/emails", headers | {"Content-Length": "5000000", "Expect": "100-continue"})
            )
            answer = connection.response()
            assert_refused(answer, 401, "Invalid API key")
            assert answer.interim == []
    # And one that is good is asked for it.
    data = json.dumps(email()).encode()
    with api.connect() as connection:
        connection.send(
            request("POST", "/emails", api.headers() | {"Content-Length": str(len(data)), "Expect": "100-continue"})
        )
        assert connection._one("POST").status == 100
        connection.send(data)
        assert connection.response().status == 202


def test_a_refusal_before_the_body_lets_a_short_rest_pass(server):
    running = server().start()
    api = running.api(running.tenant())
    data = json.dumps(email()).encode()
    with api.connect() as connection:
        bad = {"Authorization": "Bearer sk_live_" + "a" * 40}
        connection.send(request("POST", "/emails", bad, data))
        assert_refused(connection.response(), 401, "Invalid API key")
        assert connection.exchange(request("POST", "/emails", api.headers(), data)).status == 202


# Lines that may be read in two ways


@pytest.mark.parametrize("order", [0, 1])
def test_two_authorization_lines_are_no_credential(running, key, order):
    lines = [f"Authorization: Bearer {key.secret}", "Authorization: Bearer sk_live_" + "a" * 40]
    if order:
        lines.reverse()
    head = "\r\n".join(["GET /emails HTTP/1.1", "Host: api.test", *lines, "", ""])
    with running.api(key).connect() as connection:
        assert_refused(connection.exchange(head.encode()), 401, "Invalid API key")


@pytest.mark.parametrize("name", ["tag", "to", "from", "subject"])
def test_a_filter_with_a_nul_matches_nothing(running, key, name):
    api = running.api(key)
    api.send(tags=["welcome"])
    assert api.get("/emails?tag=welcome").json()["data"] != []
    for value in ("%00", "welcome%00", "%00welcome"):
        assert api.get(f"/emails?{name}={value}").json()["data"] == [], value


# Mail


def silent_mail(port: int, octets: int) -> socket.socket:
    """A stranger's session that has sent so much of a message, and says nothing more."""
    session = socket.create_connection(("127.0.0.1", port), 30)
    replies = session.makefile("rb")
    assert replies.readline().startswith(b"220")
    session.sendall(b"EHLO stranger.test\r\n")
    while not replies.readline().startswith(b"250 "):
        pass
    for command in (b"MAIL FROM:<>", b"RCPT TO:<postmaster@bounce.relay.test>", b"DATA"):
        session.sendall(command + b"\r\n")
        assert replies.readline()[:1] in (b"2", b"3"), command
    try:
        session.sendall((b"x" * 900 + b"\r\n") * (octets // 902))
    except (ConnectionError, socket.timeout):
        pass
    return session


def test_silent_strangers_at_mx_hold_nothing_that_submission_needs(server):
    listeners = [{"listen": "127.0.0.1:0", "role": "mx"}, {"listen": "127.0.0.1:0", "tls": "none"}]
    running = server(
        hosts={"returnPath": "bounce.relay.test"},
        smtp={"hostname": "mx.relay.test", "listeners": listeners},
        limits={"poststack": {"default": []}},
    ).start()
    key = running.tenant()
    quiet = customer(running.api(key), 50)
    strangers = []
    try:
        for _ in range(78):
            strangers.append(silent_mail(running.smtp_ports[0], 9_000_000))
        content = "From: hello@example.com\r\nTo: ann@example.net\r\nSubject: s\r\n\r\n" + ("x" * 70 + "\r\n") * 170_000
        for _ in range(5):
            with smtplib.SMTP("127.0.0.1", running.smtp_ports[1], timeout=60) as client:
                client.login("poststack", key.secret)
                assert client.sendmail("hello@example.com", ["ann@example.net"], content) == {}
        busy = customer(running.api(key), 50)
        print(f"p99 of POST /emails: quiet {quiet:.1f} ms, beside 78 silent messages {busy:.1f} ms")
        assert metric(running, "process_resident_memory_bytes") < 600 << 20
    finally:
        for one in strangers:
            one.close()


# Lists


def test_lists_that_look_at_everything_hold_up_no_large_message(server):
    running = server(limits={"poststack": {"default": []}}).start()
    stranger, key = running.tenant(name="stranger"), running.tenant(name="customer", domain="customer.example")
    api, other = running.api(key), running.api(stranger)
    for _ in range(60):
        assert other.post("/emails/batch", {"emails": [email() for _ in range(100)]}).status in (200, 202)
    large = json.dumps(email(sender="me@customer.example", text="x" * 400_000)).encode()

    def times(count: int) -> list[float]:
        found = []
        for _ in range(count):
            began = time.monotonic()
            assert api.post("/emails", large).status == 202
            found.append((time.monotonic() - began) * 1000)
        return found

    quiet = quantile(times(30), 0.5)
    ended = threading.Event()
    statuses: list[int] = []

    def scan() -> None:
        while not ended.is_set():
            statuses.append(other.get("/emails?subject=nowhere&per_page=100").status)

    scans = [threading.Thread(target=scan) for _ in range(8)]
    for one in scans:
        one.start()
    try:
        busy = quantile(times(30), 0.5)
        assert api.get("/emails").status == 200
    finally:
        ended.set()
        for one in scans:
            one.join(60)
    print(f"median of a 400 KB accept: quiet {quiet:.1f} ms, beside 8 scans {busy:.1f} ms; scans: {len(statuses)}")
    # One at a time and a few that wait; the rest is told to come back.
    assert set(statuses) <= {200, 503} and 200 in statuses and 503 in statuses


# The operator's pages


def test_captured_mail_is_shown_to_who_has_the_token_under_a_name_of_ours(running, key):
    running.api(key).send()
    admin = running.admin()
    assert admin.secret and admin.get("/messages").status == 200
    for host, extra, status in [
        ("evil.test:8025", {}, 421),
        ("evil.test", {}, 421),
        ("127.0.0.1", {"Authorization": "Bearer " + "0" * 48}, 401),
        ("127.0.0.1", {"Authorization": ""}, 401),
        ("127.0.0.1", {"Origin": "http://evil.test"}, 403),
        ("127.0.0.1", {"Origin": "http://127.0.0.1"}, 200),
        ("localhost:8025", {}, 200),
        ("[::1]:8025", {}, 200),
    ]:
        admin.name = host
        for path in ("/messages", "/messages?page=1"):
            answer = admin.get(path, headers=extra)
            assert answer.status == status, (host, extra, answer.body)
            assert answer.header("X-Content-Type-Options") == "nosniff"
            assert answer.header("Cache-Control") == "no-store"
    admin.name = "anything.test"
    for path in ("/healthz", "/readyz", "/metrics"):
        assert admin.get(path, headers={"Authorization": ""}).status == 200


def test_health_and_figures_are_for_anybody_only_where_the_operator_says_so(server):
    running = server(admin={"listen": "127.0.0.1:0", "open": ["healthz"], "publicURL": "http://mail.example"}).start()
    admin = running.admin()
    admin.name = "mail.example"
    assert admin.get("/metrics").status == 200
    for path, status in {"/healthz": 200, "/readyz": 401, "/metrics": 401}.items():
        assert admin.get(path, headers={"Authorization": ""}).status == status, path


def test_a_page_elsewhere_signs_nobody_up(server):
    running = server(
        listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}],
        personalities={"harepost": {"signup": True}}, limits={},
    ).start()  # fmt: skip
    body = {"email": "me@example.com"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = running.api().post("/v1/accounts", body, {"Content-Type": kind, "Origin": "https://evil.test"})
        assert (answer.status, answer.json()) == (400, {"error": "invalid JSON body"}), kind
    assert running.api().post("/v1/accounts", body, {"Content-Type": "application/json; charset=utf-8"}).status == 201


# Keys at rest, keys that are made


def test_another_key_file_is_noticed_at_the_start_and_says_what_to_do(server):
    running = server().start()
    running.tenant()
    path = running.settings["secrets"]["keyFile"]
    assert running.stop() == 0
    own = open(path).read()
    with open(path, "w") as file:
        file.write("0123456789abcdef" * 4 + "\n")
    running.launch()
    assert running.process.wait(60) == 1
    said = running.log.wait_for_end()
    assert path in said and "put that one back" in said
    # No verb goes on with it either.
    assert running.verb("domain", "add", "new.example", "--account", "1").code == 1
    with open(path, "w") as file:
        file.write(own)
    running.start()
    assert running.verb("domain", "add", "new.example", "--account", "1").code == 0


def test_domains_of_harepost_are_made_so_many_a_minute(server):
    running = server(listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}], limits={}).start()
    account = running.account()
    made = running.ask("key", "create", "--account", account, "--personality", "harepost")
    api = running.api(made["key"])
    # The same one again and again costs nothing but its place in the window, whose end may lie among them.
    statuses = [api.post("/v1/domains", {"domain": "acme.example"}).status for _ in range(80)]
    assert statuses.count(201) >= 30 and 429 in statuses
    assert api.get("/v1/domains").status == 200


def test_mail_for_the_operator_is_kept_by_network_and_day(server):
    running = server(
        hosts={"returnPath": "bounce.relay.test"},
        smtp={"hostname": "mx.relay.test", "listeners": [{"listen": "127.0.0.1:0", "role": "mx"}]},
    ).start()
    replies = []
    for number in range(25):
        with smtplib.SMTP("127.0.0.1", running.smtp_ports[0], timeout=60) as client:
            client.ehlo("stranger.test")
            client.docmd("MAIL FROM:<a@stranger.test>")
            client.docmd("RCPT TO:<postmaster@bounce.relay.test>")
            replies.append(client.data(f"Subject: {number}\r\n\r\nhello\r\n".encode())[0])
    assert replies == [250] * 20 + [451] * 5
