"""A quota that is set during the day counts what was sent that day, while senders run."""

import json
import threading

import pytest
from polyrelay import eventually
from wire import email, request

SENDERS = 50


@pytest.mark.parametrize("place", ["account", "domain"])
def test_a_quota_set_while_fifty_send_lets_in_exactly_what_is_left(server, place):
    relay = server().start()
    tenant = relay.tenant()
    api = relay.api(tenant)
    for _ in range(100):
        api.send()
    scheduled = api.send(scheduled_at="2040-01-01T00:00:00Z")
    assert api.email(scheduled)["status"] == "queued"
    accepted, refused = [], []
    stop = threading.Event()

    def send() -> None:
        body = json.dumps(email()).encode()
        with api.connect() as connection:
            while not stop.is_set():
                answer = connection.exchange(request("POST", "/emails", api.headers(), body), "POST")
                (accepted if answer.status == 202 else refused).append(answer.status)
                if answer.status == 429:
                    return

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: len(accepted) > 500, why="senders run")
        limit = 4000
        owner = (
            ("account", "limits", tenant.account)
            if place == "account"
            else ("domain", "limits", "example.com", "--account", tenant.account)
        )
        relay.ask(*owner, "--daily", str(limit))
        for thread in threads:
            thread.join(120)
    finally:
        stop.set()
    assert set(refused) == {429} and len(refused) == SENDERS
    assert 100 + len(accepted) == limit
    used = {row["period"]: row["used"] for row in relay.ask(*owner)}
    assert used["day"] == limit
    # The month was not asked for until now.
    [month] = [row for row in relay.ask(*owner, "--monthly", "100000") if row["period"] == "month"]
    assert month["used"] == limit
