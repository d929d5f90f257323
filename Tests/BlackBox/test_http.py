"""HTTP/1.1 as RFC 9110 and RFC 9112 have it, and no more lenient than that."""

import json
import select
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from wire import BadAnswer, Closed, Response, email, request

MALFORMED = b'{"error":"Malformed request","code":"invalid_request"}'


def get(api, path="/emails", **headers) -> bytes:
    return request("GET", path, api.headers(headers))


def post(api, body: bytes, path="/emails", **headers) -> bytes:
    return request("POST", path, api.headers({name.replace("_", "-"): value for name, value in headers.items()}), body)


def body(**fields) -> bytes:
    return json.dumps(email(**fields)).encode()


def chunked(data: bytes, size: int) -> bytes:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


# Connections


def test_a_connection_serves_many_requests(api):
    with api.connect() as connection:
        for _ in range(50):
            answer = connection.exchange(get(api))
            assert answer.status == 200 and not answer.closes


def test_connection_close_is_honoured(api):
    with api.connect() as connection:
        answer = connection.exchange(get(api, Connection="close"))
        assert answer.status == 200 and answer.closes
        assert connection.ended()


def test_http_1_0_closes_unless_asked_to_stay(api):
    line = f"GET /emails HTTP/1.0\r\nAuthorization: Bearer {api.secret}\r\n".encode()
    with api.connect() as connection:
        assert connection.exchange(line + b"\r\n").status == 200
        assert connection.ended()
    with api.connect() as connection:
        assert connection.exchange(line + b"Connection: keep-alive\r\n\r\n").status == 200
        # RFC 9112 §9.3 lets a server close here; what it announces must be what it does.


def test_pipelined_requests_are_answered_in_order(api):
    paths = ["/emails", "/nowhere", "/emails?page=2", "/emails/em_none"] * 10
    with api.connect() as connection:
        connection.send(b"".join(get(api, path) for path in paths))
        assert [connection.response().status for _ in paths] == [200, 404, 200, 404] * 10


def test_pipelined_sends_are_answered_in_order(api):
    with api.connect(30) as connection:
        connection.send(b"".join(post(api, body(subject=f"Pipe {index}")) for index in range(20)))
        ids = [connection.response("POST").json()["id"] for _ in range(20)]
    assert [api.email(identifier)["subject"] for identifier in ids] == [f"Pipe {index}" for index in range(20)]


def test_a_request_may_come_byte_by_byte(api):
    with api.connect() as connection:
        for byte in post(api, body()):
            connection.send(bytes([byte]))
        assert connection.response("POST").status == 202


def test_empty_lines_before_a_request_are_skipped(api):
    with api.connect() as connection:
        assert connection.exchange(b"\r\n" + get(api)).status == 200


def test_many_connections_are_served_at_once(api):
    connections = [api.connect(20) for _ in range(300)]
    try:
        for connection in connections:
            connection.send(get(api))
        assert {connection.response().status for connection in connections} == {200}
    finally:
        for connection in connections:
            connection.close()


def test_a_client_that_leaves_before_its_answer_has_sent(api):
    subject = "sent by one who left"
    before = api.get(f"/emails?subject={subject.replace(' ', '%20')}").json()["meta"]["total"]
    with api.connect() as connection:
        connection.send(post(api, body(subject=subject)))
        # The answer has begun to arrive, so the request was taken whole; it is not read.
        assert select.select([connection.socket], [], [], 5)[0]
    assert api.get(f"/emails?subject={subject.replace(' ', '%20')}").json()["meta"]["total"] == before + 1


def test_concurrent_senders_all_get_ids_of_their_own(api):
    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda index: api.send(subject=f"Concurrent {index}"), range(200)))
    assert len(set(ids)) == 200


# Bodies


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_chunked_body_is_taken(api, size):
    with api.connect() as connection:
        head = request("POST", "/emails", api.headers({"Transfer-Encoding": "chunked"}))
        assert connection.exchange(head + chunked(body(), size), "POST").status == 202
        assert connection.exchange(get(api)).status == 200


def test_chunk_extensions_and_trailers_are_skipped(api):
    data = body()
    with api.connect() as connection:
        head = request("POST", "/emails", api.headers({"Transfer-Encoding": "chunked"}))
        coded = b'%x;name=value;quoted="a;b"\r\n%s\r\n0\r\nX-Trailer: 1\r\n\r\n' % (len(data), data)
        assert connection.exchange(head + coded, "POST").status == 202
        assert connection.exchange(get(api)).status == 200


def test_answers_that_are_ready_together_come_in_one_write(api):
    with api.connect() as connection:
        connection.send(get(api, "/nope") * 5)
        assert connection.socket.recv(65536).count(b"HTTP/1.1 404 ") == 5


def test_expect_100_continue_is_answered_before_the_body(api):
    data = body()
    with api.connect() as connection:
        whole = post(api, data, Expect="100-continue")
        head, rest = whole[: -len(data)], whole[-len(data) :]
        connection.send(head)
        assert connection.socket.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert connection.exchange(rest, "POST").status == 202


def test_an_unknown_expectation_is_ignored(api):
    """RFC 9110 §10.1.1 lets a server refuse it with 417, and asks it of nobody."""
    with api.connect() as connection:
        assert connection.exchange(post(api, body(), Expect="200-maybe"), "POST").status == 202


def test_a_body_of_another_coding_is_refused(api):
    with api.connect() as connection:
        answer = connection.exchange(post(api, body(), Content_Encoding="gzip"), "POST")
    assert (answer.status, answer.json()["code"]) == (415, "invalid_request")


def test_an_announced_body_beyond_the_limit_is_refused_unread(api):
    with api.connect() as connection:
        head = request("POST", "/emails", api.headers({"Content-Length": str(10 << 30), "Expect": "100-continue"}))
        answer = connection.exchange(head, "POST")
        assert (answer.status, answer.json()["code"]) == (413, "invalid_request")
        assert answer.interim == []
        assert connection.ended()


def test_a_chunked_body_beyond_the_limit_is_refused(api):
    piece = b"x" * (1 << 20)
    with api.connect(20) as connection:
        connection.send(request("POST", "/emails", api.headers({"Transfer-Encoding": "chunked"})))
        for _ in range(128):
            if select.select([connection.socket], [], [], 0)[0]:
                break
            connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        answer = connection.response("POST")
    assert (answer.status, answer.json()["code"]) == (413, "invalid_request")


def test_a_large_message_within_the_limit_is_taken(api):
    sent = api.send(html="<p>" + "large " * 600_000 + "</p>")
    assert len(api.email(sent)["htmlBody"]) > 3_600_000


# Heads


def test_a_head_beyond_the_limit_is_refused(api):
    with api.connect() as connection:
        answer = connection.exchange(get(api, **{"X-Long": "x" * (1 << 20)}))
        assert (answer.status, answer.json()["code"]) == (431, "invalid_request")
        assert connection.ended()


def test_too_many_headers_are_refused(api):
    with api.connect() as connection:
        answer = connection.exchange(get(api, **{f"X-{index}": "1" for index in range(5000)}))
        assert answer.status == 431


def test_a_target_beyond_the_limit_is_refused(api):
    with api.connect() as connection:
        answer = connection.exchange(get(api, "/emails?subject=" + "x" * (1 << 20)))
        assert answer.status in (414, 431)
        assert answer.json()["code"] == "invalid_request"


def test_header_names_are_matched_in_any_case(api):
    with api.connect() as connection:
        raw = f"GET /emails HTTP/1.1\r\nhOsT: x\r\naUTHORIZATION: bearer {api.secret}\r\n\r\n".encode()
        assert connection.exchange(raw).status == 200


def test_an_absolute_target_is_understood(api):
    with api.connect() as connection:
        assert connection.exchange(get(api, "http://api.test/emails")).status == 200


# Methods and routes


def test_head_is_get_without_the_body(api):
    with api.connect() as connection:
        got = connection.exchange(get(api, "/emails/em_none"))
        head = connection.exchange(request("HEAD", "/emails/em_none", api.headers()), "HEAD")
        assert (head.status, head.header("Content-Length")) == (got.status, str(len(got.body)))
        assert head.body == b""
        assert connection.exchange(get(api)).status == 200


def test_options_names_the_methods_of_a_route(api):
    with api.connect() as connection:
        answer = connection.exchange(request("OPTIONS", "/emails", api.headers()), "OPTIONS")
        assert answer.status in (200, 204)
        allowed = {name.strip() for name in answer.header("Allow").split(",")}
        assert {"GET", "HEAD", "POST", "OPTIONS"} <= allowed
        assert connection.exchange(get(api)).status == 200


NOT_FOUND = b'{"error":"Not found","code":"not_found"}'


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("GET", "/emails/em_x/nothing"),
        ("GET", "//emails"),
        ("GET", "/emails%2Fbatch"),
        ("GET", "/Emails"),
        ("PUT", "/emails"),
        ("DELETE", "/emails/em_x"),
        ("PATCH", "/emails"),
    ],
)
def test_unknown_routes_and_wrong_methods_are_not_found(api, method, path):
    answer = api.call(method, path)
    assert (answer.status, answer.body) == (404, NOT_FOUND)


def test_a_path_is_split_before_it_is_decoded(api):
    answer = api.get("/emails/em%5Fnone")
    assert (answer.status, answer.json()["error"]) == (404, "Email not found")
    answer = api.get("/emails/a%2Fevents")
    assert (answer.status, answer.json()["error"]) == (404, "Email not found")


def test_connect_and_upgrade_open_no_tunnel(api):
    with api.connect() as connection:
        answer = connection.exchange(request("CONNECT", "api.test:443", api.headers()), "CONNECT")
        assert answer.status in (400, 404, 405, 501)
    with api.connect() as connection:
        answer = connection.exchange(get(api, Connection="upgrade", Upgrade="websocket"))
        assert answer.status == 200


# Strict framing: each is refused with 400 in the dialect, and the connection ends.


def lines(*items: bytes, payload: bytes = b"") -> bytes:
    return b"\r\n".join(items) + b"\r\n\r\n" + payload


HOST = b"Host: api.test"
POST = b"POST /emails HTTP/1.1"
CHUNKED = b"Transfer-Encoding: chunked"

BAD_FRAMING = {
    "length-and-coding": lines(POST, HOST, b"Content-Length: 5", CHUNKED, payload=b"0\r\n\r\n"),
    "coding-and-length": lines(POST, HOST, CHUNKED, b"Content-Length: 5", payload=b"0\r\n\r\n"),
    "two-lengths": lines(POST, HOST, b"Content-Length: 2", b"Content-Length: 3", payload=b"{}x"),
    "equal-lengths": lines(POST, HOST, b"Content-Length: 2", b"Content-Length: 2", payload=b"{}"),
    "length-list": lines(POST, HOST, b"Content-Length: 2, 2", payload=b"{}"),
    "length-plus": lines(POST, HOST, b"Content-Length: +2", payload=b"{}"),
    "length-minus": lines(POST, HOST, b"Content-Length: -2", payload=b"{}"),
    "length-hex": lines(POST, HOST, b"Content-Length: 0x2", payload=b"{}"),
    "length-word": lines(POST, HOST, b"Content-Length: two", payload=b"{}"),
    "length-empty": lines(POST, HOST, b"Content-Length:", payload=b"{}"),
    "length-inner-space": lines(POST, HOST, b"Content-Length: 1 2", payload=b"{}"),
    "length-overflow": lines(POST, HOST, b"Content-Length: 184467440737095516160"),
    "coding-unknown": lines(POST, HOST, b"Transfer-Encoding: gzip", payload=b"{}"),
    "coding-chunked-twice": lines(POST, HOST, b"Transfer-Encoding: chunked, chunked", payload=b"0\r\n\r\n"),
    "coding-chunked-not-last": lines(POST, HOST, b"Transfer-Encoding: chunked, gzip", payload=b"0\r\n\r\n"),
    "coding-twice": lines(POST, HOST, CHUNKED, CHUNKED, payload=b"0\r\n\r\n"),
    "coding-identity": lines(POST, HOST, b"Transfer-Encoding: identity", payload=b"{}"),
    "coding-prefix": lines(POST, HOST, b"Transfer-Encoding: xchunked", payload=b"0\r\n\r\n"),
    "coding-http-1.0": lines(b"POST /emails HTTP/1.0", HOST, CHUNKED, payload=b"0\r\n\r\n"),
    "chunk-word": lines(POST, HOST, CHUNKED, payload=b"xyz\r\n{}\r\n0\r\n\r\n"),
    "chunk-empty-size": lines(POST, HOST, CHUNKED, payload=b"\r\n{}\r\n0\r\n\r\n"),
    "chunk-plus": lines(POST, HOST, CHUNKED, payload=b"+2\r\n{}\r\n0\r\n\r\n"),
    "chunk-minus": lines(POST, HOST, CHUNKED, payload=b"-2\r\n{}\r\n0\r\n\r\n"),
    "chunk-0x": lines(POST, HOST, CHUNKED, payload=b"0x2\r\n{}\r\n0\r\n\r\n"),
    "chunk-overflow": lines(POST, HOST, CHUNKED, payload=b"10000000000000002\r\n{}\r\n0\r\n\r\n"),
    "chunk-leading-space": lines(POST, HOST, CHUNKED, payload=b" 2\r\n{}\r\n0\r\n\r\n"),
    "chunk-bare-lf": lines(POST, HOST, CHUNKED, payload=b"2\n{}\n0\n\n"),
    "chunk-too-long": lines(POST, HOST, CHUNKED, payload=b"2\r\n{}x\r\n0\r\n\r\n"),
    "chunk-extension-cr": lines(POST, HOST, CHUNKED, payload=b"2;a\rb\r\n{}\r\n0\r\n\r\n"),
    "chunk-trailer-bare-lf": lines(POST, HOST, CHUNKED, payload=b"2\r\n{}\r\n0\r\nA: b\n\r\n"),
    "obs-fold": lines(b"GET /emails HTTP/1.1", HOST, b"X-Fold: a", b" b"),
    "obs-fold-tab": lines(b"GET /emails HTTP/1.1", HOST, b"X-Fold: a", b"\tb"),
    "fold-first": lines(b"GET /emails HTTP/1.1", b" X-Fold: a", HOST),
    "bare-cr-value": lines(b"GET /emails HTTP/1.1", HOST, b"X-Note: a\rb"),
    "bare-lf-value": lines(b"GET /emails HTTP/1.1", HOST, b"X-Note: a\nX-Other: b"),
    "bare-lf-everywhere": b"GET /emails HTTP/1.1\nHost: api.test\n\n",
    "bare-cr-request-line": lines(b"GET /emails\r HTTP/1.1", HOST),
    "nul-value": lines(b"GET /emails HTTP/1.1", HOST, b"X-Note: a\0b"),
    "nul-name": lines(b"GET /emails HTTP/1.1", HOST, b"X-\0Note: a"),
    "nul-target": lines(b"GET /em\0ails HTTP/1.1", HOST),
    "control-value": lines(b"GET /emails HTTP/1.1", HOST, b"X-Note: a\x01b"),
    "no-host": lines(b"GET /emails HTTP/1.1", b"X-Note: a"),
    "two-hosts": lines(b"GET /emails HTTP/1.1", HOST, HOST),
    "bad-host": lines(b"GET /emails HTTP/1.1", b"Host: api.test/path"),
    "host-list": lines(b"GET /emails HTTP/1.1", b"Host: api.test, other.test"),
    "space-before-colon": lines(b"GET /emails HTTP/1.1", HOST, b"X-Note : a"),
    "length-space-colon": lines(POST, HOST, b"Content-Length : 2", payload=b"{}"),
    "name-empty": lines(b"GET /emails HTTP/1.1", HOST, b": a"),
    "name-not-token": lines(b"GET /emails HTTP/1.1", HOST, b"X(Note): a"),
    "no-colon": lines(b"GET /emails HTTP/1.1", HOST, b"X-Note"),
    "method-not-token": lines(b"GE(T /emails HTTP/1.1", HOST),
    "method-missing": lines(b" /emails HTTP/1.1", HOST),
    "two-spaces": lines(b"GET  /emails HTTP/1.1", HOST),
    "space-in-target": lines(b"GET /em ails HTTP/1.1", HOST),
    "target-not-absolute": lines(b"GET emails HTTP/1.1", HOST),
    "target-fragment": lines(b"GET /emails#top HTTP/1.1", HOST),
    "target-bad-escape": lines(b"GET /emails/%zz HTTP/1.1", HOST),
    "target-nul": lines(b"GET /emails/%00 HTTP/1.1", HOST),
    "version-missing": lines(b"GET /emails", HOST),
    "version-lower-case": lines(b"GET /emails http/1.1", HOST),
    "version-2": lines(b"GET /emails HTTP/2.0", HOST),
    "version-long": lines(b"GET /emails HTTP/1.10", HOST),
    "version-trailing": lines(b"GET /emails HTTP/1.1 ", HOST),
    "not-http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("data", BAD_FRAMING.values(), ids=BAD_FRAMING.keys())
def test_bad_framing_is_refused_and_the_connection_ends(running, api, data):
    with api.connect() as connection:
        connection.send(data + get(api, "/emails?smuggled=1"))
        answer = connection.response()
        assert (answer.status, answer.body) == (400, MALFORMED)
        assert answer.header("Content-Type") == "application/json"
        assert answer.header("X-Request-Id")
        assert answer.closes
        assert connection.ended(), "what came after the refused request was answered"
    assert running.alive()


@pytest.mark.parametrize("size", [1, 3])
def test_bad_framing_is_refused_however_it_is_cut(running, api, size):
    key = f"\r\nAuthorization: Bearer {api.secret}\r\n".encode()
    for name, data in BAD_FRAMING.items():
        # Whose key is bad is told so before any of the body is looked at.
        if name.startswith("chunk-"):
            data = data.replace(b"\r\n", key, 1)
        with api.connect() as connection:
            for start in range(0, len(data), size):
                connection.send(data[start : start + size])
            connection.finish_sending()
            assert connection.response().status == 400, name


# Slow and silent peers


def test_a_peer_that_stops_in_the_middle_is_let_go_in_order(api):
    whole = post(api, body())
    for cut in (1, 20, len(whole) // 2, len(whole) - 1):
        with api.connect() as connection:
            connection.send(whole[:cut])
            connection.finish_sending()
            try:
                assert connection.response("POST").status in (400, 408)
            except Closed:
                pass


def test_a_peer_that_resets_costs_nothing(running, api):
    for _ in range(50):
        connection = api.connect()
        connection.send(post(api, body())[:60])
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    assert running.admin().get("/healthz").status == 200


def test_an_idle_connection_keeps_nobody_waiting(api):
    idle = [api.connect() for _ in range(50)]
    try:
        assert api.get("/emails").status == 200
    finally:
        for connection in idle:
            connection.close()


def test_a_peer_that_never_reads_keeps_nobody_waiting(api):
    """Answers pile up for one peer; the others are served, and the server bounds what it keeps for it."""
    with api.connect() as deaf:
        deaf.socket.setblocking(False)
        sent, pipelined = 0, get(api, "/emails?per_page=100") * 50
        try:
            while sent < 16 << 20:
                sent += deaf.socket.send(pipelined)
        except BlockingIOError:
            pass
        assert api.get("/emails").status == 200
    assert sent < 16 << 20, "the server reads without end from a peer that takes no answers"


def test_answers_are_never_torn(api):
    """Every answer parses to its last byte under concurrent pipelining; `wire` refuses anything else."""

    def run(_) -> list[Response]:
        with api.connect(30) as connection:
            connection.send(get(api) * 30)
            return [connection.response() for _ in range(30)]

    with ThreadPoolExecutor(8) as pool:
        try:
            answers = [answer for part in pool.map(run, range(16)) for answer in part]
        except BadAnswer as torn:
            pytest.fail(str(torn))
    assert {answer.status for answer in answers} == {200}
