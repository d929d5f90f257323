"""PostStack's error catalogue over the wire, compared byte for byte: status, headers, body."""

import json
import re
import uuid
from base64 import b64encode

import pytest
from polyrelay import eventually
from wire import Response, email

CODES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    422: "unprocessable_entity",
    429: "rate_limit_exceeded",
}

MEGABYTE = 1 << 20


def face(text: str, status: int) -> bytes:
    return b'{"error":"%s","code":"%s"}' % (text.encode(), CODES[status].encode())


def assert_headers(answer: Response) -> None:
    """What stands on every answer, success or not."""
    assert answer.header("Content-Type") == "application/json"
    assert re.fullmatch(r"req_[A-Za-z0-9]+", answer.header("X-Request-Id"))
    limit, remaining, reset = (int(answer.header(f"X-RateLimit-{name}")) for name in ("Limit", "Remaining", "Reset"))
    assert 0 <= remaining <= limit
    assert 0 <= reset - answer.date <= 60
    assert reset % 60 == 0, "the window is a clock minute"


def assert_refused(answer: Response, status: int, text: str) -> None:
    assert (answer.status, answer.body) == (status, face(text, status))
    assert_headers(answer)
    assert answer.header("Retry-After") is None or status in (429, 503)


def total(api) -> int:
    return api.get("/emails?per_page=1").json()["meta"]["total"]


# Credentials


@pytest.mark.parametrize(
    "credential",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer sk_live_" + "a" * 32,
        "Bearer sk_test_" + "a" * 32,
        "Bearer pk_live_" + "a" * 32,
        "Bearer nonsense",
        "sk_live_" + "a" * 32,
        "Bearer sk_live_" + "a" * 5000,
    ],
    ids=["none", "empty", "bare", "blank", "basic", "unknown", "unknown-test", "prefix", "word", "no-scheme", "long"],
)
@pytest.mark.parametrize("method, path", [("POST", "/emails"), ("GET", "/emails"), ("GET", "/emails/em_x/events")])
def test_no_valid_key(running, credential, method, path):
    headers = {} if credential is None else {"Authorization": credential}
    assert_refused(running.api().call(method, path, headers=headers), 401, "Invalid API key")


def test_a_key_is_not_taken_in_another_case(running, key):
    assert_refused(running.api(key.secret.swapcase()).get("/emails"), 401, "Invalid API key")


def test_a_revoked_key(running, key):
    doomed = running.key(key.account)
    assert running.api(doomed).get("/emails").status == 200
    assert running.verb("key", "revoke", doomed.id).code == 0
    assert_refused(running.api(doomed).get("/emails"), 401, "Invalid API key")


def test_an_expired_key(running, key):
    brief = running.api(running.key(key.account, "--expires-in", "1"))
    eventually(lambda: brief.get("/emails").status == 401, why="the key has expired")
    assert_refused(brief.get("/emails"), 401, "Invalid API key")


def test_a_suspended_account(running):
    tenant = running.tenant(name="suspended")
    api = running.api(tenant)
    assert running.verb("account", "suspend", tenant.account).code == 0
    assert_refused(api.get("/emails"), 403, "Account is suspended")
    assert running.verb("account", "resume", tenant.account).code == 0
    assert api.get("/emails").status == 200


def test_a_key_for_another_domain(running, key):
    running.domain(key.account, "other.example")
    api = running.api(running.key(key.account, "--domains", "other.example"))
    assert_refused(api.post("/emails", email()), 403, "API key does not have permission")
    assert api.post("/emails", email(sender="a@other.example")).status == 202


def test_a_key_that_may_only_send_may_send_and_read(running, key):
    api = running.api(running.key(key.account, "--scopes", "sending_access"))
    sent = api.send()
    for path in ("/emails", f"/emails/{sent}", f"/emails/{sent}/events", f"/emails/{sent}/insights"):
        assert api.get(path).status == 200


def test_a_key_for_other_client_addresses(running, key):
    elsewhere = running.api(running.key(key.account, "--allow-ip", "192.0.2.0/24"))
    assert_refused(elsewhere.get("/emails"), 403, "API key does not have permission")
    here = running.api(running.key(key.account, "--allow-ip", "127.0.0.0/8,192.0.2.1"))
    assert here.get("/emails").status == 200


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{}}",
        b"nonsense",
        b"[]",
        b"null",
        b'"text"',
        b'{"from":"a@example.com",}',
        b'{"subject":"a","subject":"b"}',
        b"{'from':'a'}",
        b'{"subject":"\xff"}',
        b'{"subject":"\x01"}',
        b'{"subject":"\\ud800"}',
        b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_a_body_that_is_not_a_json_object(api, body):
    assert_refused(api.post("/emails", body), 400, "Invalid JSON body")


@pytest.mark.parametrize("field", ["from", "to", "subject"])
def test_a_required_field_is_missing(api, field):
    before = total(api)
    body = email()
    del body[field]
    assert_refused(api.post("/emails", body), 400, f"Missing required field: {field}")
    assert_refused(api.post("/emails", body | {field: None}), 400, f"Missing required field: {field}")
    assert_refused(api.post("/emails/send", body), 400, f"Missing required field: {field}")
    assert total(api) == before


def test_a_message_without_any_content(api):
    answer = api.post("/emails", email(text=None))
    assert answer.status == 400
    assert re.fullmatch(rb'\{"error":"Missing required field: (html|text)","code":"invalid_request"\}', answer.body)


def test_an_attachment_without_its_fields(api):
    for attachment, field in (({"content": "AAAA"}, "filename"), ({"filename": "a"}, "content")):
        answer = api.post("/emails", email(attachments=[attachment]))
        assert answer.status == 400
        assert answer.json()["code"] == "invalid_request"
        assert answer.json()["error"].startswith("Missing required field: ") and field in answer.json()["error"]


@pytest.mark.parametrize(
    "field, value",
    [
        ("from", 1),
        ("to", 1),
        ("to", [1]),
        ("to", {"email": "a@example.net"}),
        ("cc", "x"),
        ("subject", ["a"]),
        ("text", 1),
        ("html", True),
        ("headers", []),
        ("headers", {"X-A": 1}),
        ("tags", "a"),
        ("tags", [1]),
        ("attachments", {}),
        ("attachments", ["a"]),
        ("scheduled_at", 1),
        ("unsubscribe", "yes"),
        ("idempotency_key", 5),
    ],
)
def test_a_field_has_the_wrong_type(api, field, value):
    if (field, value) == ("cc", "x"):
        # One address instead of a list is let through for `to`; for the others it may be either a fault of type or,
        # as here, of address.
        assert api.post("/emails", email(cc="x")).status in (400, 422)
        return
    answer = api.post("/emails", email() | {field: value})
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")
    assert_headers(answer)


@pytest.mark.parametrize("field", ["from", "to", "cc", "bcc", "reply_to"])
@pytest.mark.parametrize(
    "address",
    [
        "plain",
        "@example.net",
        "a@",
        "a b@example.net",
        "a@@example.net",
        "a@exa mple.net",
        "a@-x-.example.net.",
        "<>",
        "",
    ],
)
def test_a_bad_address(api, field, address):
    before = total(api)
    body = email() | {field: address if field in ("from", "reply_to") else [address]}
    assert_refused(api.post("/emails", body), 422, "Invalid email address")
    assert total(api) == before


def test_shape_faults_come_before_value_faults(api):
    body = email(to=["not an address"])
    del body["subject"]
    assert_refused(api.post("/emails", body), 400, "Missing required field: subject")


@pytest.mark.parametrize(
    "fields",
    [
        {"to": [f"user{index}@example.net" for index in range(51)]},
        {"to": []},
        {"scheduled_at": "tomorrow"},
        {"scheduled_at": "2026-13-01T00:00:00Z"},
        {"signature": "sometimes"},
        {"attachments": [{"filename": "a", "content": "not base64!"}]},
        {"attachments": [{"filename": "a", "content": b64encode(b"x" * (10 * MEGABYTE + 1)).decode()}]},
        {"attachments": [{"filename": f"{n}", "content": b64encode(b"x" * (9 * MEGABYTE)).decode()} for n in range(3)]},
        {"idempotency_key": "k" * 256},
    ],
    ids=["51-to", "no-to", "time", "month", "signature", "base64", "attachment", "attachments", "idempotency"],
)
def test_a_value_is_out_of_bounds(api, fields):
    before = total(api)
    answer = api.post("/emails", email(**fields))
    assert answer.status in ((400, 422) if fields.get("to") == [] else (422,)), answer.body
    assert answer.json()["code"] == CODES[answer.status]
    assert_headers(answer)
    assert total(api) == before


def test_unknown_fields_are_dropped(api):
    assert api.post("/emails", email() | {"surprise": {"deep": [1, 2]}}).status == 202


def test_one_address_instead_of_a_list(api):
    sent = api.send(to="ann@example.net")
    assert api.email(sent)["toAddresses"] == ["ann@example.net"]


# Domains


def test_a_sender_domain_that_nobody_added(api):
    assert_refused(api.post("/emails", email(sender="a@nowhere.example")), 404, "Domain not found")


def test_a_sender_domain_of_somebody_else(running, api):
    running.tenant(name="neighbour", domain="neighbour.example")
    assert_refused(api.post("/emails", email(sender="a@neighbour.example")), 404, "Domain not found")


def test_a_sender_domain_that_is_not_verified(running, key, api):
    running.domain(key.account, "pending.example", verified=False)
    assert_refused(api.post("/emails", email(sender="a@pending.example")), 422, "Domain not verified")


def test_a_sender_domain_is_matched_in_any_case(api):
    assert api.post("/emails", email(sender="a@EXAMPLE.com")).status == 202


def test_an_unknown_domain_is_told_before_an_unverified_key(running, key):
    """Unknown, then unverified, then not the key's."""
    api = running.api(running.key(key.account, "--domains", "example.com"))
    assert_refused(api.post("/emails", email(sender="a@nowhere.example")), 404, "Domain not found")


# Batches


def test_a_batch_of_more_than_a_hundred(api):
    before = total(api)
    assert_refused(api.post("/emails/batch", {"emails": [email()] * 101}), 422, "Batch size exceeds limit")
    assert total(api) == before


@pytest.mark.parametrize("body", [{}, {"emails": []}, {"emails": {}}, {"emails": "x"}, {"emails": None}])
def test_a_batch_that_is_none(api, body):
    answer = api.post("/emails/batch", body)
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")
    assert_headers(answer)


def test_a_batch_is_taken_even_if_every_element_fails(api):
    bad = [{}, email(to=["x"]), email(sender="a@nowhere.example"), 5]
    answer = api.post("/emails/batch", {"emails": bad})
    assert answer.status in (202, 400)
    if answer.status == 202:
        results = answer.json()["data"]
        assert results[0] == {"error": "Missing required field: from", "code": "invalid_request"}
        assert results[1] == {"error": "Invalid email address", "code": "unprocessable_entity"}
        assert results[2] == {"error": "Domain not found", "code": "not_found"}


# Idempotency


def test_a_reused_key_with_another_payload(api):
    name = uuid.uuid4().hex
    api.send(headers={"Idempotency-Key": name})
    answer = api.post("/emails", email(subject="Other"), {"Idempotency-Key": name})
    assert_refused(answer, 422, "Idempotency key already used with a different payload")


def test_a_reused_key_with_the_same_payload_replays(api):
    name = uuid.uuid4().hex
    first = api.post("/emails", email(), {"Idempotency-Key": name})
    again = api.post("/emails", email(), {"Idempotency-Key": name})
    assert (first.status, again.status) == (202, 202)
    assert again.body == b'{"id":"%s","replayed":true}' % first.json()["id"].encode()


def test_the_body_key_goes_before_the_header(api):
    name = uuid.uuid4().hex
    first = api.send(headers={"Idempotency-Key": uuid.uuid4().hex}, idempotency_key=name)
    assert api.send(headers={"Idempotency-Key": uuid.uuid4().hex}, idempotency_key=name) == first


def test_order_null_and_the_key_itself_do_not_change_a_payload(api):
    name = uuid.uuid4().hex
    first = api.send(headers={"Idempotency-Key": name})
    body = dict(reversed(email().items())) | {"html": None, "idempotency_key": name, "idempotency_window_hours": 5}
    assert api.post("/emails", body).json() == {"id": first, "replayed": True}


def test_a_batch_replays_element_by_element(api):
    name = uuid.uuid4().hex
    bodies = {"emails": [email(subject=f"{index}") for index in range(3)]}
    first = api.post("/emails/batch", bodies, {"Idempotency-Key": name}).json()["data"]
    again = api.post("/emails/batch", bodies, {"Idempotency-Key": name}).json()["data"]
    assert again == [element | {"replayed": True} for element in first]


def test_test_and_live_keys_do_not_share_idempotency_keys(running, key, api):
    name = uuid.uuid4().hex
    test = running.api(running.key(key.account, "--mode", "test"))
    answer = test.post("/emails", email(idempotency_key=name))
    assert answer.json()["test_mode"] is True
    assert api.post("/emails", email(idempotency_key=name)).json().get("replayed") is None


# Resources


@pytest.mark.parametrize("path", ["", "/events", "/insights"])
@pytest.mark.parametrize(
    "identifier", ["em_doesnotexist000000", "nonsense", "em_", "-1", "99999999999999999999"]
)
def test_an_email_that_does_not_exist(api, path, identifier):
    assert_refused(api.get(f"/emails/{identifier}{path}"), 404, "Email not found")


def test_an_email_of_another_account(running, api):
    sent = api.send()
    stranger = running.api(running.tenant(name="stranger"))
    for path in ("", "/events", "/insights"):
        assert_refused(stranger.get(f"/emails/{sent}{path}"), 404, "Email not found")
    assert_refused(stranger.post(f"/emails/{sent}/cancel"), 404, "Email not found")
    assert_refused(stranger.patch(f"/emails/{sent}", {"scheduled_at": "2040-01-01T00:00:00Z"}), 404, "Email not found")


def test_cancelling_and_moving_what_has_gone(api):
    sent = api.send()
    eventually(lambda: api.email(sent)["status"] == "delivered", why="delivered")
    for answer in (
        api.post(f"/emails/{sent}/cancel"),
        api.patch(f"/emails/{sent}", {"scheduled_at": "2040-01-01T00:00:00Z"}),
    ):
        assert (answer.status, answer.json()["code"]) == (422, "unprocessable_entity")
        assert_headers(answer)


def test_moving_needs_a_time(api):
    sent = api.send(scheduled_at="2040-01-01T00:00:00Z")
    assert_refused(api.patch(f"/emails/{sent}", {}), 400, "Missing required field: scheduled_at")
    assert api.patch(f"/emails/{sent}", {"scheduled_at": 5}).status == 400
    assert api.patch(f"/emails/{sent}", {"scheduled_at": "later"}).status == 422
    assert api.email(sent)["scheduledAt"] == "2040-01-01T00:00:00.000Z"


def test_an_unknown_route(api):
    assert_refused(api.get("/nowhere"), 404, "Not found")


def test_a_wrong_method(api):
    assert_refused(api.call("DELETE", "/emails"), 404, "Not found")


# Limits


def test_every_answer_counts_down(server):
    limited = server(requests_per_minute=1000).start()
    api = limited.api(limited.tenant())
    remaining = []
    for answer in (api.get("/emails"), api.get("/nowhere"), api.post("/emails", b"{"), api.post("/emails", email())):
        assert_headers(answer)
        assert answer.header("X-RateLimit-Limit") == "1000"
        remaining.append(int(answer.header("X-RateLimit-Remaining")))
    if remaining[0] >= remaining[-1]:  # else the minute turned meanwhile
        assert remaining == sorted(remaining, reverse=True)
        assert remaining[0] - remaining[-1] in (2, 3), "an unknown route may count or not"


def test_too_many_requests(server):
    limited = server(requests_per_minute=2).start()
    api = limited.api(limited.tenant())
    answer = next(answer for _ in range(5) if (answer := api.post("/emails", email())).status != 202)
    assert (answer.status, answer.body) == (429, face("Rate limit exceeded. Please try again later.", 429))
    assert_headers(answer)
    assert (answer.header("X-RateLimit-Limit"), answer.header("X-RateLimit-Remaining")) == ("2", "0")
    wait = int(answer.header("Retry-After"))
    assert 1 <= wait <= 60
    assert abs(int(answer.header("X-RateLimit-Reset")) - answer.date - wait) <= 1


def test_one_key_does_not_use_up_another_keys_requests(server):
    limited = server(requests_per_minute=2).start()
    first = limited.tenant()
    second = limited.key(first.account)
    api = limited.api(first)
    assert 429 in [api.get("/emails").status for _ in range(5)]
    assert limited.api(second).get("/emails").status == 200


def test_the_rate_is_checked_before_the_body(server):
    limited = server(requests_per_minute=1).start()
    api = limited.api(limited.tenant())
    assert [api.post("/emails", b"{").status for _ in range(3)][-1] == 429


# Success, to the letter


def test_accepting_answers_202_with_the_id_alone(api):
    answer = api.post("/emails", email())
    assert answer.status == 202
    assert re.fullmatch(rb'\{"id":"em_[a-z0-9]{18}"\}', answer.body)
    assert_headers(answer)


def test_a_test_key_is_told_so(running, key):
    answer = running.api(running.key(key.account, "--mode", "test")).post("/emails", email())
    assert re.fullmatch(rb'\{"id":"em_[a-z0-9]{18}","test_mode":true\}', answer.body)


def test_an_email_has_every_member_of_the_contract(api):
    answer = api.post(
        "/emails",
        email(html="<p>x</p>", tags=["a"], headers={"X-A": "b"}, reply_to="r@example.com", cc=["c@example.net"]),
    )
    sent = answer.json()["id"]
    row = api.email(sent)
    expected = {
        "publicId": sent,
        "fromAddress": "hello@example.com",
        "fromName": "Acme",
        "toAddresses": ["ann@example.net"],
        "ccAddresses": ["c@example.net"],
        "bccAddresses": None,
        "replyTo": ["r@example.com"],
        "subject": "Hello",
        "headers": {"X-A": "b"},
        "tags": ["a"],
        "testMode": False,
        "unsubscribeEnabled": False,
        "scheduledAt": None,
        "htmlBody": "<p>x</p>",
        "textBody": "Hello, Ann.\n",
    }
    assert {name: row[name] for name in expected} == expected
    for name in ("id", "status", "recipientProvider", "spamScore", "spamWarnings", "sentAt", "createdAt", "events"):
        assert name in row
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["createdAt"])
    for event in row["events"]:
        assert {"id", "emailId", "eventType", "metadata", "geoCountry", "isPrefetch", "createdAt"} <= set(event)
        assert (event["type"], event["timestamp"]) == (event["eventType"], event["createdAt"])


@pytest.mark.parametrize(
    "query, page, size",
    [
        ("", 1, 20),
        ("page=0", 1, 20),
        ("page=-3&per_page=0", 1, 1),
        ("per_page=1000", 1, 100),
        ("page=x&per_page=y", 1, 20),
        ("unknown=1", 1, 20),
        ("page=99999999999999999999", None, 20),
    ],
)
def test_pages_out_of_range_are_clamped(api, query, page, size):
    answer = api.get(f"/emails?{query}")
    assert answer.status == 200
    meta = answer.json()["meta"]
    assert meta["perPage"] == size
    assert page is None or meta["page"] == page
    assert list(meta) == ["page", "perPage", "total", "totalPages"]


def test_filters_of_the_list(running):
    tenant = running.tenant(name="filters")
    running.domain(tenant.account, "second.example")
    api = running.api(tenant)
    first = api.send(subject="Alpha", to=["ann@one.example"], tags=["x", "y"])
    second = api.send(subject="Beta 100%_", to=["bob@two.example"], sender="b@second.example")
    eventually(lambda: api.email(second)["status"] == "delivered", why="delivered")

    def found(query: str) -> list[str]:
        answer = api.get(f"/emails?{query}")
        assert answer.status == 200, answer.body
        return [row["publicId"] for row in answer.json()["data"]]

    assert found("") == [second, first]
    assert found("subject=ALPH") == [first]
    assert found("subject=100%25_") == [second]
    assert found("subject=%25") == [second]
    assert found("to=one.example") == [first]
    assert found("from=second") == [second]
    assert found("tag=y") == [first]
    assert found("tag=Y") == []
    assert second in found("status=delivered")
    assert found("status=bounced") == []
    assert found("date_from=2000-01-01") == [second, first]
    assert found("date_to=2000-01-01") == []
    assert found("date_from=2000-01-01T00%3A00%3A00.000Z&tag=x") == [first]


def test_no_answer_is_empty_or_204(api):
    sent = api.send(scheduled_at="2040-01-01T00:00:00Z")
    for answer in (
        api.get("/emails?tag=none"),
        api.get(f"/emails/{sent}/insights"),
        api.patch(f"/emails/{sent}", {"scheduled_at": "2041-01-01T00:00:00Z"}),
        api.post(f"/emails/{sent}/cancel"),
    ):
        assert answer.status == 200
        assert isinstance(json.loads(answer.body), dict)
