"""The operator's contract: verbs, exit codes, configuration, control socket, signals, what is written where."""

import json
import os
import signal
import stat
from pathlib import Path

import pytest
from polyrelay import Server, configuration, eventually, run
from wire import email, request


@pytest.fixture
def idle(server) -> Server:
    """A configuration that nothing serves yet."""
    made = server()
    made.write_configuration()
    return made


def refused_configuration(folder: Path, settings, environment: dict | None = None) -> str:
    """What a configuration is refused with; every verb that reads it says so with exit code 2."""
    path = folder / "bad.json"
    path.write_text(settings if isinstance(settings, str) else json.dumps(settings))
    outcome = run("check", "--config", str(path), cwd=folder, environment=environment)
    assert outcome.code == 2, f"check ended with {outcome.code}: {outcome.err}"
    served = run("serve", "--config", str(path), cwd=folder, environment=environment)
    assert served.code == 2, f"serve ended with {served.code}: {served.err}"
    return outcome.err


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("account",),
        ("account", "fly"),
        ("account", "create"),
        ("account", "create", "a", "b"),
        ("account", "create", "a", "--colour", "red"),
        ("key", "create"),
        ("key", "create", "--account"),
        ("domain", "add"),
        ("message", "raw"),
        ("serve", "--config"),
    ],
    ids=lambda arguments: " ".join(arguments) or "nothing",
)
def test_bad_usage_ends_with_2_and_says_what_is_possible(tmp_path, arguments):
    outcome = run(*arguments, cwd=tmp_path)
    assert outcome.code == 2
    assert outcome.err.strip()
    assert outcome.out == ""
    assert list(tmp_path.iterdir()) == [], "a wrong command left files"


def test_version_and_help(tmp_path):
    version = run("version", cwd=tmp_path)
    assert version.code == 0 and any(character.isdigit() for character in version.out)
    usage = run("--help", cwd=tmp_path)
    assert usage.code == 0 and "serve" in usage.out
    assert list(tmp_path.iterdir()) == []


def test_a_verb_says_how_it_is_called(tmp_path):
    for arguments in (("key", "create", "--help"), ("help", "key", "create"), ("--help", "key", "create")):
        outcome = run(*arguments, cwd=tmp_path)
        assert outcome.code == 0
        assert "--secret-file FILE" in outcome.out and "polyrelay key create --account 1" in outcome.out
    group = run("key", "--help", cwd=tmp_path)
    assert group.code == 0 and "key revoke ID" in group.out and "domain" not in group.out
    wrong = run("key", "create", "--account", "1", cwd=tmp_path)
    assert wrong.code == 2 and "--personality" in wrong.err and "polyrelay key create --help" in wrong.err
    assert list(tmp_path.iterdir()) == []


# Configuration


def test_check_prints_the_effective_configuration_and_touches_nothing(idle):
    outcome = idle.verb("check")
    assert outcome.code == 0, outcome.err
    assert "capture" in outcome.out and "poststack" in outcome.out
    assert not (idle.folder / "polyrelay.db").exists()
    effective = idle.verb("check", "--json").out
    assert json.loads(effective)


def test_check_names_rate_classes_and_routes_in_order(idle):
    out = idle.verb("check").out
    assert "default" in out and "1000000" in out.replace(",", "").replace("_", "")
    assert out.index("/emails/batch") < out.index("/emails/:id")


def test_comments_are_allowed(idle):
    idle.config_path.write_text("// the listeners\n" + json.dumps(idle.settings) + "\n/* the end */\n")
    assert run("check", "--config", str(idle.config_path), cwd=idle.folder).code == 0


def test_the_short_form_names_one_listener(idle):
    del idle.settings["listeners"]
    idle.settings |= {"personality": "poststack", "http": {"listen": "127.0.0.1:0"}}
    idle.write_configuration()
    assert idle.verb("check").code == 0


@pytest.mark.parametrize(
    "change, key, nearest",
    [
        ({"databse": "sqlite:x"}, "databse", "database"),
        ({"delivery": {"mod": "capture"}}, "mod", "mode"),
        ({"admin": {"listens": "127.0.0.1:0"}}, "listens", "listen"),
        ({"listeners": [{"personalty": "poststack", "listen": "127.0.0.1:0"}]}, "personalty", "personality"),
        ({"secrets": {"keyfile": "x"}}, "keyfile", "keyFile"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_name(tmp_path, change, key, nearest):
    error = refused_configuration(tmp_path, configuration(tmp_path) | change)
    assert key in error and nearest in error


@pytest.mark.parametrize(
    "change, words",
    [
        ({"delivery": {"mode": "fly"}}, ["delivery.mode", "capture", "smarthost"]),
        ({"delivery": {"mode": "smarthost"}}, ["delivery.smarthost"]),
        ({"delivery": {"mode": "smarthost", "smarthost": "localhost:0x19"}}, ["delivery.smarthost"]),
        ({"delivery": {"mode": 5}}, ["delivery.mode"]),
        ({"database": "mysql:x"}, ["database", "sqlite"]),
        ({"admin": {"listen": "8025"}}, ["admin.listen"]),
        ({"admin": {"listen": "127.0.0.1:70000"}}, ["admin.listen"]),
        ({"listeners": []}, ["listeners"]),
        ({"listeners": [{"personality": "nobody", "listen": "127.0.0.1:0"}]}, ["personality", "poststack"]),
        ({"limits": {"poststack": {"defalt": []}}}, ["limits", "defalt", "default"]),
        ({"limits": {"poststack": {"default": [{"per": "moon", "limit": 1, "window": "1m"}]}}}, ["per", "key"]),
        ({"limits": {"poststack": {"default": [{"per": "key", "limit": -1, "window": "1m"}]}}}, ["limit"]),
        ({"limits": {"poststack": {"default": [{"per": "key", "limit": 1, "window": "soon"}]}}}, ["window"]),
        ({"delivery": {"retries": {"schedule": ["1s", "soon"]}}}, ["delivery.retries.schedule[1]"]),
    ],
)
def test_a_bad_value_is_refused_with_its_key_and_what_is_allowed(tmp_path, change, words):
    error = refused_configuration(tmp_path, configuration(tmp_path) | change)
    for word in words:
        assert word in error, error


@pytest.mark.parametrize("text", ["", "{", "[]", '{"database": }', "\xff"])
def test_what_is_no_json_object_is_refused(tmp_path, text):
    assert "bad.json" in refused_configuration(tmp_path, text)


def test_a_configuration_that_is_not_there_is_refused(tmp_path):
    outcome = run("check", "--config", str(tmp_path / "none.json"), cwd=tmp_path)
    assert outcome.code == 2 and "none.json" in outcome.err


def test_the_environment_overrides_the_file(idle):
    overridden = idle.verb("check", environment={"POLYRELAY_DELIVERY_MODE": "fly"})
    assert overridden.code == 2 and "fly" in overridden.err or "delivery.mode" in overridden.err
    idle.start(environment={"POLYRELAY_DELIVERY_HOSTNAME": "override.test"})
    assert idle.stop() == 0


# Verbs, with a server and without


@pytest.mark.parametrize("serving", [False, True], ids=["stopped", "running"])
def test_the_verbs_of_accounts_keys_and_domains(idle, serving):
    if serving:
        idle.start()
    account = idle.ask("account", "create", "acme")
    assert account["name"] == "acme"
    identifier = str(account["id"])
    assert identifier in json.dumps(idle.ask("account", "list"))

    key = idle.key(identifier, "--label", "first key")
    assert key.secret.startswith("sk_live_")
    assert idle.key(identifier, "--mode", "test").secret.startswith("sk_test_")
    listed = idle.verb("key", "list", "--json")
    assert key.id in listed.out and "first key" in listed.out
    assert key.secret not in listed.out and key.secret not in idle.verb("key", "list").out

    idle.domain(identifier, "example.com")
    idle.domain(identifier, "pending.example", verified=False)
    domains = json.dumps(idle.ask("domain", "list"))
    assert "example.com" in domains and "pending.example" in domains
    records = idle.ask("domain", "show", "example.com", "--account", identifier)
    for record in records:
        assert {"type", "name", "value", "purpose", "seen"} <= set(record)
    assert any(record["name"].startswith("poststack._domainkey") for record in records)

    assert idle.verb("key", "revoke", key.id).code == 0
    assert idle.verb("account", "suspend", identifier).code == 0
    assert idle.verb("account", "resume", identifier).code == 0


@pytest.mark.parametrize("serving", [False, True], ids=["stopped", "running"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("key", "revoke", "99999"),
        ("account", "suspend", "99999"),
        ("key", "create", "--account", "99999", "--personality", "poststack"),
        ("domain", "add", "example.com", "--account", "99999"),
        ("domain", "show", "nowhere.example", "--account", "1"),
        ("message", "show", "em_doesnotexist000000"),
        ("message", "raw", "em_doesnotexist000000"),
        ("queue", "show", "99999"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_what_is_not_there_ends_with_1_and_a_reason(idle, serving, arguments):
    if serving:
        idle.start()
    idle.account()
    outcome = idle.verb(*arguments)
    assert outcome.code == 1, f"{outcome.code}: {outcome.err}"
    assert outcome.err.strip() and outcome.out == ""


def test_refusals_end_with_1(idle):
    account = idle.account()
    idle.domain(account)
    for arguments in (
        ("domain", "add", "example.com", "--account", account),
        ("domain", "add", "not a domain", "--account", account),
    ):
        outcome = idle.verb(*arguments)
        assert outcome.code in (1, 2) and outcome.err.strip()


def test_values_that_a_verb_does_not_know_end_with_2_and_name_what_it_knows(idle):
    account = idle.account()
    for option, value, allowed in (
        ("--mode", "dream", ["live", "test"]),
        ("--scopes", "flying", ["full_access", "sending_access"]),
        ("--kind", "stone", ["secret", "public"]),
    ):
        outcome = idle.verb("key", "create", "--account", account, "--personality", "poststack", option, value)
        assert outcome.code == 2, outcome.err
        for word in allowed:
            assert word in outcome.err
    outcome = idle.verb("key", "create", "--account", account, "--personality", "nobody")
    assert outcome.code == 2 and "poststack" in outcome.err


def test_a_key_can_be_imported_from_a_file(idle):
    account = idle.account()
    idle.domain(account)
    secret = "sk_live_" + "ImportedFromElsewhere0123456789ab"
    path = idle.folder / "secret"
    path.write_text(secret + "\n")
    path.chmod(0o600)
    idle.ask("key", "create", "--account", account, "--personality", "poststack", "--secret-file", str(path))
    idle.start()
    assert idle.api(secret).post("/emails", email()).status == 202
    taken = idle.verb("key", "create", "--account", account, "--personality", "poststack", "--secret-file", str(path))
    assert taken.code == 1


def test_what_a_verb_changes_works_at_once(idle):
    idle.start()
    tenant = idle.tenant()
    api = idle.api(tenant)
    assert api.post("/emails", email()).status == 202
    idle.verb("key", "revoke", tenant.id)
    assert api.post("/emails", email()).status == 401


def test_queue_and_events_can_be_looked_at(idle):
    idle.start()
    api = idle.api(idle.tenant())
    waiting = api.send(scheduled_at="2040-01-01T00:00:00Z")
    sent = api.send()
    eventually(lambda: api.email(sent)["status"] == "delivered", why="delivered")
    assert idle.ask("queue", "stats") is not None
    serials = {name: idle.ask("message", "show", name)["serial"] for name in (waiting, sent)}
    assert [row["message"] for row in idle.ask("queue", "list")] == [serials[waiting]]
    told = [event["event"] for event in idle.ask("event", "list") if event["message"] == serials[sent]]
    assert len(told) >= 3


def test_what_was_given_up_can_be_tried_again(idle):
    idle.start()
    key = idle.tenant()
    api = idle.api(key)
    refused = api.send(to=["bounce@example.net"])
    eventually(lambda: api.email(refused)["status"] == "bounced", why="bounced")
    serial = idle.ask("message", "show", refused)["serial"]
    [letter] = idle.ask("queue", "dead")
    assert (letter["message"], letter["destination"], letter["attempts"]) == (serial, "example.net", 1)
    idle.stop()
    idle.start()
    assert idle.ask("queue", "replay", refused)["serial"] == serial

    def told() -> list[str]:
        return [event["event"] for event in idle.ask("event", "list") if event["message"] == serial]

    eventually(lambda: told()[-2:] == ["replayed", "bounced"], why="tried again")
    assert [letter["message"] for letter in idle.ask("queue", "dead")] == [serial]
    assert idle.verb("queue", "replay", "99999").code == 1
    delivered = idle.api(key).send()
    assert idle.verb("queue", "replay", delivered).code == 1


# One writer


def test_a_second_server_on_the_same_database_is_refused(idle):
    idle.start()
    second = run("serve", "--config", str(idle.config_path), cwd=idle.folder)
    assert second.code == 1
    assert "polyrelay.db" in second.err or "database" in second.err
    assert idle.api(idle.tenant()).post("/emails", email()).status == 202


def test_the_control_socket_is_the_owners_alone(idle):
    idle.start()
    sockets = [path for path in idle.folder.iterdir() if stat.S_ISSOCK(path.stat().st_mode)]
    assert len(sockets) == 1
    assert stat.S_IMODE(sockets[0].stat().st_mode) == 0o600


def test_a_crash_leaves_nothing_that_stops_the_next_start(idle):
    idle.start()
    account = idle.account()
    idle.kill()
    assert account in json.dumps(idle.ask("account", "list")), "a dead server's socket stopped a verb"
    idle.start()
    assert idle.stop() == 0


def test_a_port_that_is_taken_is_refused_by_name(idle, server):
    idle.start()
    other = server()
    other.settings["listeners"][0]["listen"] = f"127.0.0.1:{idle.port}"
    other.write_configuration()
    outcome = run("serve", "--config", str(other.config_path), cwd=other.folder)
    assert outcome.code == 1
    assert str(idle.port) in outcome.err
    assert f"polyrelay (pid {idle.process.pid}) has it" in outcome.err


# Signals


def test_sigterm_waits_for_nothing_when_nothing_is_in_flight(idle):
    idle.settings["drain"] = "10m"  # stop() waits for seconds, not for that
    idle.start()
    idle.api(idle.tenant()).send()
    assert idle.stop() == 0


def test_sigterm_drains_and_ends_with_0(idle):
    idle.start()
    api = idle.api(idle.tenant())
    ids = [api.send() for _ in range(20)]
    assert idle.stop() == 0
    idle.start()
    again = idle.api(api.secret)
    for identifier in ids:
        assert again.email(identifier)["publicId"] == identifier


def test_sigterm_lets_a_request_in_flight_end(idle):
    idle.start()
    api = idle.api(idle.tenant())
    body = json.dumps(email()).encode()
    with api.connect() as connection:
        whole = request("POST", "/emails", api.headers({"Expect": "100-continue"}), body)
        connection.send(whole[: -len(body)])
        assert connection.socket.recv(4096).startswith(b"HTTP/1.1 100")
        idle.begin_to_leave()
        connection.send(body)
        answer = connection.response("POST")
    assert answer.status in (202, 503)
    assert answer.closes
    assert idle.stop() == 0


def test_sigint_ends_with_0_too(idle):
    idle.start()
    idle.process.send_signal(signal.SIGINT)
    assert idle.process.wait(20) == 0


def test_sighup_keeps_serving(idle):
    idle.start()
    api = idle.api(idle.tenant())
    idle.process.send_signal(signal.SIGHUP)
    assert api.post("/emails", email()).status == 202
    assert idle.alive()


def test_an_idle_connection_does_not_hold_up_the_end(idle):
    idle.start()
    with idle.api().connect():
        assert idle.stop() == 0


# What is written where


def test_logs_are_json_lines_without_secrets_or_user_data(idle):
    idle.start()
    tenant = idle.tenant()
    api = idle.api(tenant)
    marks = ["Quagmire subject", "zebedee.recipient", "xylophone body", "wobbly.tag", "X-Marmalade", "gherkin.pdf"]
    sent = api.send(
        to=["zebedee.recipient@example.net", "bounce@zebedee.example"],
        subject="Quagmire subject",
        text="xylophone body",
        tags=["wobbly.tag"],
        headers={"X-Marmalade": "yes"},
        attachments=[{"filename": "gherkin.pdf", "content": "AAAA"}],
    )
    eventually(lambda: len(api.events(sent)) >= 3, why="an outcome")
    api.post("/emails", email(to=["zebedee.recipient@@bad"]))
    api.post("/emails", b'{"subject":"Quagmire subject"')
    api.get("/emails?to=zebedee.recipient")
    assert idle.stop() == 0
    log = idle.log.wait_for_end()
    for line in log.splitlines():
        assert isinstance(json.loads(line), dict), line
    for mark in [*marks, tenant.secret, tenant.secret[8:], "zebedee"]:
        assert mark not in log


def test_the_listening_lines_name_every_listener(idle):
    idle.start()
    listening = [record for record in idle.log.records() if record.get("event") == "listening"]
    assert {record["service"] for record in listening} >= {"poststack", "admin"}
    for record in listening:
        assert "path" in record or (record["address"] == "127.0.0.1" and record["port"] > 0)


def test_secrets_are_not_on_disk_in_the_clear(idle):
    idle.start()
    tenant = idle.tenant()
    idle.api(tenant).send()
    assert idle.stop() == 0
    key_file = idle.folder / "polyrelay.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    data = b"".join(path.read_bytes() for path in idle.folder.glob("polyrelay.db*") if path.is_file())
    assert tenant.secret.encode() not in data and tenant.secret[8:].encode() not in data
    assert b"PRIVATE KEY" not in data
    assert b"hello@example.com" in data, "the database was not read where it is"


def test_the_database_is_the_owners_alone(idle):
    idle.start()
    database = idle.folder / "polyrelay.db"
    assert stat.S_IMODE(database.stat().st_mode) & 0o077 == 0


def test_without_its_key_file_a_server_does_not_start_with_new_secrets(idle):
    idle.start()
    idle.tenant()
    assert idle.stop() == 0
    os.remove(idle.folder / "polyrelay.key")
    outcome = run("serve", "--config", str(idle.config_path), cwd=idle.folder)
    assert outcome.code in (1, 2)
    assert "polyrelay.key" in outcome.err
