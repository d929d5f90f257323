"""Backup and restore on the real binary: beside a server under load, with the right key, and with nothing lost."""

import json
import shutil
import sqlite3
import threading

import pytest
from polyrelay import Server, eventually, run
from wire import Connection, email, request

LARGE = "A" * 400_000
SENDERS = 3


class Load:
    """Senders that go on until they are told to stop; what was acknowledged, in order."""

    def __init__(self, relay: Server, tenant):
        self.relay, self.tenant = relay, tenant
        self.acknowledged: list[str] = []
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.send, args=(index,)) for index in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def send(self, index: int) -> None:
        count = 0
        with self.relay.api(self.tenant).connect() as connection:
            while not self.stopped.is_set():
                count += 1
                extra = {"attachments": [{"filename": "a", "content": LARGE}]} if count % 20 == 0 else {}
                body = json.dumps(email(subject=f"{index}-{count}", **extra)).encode()
                api = self.relay.api(self.tenant)
                answer = connection.exchange(request("POST", "/emails", api.headers(), body), "POST")
                assert answer.status == 202
                with self.lock:
                    self.acknowledged.append(answer.json()["id"])

    def count(self) -> int:
        with self.lock:
            return len(self.acknowledged)

    def stop(self) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)


@pytest.fixture
def beside(tmp_path):
    """Makes another server with the same key file and no database; ended with its test."""
    made: list[Server] = []

    def make(relay: Server) -> Server:
        folder = tmp_path / "other"
        folder.mkdir()
        made.append(Server(folder, json.loads(json.dumps(relay.settings).replace(str(relay.folder), str(folder)))))
        shutil.copy(relay.folder / "polyrelay.key", folder / "polyrelay.key")
        made[-1].write_configuration()
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_backup_under_load_holds_all_that_was_acknowledged_before_and_reads_back_whole(server, beside, tmp_path):
    relay = server().start()
    tenant = relay.tenant()
    load = Load(relay, tenant)
    try:
        eventually(lambda: load.count() > 200, why="some mail was sent")
        before = load.count()
        kept = tmp_path / "kept"
        outcome = relay.verb("backup", str(kept))
        assert outcome.code == 0, outcome.err
        eventually(lambda: load.count() > before + 50, why="sending goes on")
    finally:
        load.stop()
    assert "database 100 %" in outcome.err and "reading it through" in outcome.err
    assert "polyrelay.key is not in it" in outcome.err
    assert (relay.folder / "polyrelay.key").read_bytes().strip() not in kept.read_bytes()

    other = beside(relay)
    restored = other.verb("restore", str(kept))
    assert restored.code == 0, restored.err
    assert "polyrelay.key stayed as it is" in restored.err
    other.start()
    api = other.api(tenant)
    there = {row["publicId"] for row in walk(api)}
    total = api.get("/emails?per_page=1").json()["meta"]["total"]
    assert set(load.acknowledged[:before]) <= there <= set(load.acknowledged)
    assert total == len(there) and total < len(load.acknowledged)
    with sqlite3.connect(f"file:{other.folder}/polyrelay.db?mode=ro", uri=True) as database:
        named = {name for (name,) in database.execute("SELECT name FROM content")}
    assert named and named == {path.name for path in (other.folder / "polyrelay.db.contents").iterdir()}
    for identifier in list(there)[:40]:
        raw = other.verb("message", "raw", identifier)
        assert raw.code == 0 and raw.raw == relay.verb("message", "raw", identifier).raw
    assert other.api(tenant).post("/emails", email()).status == 202


def walk(api):
    page = 1
    while True:
        rows = api.get(f"/emails?per_page=100&page={page}").json()["data"]
        yield from rows
        if len(rows) < 100:
            return
        page += 1


def test_what_a_restore_refuses(server, tmp_path):
    relay = server().start()
    tenant = relay.tenant()
    sent = relay.api(tenant).send()
    kept = tmp_path / "kept"
    assert relay.verb("backup", str(kept)).code == 0
    again = relay.verb("backup", str(kept))
    assert again.code == 1 and "--force" in again.err
    assert relay.verb("backup", str(kept), "--force").code == 0

    running = relay.verb("restore", str(kept), "--force")
    assert running.code == 1 and "another polyrelay is using it" in running.err
    assert relay.api(tenant).email(sent)["publicId"] == sent
    assert relay.stop() == 0
    standing = relay.verb("restore", str(kept))
    assert standing.code == 1 and "--force" in standing.err
    key = relay.folder / "polyrelay.key"
    right = key.read_text()
    key.write_text("00" * 32 + "\n")
    wrong = relay.verb("restore", str(kept), "--force")
    assert wrong.code == 1 and "another key file" in wrong.err
    key.unlink()
    missing = relay.verb("restore", str(kept), "--force")
    assert missing.code == 1 and "put it back first" in missing.err
    key.write_text(right)
    key.chmod(0o600)
    (tmp_path / "text").write_text("no backup")
    for other in (tmp_path / "text", tmp_path / "nothing", relay.folder / "polyrelay.db"):
        refused = relay.verb("restore", str(other), "--force")
        assert refused.code == 1 and str(other) in refused.err
    assert relay.verb("restore", str(kept), "--force").code == 0
    relay.start()
    assert relay.api(tenant).email(sent)["publicId"] == sent


def test_a_stopped_servers_database_is_whole_in_one_file_and_can_be_backed_up(server, beside, tmp_path):
    relay = server().start()
    tenant = relay.tenant()
    sent = [relay.api(tenant).send() for _ in range(30)]
    assert relay.stop() == 0
    copy = tmp_path / "copy.db"
    shutil.copy(relay.folder / "polyrelay.db", copy)
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT count(*) FROM message").fetchone() == (30,)
    assert relay.verb("backup", str(tmp_path / "kept")).code == 0
    other = beside(relay)
    assert other.verb("restore", str(tmp_path / "kept")).code == 0
    other.start()
    assert other.api(tenant).email(sent[0])["status"] == "delivered"


def test_help_says_that_the_key_file_is_in_no_backup():
    for verb in ("backup", "restore"):
        assert "key file" in run(verb, "--help").out


@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_without_a_database_or_a_backup_nothing_is_made(server, tmp_path, verb):
    relay = server()
    relay.write_configuration()
    before = sorted(relay.folder.iterdir())
    outcome = relay.verb(verb, str(tmp_path / "kept"))
    assert outcome.code == 1 and outcome.err.strip()
    assert sorted(relay.folder.iterdir()) == before and not (tmp_path / "kept").exists()
