"""A person's first week as one story: install, send, go over to a smarthost, fill the disk, restore, upgrade."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from peers import Smarthost
from polyrelay import Server, binary, configuration, eventually, run
from test_full_disk import fill
from upgrade import opened
from wire import email


@pytest.fixture
def machine(tmp_path):
    """A folder on a disk of its own, with the binary in it."""
    folder = tmp_path / "machine"
    folder.mkdir()
    size = binary().stat().st_size + (16 << 20)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "polyrelay-week", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_first_week(machine: Path, tmp_path: Path):
    # Monday: the binary alone, a configuration that was checked, a first mail looked at.
    shutil.copy(binary(), machine / "polyrelay")
    version = subprocess.run([machine / "polyrelay", "--version"], capture_output=True, text=True, timeout=60)
    assert version.returncode == 0 and version.stdout.startswith("polyrelay ")
    relay = Server(machine, configuration(machine))
    try:
        relay.write_configuration()
        checked = relay.verb("check")
        assert checked.code == 0 and "mail is captured" in checked.out
        relay.start()
        tenant = relay.tenant()
        api = relay.api(tenant)
        first = api.send(subject="Monday")
        assert b"Subject: Monday" in relay.verb("message", "raw", first).raw

        # Tuesday: real mail, through the smarthost; what was captured stays captured.
        with Smarthost() as smarthost:
            relay.settings["delivery"] |= {"mode": "smarthost", "smarthost": f"127.0.0.1:{smarthost.port}"}
            assert relay.stop() == 0
            relay.start()
            api = relay.api(tenant)
            second = api.send(subject="Tuesday")
            assert smarthost.one().message["Subject"] == "Tuesday"
            eventually(lambda: api.email(second)["status"] == "delivered", why="delivered")
            shown = relay.verb("message", "show", second).out
            assert "C: MAIL FROM:" in shown

            # Wednesday: a backup, elsewhere.
            kept = tmp_path / "wednesday"
            assert relay.verb("backup", str(kept)).code == 0
            key = (machine / "polyrelay.key").read_bytes()

            # Thursday: the disk is full, and is not any more.
            fill(machine)
            statuses = [api.post("/emails", email(subject="Thursday", text="x" * 50_000)).status for _ in range(60)]
            assert statuses[-1] == 503 and relay.admin().get("/readyz").status == 503
            os.remove(machine / "filler")
            eventually(lambda: relay.admin().get("/readyz").status == 200, why="ready again")
            assert api.post("/emails", email(subject="Thursday, later")).status == 202
            assert relay.stop() == 0

            # Friday: the machine is lost. A new one, the key file, and Wednesday's backup.
            new = tmp_path / "new"
            new.mkdir()
            other = Server(new, json.loads(json.dumps(relay.settings).replace(str(machine), str(new))))
            other.write_configuration()
            (new / "polyrelay.key").write_bytes(key)
            (new / "polyrelay.key").chmod(0o600)
            assert other.verb("restore", str(kept)).code == 0
            other.start()
            try:
                back = other.api(tenant)
                subjects = [row["subject"] for row in back.get("/emails").json()["data"]]
                assert subjects == ["Tuesday", "Monday"]
                assert b"Subject: Monday" in other.verb("message", "raw", first).raw
                back.send(subject="Friday")
                smarthost.wait_for(lambda all: all[-1].message["Subject"] == "Friday", why="Friday's mail")
            finally:
                other.close()
    finally:
        relay.close()


def test_an_upgrade_from_the_earlier_version_is_one_start(tmp_path: Path):
    folder = tmp_path / "old"
    relay, _ = opened(folder, due_in_seconds=3600)
    relay.write_configuration()
    before = run("check", "--config", str(relay.config_path), cwd=folder)
    assert before.code == 0, before.err
    try:
        relay.start()
        assert relay.ask("message", "list", "--limit", "3")
        kept = tmp_path / "kept"
        assert relay.verb("backup", str(kept)).code == 0
        assert relay.stop() == 0
        assert relay.verb("restore", str(kept), "--force").code == 0
        relay.start()
        assert relay.admin().get("/readyz").status == 200
    finally:
        relay.close()
