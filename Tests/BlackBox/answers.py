"""What the program answers, recorded: HTTP of each personality, SMTP dialogues, verbs, `check`; without ids and times.

    .build/python/bin/python Tests/BlackBox/answers.py BINARY            differences from Tests/Fixtures/answers.txt
    .build/python/bin/python Tests/BlackBox/answers.py BINARY OTHER      differences between two binaries
    .build/python/bin/python Tests/BlackBox/answers.py BINARY --write    records anew

A change that alters one of them on purpose records anew, and the commit shows what callers will see.
"""

import base64
import difflib
import json
import os
import re
import socket
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import polyrelay
from answers_dialects import HARPOON, POSTHAWK, TEMPLATE_VERBS
from answers_http import ADMIN, HAREPOST, POSTSTACK
from answers_smtp import MX, SUBMISSION
from answers_verbs import CHECKS, VERBS
from wire import API, Connection, request

RECORDED = polyrelay.ROOT / "Tests/Fixtures/answers.txt"
DIALECTS = ("poststack", "harepost", "posthawk", "harpoon")
LISTENERS = [{"personality": name, "listen": "127.0.0.1:0"} for name in DIALECTS]
SMTP = {
    "hostname": "relay.test",
    "listeners": [{"listen": "127.0.0.1:0", "tls": "none"}, {"listen": "127.0.0.1:0", "role": "mx"}],
}
SECTIONS = {
    "listeners": LISTENERS, "smtp": SMTP, "dns": {"servers": ["127.0.0.1:1"]}, "faults": {"allow": True},
    "hosts": {"returnPath": "bounce.relay.test", "spf": "spf.relay.test", "mx": "mx.relay.test"},
    "egress": {"allow": ["127.0.0.0/8", "::1/128"]}, "personalities": {"harepost": {"signup": True}},
}  # fmt: skip
LINE_SECONDS = 20

# Identities: each gets a name of its own by the order in which it appears, so that who is who is compared too.
IDENTITIES = re.compile(
    r"\b(em_|dom_|evt_|hr_|acct_|req_|sk_live_|sk_test_|hp_live_|whsec_|b-|harepost-verify=|ck_live_|hpn_trx_)"
    r"[0-9A-Za-z]{8,}"
)
UUIDS = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b()")
# Numbers of rows, which grow with time but by no fixed step.
SERIALS = re.compile(
    r'("(?:id|emailId|webhookId|serial|message|key|account|domainId|domain_id|messageId)" ?: ?)"?\d+"?(?=[,}\]\s])'
)
CHANGING = [
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?"), "TIME"),
    (re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? \w{3} \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})"), "DATE"),
    (re.compile(r"^(X-RateLimit-Reset|Retry-After): \d+$", re.M), r"\1: SECONDS"),
    # Of windows that are a clock minute: it may turn meanwhile.
    (re.compile(r"^(X-RateLimit-Remaining): \d+$", re.M), r"\1: LEFT"),
    (re.compile(r"127\.0\.0\.1:\d{4,5}"), "127.0.0.1:PORT"),
    (re.compile(r"\bp=[A-Za-z0-9+/=\"' ]{40,}"), "p=KEY"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r'"(keyPrefix|prefix)" ?: ?"[^"]*"'), r'"\1":"PREFIX"'),
    # A use is noted some seconds later.
    (re.compile(r'"(hpn_code|public_slug)":"[0-9A-Za-z]+"'), r'"\1":"NAME"'),
    (re.compile(r"/pay/[0-9a-f]{16}"), "/pay/NAME"),
    (re.compile(r'"messageId":"[^"]+"'), '"messageId":"NAME"'),
    (re.compile(r'"lastUsedAt" ?: ?(null|"[^"]*")'), '"lastUsedAt":"USE"'),
    # Numbers of rows in tables.
    (re.compile(r"^serial  \d+$", re.M), "serial  N"),
    (re.compile(r"^(em_<\d+>)  \d+  ", re.M), r"\1  N  "),
    (re.compile(r"^  \d+  \d+  (?=(?:-|\d+)  [a-z]+  TIME)", re.M), "  N  N  "),
    (re.compile(r'("(?:latencyMs|latency_ms|uptime|seconds)" ?: ?)[\d.]+'), r"\1N"),
]


class Masks:
    def __init__(self, folder: Path):
        self._folder = str(folder)
        self._names: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        text = text.replace(self._folder, "FOLDER")
        text = IDENTITIES.sub(self._name, text)
        text = UUIDS.sub(self._name, text)
        text = SERIALS.sub(r"\1N", text)
        # Columns are as wide as what they hold.
        text = "\n".join(re.sub(r"(?<=\S)  +", "  ", line).rstrip() for line in text.split("\n"))
        for pattern, instead in CHANGING:
            text = pattern.sub(instead, text)
        return text

    def _name(self, match: re.Match) -> str:
        prefix = match[1] or "uuid_"
        if prefix == "req_":
            return "req_ID"
        return self._names.setdefault(
            match[0], f"{prefix}<{sum(n.startswith(prefix) for n in self._names.values()) + 1}>"
        )


class Recorder:
    """Asks one binary for all of it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.mask = Masks(folder)
        self.answers: dict[str, str] = {}
        settings = polyrelay.configuration(folder, **SECTIONS)
        settings["limits"]["harepost"] = {
            "signup": [{"per": "address", "limit": 1_000_000, "window": "1m"}],
            "send": [{"per": "account", "limit": 1_000_000, "window": "1m"}],
        }
        unlimited = [{"per": "key", "limit": 1_000_000, "window": "1h"}]
        settings["limits"] |= {"posthawk": {"send": unlimited}, "harpoon": {"default": unlimited}}
        self.server = polyrelay.Server(folder, settings)
        # What later requests name: {KEY}, {EMAIL} and so on stand for it.
        self.known: dict[str, str] = {}

    def keep(self, name: str, text: str) -> None:
        assert name not in self.answers, f"{name} is recorded twice"
        self.answers[name] = self.mask(text).strip("\n")

    def fill(self, text: str) -> str:
        return re.sub(r"\{([A-Z_]+)\}", lambda match: self.known.get(match[1], match[0]), text)

    def record(self) -> dict[str, str]:
        for name, settings in CHECKS.items():
            self.check(name, settings)
        try:
            self.server.start()
            self.residents()
            self.known["ADMIN"] = self.server.admin().secret
            asked = {"poststack": POSTSTACK, "harepost": HAREPOST, "admin": ADMIN}
            for listener, exchanges in asked.items():
                for exchange in exchanges:
                    self.http(listener, *exchange)
            self.await_relay()
            for position, dialogues in enumerate((SUBMISSION, MX)):
                for name, lines in dialogues.items():
                    self.smtp(name, self.server.smtp_ports[position], lines)
            for words in VERBS:
                self.verb(words)
            self.dialects()
            self.keep("serve: SIGTERM", str(self.server.stop()))
        finally:
            self.server.close()
        return self.answers

    def residents(self) -> None:
        server = self.server
        account = server.account("acme")
        server.domain(account, "example.com")
        server.domain(account, "acme.localhost")
        server.domain(account, "pending.example", verified=False)
        other = server.account("other")
        server.domain(other, "neighbour.example")
        keys = {
            "KEY": [], "SENDING": ["--scopes", "sending_access"], "TEST": ["--mode", "test"],
            "BOUND": ["--domains", "example.com"], "ELSEWHERE": ["--allow-ip", "192.0.2.0/24"],
        }  # fmt: skip
        for name, options in keys.items():
            self.known[name] = server.key(account, *options).secret
        self.known["OTHER"] = server.key(other).secret
        made = server.ask("key", "create", "--account", account, "--personality", "harepost")
        self.known |= {"RELAY": made["key"], "ACCOUNT": account}

    def dialects(self) -> None:
        """The two that came later, with what they need."""
        server, account = self.server, self.known["ACCOUNT"]
        text = self.folder / "welcome.txt"
        text.write_text("Hello {{first_name}}.")
        made = server.ask(
            "template", "create", "welcome", "--account", account, "--personality", "posthawk",
            "--subject", "Hi {{first_name}}", "--text", str(text), "--require", "first_name",
        )  # fmt: skip
        now = datetime.now(timezone.utc)
        self.known |= {"TEMPLATE": str(made["id"])}
        self.known |= {
            name: (now + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
            for name, days in (("SOON", 1), ("LATER_ON", 2))
        }
        keys = {
            "HAWK": ("posthawk",), "HAWK_TEST": ("posthawk", "--mode", "test"),
            "HAWK_READING": ("posthawk", "--scopes", "reading"),
            "PAY": ("harpoon", "--scopes", "transactions:read,transactions:write,webhooks:manage"),
            "PAGE_KEY": ("harpoon", "--kind", "public", "--scopes", "transactions:read,transactions:initialize"),
        }  # fmt: skip
        for name, (personality, *options) in keys.items():
            key = server.ask("key", "create", "--account", account, "--personality", personality, *options)
            self.known[name] = key["key"]
        for listener, exchanges in (("posthawk", POSTHAWK), ("harpoon", HARPOON)):
            for exchange in exchanges:
                self.http(listener, *exchange)
        for words in TEMPLATE_VERBS:
            self.verb(words)

    def await_relay(self) -> None:
        """The first attempt at the one relayed request is over: nobody listens there."""
        api = API("127.0.0.1", self.server.ports["harepost"], self.known["RELAY"])
        route = f"/v1/deliveries/{self.known['RELAYED']}"
        polyrelay.eventually(lambda: api.get(route).json()["status"] == "retrying", why="tried once")
        exchange = ("a delivery that is tried again", "GET /v1/deliveries/{RELAYED}", "RELAY")
        self.http("harepost", *exchange)

    # HTTP

    def http(self, listener: str, name: str, line: str, key: str | None = None, body=None, headers=None) -> None:
        """One exchange. What its answer has of use for later ones is remembered."""
        method, path = self.fill(line).split(" ", 1)
        fields = {"Content-Type": "application/json"} | (headers or {})
        if key is not None:
            fields["Authorization"] = f"Bearer {self.known.get(key, key)}"
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        data = self.fill(data.decode("latin-1")).encode("latin-1")
        with Connection("127.0.0.1", self.server.ports[listener], LINE_SECONDS) as connection:
            # The admin pages have no name but their address.
            host = "127.0.0.1" if listener == "admin" else "api.test"
            answer = connection.exchange(request(method, path, fields, data, host), method)
        text = answer.body.decode("utf-8", "backslashreplace")
        # Numbers of rows grow, and with them the answers that have some; a latency is as long as it is.
        sizes = {"Content-Length": "LENGTH"} if SERIALS.search(text) or "latency" in text else {}
        # Every answer has it, so none is recorded with it.
        assert answer.header("X-Content-Type-Options") == "nosniff", name
        shown = [(field, value) for field, value in answer.headers if field != "X-Content-Type-Options"]
        head = "".join(f"{field}: {sizes.get(field, value)}\n" for field, value in shown)
        self.keep(f"{listener}: {name}", f"> {line}\n{answer.status} {answer.reason}\n{head}\n{text}")
        self.learn(name, answer)

    def learn(self, name: str, answer) -> None:
        learned = re.search(r"\[([A-Z_]+)=([\w.]+)\]$", name)
        if learned:
            value = answer.json()
            for member in learned[2].split("."):
                value = value[int(member)] if member.isdigit() else value[member]
            self.known[learned[1]] = str(value)

    # SMTP

    def smtp(self, name: str, port: int, lines: list[str]) -> None:
        said = []
        with socket.create_connection(("127.0.0.1", port), LINE_SECONDS) as peer, peer.makefile("rb") as replies:
            said += _reply(replies)
            for line in lines:
                sent = self.fill(line)
                if sent.startswith("PLAIN "):
                    user, secret = sent.split(" ")[1:]
                    sent = "AUTH PLAIN " + base64.b64encode(f"\0{user}\0{secret}".encode()).decode()
                said.append(f"C: {line}")
                peer.sendall(sent.encode("utf-8", "surrogateescape") + b"\r\n")
                said += _reply(replies)
        self.keep(f"smtp: {name}", "\n".join(said))

    # The operator

    def verb(self, words: str) -> None:
        outcome = self.server.verb(*self.fill(words).split("|"))
        self.keep(f"verb: {words.replace('|', ' ')}", _outcome(outcome))

    def check(self, name: str, settings) -> None:
        whole = {"database": f"sqlite:{self.folder}/c.db", "secrets": {"keyFile": f"{self.folder}/c.key"}}
        path = self.folder / "check.json"
        path.write_text(settings if isinstance(settings, str) else json.dumps(whole | settings))
        for form in ([], ["--json"]) if name.startswith("good") else ([],):
            outcome = polyrelay.run("check", "--config", str(path), *form, cwd=self.folder)
            self.keep(f"check: {' '.join([name, *form])}", _outcome(outcome))


def _outcome(outcome: polyrelay.Outcome) -> str:
    return f"exit {outcome.code}\n{outcome.raw.decode(errors='backslashreplace')}\n{outcome.err}"


def _reply(replies) -> list[str]:
    lines = []
    while True:
        line = replies.readline().decode("utf-8", "backslashreplace").rstrip("\r\n")
        if not line:
            return [*lines, "S closes"]
        lines.append(f"S: {line}")
        if line[3:4] != "-":
            return lines


def recorded_by(binary: str | None = None) -> dict[str, str]:
    """All answers of a binary; of the one under test where none is named."""
    if binary is not None:
        os.environ["POLYRELAY_BINARY"] = str(Path(binary).resolve())
    with tempfile.TemporaryDirectory(prefix="polyrelay") as folder:
        return Recorder(Path(folder)).record()


def text(answers: dict[str, str]) -> str:
    return "".join(f"=== {name}\n{answer}\n\n" for name, answer in answers.items())


def kept() -> dict[str, str]:
    parts = re.split(r"^=== (.*)\n", RECORDED.read_text(), flags=re.M)[1:]
    return {name: answer.rstrip("\n") for name, answer in zip(parts[::2], parts[1::2])}


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """One text for each answer that is not the same, as a diff."""
    found = []
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = (side.get(name, "(none)").split("\n") for side in (before, after))
        if old != new:
            found.append(
                "\n".join([f"=== {name}", *difflib.unified_diff(old, new, "before", "after", n=1, lineterm="")])
            )
    return found


def main(binary: str, other: str | None = None) -> int:
    after = recorded_by(binary)
    if other == "--write":
        RECORDED.write_text(text(after))
        print(f"{len(after)} answers recorded")
        return 0
    before = kept()
    if other is not None:
        before, after = after, recorded_by(other)
    found = differences(before, after)
    print("\n\n".join([*found, f"{len(found)} of {len(after)} answers differ"]))
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
