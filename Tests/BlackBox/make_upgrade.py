"""Makes Tests/Fixtures/upgrade anew, with the binary of an earlier version:

    POLYRELAY_BINARY=BINARY .build/python/bin/python Tests/BlackBox/make_upgrade.py [FOLDER]

A database that has of everything: what an account can have, a thousand messages in all states, and what waits. The
last of it was accepted just before the process was killed, so a write-ahead log is part of it.
"""

import json
import lzma
import smtplib
import sqlite3
import sys
import tarfile
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import reports
import upgrade
from nameserver import NameServer
from peers import Smarthost
from polyrelay import Server, eventually
from receiver import Receiver
from targets import Authority, Target
from wire import API, email

MESSAGES = 1000
BATCH = 50
OF_EACH_KIND = 50
LANE = "smarthost"
WEBHOOK_RETRIES = {"retries": {"schedule": ["1d"] * 5}}
SCHEDULED_FAR, SCHEDULED_FARTHER = "2040-01-01T00:00:00Z", "2041-06-15T12:30:00.250Z"
MAIN, MANY = "example.com", "many.example"


class Maker:
    def __init__(self, folder: Path, stack: ExitStack):
        self.folder = folder
        self.residents = {"poststack": {}, "harepost": {}, "idempotency": [], "paths": [], "waiting": {}}
        self.names = stack.enter_context(NameServer())
        self.smarthost = stack.enter_context(Smarthost())
        self.smarthost.on_recipient = refusal
        self.receiver = stack.enter_context(Receiver(lambda one, number: 500 if one.path == "/failing" else 200))
        # What a scanner could take for a key of somebody's is made for this run alone.
        (folder / "ca").mkdir()
        authority = Authority(folder / "ca")
        self.ca = str(authority.file)
        self.target = stack.enter_context(Target(authority.sign("*.acme.localhost"), target_answer))
        self.server: Server | None = None
        # Messages accepted, and requests relayed, so far.
        self.count = 0
        self.sends = 0
        # What of a message's id stands in its bytes.
        self.marks: dict[str, list[str]] = {}

    def serve(self, mode: str, **delivery) -> Server:
        """The next process over the database."""
        if self.server is not None:
            assert self.server.stop() == 0
        sections = {
            "webhooks": WEBHOOK_RETRIES, "dns": {"servers": [self.names.address]},
            "egress": upgrade.LOOPBACK | {"caFile": self.ca},
        }  # fmt: skip
        options = upgrade.settings(self.folder / "data", **sections)
        options["delivery"] |= {"mode": mode}
        if mode == "smarthost":
            options["delivery"] |= {"smarthost": f"127.0.0.1:{self.smarthost.port}"} | delivery
        self.server = Server(self.folder / "data", options).start()
        return self.server

    # Who sends

    def api(self, name: str = "main") -> API:
        return upgrade.poststack(self.server, self.residents, name)

    def relay_api(self, name: str = "relays") -> API:
        return upgrade.harepost(self.server, self.residents, name)

    def key(self, name: str, account: str, *options: str, personality: str = "poststack") -> None:
        made = self.server.ask(
            "key", "create", "--account", account, "--personality", personality, "--label", name, *options
        )
        self.residents[personality][name] = {"id": str(made["id"]), "secret": made["key"], "account": account}

    def accounts(self) -> None:
        ask = self.server.ask
        main = self.server.account("acme")
        child = str(ask("account", "create", "acme-eu", "--parent", main)["id"])
        suspended, metered, relays = (self.server.account(name) for name in ("frozen", "metered", "relays"))
        many = self.server.account("many")
        for account, domain in ((main, MAIN), (child, "eu.example"), (suspended, "frozen.example")):
            self.server.domain(account, domain)
        self.server.domain(metered, "metered.example")
        self.server.domain(relays, "acme.localhost")
        self.key("main", main)
        self.key("sending", main, "--scopes", "sending_access")
        self.key("test", main, "--mode", "test")
        self.key("bound", main, "--domains", MAIN)
        self.key("here", main, "--allow-ip", "127.0.0.0/8")
        self.key("elsewhere", main, "--allow-ip", "192.0.2.0/24")
        self.key("expired", main, "--expires-in", "1")
        self.key("lasting", main, "--expires-in", "315000000")
        self.key("revoked", main)
        ask("key", "revoke", self.residents["poststack"]["revoked"]["id"])
        self.key("child", child)
        self.key("frozen", suspended)
        self.key("metered", metered)
        self.key("many", many)
        self.key("relays", relays, personality="harepost")
        self.key("relays-revoked", relays, personality="harepost")
        ask("key", "revoke", self.residents["harepost"]["relays-revoked"]["id"])
        ask("account", "suspend", suspended)
        ask("account", "limits", metered, "--daily", "5", "--monthly", "100")
        ask("domain", "limits", "metered.example", "--account", metered, "--daily", "20")
        self.many_accounts()
        self.keys_over_http()

    def many_accounts(self) -> None:
        api = API("127.0.0.1", self.server.ports["harepost"])
        for number in range(OF_EACH_KIND):
            made = api.post("/v1/accounts", {"email": f"ops{number}@signup.example"})
            assert made.status == 201, made.body
            self.residents.setdefault("signups", {})[f"ops{number}@signup.example"] = made.json()["account_id"]
            if number < 3:
                self.residents["harepost"][f"signup{number}"] = {"secret": made.json()["api_key"]}

    def keys_over_http(self) -> None:
        made = self.api().post("/api-keys", {"name": "over http", "permission": "sending_access"})
        assert made.status == 201, made.body
        rotated = self.api().post(f"/api-keys/{made.json()['id']}/rotate")
        assert rotated.status == 200, rotated.body
        self.residents["poststack"]["rotated-away"] = {"secret": made.json()["key"]}
        self.residents["poststack"]["rotated"] = {"secret": rotated.json()["key"]}

    # Where from

    def domains(self) -> None:
        ask, main = self.server.ask, self.residents["poststack"]["main"]["account"]
        ask("domain", "set", MAIN, "--account", main, "--dsn-address", "ops@example.com")
        ask("domain", "add", "pending.example", "--account", main)
        ask("domain", "add", "proved.example", "--account", main)
        self.publish("proved.example", main)
        ask("domain", "verify", "proved.example", "--account", main)
        ask("domain", "add", "turning.example", "--account", main, "--verified")
        ask("domain", "rotate", "turning.example", "--account", main)
        ask("domain", "add", "turned.example", "--account", main, "--verified")
        ask("domain", "rotate", "turned.example", "--account", main)
        self.publish("turned.example", main)
        ask("domain", "verify", "turned.example", "--account", main)
        ask("domain", "rotate", "turned.example", "--account", main, "--activate", "--force")
        ask("domain", "add", "gone.example", "--account", main, "--verified")
        (domain,) = [one for one in self.api().get("/domains").json()["domains"] if one["name"] == MAIN]
        changed = self.api().patch(f"/domains/{domain['id']}", {"custom_return_path": "bounce", "open_tracking": True})
        assert changed.status == 200, changed.body
        for number in range(OF_EACH_KIND):
            made = self.api("many").post("/domains", {"name": f"d{number}.{MANY}"})
            assert made.status == 201, made.body
        api = self.relay_api()
        for name in ("pending.localhost", "other.example"):
            assert api.post("/v1/domains", {"domain": name}).status == 201

    def publish(self, name: str, account: str) -> None:
        for record in self.server.ask("domain", "show", name, "--account", account):
            self.names.zones.put(record["name"], record["type"], record["value"])

    def suppressions(self) -> None:
        ask, main = self.server.ask, self.residents["poststack"]["main"]["account"]
        ask("suppression", "add", "never@dest.test", "--account", main, "--reason", "manual", "--note", "asked to")
        ask("suppression", "add", "Domain@dest.test", "--account", main, "--domain", MAIN)
        ask("suppression", "add", "ending@dest.test", "--account", main, "--expires-in", "315000000")
        for number in range(30):
            answer = self.api().post("/suppressions", {"email": f"s{number}@dest.test", "reason": "unsubscribe"})
            assert answer.status == 200, answer.body

    def webhooks(self) -> None:
        for name, path, events in (
            ("all", "/all", ["*"]), ("failing", "/failing", ["email.bounced"]), ("off", "/off", ["*"]),
            ("deleted", "/deleted", ["*"]), ("rotated", "/rotated", ["email.complained"]),
        ):  # fmt: skip
            made = self.api().post("/webhooks", {"url": self.receiver.url(path), "events": events})
            assert made.status == 201, made.body
            self.residents.setdefault("webhooks", {})[name] = {
                "id": made.json()["id"], "secret": made.json()["secret"],
            }  # fmt: skip
        number = {name: webhook["id"] for name, webhook in self.residents["webhooks"].items()}
        assert self.api().patch(f"/webhooks/{number['off']}", {"enabled": False}).status == 200
        assert self.api().call("DELETE", f"/webhooks/{number['deleted']}").status == 200
        turned = self.api().post(f"/webhooks/{number['rotated']}/rotate-secret", {"graceHours": 168})
        self.residents["webhooks"]["rotated"]["next"] = turned.json()["signingSecret"]

    # Messages

    def send(self, name: str = "main", **fields) -> str:
        self.count += 1
        return self.api(name).send(**fields)

    def batch(self, emails: list[dict], name: str = "main") -> list[dict]:
        answer = self.api(name).post("/emails/batch", {"emails": emails})
        assert answer.status == 202, answer.body
        self.count += sum("id" in one for one in answer.json()["data"])
        return answer.json()["data"]

    def captured(self) -> None:
        """Simulated messages, and one of every form."""
        for number in range(OF_EACH_KIND):
            fields = email(to=[f"key{number}@dest.test"], subject=f"Key {number}", idempotency_key=f"key-{number}")
            self.residents["idempotency"].append([fields, self.send(**fields | {"sender": fields["from"]})])
        for local in ("bounce", "defer", "timeout", "451", "550"):
            self.send(to=[f"{local}@example.net", "fine@example.net"], subject=f"Asked for {local}")
        for fields in forms():
            self.send(**fields)
        self.send(name="child", sender="a@eu.example")
        for number in range(12):
            self.send(name="test", subject=f"Tested {number}")
        self.send(sender="a@gone.example", subject="From a domain that is gone")
        self.send(sender="a@turned.example")
        self.send(sender="a@proved.example")
        self.submitted()
        (gone,) = [one for one in self.api().get("/domains").json()["domains"] if one["name"] == "gone.example"]
        assert self.api().call("DELETE", f"/domains/{gone['id']}").status == 200
        self.fill(600)

    def fill(self, upto: int) -> None:
        while self.count < upto:
            first = self.count
            size = min(BATCH, upto - first)
            self.batch(
                [
                    email(
                        to=[f"r{number}@dest.test"], subject=f"Message {number}", tags=[f"t{number % 5}"],
                        html=f"<p>Number {number}</p>",
                    )
                    for number in range(first, first + size)
                ]
            )  # fmt: skip

    def submitted(self) -> None:
        for number in range(5):
            self.submit(["smtp@dest.test"], f"By SMTP {number}".encode(), number)

    def submit(self, recipients: list[str], subject: bytes, number: int) -> None:
        with smtplib.SMTP("127.0.0.1", self.server.smtp_ports[0], timeout=20) as client:
            client.login("poststack", self.residents["poststack"]["main"]["secret"])
            content = b"From: A <hello@example.com>\r\nTo: smtp@dest.test\r\nSubject: " + subject + b"\r\n"
            content += f"X-PostStack-Tags: smtp,n{number}\r\n\r\nBytes as they came \xe9.\r\n".encode("latin-1")
            assert client.sendmail("hello@example.com", recipients, content, ["BODY=8BITMIME"]) == {}
        self.count += 1

    def delivered(self) -> None:
        """Handed to a mail server, which takes, refuses and puts off by the recipient's name."""
        wanted = {f"real{number}@dest.test" for number in range(60)}
        ids = self.batch(
            [
                email(to=[f"real{number}@dest.test"], subject=f"Real {number}", unsubscribe=True)
                for number in range(60)
            ]
        )  # fmt: skip
        taken = self.smarthost.wait_for(
            lambda all: wanted <= {one.recipients[0] for one in all}, why="all of them taken"
        )  # fmt: skip
        came = {one.recipients[0]: one for one in taken}
        self.settled([one["id"] for one in ids], "delivered")
        for number, sent in enumerate(ids):
            one = came[f"real{number}@dest.test"]
            self.residents["paths"].append([one.sender, sent["id"], one.recipients[0]])
            self.marks[sent["id"]] = [one.message["Message-ID"], one.message["List-Unsubscribe"]]
        bounced = self.batch([email(to=[f"refused{number}@dest.test"]) for number in range(15)])
        self.settled([one["id"] for one in bounced], "bounced")
        self.send(to=["real@dest.test", "refused@dest.test"], subject="Taken and refused")
        reported, complained = self.residents["paths"].pop(), self.residents["paths"].pop()
        self.report(reported[0], reports.bounce(reported[0], reported[2]))
        self.settled([reported[1]], "bounced")
        fields = f"Original-Mail-From: <{complained[0]}>\nOriginal-Rcpt-To: <{complained[2]}>"
        self.report(complained[0], reports.complaint(fields, f"Return-Path: <{complained[0]}>"))
        self.settled([complained[1]], "complained")

    def report(self, path: str, content: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.server.smtp_ports[1], timeout=20) as client:
            client.ehlo("mx.test")
            assert client.docmd("MAIL FROM:<>")[0] == 250
            code, text = client.docmd(f"RCPT TO:<{path}>")
            assert code == 250, text
            code, text = client.data(content)
            assert code == 250, text

    def given_up(self) -> None:
        tried = self.batch([email(to=[f"busy{number}@dest.test"], subject="Tried") for number in range(10)])
        eventually(lambda: self.statuses(tried).isdisjoint({"queued", "sending", "deferred"}), why="given up")

    def statuses(self, sent: list[dict]) -> set[str]:
        return {self.api().email(one["id"])["status"] for one in sent}

    def settled(self, ids: list[str], status: str) -> None:
        for one in ids:
            eventually(lambda: self.api().email(one)["status"] == status, why=f"{one} is {status}")

    # Relayed requests

    def relayed(self, path: str, **members) -> str:
        body = {"target": self.target.url(path), "body": {"path": path}} | members
        self.sends += 1
        answer = self.relay_api().post("/v1/send", body)
        assert answer.status == 202, answer.body
        return answer.json()["queue_id"]

    def relays(self) -> None:
        once = {"delivery": {"max_attempts": 1}}
        ids = [self.relayed(f"/ok/{number}", metadata={"n": number}) for number in range(40)]
        ids += [self.relayed(f"/gone/{number}") for number in range(5)]
        ids += [self.relayed(f"/busy/{number}", **once) for number in range(5)]
        ids += [self.relayed("/signed", sign=True), self.relayed("/large", body="x" * 400_000)]
        self.over(ids)
        again = self.relay_api().post(f"/v1/deliveries/{ids[45]}/replay")
        assert again.status == 200, again.body
        self.over(ids)
        slow = {"delivery": {"base_delay_ms": 60_000, "backoff": "fixed", "jitter": "none", "max_attempts": 25}}
        waiting = [self.relayed(f"/later/{number}", sign=True, **slow) for number in range(10)]
        eventually(lambda: {self.state(one) for one in waiting} == {"retrying"}, why="tried once")
        cancelled = waiting.pop()
        assert self.relay_api().post(f"/v1/deliveries/{cancelled}/cancel").status == 200
        self.residents["waiting"]["retrying"] = waiting

    def state(self, queue_id: str) -> str:
        return self.relay_api().get(f"/v1/deliveries/{queue_id}").json()["status"]

    def over(self, ids: list[str]) -> None:
        final = {"delivered", "rejected", "dead_letter"}
        for one in ids:
            eventually(lambda: self.state(one) in final, why=f"{one} is over")

    # What waits

    def scheduled(self) -> None:
        far = [self.send(subject=f"Far {number}", scheduled_at=SCHEDULED_FAR) for number in range(10)]
        far.append(self.send(subject="Farther", scheduled_at=SCHEDULED_FARTHER))
        self.residents["scheduled"] = far
        near = [
            self.send(to=[f"near{number}@dest.test"], subject=f"Near {number}", scheduled_at=soon())
            for number in range(10)
        ]
        self.residents["waiting"]["scheduled"] = near
        cancelled = self.send(subject="Cancelled", scheduled_at=SCHEDULED_FAR)
        assert self.api().post(f"/emails/{cancelled}/cancel").status == 200
        moved = self.send(subject="Moved", scheduled_at=SCHEDULED_FAR)
        assert self.api().patch(f"/emails/{moved}", {"scheduled_at": SCHEDULED_FARTHER}).status == 200
        self.residents["charged"] = [
            self.send(name="metered", sender="a@metered.example", scheduled_at=SCHEDULED_FAR) for _ in range(5)
        ]

    def waiting(self) -> None:
        """Deferred ones, then such as nobody has tried, of mail, webhooks and relayed requests."""
        later = self.batch([email(to=[f"later{number}@dest.test"], subject="Deferred") for number in range(20)])
        self.settled([one["id"] for one in later], "deferred")
        mixed = self.send(to=["real@dest.test", "later@dest.test"], subject="Taken and deferred")
        eventually(
            lambda: {"deferred", "delivered"} <= {one["eventType"] for one in self.api().events(mixed)}, why="both"
        )  # fmt: skip
        later.append({"id": mixed})
        self.scheduled()
        lanes = {row["lane"] for row in self.server.ask("queue", "stats")}
        (relay_lane,) = [lane for lane in lanes if lane.startswith("relay:")]
        (mail_lane,) = [lane for lane in lanes if lane == LANE or lane.startswith(LANE)]
        for lane in (relay_lane, mail_lane):
            self.server.ask("queue", "pause", lane, "--ahead")
        self.server.ask("webhook", "pause", str(self.residents["webhooks"]["all"]["id"]))
        fresh = [self.send(to=[f"fresh{number}@dest.test"], subject=f"Fresh {number}") for number in range(20)]
        fresh.append(self.send(to=["large@dest.test"], subject="Large", html="<p>" + "large " * 100_000 + "</p>"))
        queued = [self.relayed(f"/fresh/{number}") for number in range(10)]
        queued.append(self.relayed("/fresh/large", body="y" * 400_000, sign=True))
        self.residents["waiting"] |= {"queued": queued, "deferred": [one["id"] for one in later], "fresh": fresh}
        while MESSAGES - self.count > 0:
            number = self.count
            fresh.append(self.send(to=[f"last{number}@dest.test"], subject=f"Last {number}"))

    def run(self) -> None:
        (self.folder / "data").mkdir()
        self.serve("capture")
        self.accounts()
        self.domains()
        self.suppressions()
        self.webhooks()
        self.captured()
        self.relays()
        self.serve("smarthost", retries={"schedule": ["30m"] * 10})
        self.fill(750)
        self.delivered()
        self.serve("smarthost", retries={"schedule": ["50ms"]})
        self.given_up()
        self.serve("smarthost", retries={"schedule": ["2s"] * 5, "lifetime": "1s"})
        self.given_up()
        self.serve("smarthost", retries={"schedule": ["30m"] * 10})
        self.fill(900)
        self.waiting()
        self.server.kill()
        self.residents |= {
            "made": time.time_ns(), "receiverPort": self.receiver.port, "targetPort": self.target.port,
            "sends": self.sends,
        }  # fmt: skip
        (self.folder / "data/residents.json").write_text(json.dumps(self.residents))


def refusal(address: str, attempt: int) -> str | None:
    if address.startswith("refused"):
        return "550 5.1.1 no such user here"
    if address.startswith(("busy", "later")):
        return "451 4.2.2 mailbox full"
    return None


def target_answer(arrival, number: int):
    kind = arrival.path.split("/")[1]
    return {"gone": 404, "busy": 503, "later": (503, {"Retry-After": "43000"})}.get(kind, 200)


def soon() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))


def forms() -> list[dict]:
    """A message of every form that a body can have."""
    return [
        {"subject": "Grüße 😀", "text": "Ünïcödé\r\n.\r\nlines\n", "html": None},
        {"html": "<p>Both</p>", "to": ["Ann <ann@dest.test>", "bob@dest.test"], "cc": ["cc@dest.test"]},
        {"bcc": ["bcc1@dest.test", "bcc2@dest.test"], "reply_to": "Desk <desk@example.com>"},
        {"headers": {"X-Own": "1", "X-Long": "word " * 60}, "tags": ["a", "b", "c"]},
        {"unsubscribe": True, "tags": ["news"]},
        {"attachments": [{"filename": "größe.txt", "content": "R3LDvMOfZQ==", "content_type": "text/plain"}]},
        {
            "html": '<img src="cid:logo">',
            "attachments": [{"filename": "l.png", "content": "iVBORw0KGgo=", "content_id": "logo"}],
        },
        {"attachments": [{"filename": "big.bin", "content": "A" * 600_000}], "subject": "With a file of its own"},
        {"to": [f"many{number}@dest.test" for number in range(50)], "subject": "To fifty"},
        {"to": ["never@dest.test", "fine@dest.test"], "subject": "One is suppressed"},
        {"sender": "Ünal <grüße@example.com>", "to": ["jürgen@dest.test"], "subject": "Beyond ASCII"},
    ]


def pack(data: Path) -> None:
    for name in ("polyrelay.json", "polyrelay.db-shm", "polyrelay.db.lock", "polyrelay.db.control"):
        (data / name).unlink(missing_ok=True)
    upgrade.FIXTURE.mkdir(parents=True, exist_ok=True)
    with tarfile.open(upgrade.ARCHIVE, "w:xz", preset=9) as archive:
        for path in sorted(data.iterdir()):
            archive.add(path, path.name)


def note_what_is_said(folder: Path, maker: Maker) -> None:
    """Opens a copy, with nothing due, and keeps what the binary says about it."""
    copy = folder / "copy"
    copy.mkdir()
    server, residents = upgrade.opened(copy, due_in_seconds=3600)
    try:
        said = upgrade.everything(server.start(), residents)
        ids = public_ids(server, residents, maker.marks)
        assert server.stop() == 0
    finally:
        server.close()
    upgrade.SAID.write_bytes(lzma.compress(json.dumps(said, sort_keys=True).encode(), preset=9))
    lines = [f"  {json.dumps(kind)}: {json.dumps(pairs)}" for kind, pairs in ids.items()]
    upgrade.IDS.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def public_ids(server: Server, residents: dict, marks: dict) -> dict[str, list]:
    """Fifty of each kind that are derived from a number, each with its number."""
    api = upgrade.poststack(server, residents, "main")
    serials = {one["publicId"]: one["id"] for one in upgrade.pages(api, "/emails", "data")}
    many = upgrade.poststack(server, residents, "many").get("/domains").json()["domains"]
    hook = residents["webhooks"]["all"]["id"]
    deliveries = api.get(f"/webhooks/{hook}/deliveries?per_page=100").json()["deliveries"]
    paths = [[path.split("@")[0], serials[sent] << 10] for path, sent, _ in residents["paths"]]
    ids = {
        "poststack.message em_": [[text, serial] for text, serial in serials.items()],
        "poststack.domain dom_": [[one["publicId"], one["id"]] for one in many],
        "poststack.webhook evt_": [[one["payload"]["id"], one["id"]] for one in deliveries],
        "harepost.account acct_": account_ids(server.folder, residents),
        "harepost.relay hr_": relay_ids(server, residents),
        "return-path b-": paths,
        "message-id ": [[mark[0].strip("<>").split("@")[0], serials[sent]] for sent, mark in marks.items()],
        "unsubscribe ": [[mark[1].strip("<>").split("/")[-1], serials[sent]] for sent, mark in marks.items()],
    }
    short = [kind for kind, pairs in ids.items() if len(pairs) < OF_EACH_KIND]
    assert not short, short
    return {kind: pairs[:OF_EACH_KIND] for kind, pairs in ids.items()}


def account_ids(folder: Path, residents: dict) -> list:
    rows = query(folder, "SELECT name, id FROM account")
    return [[residents["signups"][name], number] for name, number in rows if name in residents["signups"]]


def relay_ids(server: Server, residents: dict) -> list:
    rows = query(server.folder, "SELECT id FROM relay WHERE account = ? ORDER BY id DESC",
                 int(residents["harepost"]["relays"]["account"]))  # fmt: skip
    listed = upgrade.followed(upgrade.harepost(server, residents, "relays"), "/v1/deliveries", 100)
    return [[one["queue_id"], number] for one, (number,) in zip(listed, rows, strict=True)]


def query(folder: Path, text: str, *values) -> list:
    database = sqlite3.connect(f"file:{folder}/polyrelay.db?mode=ro", uri=True)
    try:
        return database.execute(text, values).fetchall()
    finally:
        database.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        folder.mkdir(exist_ok=True)
        maker = Maker(folder, stack)
        try:
            maker.run()
        finally:
            if maker.server is not None:
                maker.server.close()
        pack(folder / "data")
        note_what_is_said(folder, maker)


if __name__ == "__main__":
    main()
