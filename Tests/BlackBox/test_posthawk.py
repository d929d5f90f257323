"""The vendor's own Python client for Posthawk, unmodified, with only `base_url` changed; limits and races from outside.

`posthawk-client.md` says method by method what of the client is served.
"""

import http.client
import json
import smtplib
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from polyrelay import Key, eventually
from posthawk import Posthawk

UNLIMITED = [{"per": "key", "limit": 1_000_000, "window": "1m"}]
FAST = {"posthawk": {"pace": 100_000}}
SECONDS = 60


def hawk(server, **sections):
    options = {"limits": {"posthawk": {"send": UNLIMITED}}, "personalities": FAST} | sections
    return server(listeners=[{"personality": "posthawk", "listen": "127.0.0.1:0"}], **options)


def new_key(one, account: str, *options: str) -> Key:
    answer = one.ask("key", "create", "--account", account, "--personality", "posthawk", *options)
    return Key(str(answer["id"]), answer["key"], account)


def tenant(one, *options: str, domain: str = "example.com") -> Key:
    account = one.account("acme")
    one.domain(account, domain)
    return new_key(one, account, *options)


@pytest.fixture
def served(server):
    """A server in capture mode, and a key of an account with the domain example.com."""
    one = hawk(server, smtp={"listeners": [{"listen": "127.0.0.1:0", "personality": "posthawk", "tls": "none"}]})
    key = tenant(one)
    return one.start(), key


def client(one, key: Key) -> Posthawk:
    return Posthawk(key.secret, base_url=one.base_url, max_retries=0, timeout=SECONDS)


def template(one, account: str, folder) -> str:
    html = folder / "welcome.html"
    html.write_text("<p>Hello {{first_name}}, {{plan}}</p>")
    made = one.ask(
        "template", "create", "welcome", "--account", account, "--personality", "posthawk",
        "--subject", "Hello {{first_name}}", "--html", str(html), "--require", "first_name",
    )  # fmt: skip
    return made["id"]


def call(one, key: Key, method: str, path: str, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=SECONDS)
    try:
        connection.request(
            method, path, None if body is None else json.dumps(body),
            {"X-API-Key": key.secret, "Content-Type": "application/json"} | (headers or {}),
        )  # fmt: skip
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def letter(**fields) -> dict:
    return {"from": "hello@example.com", "to": ["ann@example.net"], "subject": "Hi", "text": "Hello."} | fields


def soon(**delta) -> datetime:
    return datetime.now(UTC) + timedelta(**delta)


# The vendor's client


def test_a_send_and_its_job(served):
    one, key = served
    with client(one, key) as sdk:
        sent = sdk.emails.send(
            from_email="Acme <hello@example.com>", to="ann@example.net", subject="Hi", html="<p>Hi</p>",
            headers={"X-Campaign": "7"}, metadata={"order_id": 7}, tags={"type": "transactional"},
            reply_to="help@example.com",
        )  # fmt: skip
        assert sent.error is None and sent.data.success and not sent.data.scheduled
        assert sent.data.message == "Email queued for sending"
        assert sent.data.status_url == f"/v1/send/{sent.data.job_id}"
        job = eventually(
            lambda: (job := sdk.emails.get(sent.data.job_id).data).status == "completed" and job,
            why="the job is completed",
        )
        assert job.result.success and job.result.message_id.endswith("@example.com")
        assert uuid.UUID(job.result.email_log_id) != uuid.UUID(job.job_id)
        assert sdk.emails.get("nope").error.status_code == 404
        assert sdk.emails.get("a/b c").error.message == "Job not found"


def test_what_is_wrong_with_a_send_is_told(served):
    one, key = served
    with client(one, key) as sdk:
        refused = sdk.emails.send(from_email="hello@example.com", to="foo", subject="Hi", text="Hi").error
        assert (refused.status_code, refused.message) == (400, 'Invalid email address in "to": foo')
        refused = sdk.emails.send(from_email="hello@elsewhere.example", to="a@b.example", subject="Hi", text="Hi").error
        assert (refused.status_code, refused.message) == (400, "Domain elsewhere.example is not verified")
    stranger = Posthawk("ck_live_" + "x" * 32, base_url=one.base_url, max_retries=0)
    assert stranger.scheduled.list().error.status_code == 401


def test_templates_are_rendered_and_sent(served, tmp_path):
    one, key = served
    welcome = template(one, key.account, tmp_path)
    with client(one, key) as sdk:
        rendered = sdk.templates.render(template_id=welcome, variables={"first_name": "Ann"}).data
        assert (rendered.subject, rendered.html) == ("Hello Ann", "<p>Hello Ann, {{plan}}</p>")
        assert rendered.text is None
        refused = sdk.templates.render(template_id=welcome).error
        assert refused.message == "Missing required variables: first_name"
        sent = sdk.emails.send(
            from_email="hello@example.com", to="ann@example.net", subject="", template_id=welcome,
            variables={"first_name": "Ann", "plan": "Pro"},
        )  # fmt: skip
        assert sent.error is None, sent.error
    raw = eventually(
        lambda: (shown := one.verb("message", "raw", sent.data.job_id)).code == 0 and shown.raw, why="it is captured"
    )
    assert b"Subject: Hello Ann\r\n" in raw and b"Hello Ann, Pro" in raw


def test_scheduled_emails_are_listed_moved_sent_and_taken_back(served):
    one, key = served
    with client(one, key) as sdk:
        made = [
            sdk.emails.send(
                from_email="hello@example.com", to="ann@example.net", subject=f"Soon {number}", text="Hi",
                scheduled_for=soon(days=1),
            ).data
            for number in range(3)
        ]  # fmt: skip
        assert all(one.scheduled and one.message == "Email scheduled successfully" for one in made)
        listed = sdk.scheduled.list(status="scheduled", limit=2, offset=0).data
        assert listed.total == 3 and [row.subject for row in listed.data] == ["Soon 2", "Soon 1"]
        moved = sdk.scheduled.reschedule(made[0].id, scheduled_for="2000-01-01T09:00:00")
        assert moved.error.message == "scheduledFor must be in the future and at most 30 days ahead"
        later = soon(days=2).replace(tzinfo=None, microsecond=0)
        moved = sdk.scheduled.reschedule(made[0].id, scheduled_for=later.isoformat())
        assert moved.data.data.scheduled_for == later.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        assert sdk.scheduled.cancel(made[1].id).data.success
        assert sdk.scheduled.get(made[1].id).data.data.status == "cancelled"
        assert sdk.scheduled.cancel(made[1].id).error.status_code == 400
        assert sdk.scheduled.send_now(made[2].id).data.data.status in ("sending", "sent")
        eventually(lambda: sdk.scheduled.get(made[2].id).data.data.status == "sent", why="it was sent now")
        assert sdk.scheduled.list(status="sent").data.total == 1
        assert sdk.scheduled.get(str(uuid.uuid4())).error.message == "Scheduled email not found"


def test_a_local_time_is_read_by_its_zones_clocks(served):
    one, key = served
    noon = (soon(days=3)).strftime("%Y-%m-%dT12:00:00")
    with client(one, key) as sdk:
        made = sdk.emails.send(
            from_email="hello@example.com", to="a@example.net", subject="Hi", text="Hi", scheduled_for=noon,
            timezone="Asia/Kolkata",
        ).data  # fmt: skip
        row = sdk.scheduled.get(made.id).data.data
        assert row.timezone == "Asia/Kolkata" and row.scheduled_for == noon.replace("T12:00:00", "T06:30:00.000Z")
        unknown = sdk.emails.send(
            from_email="hello@example.com", to="a@example.net", subject="Hi", text="Hi", scheduled_for=noon,
            timezone="../../etc/passwd",
        ).error  # fmt: skip
        assert unknown.message == 'Invalid timezone in "timezone": ../../etc/passwd'


def test_a_test_key_sends_nothing_and_says_so(served):
    one, key = served
    testing = new_key(one, key.account, "--mode", "test")
    with client(one, testing) as sdk:
        sent = sdk.emails.send(from_email="hello@example.com", to="ann@example.net", subject="Hi", text="Hi").data
        job = sdk.emails.get(sent.job_id).data
        assert job.status == "completed" and job.result.message_id.startswith("sandbox-")


def test_what_the_client_has_and_the_server_has_not_is_a_404_in_json(served):
    one, key = served
    with client(one, key) as sdk:
        for refused in (
            sdk.contacts.list().error,
            sdk.webhooks.list().error,
            sdk.suppressions.list().error,
            sdk.broadcasts.list().error,
            sdk.emails.batch([{"from_email": "a@example.com", "to": "b@example.net", "subject": "x"}]).error,
        ):
            assert (refused.status_code, refused.message) == (404, "Not served by this server")


# Limits


def daily(limit: int) -> str:
    return f"Daily sending limit reached for example.com ({limit:,} emails/day)."


def smtp_send(one, key: Key) -> tuple[int, bytes]:
    with smtplib.SMTP("127.0.0.1", one.smtp_ports[0], timeout=SECONDS) as mail:
        mail.login("anybody", key.secret)
        try:
            mail.sendmail("hello@example.com", ["a@example.net"], b"From: hello@example.com\r\n\r\nHi\r\n")
            return 250, b""
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code, refused.smtp_error


def test_a_domains_limit_holds_over_http_and_smtp_together(served):
    one, key = served
    limit, senders, each = 1000, 10, 110
    with client(one, key) as sdk:
        domain = sdk.domains.list().data.data[0]
        changed = sdk.domains.update_limits(domain.id, max_daily_emails=limit, max_monthly_emails=25_000)
        assert changed.error is None, changed.error

    def send(number: int) -> int:
        taken = 0
        for _ in range(each):
            if number % 5 == 0:
                code, said = smtp_send(one, key)
                assert code in (250, 452)
                taken += code == 250
                assert code == 250 or said == b"4.7.1 " + daily(limit).encode()
            else:
                status, answer = call(one, key, "POST", "/v1/send", letter())
                taken += status == 201
                if status != 201:
                    assert (status, answer) == (
                        403, {"statusCode": 403, "message": daily(limit), "error": "Forbidden"},
                    )  # fmt: skip
        return taken

    with ThreadPoolExecutor(senders) as pool:
        assert sum(pool.map(send, range(senders))) == limit


def test_the_monthly_limit_has_its_own_sentence(served):
    one, key = served
    with client(one, key) as sdk:
        domain = sdk.domains.list().data.data[0]
        sdk.domains.update_limits(domain.id, max_daily_emails=None, max_monthly_emails=1)
        assert sdk.emails.send(from_email="a@example.com", to="b@example.net", subject="x", text="x").error is None
        refused = sdk.emails.send(from_email="a@example.com", to="b@example.net", subject="x", text="x").error
    assert (refused.status_code, refused.message) == (
        403, "Monthly sending limit reached for example.com (1 emails/month).",
    )  # fmt: skip


def test_the_vendors_tiers_hold_where_nothing_else_is_said(server):
    one = hawk(server, limits={})
    key = tenant(one)
    one.start()
    for _ in range(100):
        assert call(one, key, "POST", "/v1/send", letter())[0] == 201
    status, answer = call(one, key, "POST", "/v1/send", letter())
    assert status == 429 and answer["message"] == "Rate limit exceeded"
    assert list(answer) == ["statusCode", "message", "error", "retryAfter", "resetAt"]
    assert call(one, key, "GET", "/scheduled")[0] == 200


def test_mail_leaves_no_faster_than_the_pace(server, smarthost):
    one = hawk(server, smarthost=smarthost.port, personalities={"posthawk": {"pace": 1}})
    key = tenant(one)
    one.start()
    for _ in range(3):
        assert call(one, key, "POST", "/v1/send", letter())[0] == 201
    smarthost.wait_for(lambda all: len(all) == 3, why="all three arrive")
    times = [one.at for one in smarthost.deliveries]
    assert times[2] - times[0] >= 1.5, "three messages at one a second take two seconds"


# Idempotency


def test_fifty_requests_with_one_key_send_once(served):
    one, key = served
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    barrier = threading.Barrier(50)

    def send(_):
        barrier.wait()
        return call(one, key, "POST", "/v1/send", letter(), headers)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(send, range(50)))
    assert {status for status, _ in answers} == {201}
    assert len({answer["jobId"] for _, answer in answers}) == 1
    status, stats = call(one, key, "GET", "/v1/queue/stats")
    assert status == 200 and sum(stats.values()) == 1


# Races

NEAR_SECONDS = 0.2


def test_a_cancel_that_was_acknowledged_is_never_followed_by_a_send(server, smarthost, tier):
    rounds = {"quick": 60, "full": 1000, "soak": 1000}[tier]
    one = hawk(server, smarthost=smarthost.port)
    key = tenant(one)
    one.start()
    # Far away, however long it takes to make them all: each race brings its own nearer.
    due = soon(seconds=3600)
    made = [
        call(one, key, "POST", "/v1/send", letter(to=[f"r{number}@example.net"], scheduledFor=due.isoformat()))[1]
        for number in range(rounds)
    ]

    def race(numbered):
        number, email = numbered
        if number % 3 == 0:
            call(one, key, "POST", f"/scheduled/{email['id']}/send-now")
        else:
            # Long before the cancel comes, or at about that moment. One that is no time any more is refused and moves nothing.
            ahead = 2 if number % 3 == 1 else NEAR_SECONDS
            body = {"scheduledFor": soon(seconds=ahead).isoformat()}
            call(one, key, "PATCH", f"/scheduled/{email['id']}/reschedule", body)
            if ahead == NEAR_SECONDS:
                threading.Event().wait(NEAR_SECONDS)
        status, _ = call(one, key, "DELETE", f"/scheduled/{email['id']}")
        return status

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(race, enumerate(made)))
    assert set(statuses) <= {200, 400}

    def settled():
        rows = [call(one, key, "GET", f"/scheduled/{email['id']}")[1]["data"]["status"] for email in made]
        return all(row in ("sent", "cancelled") for row in rows) and rows

    rows = eventually(settled, 60, why="every email has an outcome")
    arrived = [recipient for one in smarthost.deliveries for recipient in one.recipients]
    assert len(arrived) == len(set(arrived)), "nothing is sent twice"
    for number, (status, row) in enumerate(zip(statuses, rows, strict=True)):
        assert (row == "cancelled") == (status == 200), f"{number}: {status} and {row}"
        assert (f"r{number}@example.net" in arrived) == (row == "sent"), f"{number}: {row}"


def test_the_third_soft_bounce_in_a_row_suppresses_and_a_delivery_begins_anew(server, smarthost):
    one = hawk(server, smarthost=smarthost.port)
    key = tenant(one)
    api = client(one.start(), key)
    mail = {"from_email": "hello@example.com", "to": "ann@dest.test", "subject": "Hi", "text": "Hi"}
    refusing = {"said": "550 rejected"}
    smarthost.on_recipient = lambda address, attempt: refusing["said"] if address.startswith("ann@") else None

    def send(outcome: str) -> None:
        assert not api.emails.send(**mail).error
        serial = str(one.ask("message", "list", "--limit", "1")[0]["id"])
        eventually(lambda: one.ask("message", "show", serial)["state"] == outcome, why=outcome)

    for _ in range(2):
        send("bounced")
    refusing["said"] = None
    send("delivered")
    refusing["said"] = "550 rejected"
    for _ in range(2):
        send("bounced")
    assert one.ask("suppression", "list") == []
    # What a policy says is nobody's fault, however often.
    refusing["said"] = "550 5.7.1 your network is blocked"
    for _ in range(3):
        send("bounced")
    assert one.ask("suppression", "list") == []
    refusing["said"] = "550 rejected"
    send("bounced")
    [row] = one.ask("suppression", "list")
    assert (row["address"], row["reason"]) == ("ann@dest.test", "softBounce")
    assert "All recipients are suppressed" in str(api.emails.send(**mail).error)
