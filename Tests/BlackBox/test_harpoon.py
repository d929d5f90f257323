"""Harpoon on the real binary: the vendor's sample clients, payments that come in by a line, what the merchant hears of
them, and that a crash neither loses nor doubles one."""

import hashlib
import hmac
import json
import random
import shutil
import sqlite3
import subprocess
import threading
import time

import pytest
import requests
from harpoon import (
    INITIALIZE,
    SECRET,
    SIGNING_KEY,
    authority,  # noqa: F401
    certificate,  # noqa: F401
    initialize,
    key,
    line,
    pay,
    payment,
    shop,  # noqa: F401
    telco_id,
    verify_webhook,
)
from polyrelay import eventually
from targets import Target

# The vendor's sample clients


class HarpoonError(Exception):
    def __init__(self, code, message, details=None):
        self.code, self.message, self.details = code, message, details
        super().__init__(message)


def create_payment(base_url: str, secret: str, amount: str, description: str, retries: int = 3, pause=time.sleep):
    """The Python client of the vendor's page, but for where it asks and how it waits."""
    for attempt in range(retries):
        response = requests.post(
            f"{base_url}{INITIALIZE}",
            headers={"Authorization": "Bearer " + secret, "Content-Type": "application/json"},
            json={"amount": amount, "description": description},
            timeout=10,
        )
        data = response.json()
        if response.ok:
            return data["data"]
        error = data.get("error", {})
        code = error.get("code")
        if code == "RATE_LIMIT_EXCEEDED" and attempt < retries - 1:
            pause(2**attempt)
            continue
        raise HarpoonError(code=code, message=error.get("message", "Unknown error"), details=error.get("details"))


# As the vendor's page prints it, but for where it asks, where its key stands, and how long its delay is.
JAVASCRIPT = """
const [base, key, amount, description, unit, tries] = process.argv.slice(2);
process.env.HARPOON_API_KEY = key;
const delays = [];
const delay = ms => { delays.push(ms); return new Promise(r => setTimeout(r, ms * Number(unit) / 1000)); };
let retryCount = 0;

async function createPayment(amount, description) {
  try {
    const response = await fetch(base + '/v1/transactions/initialize', {
      method: 'POST',
      headers: {
        'Authorization': 'Bearer ' + process.env.HARPOON_API_KEY,
        'Content-Type': 'application/json'
      },
      body: JSON.stringify({ amount, description })
    });

    const data = await response.json();

    if (!response.ok) {
      // Handle specific error codes
      switch (data.error?.code) {
        case 'INVALID_AMOUNT':
          throw new Error('Please enter a valid amount');
        case 'RATE_LIMIT_EXCEEDED':
          if (retryCount >= Number(tries)) throw new Error('still limited');
          // Implement exponential backoff
          await delay(getBackoffDelay(retryCount++));
          return createPayment(amount, description);
        case 'INSUFFICIENT_SCOPE':
          throw new Error('API key missing required permissions');
        default:
          throw new Error(data.error?.message || 'Payment creation failed');
      }
    }

    return data.data;
  } catch (error) {
    console.error('Payment error:', error.message);
    throw error;
  }
}

function getBackoffDelay(attempt) {
  // Exponential backoff: 1s, 2s, 4s, 8s...
  return Math.min(1000 * Math.pow(2, attempt), 30000);
}

createPayment(amount, description)
  .then(p => console.log(JSON.stringify({ payment: p, delays })))
  .catch(e => console.log(JSON.stringify({ error: e.message, delays })));
"""


def test_the_vendors_python_client_creates_payments_and_understands_what_is_refused(shop):
    running = shop().start()
    account = running.account()
    secret = key(running, account).secret
    made = create_payment(running.base_url, secret, "75.00", "Order 1")
    assert made["status"] == "PENDING" and made["amount"] == "75.00"
    with pytest.raises(HarpoonError) as refused:
        create_payment(running.base_url, secret, "-50.00", "Order 1")
    assert refused.value.code == "INVALID_AMOUNT"
    assert refused.value.details == {"field": "amount", "value": "-50.00"}
    reader = key(running, account, "--scopes", "transactions:read").secret
    with pytest.raises(HarpoonError) as refused:
        create_payment(running.base_url, reader, "1", "Order 1")
    assert refused.value.code == "INSUFFICIENT_SCOPE"
    assert refused.value.details["available_scopes"] == ["transactions:read"]


def test_the_vendors_python_client_backs_off_when_it_is_limited(shop):
    running = shop(limits={"harpoon": {"default": [{"per": "key", "limit": 1, "window": "366d"}]}}).start()
    secret = key(running, running.account()).secret
    create_payment(running.base_url, secret, "1", "Order")
    pauses = []
    with pytest.raises(HarpoonError) as refused:
        create_payment(running.base_url, secret, "1", "Order", pause=pauses.append)
    assert refused.value.code == "RATE_LIMIT_EXCEEDED" and pauses == [1, 2]


def javascript_client(folder, base_url: str, secret: str, amount: str, unit: int = 0, tries: int = 3) -> dict:
    """`unit`: how many milliseconds a second of its waits takes."""
    script = folder / "client.mjs"
    script.write_text(JAVASCRIPT)
    command = ["node", str(script), base_url, secret, amount, "Order", str(unit), str(tries)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_vendors_javascript_client_creates_payments_and_understands_what_is_refused(shop, tmp_path):
    running = shop().start()
    account = running.account()
    secret = key(running, account).secret
    assert javascript_client(tmp_path, running.base_url, secret, "12.50")["payment"]["amount"] == "12.50"
    assert javascript_client(tmp_path, running.base_url, secret, "0")["error"] == "Please enter a valid amount"
    reader = key(running, account, "--scopes", "transactions:read").secret
    refused = javascript_client(tmp_path, running.base_url, reader, "1")
    assert refused == {"error": "API key missing required permissions", "delays": []}


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_vendors_javascript_client_backs_off_when_it_is_limited_and_goes_on_when_it_may(shop, tmp_path):
    running = shop(limits={"harpoon": {"default": [{"per": "key", "limit": 1, "window": "366d"}]}}).start()
    secret = key(running, running.account()).secret
    create_payment(running.base_url, secret, "1", "Order")
    limited = javascript_client(tmp_path, running.base_url, secret, "1")
    assert limited == {"error": "still limited", "delays": [1000, 2000, 4000]}
    # A window that begins anew while the client waits, whatever the clock says now: it waits for longer than one.
    running.stop()
    running.settings["limits"] = {"harpoon": {"default": [{"per": "key", "limit": 1, "window": "1s"}]}}
    running.start()
    made = []
    while not any(one["delays"] for one in made):
        made.append(javascript_client(tmp_path, running.base_url, secret, "1", unit=1000, tries=5))
        made.append(javascript_client(tmp_path, running.base_url, secret, "1", unit=1000, tries=5))
        assert len(made) < 100
    assert all(one["payment"]["status"] == "PENDING" for one in made)


# Coming in


def test_a_payment_is_settled_once_and_its_webhook_is_signed(shop, certificate):
    running = shop().start()
    account = running.account()
    api = running.api(key(running, account, "--scopes", "transactions:read,transactions:write,webhooks:manage"))
    line(running, account, "payment", SECRET)
    with Target(certificate) as target:
        events = ["transaction.completed", "transaction.cancelled"]
        hook = api.post("/v1/webhooks", {"url": target.url(), "events": events}).json()["data"]
        made = initialize(api, client_reference="ord-1", meta={"cart": "c-19"})
        for _ in range(3):
            pay(running, made["hpn_code"].lower(), telco_id(1), amount="60.00")
        arrival = target.wait(1)[0]
        body = verify_webhook(arrival.body, arrival.header, hook["secret"])
        assert body["event"] == "transaction.completed"
        assert body["data"]["reference"] == made["reference"] and body["data"]["status"] == "PARTIAL"
        assert body["data"]["difference"] == "-15.00" and body["data"]["meta"] == {"cart": "c-19"}
        assert arrival.header("User-Agent") == "Harpoon-Webhook/1.0"
        second = initialize(api)
        api.post(f"/v1/transactions/{second['reference']}/cancel", {})
        assert [json.loads(one.body)["event"] for one in target.wait(2)] == events
    assert payment(api, made["reference"])["actual_amount"] == "60.00"


def test_a_payments_own_url_hears_of_it_alone_and_is_signed_with_the_accounts_secret(shop, certificate):
    running = shop().start()
    account = running.account()
    api = running.api(key(running, account, "--scopes", "transactions:read,transactions:write,webhooks:manage"))
    line(running, account, "payment", SECRET)
    with Target(certificate) as target:
        fallback = running.ask("payment", "secret", "--account", account)["secret"]
        made = initialize(api, webhook_url=target.url("/own"))
        pay(running, made["hpn_code"], telco_id(1))
        first = target.wait(1, "/own")[0]
        verify_webhook(first.body, first.header, fallback)
        events = ["transaction.completed"]
        hook = api.post("/v1/webhooks", {"url": target.url("/all"), "events": events}).json()["data"]
        made = initialize(api, webhook_url=target.url("/own"))
        pay(running, made["hpn_code"], telco_id(2))
        second = target.wait(2, "/own")[1]
        verify_webhook(second.body, second.header, hook["secret"])
        made = initialize(api)
        pay(running, made["hpn_code"], telco_id(3))
        assert len(target.wait(1, "/all")) == 1


def test_what_an_endpoint_refuses_is_a_dead_letter_and_goes_out_again_under_its_id(shop, certificate):
    running = shop().start()
    account = running.account()
    api = running.api(key(running, account, "--scopes", "transactions:read,transactions:write,webhooks:manage"))
    line(running, account, "payment", SECRET)
    with Target(certificate, script=lambda arrival, number: 410 if number == 1 else 200) as target:
        hook = api.post("/v1/webhooks", {"url": target.url(), "events": ["transaction.completed"]}).json()["data"]
        pay(running, initialize(api)["hpn_code"], telco_id(1))
        letters = lambda query="": api.get(f"/v1/webhooks/dead-letters{query}").json()["data"]  # noqa: E731
        letter = eventually(lambda: letters(), why="no dead letter")[0]
        assert letter["last_status_code"] == 410 and letter["attempts"] == 1
        assert api.post(f"/v1/webhooks/dead-letters/{letter['id']}/replay").status == 200
        first, again = target.wait(2)
        assert again.header("X-Harpoon-Webhook-ID") == first.header("X-Harpoon-Webhook-ID") == letter["webhook_id"]
        verify_webhook(again.body, again.header, hook["secret"])
        assert first.body == again.body
        assert letters() == []
        assert [one["id"] for one in letters("?include_replayed=true")] == [letter["id"]]


def sms(text: str, sender: str = "MobileMoney", identity: str = "Ev0000000000000000001") -> bytes:
    """As the app writes it: some characters escaped, members in an order of its own."""
    payload = {
        "message": text, "receivedAt": time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00", time.gmtime()),
        "messageId": "7f3a21c0", "phoneNumber": sender, "sender": sender, "simNumber": 1,
    }  # fmt: skip
    body = {"deviceId": "dev-01", "event": "sms:received", "id": identity, "payload": payload, "webhookId": "wh-01"}
    return json.dumps(body, separators=(",", ":")).replace("'", "\\u0027").encode()


def post_sms(running, path: str, body: bytes, signing_key: str = SIGNING_KEY, stamp: int | None = None) -> int:
    stamp = str(int(time.time()) if stamp is None else stamp)
    code = hmac.new(signing_key.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
    return running.api().post(path, body, {"X-Timestamp": stamp, "X-Signature": code}).status


RECEIPT = (
    "Payment received for GHS 75.00 from ESI BOATENG Current Balance: GHS 412.30 . Available Balance: GHS 412.30. "
    "Reference: {}. Transaction ID: {}. TRANSACTION FEE: 0.00"
)


def test_texts_come_in_from_a_phone_and_an_imitation_settles_nothing(shop):
    running = shop().start()
    account = running.account()
    api = running.api(key(running, account))
    path = line(running, account, "sms-gateway", SIGNING_KEY)["path"]
    made = initialize(api)
    text = RECEIPT.format(made["hpn_code"], telco_id(1))
    assert post_sms(running, path, sms(text, sender="+233592000123")) == 200
    assert post_sms(running, path, sms("Y'ello, are we still meeting?")) == 200
    assert post_sms(running, path, sms(text), signing_key="another1") == 401
    assert post_sms(running, path, sms(text), stamp=int(time.time()) - 600) == 401
    assert payment(api, made["reference"])["status"] == "PENDING"
    received = running.ask("payment", "list", "--account", account, "--received")
    assert sorted(one["state"] for one in received) == ["REVIEW", "SUSPICIOUS"]
    for _ in range(2):
        assert post_sms(running, path, sms(text)) == 200
    settled = payment(api, made["reference"])
    assert settled["status"] == "SUCCESS" and settled["payer"]["name"] == "ESI BOATENG"
    assert settled["telco"]["transaction_id"] == telco_id(1)
    # The same id with another amount changes nothing and is kept for a person.
    assert post_sms(running, path, sms(text.replace("75.00 from", "500.00 from"))) == 200
    assert payment(api, made["reference"]) == settled
    received = running.ask("payment", "list", "--account", account, "--received", "--state", "REVIEW")
    assert any("same transaction id" in one["reason"] for one in received)


def test_one_payment_at_the_same_instant_from_two_forwarders_counts_once(shop, certificate):
    running = shop().start()
    account = running.account()
    api = running.api(key(running, account, "--scopes", "transactions:read,transactions:write,webhooks:manage"))
    line(running, account, "payment", SECRET)
    with Target(certificate) as target:
        api.post("/v1/webhooks", {"url": target.url(), "events": ["transaction.completed"]})
        for round_number in range(10):
            made = initialize(api)
            threads = [
                threading.Thread(target=pay, args=(running, made["hpn_code"], telco_id(round_number)))
                for _ in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert payment(api, made["reference"])["status"] == "SUCCESS"
        told = [json.loads(one.body)["data"]["reference"] for one in target.wait(10)]
    assert len(set(told)) == len(told) == 10


# People


def test_the_operator_decides_about_what_waits_for_a_person(shop):
    running = shop().start()
    account = running.account()
    api = running.api(key(running, account))
    line(running, account, "payment", SECRET)
    held = initialize(api, expected_payer_phone="0240000345")
    pay(running, held["hpn_code"], telco_id(1))
    assert payment(api, held["reference"])["status"] == "MANUAL_REVIEW"
    assert running.ask("payment", "approve", held["reference"])["status"] == "SUCCESS"
    assert running.verb("payment", "approve", held["reference"]).code == 1
    assert running.ask("payment", "refund", held["reference"])["status"] == "REFUNDED"
    lost = initialize(api)
    pay(running, "nothing", telco_id(2), amount="80.00")
    receipt = running.ask("payment", "list", "--account", account, "--received", "--state", "UNMATCHED")[0]
    matched = running.ask("payment", "match", receipt["id"], "--transaction", lost["reference"])
    assert matched["status"] == "OVERPAID"
    assert running.ask("payment", "show", receipt["id"])["transaction"] == lost["reference"]
    pay(running, "nothing", telco_id(3))
    other = running.ask("payment", "list", "--account", account, "--received", "--state", "UNMATCHED")[0]
    assert running.ask("payment", "dismiss", other["id"], "--reason", "gift")["state"] == "DISMISSED"


def test_simulated_money_settles_test_payments_and_no_others(shop):
    running = shop().start()
    account = running.account()
    live = running.api(key(running, account))
    test = running.api(key(running, account, "--mode", "test"))
    real, trial = initialize(live), initialize(test)
    assert test.get(f"/v1/transactions/{real['reference']}").status == 404
    assert running.verb("payment", "simulate", trial["hpn_code"], "--account", account).code == 1
    assert running.verb("payment", "simulate", real["hpn_code"], "--account", account, "--test").code == 1
    done = running.ask("payment", "simulate", trial["hpn_code"], "--account", account, "--test", "--from", "0241112223")
    assert done["state"] == "MATCHED"
    assert payment(test, trial["reference"])["status"] == "SUCCESS"
    assert payment(live, real["reference"])["status"] == "PENDING"
    line(running, account, "payment", SECRET)
    second = initialize(test)
    pay(running, second["hpn_code"], telco_id(1))
    assert payment(test, second["reference"])["status"] == "PENDING"


def test_a_line_is_shown_without_its_secret_and_takes_nothing_once_it_is_removed(shop):
    running = shop().start()
    account = running.account()
    made = line(running, account, "payment", SECRET)
    assert running.ask("line", "list", "--account", account) == [made]
    assert running.ask("line", "show", made["id"]) == made and SECRET not in json.dumps(made)
    assert running.verb("line", "add", "0241112223", "--account", account, "--secret-file", "payment.txt").code == 1
    running.ask("line", "remove", made["id"])
    answer = running.api(SECRET).post("/internal/v1/ingest/payment", {"amount": "1", "transaction_id": telco_id(1)})
    assert answer.status == 401 and answer.json()["error"]["code"] == "INVALID_API_KEY"


# Crashes


def expire(running, references: dict[str, int], chosen: list[str]) -> None:
    """Has the times of some payments be over, in the database of a server that does not run: they are hours long."""
    past = (int(time.time()) - 60) * 1_000_000_000
    with sqlite3.connect(running.folder / "polyrelay.db") as database:
        for reference in chosen:
            number = references[reference]
            if database.execute("DELETE FROM record_due WHERE record = ?", (number,)).rowcount == 0:
                continue
            database.execute("INSERT INTO record_due (due, record) VALUES (?, ?)", (past, number))
            database.execute(
                "UPDATE record SET due = ?1, body = CAST(json_set(CAST(body AS TEXT), '$.expires', ?1) AS BLOB) "
                "WHERE id = ?2",
                (past, number),
            )


def numbers(running, made: list[dict]) -> dict[str, int]:
    """The rows of payments by their references: the client's own names stand in their bodies."""
    with sqlite3.connect(f"file:{running.folder}/polyrelay.db?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT id, json_extract(CAST(body AS TEXT), '$.client_reference') FROM record "
            "WHERE json_extract(CAST(body AS TEXT), '$.client_reference') IS NOT NULL"
        ).fetchall()
    by_name = {name: number for number, name in rows}
    return {one["reference"]: by_name[one["client_reference"]] for one in made}


def test_no_order_of_steps_and_no_crash_leaves_the_table_or_counts_a_payment_twice(shop, certificate, tier):
    seed = 7
    chance = random.Random(seed)
    running = shop().start()
    account = running.account()
    secret = key(running, account, "--scopes", "transactions:read,transactions:write,webhooks:manage").secret
    line(running, account, "payment", SECRET)
    ends = {"SUCCESS", "PARTIAL", "OVERPAID", "CANCELLED", "EXPIRED"}
    allowed = {("PENDING", end) for end in ends} | {("PENDING", "PENDING")}
    seen: dict[str, list[str]] = {}
    made: list[dict] = []
    paid: set[str] = set()
    with Target(certificate) as target:
        events = ["transaction.completed", "transaction.cancelled", "transaction.expired"]
        running.api(secret).post("/v1/webhooks", {"url": target.url(), "events": events})
        for step in range(240 if tier == "quick" else 2000):
            api = running.api(secret)
            if step % 60 == 59:
                running.kill()
                waiting = [one["reference"] for one in made if seen.get(one["reference"], [""])[-1] != "CANCELLED"]
                expire(running, numbers(running, made), chance.sample(waiting, min(3, len(waiting))))
                running.start()
                continue
            if not made or chance.random() < 0.3:
                made.append(initialize(api, client_reference=f"ref-{step}"))
                seen[made[-1]["reference"]] = ["PENDING"]
                continue
            one = chance.choice(made)
            match chance.randrange(4):
                case 0 | 1:
                    number = chance.randrange(60)
                    paid.add(telco_id(number))
                    amount = chance.choice(["75.00", "60.00", "80.00"])
                    for _ in range(chance.choice([1, 2])):
                        pay(running, one["hpn_code"], telco_id(number), amount=amount)
                case 2:
                    api.post(f"/v1/transactions/{one['reference']}/cancel", {})
                case 3:
                    body = {"transaction_id": telco_id(chance.randrange(60))}
                    api.post(f"/v1/transactions/{one['reference']}/reconcile", body)
            state = payment(api, one["reference"])["status"]
            path = seen[one["reference"]]
            if path[-1] != state:
                path.append(state)
        api = running.api(secret)
        states = {one["reference"]: payment(api, one["reference"])["status"] for one in made}
        ended = sorted(reference for reference, state in states.items() if state in ends)
        assert {"EXPIRED", "CANCELLED", "SUCCESS"} <= set(states.values()), f"seed {seed}"
        arrivals = target.wait(len(ended))
        told: dict[str, set[str]] = {}
        for arrival in arrivals:
            body = json.loads(arrival.body)
            told.setdefault(body["data"]["reference"], set()).add(body["webhook_id"])
            assert body["data"]["status"] == states[body["data"]["reference"]], f"seed {seed}"
        # A crash may send one again; it is the same delivery then.
        assert sorted(told) == ended, f"seed {seed}"
        assert all(len(identities) == 1 for identities in told.values()), f"seed {seed}"
    for reference, path in seen.items():
        # What expired while nobody looked ends the path.
        whole = path if path[-1] == states[reference] else [*path, states[reference]]
        assert all(step in allowed for step in zip(whole, whole[1:])), f"seed {seed}: {reference} {whole}"
    used = [
        payment(api, reference)["telco"]["transaction_id"]
        for reference in ended
        if states[reference] in {"SUCCESS", "PARTIAL", "OVERPAID"}
    ]
    assert len(used) == len(set(used)), f"seed {seed}: one payment's money counted twice"
    # Nothing that came is lost: it counts for a payment, or waits for somebody to find it.
    received = running.ask("payment", "list", "--account", account, "--received", "--limit", "1000")
    assert {one["telcoID"] for one in received} == paid, f"seed {seed}"
    matched = [one for one in received if one["state"] == "MATCHED"]
    assert sorted(one["telcoID"] for one in matched) == sorted(used), f"seed {seed}"
