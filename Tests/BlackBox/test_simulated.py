"""Outcomes that a local part asks for in capture mode, and targets of relayed requests on one's own machine."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from polyrelay import Key, eventually
from wire import email

LOOPBACK = ["127.0.0.0/8", "::1/128"]
RETRIES = {"mode": "capture", "hostname": "relay.test", "retries": {"schedule": ["200ms", "200ms"]}}


def told(relay, sent: str) -> list[str]:
    return [event["event"] for event in relay.ask("message", "show", sent)["events"]]


def test_each_word_has_its_outcome(server):
    relay = server(delivery=RETRIES).start()
    api = relay.api(relay.tenant())
    ends = {
        "bounce": ["accepted", "bounced"],
        "softbounce": ["accepted", "softBounced"],
        "greylist": ["accepted", "deferred", "transmitted", "delivered"],
        "greylist+tag": ["accepted", "deferred", "transmitted", "delivered"],
        "defer": ["accepted", "deferred", "deferred", "softBounced"],
        "complaint": ["accepted", "transmitted", "delivered", "complained"],
        "slow": ["accepted", "transmitted", "delivered"],
        "551": ["accepted", "bounced"],
        "somebody": ["accepted", "transmitted", "delivered"],
    }
    sent = {word: api.send(to=[f"{word}@example.net"]) for word in ends}
    # Slow is late.
    assert told(relay, sent["slow"]) == ["accepted"]
    for word, expected in ends.items():
        eventually(lambda: told(relay, sent[word]) == expected, why=f"{word}: {told(relay, sent[word])}")
    assert relay.ask("suppression", "list") == []


def test_where_the_option_says_so_what_was_simulated_suppresses(server):
    relay = server(delivery=RETRIES | {"simulatedSuppressions": True}).start()
    api = relay.api(relay.tenant())
    for word in ("bounce", "complaint", "softbounce"):
        sent = api.send(to=[f"{word}@example.net"])
        eventually(lambda: told(relay, sent)[-1] in ("bounced", "complained", "softBounced"), why=word)
    suppressed = eventually(lambda: len(rows := relay.ask("suppression", "list")) > 1 and rows, why="suppressions")
    assert {row["address"].split("@")[0] for row in suppressed} == {"bounce", "complaint"}
    again = api.post("/emails", email(to=["bounce@example.net"]))
    assert again.status == 422 and again.json()["error"] == "All recipients are suppressed"


# Harepost on one machine


class PlainTarget:
    """An HTTP server without TLS that keeps what it is sent."""

    def __init__(self):
        self.bodies: list[bytes] = []
        target = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                target.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def __enter__(self):
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def harepost(server, insecure: bool, **sections):
    options = {"personalities": {"harepost": {"insecureTargets": insecure}}, "egress": {"allow": LOOPBACK}}
    relay = server(listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}], **options | sections).start()
    account = relay.account()
    key = relay.ask("key", "create", "--account", account, "--personality", "harepost")
    return relay, relay.api(Key(str(key["id"]), key["key"], account))


def test_with_the_option_a_request_reaches_a_plain_target_of_this_machine(server):
    relay, api = harepost(server, True)
    with PlainTarget() as target:
        for host in ("127.0.0.1", "localhost"):
            made = api.post("/v1/send", {"target": f"http://{host}:{target.port}/in", "body": {"a": host}})
            assert made.status == 202, made.body
        eventually(lambda: len(target.bodies) == 2, why="both arrived")
    assert set(target.bodies) == {b'{"a":"127.0.0.1"}', b'{"a":"localhost"}'}
    # Elsewhere a domain is asked for all the same.
    assert api.post("/v1/send", {"target": "http://hooks.example.com/in", "body": {}}).status == 403


def test_without_it_the_documented_errors_stand(server):
    relay, api = harepost(server, False)
    plain = api.post("/v1/send", {"target": "http://localhost:8443/in", "body": {}})
    assert plain.status == 400 and "https" in plain.json()["error"]
    assert api.post("/v1/send", {"target": "https://localhost:8443/in", "body": {}}).status == 403


def test_the_operator_looks_after_relayed_requests(server):
    relay, api = harepost(server, True)
    with PlainTarget() as closed:
        nobody = f"http://127.0.0.1:{closed.port}"
    sent = [api.post("/v1/send", {"target": f"{nobody}/{index}", "body": {}}).json()["queue_id"] for index in range(3)]
    eventually(lambda: all(row["attempts"] for row in relay.ask("relay", "list")), why="attempts")
    rows = relay.ask("relay", "list")
    assert [row["id"] for row in rows] == sent[::-1] and {row["state"] for row in rows} == {"retrying"}
    assert [row["id"] for row in relay.ask("relay", "list", "--oldest", "--limit", "1")] == sent[:1]
    shown = relay.ask("relay", "show", sent[0])
    assert shown["attempts"] and shown["target"] == f"{nobody}/0"
    waiting = relay.verb("relay", "retry", sent[0])
    assert waiting.code == 1 and "it waits already" in waiting.err
    eventually(lambda: relay.verb("relay", "cancel", sent[0]).code == 0, why="no attempt is under way")
    assert [row["id"] for row in relay.ask("relay", "list", "--state", "cancelled")] == sent[:1]
    assert relay.ask("relay", "retry", sent[0])["state"] in ("queued", "retrying")
    assert relay.ask("relay", "dead-letters") == []
    wrong = relay.verb("relay", "list", "--state", "retryin")
    assert wrong.code == 2 and "did you mean retrying?" in wrong.err
    assert relay.verb("relay", "show", "hr_00000000").code == 1


def test_a_paused_target_stays_paused_over_a_restart(server):
    relay, api = harepost(server, True)
    with PlainTarget() as target:
        name = f"relay:http://127.0.0.1:{target.port}"
        assert relay.verb("queue", "pause", name, "--ahead").code == 0
        assert api.post("/v1/send", {"target": f"http://127.0.0.1:{target.port}/in", "body": {}}).status == 202
        assert relay.stop() == 0
        relay.start()
        [row] = [row for row in relay.ask("queue", "stats") if row["lane"] == name]
        assert row["paused"] and target.bodies == []
        assert relay.verb("queue", "resume", name).code == 0
        eventually(lambda: target.bodies, why="it goes out")
