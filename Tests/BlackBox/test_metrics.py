"""/metrics on the admin listener, as Prometheus reads it: its format, and its figures against what was done."""

import re
import threading
import time

import pytest
from polyrelay import ROOT, eventually
from prometheus_client.parser import text_string_to_metric_families
from receiver import Receiver
from wire import email

LOOPBACK = {"allow": ["127.0.0.0/8", "::1/128"]}


class Figures:
    """One scrape. `figures("name", label="value")` is the sum of all samples with these labels."""

    def __init__(self, server):
        answer = server.admin().get("/metrics")
        assert answer.status == 200
        assert answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
        assert re.fullmatch(r"req_[0-9a-z]{20}", answer.header("X-Request-Id"))
        self.text = answer.body.decode()
        self.families = {family.name: family for family in text_string_to_metric_families(self.text)}
        self.samples = {}
        for family in self.families.values():
            for sample in family.samples:
                place = sample.name, frozenset(sample.labels.items())
                assert place not in self.samples, f"{place} is there twice"
                self.samples[place] = sample.value

    def __call__(self, name: str, **labels) -> float:
        found = [
            value
            for (sample, own), value in self.samples.items()
            if sample == name and labels.items() <= dict(own).items()
        ]
        assert found, f"there is no {name} with {labels}"
        return sum(found)

    def grew(self, before: "Figures", name: str, **labels) -> float:
        return self(name, **labels) - before(name, **labels)


def after(server, enough, why: str) -> Figures:
    """The first scrape that is `enough`."""
    return eventually(lambda: enough(figures := Figures(server)) and figures, why=why)


def check_format(figures: Figures) -> None:
    """What a parser lets pass and a reader of the format would not."""
    lines = figures.text.split("\n")
    assert lines[-1] == "" and "" not in lines[:-1]
    names = [line.split(" ")[2] for line in lines if line.startswith("# TYPE ")]
    assert len(names) == len(set(names)) == len([line for line in lines if line.startswith("# HELP ")])
    for family in figures.families.values():
        assert family.documentation and family.type in ("counter", "gauge", "histogram")
        if family.type == "histogram":
            buckets = [sample for sample in family.samples if sample.name.endswith("_bucket")]
            values = [sample.value for sample in buckets]
            assert values == sorted(values) and buckets[-1].labels["le"] == "+Inf"
            assert values[-1] == figures(f"{family.name}_count")
            bounds = [float(sample.labels["le"]) for sample in buckets]
            assert bounds == sorted(set(bounds))


def test_a_real_parser_reads_the_page_and_the_readme_knows_every_family(running, key):
    running.api(key).send()
    figures = Figures(running)
    check_format(figures)
    readme = (ROOT / "README.md").read_text()
    for name, family in figures.families.items():
        name += "_total" if family.type == "counter" else ""
        assert f"`{name}`" in readme or name.startswith("process_"), f"README.md does not name {name}"


def test_requests_are_counted_by_class_and_refusals_by_name(running, key):
    api = running.api(key)
    before = Figures(running)
    for _ in range(3):
        api.send()
    repeated = {"idempotency_key": "once"}
    assert api.send(**repeated) == api.send(**repeated)
    for _ in range(2):
        assert api.post("/emails", b"{").status == 400
    assert api.post("/emails", email(sender="x@unknown.example")).status == 404
    assert running.api("sk_live_" + "a" * 40).get("/emails").status == 401
    assert api.get("/nowhere").status == 404
    with api.connect() as connection:
        assert connection.exchange(b"nonsense\r\n\r\n").status == 400
    now = Figures(running)
    service = {"service": "poststack"}
    assert now.grew(before, "polyrelay_messages_accepted_total", personality="poststack") == 4
    assert now.grew(before, "polyrelay_http_requests_total", **service, status="2xx") == 5
    assert now.grew(before, "polyrelay_http_requests_total", **service, status="4xx") == 6
    assert now.grew(before, "polyrelay_http_requests_total", **service, status="5xx") == 0
    refused = {
        failure: count
        for name, own in now.samples
        if name == "polyrelay_http_requests_refused_total"
        and (failure := dict(own)["failure"])
        and (count := now.grew(before, name, **service, failure=failure))
    }
    assert refused == {
        "bodyMalformed": 2, "domainUnknown": 1, "credentialUnknown": 1, "routeNotFound": 1, "malformedRequest": 1,
    }  # fmt: skip
    assert now.grew(before, "polyrelay_http_requests_total", service="admin") == 1
    assert now.grew(before, "polyrelay_idempotency_keys") == 1
    assert now("polyrelay_rate_windows", personality="poststack") >= 1


def test_connections_are_counted_while_open_and_for_good(running, api):
    before = Figures(running)
    held = [api.connect() for _ in range(5)]
    try:
        for connection in held:
            connection.send(b"GET /emails HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.response().status == 401
        now = Figures(running)
        assert now.grew(before, "polyrelay_http_connections", service="poststack") == 5
        assert now.grew(before, "polyrelay_http_connections_accepted_total", service="poststack") == 5
        assert now("polyrelay_http_connections", service="admin") >= 1
        listener = f"127.0.0.1:{running.port}"
        assert now("polyrelay_http_connections", listener=listener) == now(
            "polyrelay_http_connections", service="poststack"
        )
    finally:
        for connection in held:
            connection.close()
    open_before = before("polyrelay_http_connections", service="poststack")
    after(running, lambda now: now("polyrelay_http_connections", service="poststack") <= open_before, "they are closed")


def test_commits_and_the_process_are_measured(running, key):
    before = Figures(running)
    for _ in range(10):
        running.api(key).send()
    now = Figures(running)
    commits = now.grew(before, "polyrelay_commit_duration_seconds_count")
    assert 10 <= commits == now.grew(before, "polyrelay_commit_units_count")
    assert 10 <= now.grew(before, "polyrelay_commit_units_sum")
    assert 0 < now.grew(before, "polyrelay_commit_duration_seconds_sum") < 60
    assert now.grew(before, "polyrelay_commits_failed_total") == 0
    assert now("polyrelay_database_writable") == 1
    assert now("polyrelay_database_size_bytes") >= 4096 and now("polyrelay_database_log_size_bytes") > 0
    assert now("polyrelay_build_info") == 1
    assert 1 << 20 < now("process_resident_memory_bytes") < now("process_virtual_memory_bytes")
    assert 5 < now("process_open_fds") < now("process_max_fds")
    assert now.grew(before, "process_cpu_seconds_total") > 0
    assert 0 <= time.time() - now("process_start_time_seconds") < 3600


def test_outcomes_of_mail_are_counted(relay, tenant, smarthost):
    smarthost.on_recipient = lambda address, attempt: (
        "550 5.1.1 no such user" if address.startswith("gone")
        else "450 4.2.1 busy" if address.startswith("busy") and attempt == 1
        else None
    )  # fmt: skip
    relay.api(tenant).send(to=["ann@example.net", "gone@example.net", "busy@example.net"])

    def outcomes(figures: Figures) -> list[float]:
        names = ("delivered", "deferred", "bounced", "failed")
        return [figures("polyrelay_delivery_outcomes_total", kind="mail", outcome=name) for name in names]

    now = after(relay, lambda now: outcomes(now)[0] == 2, "both that are taken are delivered")
    assert outcomes(now) == [2, 1, 1, 0]
    assert now("polyrelay_queue_depth") == now("polyrelay_queue_in_flight") == 0
    assert "example.net" not in now.text


def test_captured_mail_is_counted_as_simulated(running, key):
    before = Figures(running)
    running.api(key).send()
    running.api(key).send(to=["bounce@example.net"])
    after(
        running,
        lambda now: now.grew(before, "polyrelay_delivery_outcomes_total", kind="simulated", outcome="bounced") == 1,
        "the asked-for bounce is counted",
    )
    now = Figures(running)
    assert now.grew(before, "polyrelay_delivery_outcomes_total", kind="simulated", outcome="delivered") == 1
    assert now.grew(before, "polyrelay_delivery_outcomes_total", kind="mail") == 0


def test_what_waits_is_seen_by_lane_with_its_age(server, smarthost):
    waiting = server(smarthost=smarthost.port).start()
    lane = f"smarthost:127.0.0.1:{smarthost.port}"
    assert waiting.verb("queue", "pause", lane, "--ahead").code == 0
    api = waiting.api(waiting.tenant())
    for _ in range(3):
        api.send()
    api.send(scheduled_at="2099-01-01T00:00:00Z")
    now = after(waiting, lambda now: now("polyrelay_queue_depth", kind="mail") == 4, "they wait")
    assert now("polyrelay_queue_depth", kind="mail", lane=lane) == 4
    assert now("polyrelay_queue_depth", kind="mail", lane="other") == 0
    first = now("polyrelay_queue_oldest_due_seconds", kind="mail", lane=lane)
    assert 0 < first < 60
    later = Figures(waiting)("polyrelay_queue_oldest_due_seconds", kind="mail", lane=lane)
    assert later > first
    assert waiting.verb("queue", "resume", lane).code == 0
    smarthost.wait(3)
    now = after(waiting, lambda now: now("polyrelay_queue_depth", kind="mail") == 1, "three are gone")
    assert now("polyrelay_queue_oldest_due_seconds", kind="mail", lane=lane) == 0


def test_webhooks_are_counted_by_outcome_and_answer(server):
    relay = server(egress=LOOPBACK, webhooks={"retries": {"schedule": ["50ms", "50ms"]}}).start()
    tenant = relay.tenant()
    gate = threading.Event()

    def answer(delivery, number):
        gate.wait(10)
        return 500

    with Receiver(answer) as receiver:
        made = relay.api(tenant).post("/webhooks", {"url": receiver.url(), "events": ["email.delivered"]})
        lane = f"webhook:{made.json()['webhook']['id']}"
        relay.api(tenant).send()
        now = after(relay, lambda now: now("polyrelay_queue_in_flight", kind="webhook") == 1, "it is on its way")
        assert now("polyrelay_queue_in_flight", kind="webhook", lane=lane) == 1
        gate.set()
        now = after(
            relay,
            lambda now: now("polyrelay_delivery_outcomes_total", kind="webhook", outcome="failed") == 1,
            "it is given up",
        )
        assert now("polyrelay_delivery_outcomes_total", kind="webhook", outcome="deferred") == 2
        assert now("polyrelay_delivery_outcomes_total", kind="webhook", outcome="delivered") == 0
        assert now("polyrelay_webhook_answers_total", status="5xx") == 3
        assert now("polyrelay_queue_depth", kind="webhook") == 0
        assert f":{receiver.port}" not in now.text


def test_counters_never_fall_while_the_server_runs(running, key):
    def counters(figures: Figures) -> dict:
        return {
            place: value
            for place, value in figures.samples.items()
            if place[0].endswith(("_total", "_count", "_sum", "_bucket"))
        }

    earlier = counters(Figures(running))
    for _ in range(5):
        running.api(key).send()
        later = counters(Figures(running))
        assert earlier.keys() <= later.keys()
        assert all(later[place] >= value for place, value in earlier.items())
        earlier = later


def test_a_scrape_keeps_no_request_waiting(running, key):
    """Scrapes from several clients beside requests: all are answered, and whole."""
    stopped = threading.Event()
    failures = []

    def scrape():
        while not stopped.is_set():
            try:
                Figures(running)
            except Exception as failure:
                failures.append(failure)
                return

    scrapers = [threading.Thread(target=scrape) for _ in range(3)]
    for scraper in scrapers:
        scraper.start()
    try:
        for _ in range(50):
            running.api(key).send()
    finally:
        stopped.set()
        for scraper in scrapers:
            scraper.join(20)
    assert not failures


@pytest.mark.parametrize("path", ("/healthz", "/readyz", "/metrics", "/nowhere"))
def test_every_answer_of_the_admin_listener_has_a_request_id(running, path):
    ids = {running.admin().get(path).header("X-Request-Id") for _ in range(3)}
    assert len(ids) == 3 and None not in ids
