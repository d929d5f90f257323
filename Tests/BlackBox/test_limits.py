"""Rate windows and quotas: what they let in, and what of them outlives the process."""

import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from polyrelay import eventually
from wire import email


def tiers(*list_of_tiers, **more) -> dict:
    return {"limits": {"poststack": {"default": list(list_of_tiers)} | more}}


def remaining(answer) -> int:
    return int(answer.header("X-RateLimit-Remaining"))


def saved_uses(relay) -> list[int]:
    path = relay.settings["database"].removeprefix("sqlite:")
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [used for (used,) in database.execute("SELECT used FROM rate_window")]
    finally:
        database.close()


# Rate windows


def test_a_short_window_survives_a_graceful_restart(server):
    relay = server(**tiers({"per": "key", "limit": 50, "window": "59m", "starts": "firstUse"})).start()
    tenant = relay.tenant()
    for left in (49, 48, 47):
        assert remaining(relay.api(tenant).get("/emails")) == left
    assert relay.stop() == 0
    relay.start()
    assert remaining(relay.api(tenant).get("/emails")) == 46


def test_a_month_of_sends_survives_a_crash(server):
    relay = server(**tiers({"per": "account", "limit": 1000, "window": "month"})).start()
    tenant = relay.tenant()
    for _ in range(5):
        relay.api(tenant).send()
    relay.kill()
    relay.start()
    assert remaining(relay.api(tenant).get("/emails")) == 1000 - 6


def test_what_was_refused_is_counted_across_a_crash_too(server):
    relay = server(**tiers({"per": "key", "limit": 1000, "window": "month"})).start()
    tenant = relay.tenant()
    for _ in range(3):
        assert relay.api(tenant).post("/emails", {}).status == 400
    # Nothing was accepted, so no commit took the windows along; they are saved by themselves.
    eventually(lambda: saved_uses(relay) == [3], why="the window is on disk")
    relay.kill()
    relay.start()
    assert remaining(relay.api(tenant).get("/emails")) == 1000 - 4


def test_a_tier_of_accepted_requests_gets_refused_ones_back(server):
    relay = server(**tiers({"per": "key", "limit": 10, "window": "month", "counts": "accepted"})).start()
    tenant = relay.tenant()
    assert remaining(relay.api(tenant).post("/emails", {})) == 10
    assert remaining(relay.api(tenant).get("/emails")) == 9


def test_a_bucket_refuses_beyond_its_burst_and_says_how_long_to_wait(server):
    relay = server(**tiers({"per": "key", "limit": 1, "window": "30s", "burst": 3})).start()
    tenant = relay.tenant()
    statuses = [relay.api(tenant).get("/emails").status for _ in range(3)]
    assert statuses == [200, 200, 200]
    refused = relay.api(tenant).get("/emails")
    assert refused.status == 429
    assert 25 <= int(refused.header("Retry-After")) <= 30


def test_check_prints_the_tiers(server):
    hourly, monthly = {"per": "key", "limit": 100, "window": "1h"}, {"per": "global", "limit": 9, "window": "month"}
    relay = server(**tiers(hourly, monthly))
    assert "default: 100 in 1h per key; 9 in a month per global" in relay.verb("check").out


# Quotas


@pytest.fixture
def relay(server):
    return server().start()


def limits(relay, tenant, *options):
    rows = relay.ask("domain", "limits", "example.com", "--account", tenant.account, *options)
    return {row["period"]: (row["limit"], row["used"]) for row in rows}


def test_a_quota_is_set_used_and_cleared(relay):
    tenant = relay.tenant()
    assert limits(relay, tenant, "--daily", "2", "--monthly", "3") == {"day": (2, 0), "month": (3, 0)}
    relay.api(tenant).send()
    relay.api(tenant).send()
    refused = relay.api(tenant).post("/emails", email())
    assert (refused.status, refused.json()) == (
        429,
        {"error": "Daily email limit reached.", "code": "daily_limit_exceeded"},
    )
    assert refused.header("Retry-After") is None
    assert refused.header("X-RateLimit-Limit") is not None
    assert limits(relay, tenant, "--daily", "none") == {"day": (None, 2), "month": (3, 2)}
    relay.api(tenant).send()
    refused = relay.api(tenant).post("/emails", email())
    assert (refused.status, refused.json()["code"]) == (429, "monthly_limit_exceeded")


def test_a_hundred_requests_at_one_time_against_a_quota_of_fifty(relay):
    tenant = relay.tenant()
    limits(relay, tenant, "--daily", "50")

    def send(_):
        return relay.api(tenant).post("/emails", email()).status

    with ThreadPoolExecutor(32) as pool:
        statuses = list(pool.map(send, range(100)))
    assert (statuses.count(202), statuses.count(429)) == (50, 50)
    assert limits(relay, tenant)["day"] == (50, 50)


def test_a_batch_is_refused_by_element(relay):
    tenant = relay.tenant()
    limits(relay, tenant, "--daily", "2")
    answer = relay.api(tenant).post("/emails/batch", {"emails": [email(), email(), email()]})
    assert answer.status == 202
    assert ["id" in element for element in answer.json()["data"]] == [True, True, False]
    assert answer.json()["data"][2]["code"] == "daily_limit_exceeded"


def test_replays_and_test_keys_use_no_quota(relay):
    tenant = relay.tenant()
    limits(relay, tenant, "--daily", "1")
    first = relay.api(tenant).post("/emails", email(idempotency_key="k"))
    again = relay.api(tenant).post("/emails", email(idempotency_key="k"))
    assert again.json() == {"id": first.json()["id"], "replayed": True}
    test = relay.key(tenant.account, "--mode", "test")
    assert relay.api(test).post("/emails", email()).status == 202
    assert limits(relay, tenant)["day"] == (1, 1)


def test_quotas_survive_a_crash(relay):
    tenant = relay.tenant()
    limits(relay, tenant, "--daily", "2")
    relay.api(tenant).send()
    relay.kill()
    relay.start()
    assert limits(relay, tenant)["day"] == (2, 1)
    relay.api(tenant).send()
    assert relay.api(tenant).post("/emails", email()).status == 429


def test_a_cancelled_email_gives_its_day_back(relay):
    tenant = relay.tenant()
    relay.ask("account", "limits", tenant.account, "--daily", "1")
    sent = relay.api(tenant).send(scheduled_at="2040-01-01T00:00:00Z")
    assert relay.api(tenant).post("/emails", email(scheduled_at="2040-01-01T12:00:00Z")).status == 429
    assert relay.api(tenant).post(f"/emails/{sent}/cancel").status == 200
    assert relay.api(tenant).post("/emails", email(scheduled_at="2040-01-01T12:00:00Z")).status == 202


def test_default_quotas_come_from_the_configuration_and_are_read_again(server):
    quota = {"per": "account", "period": "month", "limit": 1}
    relay = server(**tiers(quotas=[quota])).start()
    tenant = relay.tenant()
    relay.api(tenant).send()
    assert relay.api(tenant).post("/emails", email()).status == 429
    relay.settings["limits"]["poststack"]["quotas"][0]["limit"] = 2
    relay.write_configuration()
    relay.process.send_signal(signal.SIGHUP)
    eventually(lambda: relay.api(tenant).post("/emails", email()).status == 202, why="the quota was raised")


def test_a_quota_of_nobody_is_refused(relay):
    tenant = relay.tenant()
    assert relay.verb("domain", "limits", "nowhere.example", "--account", tenant.account).code == 1
    assert relay.verb("account", "limits", "99").code == 1
    assert relay.verb("domain", "limits", "example.com", "--account", tenant.account, "--daily", "few").code == 2
