"""The database of an earlier binary in Tests/Fixtures/upgrade: opening a copy of it, and asking for all of it."""

import hashlib
import json
import lzma
import re
import sqlite3
import tarfile
import time
from datetime import datetime
from pathlib import Path

from polyrelay import ROOT, Server, configuration
from wire import API

FIXTURE = ROOT / "Tests/Fixtures/upgrade"
ARCHIVE, SAID, IDS = FIXTURE / "database.tar.xz", FIXTURE / "said.json.xz", FIXTURE / "ids.json"
BOTH = [{"personality": name, "listen": "127.0.0.1:0"} for name in ("poststack", "harepost")]
HOSTS = {"spf": "spf.relay.test", "mx": "mx.relay.test", "returnPath": "bounce.relay.test"}
LOOPBACK = {"allow": ["127.0.0.0/8", "::1/128"]}
SMTP = {
    "hostname": "mx.relay.test",
    "listeners": [{"listen": "127.0.0.1:0", "tls": "none"}, {"listen": "127.0.0.1:0", "role": "mx"}],
}
# Nobody answers there, and what DNS cannot tell changes nothing.
SILENT_DNS = {"servers": ["127.0.0.1:1"]}
PLENTY = 1_000_000
# The rate window that the fixture has used a part of.
YEARLY = {"per": "account", "window": "366d", "starts": "firstUse"}
# What is scheduled for later than this is left where it is.
FAR = "2039-01-01T00:00:00"
PAGE = 100
VERB_LIMIT = 5000
# Keys of one account see the same: these are asked for everything, the others whether they still work.
WHOLE = {"main", "child", "metered", "many"}
# The operator's verbs are a process each: so many accounts and domains, and each so manyth message.
VERB_ROWS, VERB_MESSAGES = 10, 21
# Members that tell when a key was used or a queue is tried next, which asking changes; and cursors, of which only where
# they lead matters.
MOVING = {"lastUsedAt", "used", "lastUse", "nextRetryAt", "due", "oldestDue", "next_cursor"}
# What a record of a domain is in turn, while no name server answers.
UNSEEN = {"unchecked", "unreadable"}
# Dialects that came after the version that left the fixture. Domains have records for each dialect.
NEW_DIALECTS = {"posthawk", "ahasend", "harpoon"}


def settings(folder: Path, *, yearly: int = PLENTY, **options) -> dict:
    """The configuration that the fixture is made and opened with."""
    limits = {
        "poststack": {"default": [{"per": "key", "limit": PLENTY, "window": "1m"}]},
        "harepost": {
            "send": [YEARLY | {"limit": yearly}],
            "signup": [{"per": "address", "limit": PLENTY, "window": "1m"}],
        },
    }
    sections = {
        "listeners": BOTH, "egress": LOOPBACK, "hosts": HOSTS, "smtp": SMTP, "dns": SILENT_DNS, "limits": limits,
        "personalities": {"harepost": {"signup": True}},
    }  # fmt: skip
    return configuration(folder, **(sections | options))


def unpack(folder: Path) -> dict:
    """The fixture's files in `folder`; what is known of who lives there."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return json.loads((folder / "residents.json").read_text())


def member(name: str) -> bytes:
    """One file of the fixture."""
    with tarfile.open(ARCHIVE) as archive:
        return archive.extractfile(name).read()


def age(folder: Path, residents: dict, due_in_seconds: float) -> None:
    """Moves what waits, and the windows that run, as if the fixture had been made just now: deliveries have a lifetime,
    and this one is opened for years. What waits is due in so many seconds."""
    now = time.time_ns()
    passed, due = now - residents["made"], now + int(due_in_seconds * 1e9)
    far = int(datetime.fromisoformat(f"{FAR}+00:00").timestamp() * 1e9)
    with _database(folder) as database:
        change = database.execute
        change("UPDATE delivery SET expires = expires + ?, due = ? WHERE due < ?", (passed, due, far))
        change("UPDATE webhook_delivery SET queued = queued + ?, due = ? WHERE due IS NOT NULL", (passed, due))
        change("UPDATE relay_queue SET queued = queued + ?, due = ?", (passed, due))
        change("UPDATE rate_window SET mark = mark + ?, ends = ends + ?", (passed, passed))
        change("UPDATE webhook SET previous_until = previous_until + ?", (passed,))
    database.close()


def redirect(folder: Path, residents: dict, receiver: int, target: int) -> None:
    """Lets webhooks and relayed requests go to these ports; of five digits, as those that they were made for."""
    with _database(folder) as database:
        old, new = f":{residents['receiverPort']}/", f":{receiver}/"
        database.execute("UPDATE webhook SET url = replace(url, ?, ?)", (old, new))
        old, new = f":{residents['targetPort']}", f":{target}"
        assert len(old) == len(new)
        database.execute("UPDATE relay_queue SET target = replace(target, ?, ?)", (old, new))
        for number, head in database.execute("SELECT id, head FROM relay").fetchall():
            head = head.replace(old.encode(), new.encode())
            database.execute("UPDATE relay SET head = ? WHERE id = ?", (head, number))
    database.close()


def _database(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "polyrelay.db")


def opened(folder: Path, *, due_in_seconds: float, ports: tuple[int, int] | None = None, **options):
    """A server over a copy of the fixture, not started, and what is known of its residents."""
    residents = unpack(folder)
    age(folder, residents, due_in_seconds)
    if ports is not None:
        redirect(folder, residents, *ports)
    return Server(folder, settings(folder, **options)), residents


def poststack(server: Server, residents: dict, name: str) -> API:
    return API("127.0.0.1", server.ports["poststack"], residents["poststack"][name]["secret"])


def harepost(server: Server, residents: dict, name: str) -> API:
    return API("127.0.0.1", server.ports["harepost"], residents["harepost"][name]["secret"])


# All of it


def everything(server: Server, residents: dict) -> dict:
    """What a running server says about the fixture: to each key, and to the operator."""
    said = {}
    for name in residents["poststack"]:
        answers = _poststack(poststack(server, residents, name), whole=name in WHOLE)
        said |= {f"{name}: {route}": answer for route, answer in answers.items()}
    for name in residents["harepost"]:
        answers = _harepost(harepost(server, residents, name))
        said |= {f"{name}: {route}": answer for route, answer in answers.items()}
    said |= _verbs(server)
    return masked(said, residents["made"])


def _poststack(api: API, whole: bool) -> dict:
    first = api.get("/emails?per_page=1")
    said = {"GET /emails": [first.status, first.json()]}
    if not whole:
        return said
    for route, rows in (("/emails", "data"), ("/suppressions", "data")):
        said[route] = pages(api, route, rows)
    for route in ("/domains", "/webhooks", "/api-keys"):
        answer = api.get(route)
        said[route] = [answer.status, answer.json()]
    for email in said["/emails"]:
        said[f"/emails/{email['publicId']}"] = api.email(email["publicId"])
    for webhook in said["/webhooks"][1].get("webhooks", []):
        route = f"/webhooks/{webhook['id']}/deliveries"
        said[route] = pages(api, route, "deliveries")
    for domain in said["/domains"][1].get("domains", []):
        for identity in (domain["id"], domain["publicId"]):
            said[f"/domains/{identity}"] = api.get(f"/domains/{identity}").json()
    return said


def pages(api: API, route: str, rows: str) -> list:
    """All rows of a list, page by page; what it is where it is refused."""
    found, page = [], 1
    while True:
        answer = api.get(f"{route}?per_page={PAGE}&page={page}")
        if answer.status != 200:
            return [answer.status, answer.json()]
        found += answer.json()[rows]
        if len(answer.json()[rows]) < PAGE:
            return found
        page += 1


def _harepost(api: API) -> dict:
    first = api.get("/v1/deliveries?limit=1")
    said = {"GET /v1/deliveries": [first.status, first.json()]}
    if first.status != 200:
        return said
    said["/v1/deliveries"] = followed(api, "/v1/deliveries", 25)
    # Kept, as a cursor of today has to lead on tomorrow.
    said["cursor"] = api.get("/v1/deliveries?limit=25").json()["next_cursor"]
    for one in said["/v1/deliveries"]:
        said[f"/v1/deliveries/{one['queue_id']}"] = api.get(f"/v1/deliveries/{one['queue_id']}").json()
    for state in ("queued", "retrying", "delivered", "rejected", "dead_letter"):
        said[f"/v1/deliveries {state}"] = followed(api, f"/v1/deliveries?status={state}", 7)
    for route in ("/v1/domains", "/v1/signing-secret"):
        said[route] = api.get(route).json()
    return said


def followed(api: API, route: str, limit: int) -> list:
    """All rows of a list, cursor by cursor."""
    found, cursor = [], ""
    while cursor is not None:
        answer = api.get(f"{route}{'&' if '?' in route else '?'}limit={limit}{cursor}").json()
        found += answer["data"]
        cursor = answer["next_cursor"] and f"&cursor={answer['next_cursor']}"
    return found


def _verbs(server: Server) -> dict:
    said = {}

    def ask(*words: str):
        # The earlier version's lists of what is few stood oldest first.
        lists = ["--limit", str(VERB_LIMIT)] if words[1] in ("list", "dead", "deliveries") else []
        if lists and words[0] in ("account", "key", "domain", "queue", "webhook") and words[1] != "deliveries":
            lists.append("--oldest")
        outcome = server.verb(*words, "--json", *lists)
        assert outcome.code == 0, f"{words}: {outcome.err}"
        said[" ".join(words)] = outcome.json()
        return outcome.json()

    for account in ask("account", "list")[:VERB_ROWS]:
        ask("account", "limits", str(account["id"]))
    ask("key", "list")
    for domain in ask("domain", "list")[:VERB_ROWS]:
        ask("domain", "show", domain["name"], "--account", str(domain["account"]))
    ask("suppression", "list")
    ask("queue", "dead")
    ask("queue", "list")
    for webhook in ask("webhook", "list"):
        ask("webhook", "deliveries", str(webhook["id"]))
    said["event list"] = _all_events(server)
    for message in ask("message", "list")[::VERB_MESSAGES]:
        ask("message", "show", str(message["id"]))
        raw = server.verb("message", "raw", str(message["id"]))
        said[f"message raw {message['id']}"] = [raw.code, hashlib.sha256(raw.raw).hexdigest()]
    return said


def _all_events(server: Server) -> list[dict]:
    found = []
    while True:
        after = ["--after", str(found[-1]["id"])] if found else ["--oldest"]
        rows = server.ask("event", "list", *after, "--limit", str(VERB_LIMIT))
        if not rows:
            return found
        found += rows


# Comparing

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def masked(value, made: int):
    """Without what only asking changes: times after the fixture was made, but for what is scheduled far ahead."""
    if isinstance(value, dict):
        return {name: masked(member, made) for name, member in value.items() if name not in MOVING}
    if isinstance(value, list):
        return [masked(member, made) for member in value]
    if isinstance(value, str) and value in UNSEEN:
        return "unseen"
    if isinstance(value, str) and TIME.fullmatch(value):
        begin = datetime.fromtimestamp(made / 1e9).astimezone(datetime.fromisoformat(value).tzinfo)
        later = begin < datetime.fromisoformat(value) < datetime.fromisoformat(f"{FAR}+00:00")
        return "later" if later else value
    return value


def lost(then, now, where: str = "") -> list[str]:
    """What was said then and is not said now. Objects may have members more; lists are the same, in the same order.

    How a cursor is written is not kept: that there is one is, and that earlier ones lead on is asked for elsewhere. A
    record that nobody had looked for may have been looked for since: overdue looks are spread over the first minute.
    What is listed for a dialect that did not exist then is left out.
    """
    if where.endswith("cursor") and then and now or where.endswith("/state") and then == "unchecked":
        return []
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            line
            for name, member in then.items()
            for line in (lost(member, now[name], f"{where}/{name}") if name in now else [f"{where}/{name} is gone"])
        ]
    if isinstance(then, list) and isinstance(now, list):
        now = [one for one in now if not isinstance(one, dict) or one.get("personality") not in NEW_DIALECTS]
        if len(then) != len(now):
            return [f"{where} has {len(now)} elements, not {len(then)}"]
        return [line for index, one in enumerate(then) for line in lost(one, now[index], f"{where}[{index}]")]
    return [] if then == now else [f"{where} is {now!r}, not {then!r}"]


def remembered() -> dict:
    """What the version that left the fixture said of it."""
    said = json.loads(lzma.decompress(SAID.read_bytes()))
    return masked(said, json.loads(member("residents.json"))["made"])
