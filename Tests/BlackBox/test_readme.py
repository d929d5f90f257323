"""README's commands as they are written, top to bottom, in a network of their own, for the ports are fixed ones."""

import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from polyrelay import ROOT, Log, binary, eventually

# What stands for a value of the reader's.
PLACEHOLDERS = re.compile(r"(sk_live|hp_live|ck_live|hpn_live_sk|aha-sk)[-_]\.\.\.")
# Sections that are about building and testing, and lines that are no whole command.
APART = {"Two commands", "Sending for real"}
# Refused as long as the DNS has no such records.
REFUSED = {"polyrelay domain verify"}


def commands() -> list[tuple[str, str]]:
    """Section and command of each indented line that a shell would take, continued lines as one."""
    found: list[tuple[str, str]] = []
    section, open_line = "", False
    for line in (ROOT / "README.md").read_text().splitlines():
        if line.startswith("#"):
            section = line.strip("# ")
        text = line.strip()
        if open_line and line.startswith("    "):
            found[-1] = (section, f"{found[-1][1]} {text.rstrip(chr(92))}")
            open_line = text.endswith("\\")
        elif re.match(r"    (polyrelay|curl|export|swaks) ", line) and " ... " not in text:
            found.append((section, text.rstrip("\\")))
            open_line = text.endswith("\\")
    return found


@pytest.fixture(scope="module")
def network():
    """The number of a process in a network namespace with a loopback of its own."""
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("no namespaces may be made here")
    holder = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
    try:
        inside = ["nsenter", "-t", str(holder.pid), "-n"]
        eventually(
            lambda: subprocess.run([*inside, "ip", "link", "set", "lo", "up"], capture_output=True).returncode == 0
            and os.readlink(f"/proc/{holder.pid}/ns/net") != os.readlink("/proc/self/ns/net"),
            why="a network namespace",
        )
        yield inside
    finally:
        holder.kill()
        holder.wait()


class Reader:
    """Somebody with a shell in a folder."""

    def __init__(self, folder: Path, network: list[str]):
        self.folder, self.network = folder, network
        tools = folder / "bin"
        tools.mkdir(parents=True)
        (tools / "polyrelay").symlink_to(binary())
        self.environment = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}
        self.keys: dict[str, str] = {}
        self.relay = self.message = self.code = self.template = self.account = None

    def shell(self, command: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*self.network, "bash", "-c", command], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    def ask(self, command: str):
        done = self.shell(f"{command} --json")
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return json.loads(done.stdout)

    def filled(self, command: str) -> str:
        """With the reader's own values in the place of those of the page."""
        command = PLACEHOLDERS.sub(lambda found: self.keys[found.group(1)], command)
        for placeholder, value in (
            ("em_01obndpevg7r96v4vr", self.message),
            ("hr_4k09xq2m", self.relay),
            ("Q7W3KD", self.code),
            ("edit ID", f"edit {self.template}"),
            ("/ACCOUNT/", f"/{self.account}/"),
        ):
            if placeholder in command:
                command = command.replace(placeholder, value)
        return command

    def run(self, command: str) -> str:
        whole = self.filled(command)
        expected = any(command.startswith(one) for one in REFUSED)
        done = eventually(
            # A relayed request cannot be taken back in the moment of an attempt.
            lambda: (one := self.shell(whole)).returncode == expected and one or " cancel " not in whole and one,
            why=whole,
        )
        assert done.returncode == expected, f"{whole}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def server(self, listeners: int, command: str = "polyrelay serve"):
        process = subprocess.Popen(
            [*self.network, "bash", "-c", f"exec {command}"], cwd=self.folder, env=self.environment,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        log = Log(process.stderr)
        try:
            log.wait(lambda records: sum(record["event"] == "listening" for record in records) >= listeners)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, log.text()


def prepare(reader: Reader) -> None:
    """What deploy/run makes, and what the page's examples speak of."""
    reader.run("polyrelay account create local")
    # Of those the page removes one.
    for name in ("shop", "gone"):
        reader.run(f"polyrelay account create {name}")
    reader.run("polyrelay account suspend 3")
    reader.run("polyrelay domain add example.com --account 1 --verified")
    for personality, prefix in (
        ("poststack", "sk_live"), ("harepost", "hp_live"), ("posthawk", "ck_live"), ("harpoon", "hpn_live_sk"),
        ("ahasend", "aha-sk"),
    ):  # fmt: skip
        made = reader.ask(f"polyrelay key create --account 1 --personality {personality}")
        reader.keys[prefix] = made["key"]
    reader.account = reader.ask("polyrelay account list --oldest")[0]["ids"]["ahasend"]
    (reader.folder / "welcome.html").write_text("<p>Hello {{first_name}}</p>")
    (reader.folder / "key.txt").write_text("a-secret-of-the-phone-0123456789abcdef\n")


def test_the_page_runs_as_it_is_written(network, tmp_path):
    reader = Reader(tmp_path / "local", network)
    page = [(section, command) for section, command in commands() if section not in APART]
    assert len(page) > 15
    prepare(reader)
    with reader.server(listeners=11) as server:
        test_key = reader.ask("polyrelay key create --account 1 --personality harpoon --mode test")["key"]
        begun = reader.shell(
            f"curl -s http://127.0.0.1:8084/v1/transactions/initialize -H 'Authorization: Bearer {test_key}' "
            """-d '{"amount":"75.00","description":"A first order"}'"""
        )
        found = re.search(r'"([A-Z0-9]{6})"', begun.stdout)
        assert found, begun.stdout
        reader.code = found.group(1)
        for index in range(3):
            reader.shell(
                f"curl -s http://127.0.0.1:8080/webhooks -H 'Authorization: Bearer {reader.keys['sk_live']}' "
                f"""-d '{{"url":"http://127.0.0.1:8999/{index}","events":["email.delivered"]}}'"""
            )
        for section, command in page:
            if command.startswith("polyrelay restore"):
                server.send_signal(signal.SIGTERM)
                server.wait(60)
            said = reader.run(command.replace("curl ", "curl -sSf ", 1))
            if found := re.search(r'"id":"(em_[a-z0-9]+)"', said):
                reader.message = found.group(1)
            if found := re.search(r'"queue_id":"(hr_[a-z0-9]+)"', said):
                reader.relay = found.group(1)
            if command.startswith("polyrelay template create"):
                reader.template = reader.ask("polyrelay template list")[0]["id"]
            if " raw" in command or command.endswith("signed"):
                assert "DKIM-Signature:" in said


def test_sending_for_real_runs_as_it_is_written(network, tmp_path):
    reader = Reader(tmp_path / "real", network)
    text = (ROOT / "config/smarthost.json").read_text()
    example = text.replace("/var/lib/polyrelay", "var").replace("smtp.example.com:587", "127.0.0.1:2526")
    example = re.sub(r'\n *"auth": .*', "", example).replace('"tls": "required"', '"tls": "never"')
    (reader.folder / "config").mkdir()
    (reader.folder / "config/smarthost.json").write_text(example)
    page = [command for section, command in commands() if section == "Sending for real"]
    export = next(command for command in page if command.startswith("export "))
    name, value = export.split("#")[0].removeprefix("export ").strip().split("=")
    reader.environment[name] = value
    before, after = page[: page.index("polyrelay serve &")], page[page.index("polyrelay serve &") + 1 :]
    for command in before:
        reader.run(command)
    with reader.server(listeners=3):
        for command in after:
            reader.run(command)
        [account] = reader.ask("polyrelay account list")
        [key] = reader.ask("polyrelay key list --account 1")
        assert account["name"] == "acme" and key["personality"] == "poststack"
    assert [path.name for path in (reader.folder / "var").glob("*.db")] == ["polyrelay.db"]
