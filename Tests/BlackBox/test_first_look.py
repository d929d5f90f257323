"""The right database: verbs that only look make nothing, and a configuration is named once for all of them."""

import json
import signal
import subprocess
import threading

import pytest
from polyrelay import Log, binary, eventually, run
from wire import email

LOOKING = [
    ("account", "list"), ("key", "list"), ("domain", "list"), ("domain", "show", "a.example", "--account", "1"),
    ("suppression", "list"), ("template", "list"), ("queue", "stats"), ("queue", "list"), ("queue", "dead"),
    ("webhook", "list"), ("message", "list"), ("message", "show", "1"), ("message", "raw", "1"), ("event", "list"),
    ("fault", "list"),
]  # fmt: skip
CHANGING = [
    ("account", "suspend", "1"), ("key", "create", "--account", "1", "--personality", "poststack"),
    ("domain", "add", "a.example", "--account", "1"), ("key", "revoke", "1"), ("queue", "retry", "1"),
    ("suppression", "add", "a@b.example", "--account", "1"), ("webhook", "pause", "1"), ("fault", "clear"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", LOOKING + CHANGING, ids=" ".join)
def test_a_verb_makes_no_database(tmp_path, arguments):
    outcome = run(*arguments, cwd=tmp_path)
    assert outcome.code == 1, outcome.err
    assert "no server is running on the database var/polyrelay.db" in outcome.err
    assert "--config FILE or POLYRELAY_CONFIG names another" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_the_verb_that_begins_one_says_so(tmp_path):
    made = run("account", "create", "acme", "--json", cwd=tmp_path)
    assert made.code == 0 and "made a new database, var/polyrelay.db" in made.err
    assert json.loads(made.out)["name"] == "acme"
    assert run("account", "create", "other", cwd=tmp_path).err == ""
    assert [row["name"] for row in run("account", "list", "--json", cwd=tmp_path).json()] == ["other", "acme"]


def test_who_asks_at_the_wrong_place_is_told_what_runs_elsewhere(server, tmp_path):
    relay = server().start()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    asked = run("account", "list", cwd=elsewhere)
    assert asked.code == 1
    line = f"pid {relay.process.pid} runs in {relay.folder}: polyrelay serve --config {relay.config_path}"
    assert line in asked.err


def test_one_variable_names_the_configuration_for_every_verb(server, tmp_path):
    relay = server().start()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    named = {"POLYRELAY_CONFIG": str(relay.config_path)}
    assert run("account", "create", "acme", cwd=elsewhere, environment=named).code == 0
    assert [row["name"] for row in relay.ask("account", "list")] == ["acme"]
    assert run("check", cwd=elsewhere, environment=named).code == 0
    assert list(elsewhere.iterdir()) == []
    other = run("account", "list", "--config", str(elsewhere / "none.json"), cwd=elsewhere, environment=named)
    assert other.code == 2 and "none.json" in other.err


# Following events


@pytest.fixture
def follow():
    """Starts followers of events; none outlives its test."""
    started: list[subprocess.Popen] = []

    def start(relay) -> subprocess.Popen:
        command = [binary(), "event", "list", "--follow", "--json", "--config", relay.config_path]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=relay.folder, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def first_news(relay, process) -> dict:
    """Sends until the follower tells of something: it begins at a moment of its own."""
    api = relay.api(relay.tenant())
    lines: list[bytes] = []
    reader = threading.Thread(target=lambda: lines.append(process.stdout.readline()), daemon=True)
    reader.start()
    eventually(lambda: api.send() and lines, why="the follower tells of an event")
    return json.loads(lines[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "term"])
def test_following_ends_when_it_is_told_to(server, follow, number):
    relay = server().start()
    process = follow(relay)
    assert first_news(relay, process)["event"]
    process.send_signal(number)
    assert process.wait(20) == -number


def test_following_ends_when_nobody_reads(server, follow):
    relay = server().start()
    process = follow(relay)
    first_news(relay, process)
    process.stdout.close()
    api = relay.api(relay.tenant(name="other"))
    eventually(lambda: api.send() and process.poll() is not None, why="the follower ends")
    assert process.returncode == 0


def test_following_holds_nothing_and_goes_on_over_a_restart(server, follow):
    relay = server()
    relay.write_configuration()
    process = follow(relay)
    log = Log(process.stderr)
    log_has = lambda text: eventually(lambda: text in log.text(), why=text)  # noqa: E731
    log_has("no server is running: waiting for one")
    assert [path.name for path in relay.folder.iterdir()] == ["polyrelay.json"]
    relay.start()
    assert first_news(relay, process)
    assert relay.stop() == 0
    eventually(lambda: log.text().count("waiting for one") == 2, why="it waits again")
    # The database is free: verbs open it by themselves.
    account = str(relay.ask("account", "list")[0]["id"])
    relay.start()
    key = relay.key(account)
    relay.api(key).post("/emails", email(subject="after the restart"))
    serial = relay.ask("message", "list")[0]["serial"]
    assert any(json.loads(process.stdout.readline())["message"] == serial for _ in range(200))


def test_a_server_that_ends_does_not_wait_for_who_follows_its_events(server, follow):
    relay = server()
    relay.settings["drain"] = "10m"
    relay.start()
    process = follow(relay)
    first_news(relay, process)
    assert relay.stop() == 0


# Pauses


def test_a_paused_lane_stays_paused_over_a_restart(server, smarthost):
    relay = server(smarthost=smarthost.port).start()
    name = f"smarthost:127.0.0.1:{smarthost.port}"
    tenant = relay.tenant()
    unknown = relay.verb("queue", "pause", f"{name}x")
    assert unknown.code == 1 and f"there is no lane {name}x" in unknown.err
    # The smarthost's is there whether anything waits or not; another takes a word.
    assert relay.verb("queue", "pause", "mx:mx.example.net").code == 1
    assert relay.verb("queue", "pause", "mx:mx.example.net", "--ahead").code == 0
    assert relay.verb("queue", "resume", "mx:mx.example.net").code == 0
    assert relay.verb("queue", "pause", name).code == 0
    sent = relay.api(tenant).send()
    assert relay.stop() == 0
    relay.start()
    [lane] = relay.ask("queue", "stats")
    assert (lane["lane"], lane["paused"], lane["waiting"]) == (name, True, 1)
    nearest = relay.verb("queue", "resume", f"smarthots:{name[10:]}")
    assert nearest.code == 1 and f"did you mean {name}?" in nearest.err
    assert relay.api(tenant).email(sent)["status"] == "queued"
    assert relay.verb("queue", "resume", name).code == 0
    smarthost.one()
    assert relay.stop() == 0
    relay.start()
    assert not any(lane["paused"] for lane in relay.ask("queue", "stats"))


# Configuration


def refused(server, change, *words):
    relay = server()
    relay.settings |= change
    relay.write_configuration()
    checked = relay.verb("check")
    assert checked.code != 0, checked.out
    served = run("serve", "--config", str(relay.config_path), cwd=relay.folder)
    # Beside what serve says of its mode of operation.
    assert served.code == checked.code and served.err.endswith(checked.err), served.err
    for word in words:
        assert word in checked.err, checked.err
    assert [path.name for path in relay.folder.iterdir()] == ["polyrelay.json"]


SMARTHOST = {"mode": "smarthost", "smarthost": "127.0.0.1:25"}


@pytest.mark.parametrize(
    "change, words",
    [
        (
            {"delivery": SMARTHOST | {"auth": {"user": "a", "passwordFile": "none"}}},
            ["delivery.auth.passwordFile none"],
        ),
        ({"delivery": SMARTHOST | {"caFile": "none.pem"}}, ["delivery.caFile none.pem"]),
        ({"egress": {"caFile": "polyrelay.json"}}, ["egress.caFile polyrelay.json", "PEM"]),
        ({"database": "sqlite:nowhere/polyrelay.db"}, ["database nowhere/polyrelay.db", "no folder nowhere"]),
        ({"secrets": {"keyFile": "nowhere/key"}}, ["secrets.keyFile nowhere/key", "no folder nowhere"]),
        ({"admin": {"listen": "0.0.0.0:8025"}}, ["admin.listen", "not encrypted"]),
        ({"admin": {"listen": "8.8.8.8:8025"}}, ["admin.listen", "not encrypted"]),
        (
            {"database": "sqlite:nowhere/polyrelay.db", "egress": {"caFile": "none"}},
            ["database nowhere/polyrelay.db", "egress.caFile none"],
        ),
    ],
)
def test_check_finds_what_serve_refuses(server, change, words):
    refused(server, change, *words)


def test_a_member_that_stands_twice_is_refused(server):
    relay = server()
    relay.config_path.write_text(json.dumps(relay.settings)[:-1] + ', "drain": "1s", "drain": "2s"}')
    outcome = run("check", "--config", str(relay.config_path), cwd=relay.folder)
    assert outcome.code == 2 and '"drain" stands here for the second time' in outcome.err


def test_a_key_file_that_others_may_read_is_refused(server):
    relay = server()
    relay.account()
    key = relay.folder / "polyrelay.key"
    key.chmod(0o644)
    for verb in ("check", "serve"):
        outcome = run(verb, "--config", str(relay.config_path), cwd=relay.folder)
        assert outcome.code == 1 and "chmod 600" in outcome.err and "mode 644" in outcome.err
    key.chmod(0o600)
    assert relay.verb("check").code == 0


def test_capture_is_said_at_start_and_by_check(server):
    relay = server()
    del relay.settings["delivery"]
    relay.start()
    notes = [record["note"] for record in relay.log.records() if record["event"] == "mail-captured"]
    checked = relay.verb("check")
    assert len(notes) == 1 and notes[0] in checked.out and "none leaves this machine" in notes[0]
    assert relay.verb("check", "--json").json()["notes"] == notes


# Help


def test_version_is_an_option_too(tmp_path):
    assert run("--version", cwd=tmp_path).out == run("version", cwd=tmp_path).out
    assert run("serve", "--version", cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    "arguments, near",
    [(("sevre", "--help"), "serve"), (("help", "domian"), "domain"), (("domain", "ad", "--help"), "add")],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_help_about_nothing_is_refused_with_the_nearest(tmp_path, arguments, near):
    outcome = run(*arguments, cwd=tmp_path)
    assert outcome.code == 2 and f"did you mean {near}?" in outcome.err and outcome.out == ""
