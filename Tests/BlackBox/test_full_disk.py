"""A disk that is full: what is told, how often, and that all of it goes on when there is room again."""

import json
import os
import shutil
import subprocess
import threading

import pytest
from polyrelay import Server, configuration, eventually
from wire import email, request

MEGABYTES = 12
LARGE = "A" * 400_000


@pytest.fixture
def small_disk(tmp_path):
    """A folder of a file system with room for a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "polyrelay-test", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder) -> None:
    with open(folder / "filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass


def writable(relay) -> str:
    metrics = relay.admin().get("/metrics").body.decode()
    return next(line.split()[1] for line in metrics.splitlines() if line.startswith("polyrelay_database_writable "))


def test_a_full_disk_is_told_and_counted_and_forgotten_when_there_is_room(small_disk):
    relay = Server(small_disk, configuration(small_disk))
    try:
        relay.start()
        tenant = relay.tenant()
        api = relay.api(tenant)
        kept = api.send()
        assert relay.admin().get("/readyz").status == 200 and writable(relay) == "1"
        fill(small_disk)
        answers: list[int] = []

        def hammer() -> None:
            with api.connect() as connection:
                for _ in range(400):
                    answers.append(connection.exchange(relay_request(api), "POST").status)

        threads = [threading.Thread(target=hammer) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert answers.count(503) > 600, answers[:20]
        refused = api.post("/emails", email(attachments=[{"filename": "a", "content": LARGE}]))
        assert refused.status == 503
        ready = relay.admin().get("/readyz")
        assert ready.status == 503 and "cannot be written" in ready.json()["error"]
        assert writable(relay) == "0"
        failed = [record for record in relay.log.records() if record["event"] == "commit-failed"]
        assert 1 <= len(failed) < 30, len(failed)
        assert any(record["event"] == "content-not-stored" for record in relay.log.records())
        # What was acknowledged is there to read all the same.
        assert api.email(kept)["publicId"] == kept

        os.remove(small_disk / "filler")
        eventually(lambda: relay.admin().get("/readyz").status == 200, why="it is ready without a request")
        assert writable(relay) == "1" and api.post("/emails", email()).status == 202
        accepted = answers.count(202) + 2
        assert relay.stop() == 0
        told = [record for record in relay.log.records() if record["event"] == "commit-failed"]
        # All that was counted is told at the end.
        assert sum(record.get("repeated", 1) for record in told) >= answers.count(503) // 3
        relay.start()
        assert relay.api(tenant).get("/emails").json()["meta"]["total"] == accepted
    finally:
        relay.close()


def relay_request(api) -> bytes:
    return request("POST", "/emails", api.headers(), json.dumps(email(text="x" * 5000)).encode())


def test_a_dead_smarthost_is_told_and_counted(server):
    relay = server(smarthost=9, retries=["50ms"] * 200).start()
    api = relay.api(relay.tenant())
    for _ in range(40):
        api.send()
    attempts = 'polyrelay_delivery_outcomes_total{kind="mail",outcome="deferred"} '

    def deferred() -> int:
        metrics = relay.admin().get("/metrics").body.decode()
        return next((int(line.split()[1]) for line in metrics.splitlines() if line.startswith(attempts)), 0)

    eventually(lambda: deferred() > 300, why="many attempts")
    lines = [record for record in relay.log.records() if record["event"] == "smarthost-connection-failed"]
    assert 1 <= len(lines) <= 10
