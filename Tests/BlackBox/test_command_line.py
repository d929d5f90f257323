"""The command line as a person meets it: pages of lists, durations, a table in a terminal, and refusals that help."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios
from datetime import datetime

import pytest
from polyrelay import binary, eventually, run
from wire import email


@pytest.fixture(scope="module")
def filled(running):
    """Three accounts, twelve messages, and their keys."""
    for name in ("one", "two", "three"):
        running.account(name)
    tenant = running.tenant(name="sender", domain="lists.example")
    api = running.api(tenant)
    ids = []
    for index in range(12):
        to = "bounce@x.example" if index % 3 == 0 else "y@x.example"
        ids.append(api.send(sender="a@lists.example", subject=f"number {index}", to=[to]))
    eventually(lambda: [api.email(one)["status"] for one in ids].count("bounced") == 4, why="outcomes")
    return running, tenant, ids


# Lists


def test_lists_stand_latest_first_and_page(filled):
    server, _, ids = filled
    names = [row["name"] for row in server.ask("account", "list")]
    assert names == list(reversed([row["name"] for row in server.ask("account", "list", "--oldest")]))
    assert [row["name"] for row in server.ask("account", "list", "--skip", "1", "--limit", "2")] == names[1:3]
    listed = [row["id"] for row in server.ask("message", "list", "--limit", "5")]
    assert listed == list(reversed(ids))[:5]
    assert [row["id"] for row in server.ask("message", "list", "--skip", "5", "--limit", "3")] == ids[4:7][::-1]
    oldest = [row["id"] for row in server.ask("message", "list", "--oldest", "--limit", "3", "--account", "4")]
    assert oldest == ids[:3] or oldest[0] in ids


def test_lists_narrow(filled):
    server, tenant, ids = filled

    def found(*options: str) -> list[str]:
        return [row["id"] for row in server.ask("message", "list", "--account", tenant.account, *options)]

    assert found() == ids[::-1]
    assert found("--state", "bounced") == ids[::-3][:4] or set(found("--state", "bounced")) == set(ids[::3])
    assert found("--subject", "number 11") == [ids[11]]
    assert found("--to", "bounce@", "--oldest", "--skip", "1", "--limit", "2") == ids[3:9:3]
    assert found("--within", "1h") == ids[::-1] and found("--personality", "posthawk") == []
    assert [row["name"] for row in server.ask("domain", "list", "--account", tenant.account)] == ["lists.example"]
    assert len(server.ask("key", "list", "--account", tenant.account)) == 1
    wrong = server.verb("message", "list", "--state", "bouncd")
    assert wrong.code == 2 and "did you mean bounced?" in wrong.err
    assert "takes no --limit" in server.verb("account", "suspend", "1", "--limit", "3").err


def test_what_was_given_up_stands_latest_first_too(filled):
    server, _, ids = filled
    serials = [row["serial"] for row in server.ask("message", "list", "--state", "bounced")]
    assert [row["message"] for row in server.ask("queue", "dead", "--limit", "2")] == serials[:2]
    assert [row["message"] for row in server.ask("queue", "dead", "--oldest", "--skip", "1", "--limit", "2")] == (
        serials[::-1][1:3]
    )


def test_the_queue_stands_latest_first_and_pages(server):
    relay = server().start()
    api = relay.api(relay.tenant())
    sent = [api.send(scheduled_at=f"2040-01-01T00:00:0{index}Z") for index in range(5)]

    def listed(*options: str) -> list[str]:
        return [row["due"][17:19] for row in relay.ask("queue", "list", *options)]

    assert len(sent) == 5 and listed() == ["04", "03", "02", "01", "00"]
    assert listed("--skip", "1", "--limit", "2") == ["03", "02"] and listed("--skip", "5") == []
    assert listed("--oldest", "--skip", "1", "--limit", "2") == ["01", "02"]


# Words


@pytest.mark.parametrize(
    "name, reason",
    [
        ("localhost", "has no dot"),
        ("127.0.0.1", "is an address"),
        ("::1", "is an address"),
        ("me@example.com", "is a mail address"),
        ("not a domain.example", "must be a domain such as example.com"),
    ],
)
def test_what_is_no_domain_is_refused_with_the_reason(running, name, reason):
    account = running.account("domains")
    outcome = running.verb("domain", "add", name, "--account", account)
    assert outcome.code in (1, 2) and reason in outcome.err, outcome.err


def test_a_secret_of_another_form_is_refused_with_the_form(running, tmp_path):
    account = running.account("secrets")
    (tmp_path / "secret").write_text("pk_whatever\n")
    outcome = running.verb(
        "key", "create", "--account", account, "--personality", "poststack", "--secret-file", str(tmp_path / "secret")
    )
    assert outcome.code == 2 and "--secret-file: holds no secret key of mode live" in outcome.err
    assert "sk_live_" in outcome.err and "pk_whatever" not in outcome.err


def test_a_listener_without_its_files_says_which_and_why(server):
    relay = server()
    relay.settings["listeners"][0]["tls"] = {"certificate": "none.pem", "key": "none.key"}
    outcome = relay.verb("check")
    assert outcome.code == 2
    assert 'listeners[0].tls.certificate "none.pem"' in outcome.err and "No such file" in outcome.err


def test_durations_are_written_as_in_the_configuration_or_in_seconds(running):
    account = running.account("durations")

    def lifetime(text: str) -> int:
        row = running.ask("suppression", "add", f"d{text}@x.example", "--account", account, "--expires-in", text)
        made, ends = (datetime.fromisoformat(row[name].replace("Z", "+00:00")) for name in ("createdAt", "expiresAt"))
        return round((ends - made).total_seconds())

    assert lifetime("90") == 90 and lifetime("2h") == 7200 and lifetime("30d") == 30 * 86400
    for wrong in ("0", "-5", "soon", "1 h", "5w"):
        outcome = running.verb("suppression", "add", "a@x.example", "--account", account, f"--expires-in={wrong}")
        assert outcome.code == 2 and '"30s"' in outcome.err


def test_a_sub_account_of_a_suspended_account_is_listed_as_suspended(running):
    parent = running.account("parent")
    child = str(running.ask("account", "create", "child", "--parent", parent)["id"])
    running.ask("account", "suspend", parent)
    states = {str(row["id"]): row["state"] for row in running.ask("account", "list")}
    assert states[child] == states[parent] == "suspended"
    running.ask("account", "resume", parent)
    [listed] = running.ask("account", "list", "--parent", parent)
    assert (str(listed["id"]), listed["state"]) == (child, "active")


def test_everything_that_can_be_asked_for_is_listed_in_one_place(running):
    asked = [row["ask"] for row in running.ask("fault", "list", "--names")]
    assert "Polyrelay-Fault: rateLimited" in asked and "Polyrelay-Fault: storageUnavailable" in asked
    for word in ("bounce", "softbounce", "defer", "greylist", "timeout", "slow", "complaint"):
        assert f"{word}@ in capture mode" in asked


def test_an_unknown_parameter_of_the_admin_pages_is_refused(running):
    admin = running.admin()
    wrong = admin.get("/messages?perpage=5")
    assert wrong.status == 400 and "did you mean per_page?" in wrong.json()["error"]
    assert admin.get("/messages?per_page=0").status == 400 and admin.get("/messages?page=x").status == 400
    assert admin.get("/healthz?deep=1").status == 400
    assert admin.get("/messages?per_page=5&page=1").status == 200


def test_a_fault_that_is_none_is_answered_with_those_that_are(server):
    relay = server(faults={"allow": True}).start()
    api = relay.api(relay.tenant())
    refused = api.call("POST", "/emails", email(), {"Polyrelay-Fault": "ratelimited; x"})
    assert refused.status == 422
    error = refused.json()["error"]
    assert "did you mean rateLimited?" in error and "storageUnavailable" in error


def test_a_path_of_the_vendor_that_is_not_served_says_so(running, key):
    api = running.api(key)
    assert api.post("/emails/spam-preview", {}).json() == {
        "error": "Not found: not served by this server", "code": "not_found",
    }  # fmt: skip
    assert api.get("/emailz").json()["error"] == "Not found"


@pytest.mark.parametrize(
    "personality, path, words",
    [
        ("posthawk", "/v1/broadcasts", b"Not served by this server"),
        ("ahasend", "/v2/accounts/x/lists/7", b"not found: not served by this server"),
        ("ahasend", "/v2/accounts/x/statistics/transactional/bounce", b"not found: not served by this server"),
    ],
)
def test_so_does_each_dialect_that_has_a_text(server, personality, path, words):
    relay = server(listeners=[{"personality": personality, "listen": "127.0.0.1:0"}], limits={}).start()
    api = relay.api()
    unserved = api.get(path)
    assert unserved.status == 404 and words in unserved.body
    mistaken = api.get(path.replace("/v1/", "/v1/x").replace("/x/", "/x/x"))
    assert mistaken.status == 404 and b"served by this server" not in mistaken.body


# What a terminal shows


def terminal(server, columns: int, *arguments: str) -> list[str]:
    """What a verb prints in a terminal so wide."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    command = [binary(), *arguments, "--config", server.config_path]
    process = subprocess.Popen(command, cwd=server.folder, stdin=subprocess.DEVNULL, stdout=slave)
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(master)
    assert process.wait(20) == 0
    return text.decode().replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_records_of_a_domain_fit_the_terminal(running, key, columns):
    lines = terminal(running, columns, "domain", "show", "example.com", "--account", key.account)
    assert lines and max(map(len, lines)) <= columns
    shown = "".join(line.strip() for line in lines)
    records = running.ask("domain", "show", "example.com", "--account", key.account)
    for record in records:
        assert record["name"].replace(" ", "") in shown.replace(" ", "")
        assert record["value"].replace(" ", "") in shown.replace(" ", "")


def test_a_message_shows_what_was_said(server, smarthost):
    relay = server(smarthost=smarthost.port).start()
    sent = relay.api(relay.tenant()).send()
    smarthost.one()
    eventually(lambda: relay.ask("message", "show", sent)["state"] == "delivered", why="delivered")
    shown = relay.verb("message", "show", sent).out
    assert "    C: MAIL FROM:<" in shown and "    S: 250 " in shown and "C: QUIT" not in shown.split("recipients:")[0]


def test_a_scheduled_message_is_sent_early_only_with_a_word_for_it(server):
    relay = server().start()
    api = relay.api(relay.tenant())
    sent = api.send(scheduled_at="2040-01-01T00:00:00Z")
    refused = relay.verb("queue", "retry", sent)
    assert refused.code == 1 and "scheduled for 2040-01-01T00:00:00Z: --now" in refused.err
    assert api.email(sent)["status"] == "queued"
    assert relay.verb("queue", "retry", sent, "--now").code == 0
    eventually(lambda: api.email(sent)["status"] == "delivered", why="delivered")


def test_help_of_every_verb_fits_and_has_an_example(tmp_path):
    overview = run("--help", cwd=tmp_path).out
    assert "options of lists:" in overview
    for verb in (("relay", "list"), ("queue", "retry"), ("backup",), ("message", "list")):
        text = run(*verb, "--help", cwd=tmp_path).out
        assert f"polyrelay {' '.join(verb)}" in text.split("example:")[1]
        assert max(map(len, text.splitlines())) <= 120


# Bodies and times


@pytest.mark.parametrize(
    "text, moment",
    [("2040-01-01T10:00Z", "2040-01-01T10:00:00.000Z"), ("2040-01-01T10:00:00+0200", "2040-01-01T08:00:00.000Z")],
)
def test_times_are_read_as_clients_write_them(running, key, text, moment):
    api = running.api(key)
    assert api.email(api.send(scheduled_at=text))["scheduledAt"] == moment


def test_a_byte_order_mark_is_called_by_its_name(running, key):
    refused = running.api(key).post("/emails", b"\xef\xbb\xbf" + json.dumps(email()).encode())
    assert refused.status == 400 and "byte order mark" in refused.json()["error"]


def test_an_unsupported_coding_is_answered_with_the_one_that_is_supported(running, key):
    refused = running.api(key).call("POST", "/emails", email(), {"Content-Encoding": "gzip"})
    assert refused.status == 415 and dict(refused.headers)["Accept-Encoding"] == "identity"
