"""Faults on demand: any failure, at will, answered as the vendor would."""

import json
import time

import pytest
from polyrelay import serving
from test_errors import face
from wire import email

INVALID_KEY = (401, "Invalid API key")
FORBIDDEN = (403, "API key does not have permission")
UNAVAILABLE = (503, "Service unavailable")

# The failures, and their faces in this dialect.
FACES = {
    "malformedRequest": (400, "Malformed request"),
    "requestTimedOut": (408, "Request timed out"),
    "headTooLarge": (431, "Request header too large"),
    "bodyTooLarge": (413, "Request body too large"),
    "codingUnsupported": (415, "Unsupported encoding"),
    "routeNotFound": (404, "Not found"),
    "methodNotAllowed": (404, "Not found"),
    "credentialMissing": INVALID_KEY,
    "credentialMalformed": INVALID_KEY,
    "credentialUnknown": INVALID_KEY,
    "credentialRevoked": INVALID_KEY,
    "credentialExpired": INVALID_KEY,
    "accountSuspended": (403, "Account is suspended"),
    "accountMismatch": FORBIDDEN,
    "addressNotAllowed": FORBIDDEN,
    "wrongCredentialKind": FORBIDDEN,
    "scopeMissing": FORBIDDEN,
    "domainNotPermitted": FORBIDDEN,
    "credentialContextInvalid": (500, "Internal server error"),
    "passwordRefused": (403, "Wrong password"),
    "encryptionRequired": (403, "Encryption required"),
    "rateLimited": (429, "Rate limit exceeded. Please try again later."),
    "planLimitReached": (422, "Plan limit reached"),
    "idempotencyKeyInvalid": (422, "Idempotency key longer than 255 bytes"),
    "idempotencyInFlight": (409, "Idempotency key in use by another request"),
    "idempotencyMismatch": (422, "Idempotency key already used with a different payload"),
    "idempotencyOriginalFailed": (409, "The first request with this idempotency key failed"),
    "bodyMalformed": (400, "Invalid JSON body"),
    "invalid": (400, "Missing required field: to"),
    "invalid; field=from; rule=email": (422, "Invalid email address"),
    "invalid; field=emails; rule=count": (422, "Batch size exceeds limit"),
    "notFound": (404, "Email not found"),
    "notFound; resource=webhook": (404, "Webhook not found"),
    "alreadyExists; resource=contact": (409, "Contact already exists"),
    "wrongState": (422, "Email can no longer be cancelled"),
    "busy": (503, "Template is busy"),
    "selfLockout": (409, "API key cannot lock itself out"),
    "featureDisabled": (404, "Not found"),
    "checkFailed; reason=No": (409, "No"),
    "endpointRefused": (409, "Endpoint refused the request"),
    "domainUnknown": (404, "Domain not found"),
    "domainUnverified": (422, "Domain not verified"),
    "domainPaused": (422, "Domain is paused"),
    "domainBanned": (422, "Domain is banned"),
    "proofNotFound": (409, "DNS record not found"),
    "dnsUnreadable": (503, "DNS could not be read"),
    "templateNotPublished": (422, "Template not published"),
    "templateIncomplete": (422, "Template is incomplete"),
    "templateVariablesMissing": (422, "Missing template variables"),
    "allRecipientsSuppressed": (422, "All recipients are suppressed"),
    "recipientRejected": (422, "Recipient rejected"),
    "messageTooLarge": (422, "Email too large"),
    "messageMalformed": (422, "Malformed email"),
    "internalError": (500, "Internal server error"),
    "overloaded": UNAVAILABLE,
    "storageUnavailable": UNAVAILABLE,
    "draining": UNAVAILABLE,
}

CODES = {500: "internal_error", 503: "service_unavailable", 408: "invalid_request", 413: "invalid_request"}
CODES |= {415: "invalid_request", 431: "invalid_request"}

QUOTAS = {
    "day": ("Daily email limit reached.", "daily_limit_exceeded"),
    "month": ("Monthly email limit reached. Upgrade your plan.", "monthly_limit_exceeded"),
    "send": ("Send limit reached.", "send_limit_exceeded"),
    "credit": ("Email quota exceeded.", "quota_exceeded"),
}


def body(status: int, text: str) -> bytes:
    if status in CODES:
        return json.dumps({"error": text, "code": CODES[status]}, separators=(",", ":")).encode()
    return face(text, status)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("faults"), faults={"allow": True}) as server:
        yield server


@pytest.fixture(scope="module")
def faulty_key(faulty):
    return faulty.tenant()


@pytest.fixture
def broken(faulty, faulty_key):
    """Sends one email that asks for a failure."""
    api = faulty.api(faulty_key)
    return lambda fault: api.post("/emails", email(), headers={"Polyrelay-Fault": fault})


@pytest.mark.parametrize("fault", FACES, ids=str)
def test_every_failure_is_answered_as_the_vendor_would(broken, fault):
    status, text = FACES[fault]
    answer = broken(fault)
    assert (answer.status, answer.body) == (status, body(status, text))
    assert answer.header("X-Request-Id").startswith("req_")
    assert (answer.header("Retry-After") is not None) == (status in (429, 503))
    assert answer.closes == (fault == "malformedRequest")


@pytest.mark.parametrize("period", QUOTAS)
def test_a_quota_is_told_without_a_time_to_retry(broken, period):
    text, code = QUOTAS[period]
    answer = broken(f"quotaExceeded; domain=example.com; limit=1000; period={period}")
    assert answer.status == 429 and answer.header("Retry-After") is None
    assert answer.json() == {"error": text, "code": code}


def test_a_refused_rate_shows_the_window_that_was_asked_for(broken):
    answer = broken("rateLimited; limit=60; retryAfter=47s")
    assert answer.header("X-RateLimit-Limit") == "60" and answer.header("X-RateLimit-Remaining") == "0"
    assert answer.header("Retry-After") == "47"
    assert 47 <= int(answer.header("X-RateLimit-Reset")) - answer.date <= 48


def test_nothing_is_sent_where_a_failure_was_raised(faulty, faulty_key, broken):
    api = faulty.api(faulty_key)
    before = api.get("/emails").json()["meta"]["total"]
    assert broken("storageUnavailable").status == 503
    assert api.get("/emails").json()["meta"]["total"] == before


def test_an_order_that_is_not_understood_is_the_clients_fault(broken):
    for fault in ("nonsense", "internalError; rate=2", "internalError; colour=red", ""):
        answer = broken(fault)
        assert answer.status == 422 and answer.json()["error"].startswith("Invalid header: Polyrelay-Fault ("), fault


def test_the_first_requests_pass_and_the_answer_is_put_off(broken):
    fault = "internalError; after=2; delay=300ms"
    assert [broken(fault).status for _ in range(2)] == [202, 202]
    began = time.monotonic()
    assert broken(fault).status == 500
    assert time.monotonic() - began >= 0.3


def test_a_share_of_the_requests_fails(broken):
    statuses = [broken("internalError; rate=0.5").status for _ in range(60)]
    assert set(statuses) == {202, 500}


def test_without_a_good_key_a_later_failure_is_not_reached(faulty):
    api = faulty.api("sk_live_" + "a" * 40)
    answer = api.post("/emails", email(), headers={"Polyrelay-Fault": "draining"})
    assert (answer.status, answer.body) == (401, face("Invalid API key", 401))


def test_an_operator_asks_for_failures_without_touching_the_client(faulty, faulty_key):
    other = faulty.key(faulty_key.account)
    made = faulty.ask("fault", "add", "draining", "--key", other.id, "--route", "POST /emails")
    try:
        assert faulty.api(other).post("/emails", email()).status == 503
        assert faulty.api(other).get("/emails").status == 200
        assert faulty.api(faulty_key).post("/emails", email()).status == 202
        (listed,) = faulty.ask("fault", "list")
        assert listed == made | {"raised": 1}
        assert faulty.verb("fault", "clear", "999").code == 1
    finally:
        assert faulty.ask("fault", "clear") == {"cleared": 1}
    assert faulty.api(other).post("/emails", email()).status == 202


@pytest.mark.parametrize(
    "options",
    [
        ("nonsense",),
        ("draining; rate=2",),
        ("draining", "--route", "POST /nothing"),
        ("draining", "--personality", "x"),
    ],
    ids=" ".join,
)
def test_a_fault_that_cannot_be_is_refused(faulty, options):
    assert faulty.verb("fault", "add", *options).code == 2


def test_where_faults_are_not_allowed_the_field_means_nothing(running, api):
    answer = api.post("/emails", email(), headers={"Polyrelay-Fault": "internalError"})
    assert answer.status == 202
    assert "faults.allow" in running.verb("fault", "list").err


def test_without_a_server_there_is_nothing_to_ask(server):
    idle = server(faults={"allow": True})
    outcome = idle.verb("fault", "add", "draining")
    assert outcome.code == 1 and "no server" in outcome.err
