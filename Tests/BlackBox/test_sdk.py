"""The vendor's own Python client, unmodified, with only `base_url` changed."""

import base64
import uuid
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import mail
import pytest
from polyrelay import eventually
from poststack import PostStack, PostStackError
from poststack.types import Email, PaginationMeta

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
REPORT = bytes(range(256)) * 20


@pytest.fixture
def sdk(running, key):
    with PostStack(api_key=key.secret, base_url=running.base_url, max_retries=0, timeout=10) as client:
        yield client


def plain(**fields) -> dict:
    whole = {"from": "hello@example.com", "to": ["ann@example.net"], "subject": "Hi", "text": "Hello.\n"} | fields
    return {name: value for name, value in whole.items() if value is not None}


def captured(running, identifier):
    """The message as it was sent, read back with Python's parser."""
    raw = eventually(
        lambda: (answer := running.verb("message", "raw", identifier)).code == 0 and answer.raw,
        why=f"{identifier} is captured",
    )
    return message_from_bytes(raw, policy=policy.default)


def unfolded(message, name) -> str:
    """A header field as it stands in the message, on one line and still encoded."""
    (value,) = [value for field, value in message.raw_items() if field == name]
    return "".join(value.splitlines())


def refused(call) -> PostStackError:
    with pytest.raises(PostStackError) as caught:
        call()
    assert caught.value.request_id, "errors carry X-Request-Id"
    return caught.value


def soon(**delta) -> str:
    return (datetime.now(UTC) + timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


# Sending and getting back


def test_a_plain_message_is_sent_and_read_back(running, sdk):
    sent = sdk.emails.send(plain(subject="Plain", tags=["welcome", "first"]))
    assert sent["id"].startswith("em_")
    assert "replayed" not in sent and "test_mode" not in sent

    email_row = sdk.emails.get(sent["id"])["email"]
    assert Email.model_validate(email_row).public_id == sent["id"]
    assert email_row["fromAddress"] == "hello@example.com"
    assert email_row["toAddresses"] == ["ann@example.net"]
    assert email_row["subject"] == "Plain"
    assert email_row["textBody"] == "Hello.\n"
    assert email_row["htmlBody"] is None
    assert email_row["tags"] == ["welcome", "first"]
    assert captured(running, sent["id"])["Subject"] == "Plain"


def test_html_with_an_inline_image_and_an_attachment(running, sdk):
    html = '<p>Hello <img src="cid:logo"></p>'
    sent = sdk.emails.send(
        plain(
            html=html,
            attachments=[
                {
                    "filename": "logo.png",
                    "content": base64.b64encode(PNG).decode(),
                    "content_type": "image/png",
                    "content_id": "logo",
                },
                {"filename": "report.bin", "content": base64.b64encode(REPORT).decode()},
            ],
        )
    )
    assert sdk.emails.get(sent["id"])["email"]["htmlBody"] == html

    message = captured(running, sent["id"])
    assert mail.text(message.get_body(("plain",))).rstrip("\n") == "Hello."
    assert message.get_body(("html",)).get_content().rstrip("\r\n") == html
    parts = {part.get_filename(): part for part in message.walk() if part.get_filename()}
    assert parts["logo.png"].get_content() == PNG
    assert parts["logo.png"]["Content-ID"] == "<logo>"
    assert parts["logo.png"].get_content_disposition() == "inline"
    assert parts["report.bin"].get_content() == REPORT
    assert parts["report.bin"].get_content_disposition() == "attachment"


@pytest.mark.parametrize(
    "name, subject",
    [
        ("Zoë Müller", "Grüße aus Köln"),
        ("Анна Иванова", "Ваш заказ отправлен"),
        ("山田 太郎", "ご注文ありがとうございます"),
        ("אבי כהן", "ברוכים הבאים"),
        ("محمد علي", "مرحبا بكم"),
        ("ปรีชา", "ยินดีต้อนรับ"),
        ('O\'Neil, "Bob" (Sales)', 'Brackets <and> quotes "here"'),
        ("🐙 Octopus 👩‍👩‍👧", "🎉 Party 👨‍💻 at nine 🇫🇷"),
        ("Ännchen von Tharau " * 4, "Ein sehr langer Betreff über mehrere Zeilen, " * 5),
    ],
    ids=["latin", "cyrillic", "japanese", "hebrew", "arabic", "thai", "specials", "emoji", "long"],
)
def test_names_and_subjects_survive_in_every_script(running, sdk, name, subject):
    name, subject = name.strip(), subject.strip()
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    sent = sdk.emails.send(plain(**{"from": f'"{quoted}" <hello@example.com>', "subject": subject}))

    row = sdk.emails.get(sent["id"])["email"]
    assert row["fromName"] == name
    assert row["subject"] == subject
    message = captured(running, sent["id"])
    assert message["Subject"] == subject
    (sender,) = message["From"].addresses
    if len(name) <= 60:
        assert sender.display_name == name
    else:
        # Python's address parser keeps the white space between two encoded words, against RFC 2047 §6.2; its older
        # decoder does not.
        assert str(make_header(decode_header(unfolded(message, "From")))) == f"{name} <hello@example.com>"
    assert sender.addr_spec == "hello@example.com"


def test_a_hundred_in_one_batch(sdk):
    tag = uuid.uuid4().hex
    answer = sdk.emails.batch(
        {"emails": [plain(to=[f"user{index}@example.net"], subject=f"No. {index}", tags=[tag]) for index in range(100)]}
    )
    ids = [element["id"] for element in answer["data"]]
    assert len(set(ids)) == 100
    for index in (0, 42, 99):
        row = sdk.emails.get(ids[index])["email"]
        assert row["toAddresses"] == [f"user{index}@example.net"]
        assert row["subject"] == f"No. {index}"
    assert sdk.emails.list({"tag": tag, "per_page": 100})["meta"] == {
        "page": 1,
        "perPage": 100,
        "total": 100,
        "totalPages": 1,
    }


def test_a_bad_element_of_a_batch_fails_alone(sdk):
    answer = sdk.emails.batch(
        {"emails": [plain(), plain(to=["not an address"]), plain(**{"from": "a@nowhere.example"}), plain()]}
    )
    first, address, domain, last = answer["data"]
    assert first["id"] != last["id"]
    assert address == {"error": "Invalid email address", "code": "unprocessable_entity"}
    assert domain == {"error": "Domain not found", "code": "not_found"}


def test_a_scheduled_message_waits_is_moved_and_is_cancelled(running, sdk):
    when, later = soon(hours=1), soon(hours=2)
    sent = sdk.emails.send(plain(scheduled_at=when))
    row = sdk.emails.get(sent["id"])["email"]
    assert (row["status"], row["scheduledAt"], row["sentAt"]) == ("queued", when, None)

    assert sdk.emails.reschedule(sent["id"], later) == {"success": True}
    assert sdk.emails.get(sent["id"])["email"]["scheduledAt"] == later

    assert sdk.emails.cancel(sent["id"]) == {"success": True}
    row = sdk.emails.get(sent["id"])["email"]
    assert row["status"] == "failed"
    assert "failed" in [event["eventType"] for event in row["events"]]
    error = refused(lambda: sdk.emails.cancel(sent["id"]))
    assert (error.status_code, error.code) == (422, "unprocessable_entity")


def test_the_list_is_paged_newest_first_and_filtered(sdk):
    tag = uuid.uuid4().hex
    ids = [sdk.emails.send(plain(subject=f"Page {index}", tags=[tag]))["id"] for index in range(5)]
    page = sdk.emails.list({"tag": tag, "per_page": 2, "page": 2})
    PaginationMeta.model_validate(page["meta"])
    assert [row["publicId"] for row in page["data"]] == [ids[2], ids[1]]
    assert page["meta"] == {"page": 2, "perPage": 2, "total": 5, "totalPages": 3}
    assert "htmlBody" not in page["data"][0] and "events" not in page["data"][0]

    found = sdk.emails.list({"tag": tag, "subject": "pAGE 3"})
    assert [row["publicId"] for row in found["data"]] == [ids[3]]
    assert sdk.emails.list({"tag": "no such tag"})["meta"] == {"page": 1, "perPage": 20, "total": 0, "totalPages": 0}


def test_events_tell_the_life_of_a_message(sdk):
    sent = sdk.emails.send(plain())
    eventually(lambda: sdk.emails.get(sent["id"])["email"]["status"] == "delivered", why="delivered")
    events = sdk.emails.get_events(sent["id"])["events"]
    assert [event["eventType"] for event in events] == ["queued", "sent", "delivered"]
    assert len({event["id"] for event in events}) == 3
    row = sdk.emails.get(sent["id"])["email"]
    assert row["events"] == events
    assert {event["emailId"] for event in events} == {row["id"]}
    Email.model_validate(row)
    assert row["sentAt"] is not None


def test_insights_name_what_is_missing(sdk):
    sent = sdk.emails.send(plain(text=None, html="<p>Only HTML</p>"))
    warnings = sdk.emails.get_insights(sent["id"])["warnings"]
    assert "missing_text_body" in [warning["code"] for warning in warnings]
    for warning in warnings:
        assert warning["message"] and warning["severity"] in ("warning", "info")


def test_a_test_key_sends_nothing_and_says_so(running, key):
    secret = running.key(key.account, "--mode", "test").secret
    assert secret.startswith("sk_test_")
    with PostStack(api_key=secret, base_url=running.base_url, max_retries=0) as client:
        sent = client.emails.send(plain())
        assert sent["test_mode"] is True
        eventually(lambda: client.emails.get(sent["id"])["email"]["status"] == "delivered", why="delivered")
        row = client.emails.get(sent["id"])["email"]
        assert row["testMode"] is True
        assert [event["eventType"] for event in row["events"]] == ["queued", "sent", "delivered"]


# Idempotency


def test_the_same_key_and_payload_is_answered_with_the_first_id(sdk):
    body = plain(idempotency_key=f"order-{uuid.uuid4()}")
    first, second = sdk.emails.send(body), sdk.emails.send(dict(reversed(body.items())))
    assert second == {"id": first["id"], "replayed": True}


def test_the_same_key_with_another_payload_is_refused(sdk):
    name = f"order-{uuid.uuid4()}"
    sdk.emails.send(plain(idempotency_key=name))
    error = refused(lambda: sdk.emails.send(plain(idempotency_key=name, subject="Other")))
    assert (error.status_code, error.code) == (422, "unprocessable_entity")
    assert error.error == "Idempotency key already used with a different payload"


# Typed errors


def test_a_bad_key_is_a_typed_error(running):
    with PostStack(api_key="sk_live_nobody", base_url=running.base_url, max_retries=0) as client:
        error = refused(lambda: client.emails.send(plain()))
    assert (error.status_code, error.code, error.error) == (401, "unauthorized", "Invalid API key")


def test_an_unverified_domain_is_a_typed_error(running, key, sdk):
    name = f"d{uuid.uuid4().hex[:8]}.example"
    running.domain(key.account, name, verified=False)
    error = refused(lambda: sdk.emails.send(plain(**{"from": f"a@{name}"})))
    assert (error.status_code, error.code, error.error) == (422, "unprocessable_entity", "Domain not verified")


def test_a_bad_address_is_a_typed_error(sdk):
    error = refused(lambda: sdk.emails.send(plain(to=["ann@@example.net"])))
    assert (error.status_code, error.code, error.error) == (422, "unprocessable_entity", "Invalid email address")


def test_an_oversize_batch_is_a_typed_error(sdk):
    error = refused(lambda: sdk.emails.batch({"emails": [plain() for _ in range(101)]}))
    assert (error.status_code, error.code, error.error) == (422, "unprocessable_entity", "Batch size exceeds limit")


def test_an_unknown_email_is_a_typed_error(sdk):
    error = refused(lambda: sdk.emails.get("em_doesnotexist000000"))
    assert (error.status_code, error.code, error.error) == (404, "not_found", "Email not found")


def test_the_rate_limit_is_a_typed_error(server):
    limited = server(requests_per_minute=3).start()
    secret = limited.tenant().secret
    with PostStack(api_key=secret, base_url=limited.base_url, max_retries=0) as client:
        # The window is a clock minute: one that has just turned has three more.
        error = None
        for _ in range(7):
            try:
                client.emails.list()
            except PostStackError as caught:
                error = caught
                break
    assert error is not None, "seven requests passed a limit of three a minute"
    assert (error.status_code, error.code) == (429, "rate_limit_exceeded")
    assert error.error == "Rate limit exceeded. Please try again later."
    assert 1 <= error.retry_after <= 60
    assert error.headers["x-ratelimit-limit"] == "3"
    assert error.headers["x-ratelimit-remaining"] == "0"
