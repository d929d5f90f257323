"""AhaSend's routes as they are described, held by schemathesis against the real binary: no 5xx, no answer that is not
described, whatever is sent."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ahasend import UNLIMITED
from wire import API

# Examples of each operation. Without a key each refusal waits, as bad keys are slowed down.
EXAMPLES = {"quick": 10, "full": 500, "soak": 500}
KEYLESS_EXAMPLES = {"quick": 1, "full": 10, "soak": 10}
# The phase `coverage` needs a newer Python than Debian's 3.11.
PHASES = "examples,fuzzing,stateful"
# What a schema cannot say: that one of two members must be there, what names a domain of the account, which time lies
# ahead. So what fits a schema may be refused all the same, and is no failure.
NOT_JUDGED = "positive_data_acceptance"
RUN_SECONDS = {"quick": 300, "full": 3600, "soak": 3600}


@pytest.fixture
def served(server):
    running = server(listeners=[{"personality": "ahasend", "listen": "127.0.0.1:0"}], limits=UNLIMITED).start()
    account = running.account()
    running.domain(account)
    made = running.ask("key", "create", "--account", account, "--personality", "ahasend")
    shown = running.ask("account", "show", account)["ids"]["ahasend"]
    return running, made["key"], shown


def run(folder: Path, url: str, account: str, seconds: int, *options: str) -> subprocess.CompletedProcess:
    """What schemathesis finds, with the account's id in each path, as no other leads anywhere."""
    settings = folder / "schemathesis.toml"
    settings.write_text(f'[parameters]\n"path.account_id" = "{account}"\n')
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run", f"{url}/openapi.json"]
    command += ["--checks", "all", "--exclude-checks", NOT_JUDGED, "--seed", "1", "--warnings", "off", "--no-color"]
    command += ["--continue-on-failure", *options]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


def operations(said: str) -> int:
    """How many operations were tried."""
    found = re.search(r"(\d+) selected / \d+ total", said) or re.search(r"Selected: (\d+)/\d+", said)
    return int(found.group(1)) if found else 0


def test_nothing_that_is_sent_meets_an_undescribed_answer(served, tmp_path, tier):
    running, key, account = served
    url = f"http://127.0.0.1:{running.ports['ahasend']}"
    amount = ["--phases", PHASES, "--max-examples", str(EXAMPLES[tier])]
    done = run(tmp_path, url, account, RUN_SECONDS[tier], *amount, "--header", f"Authorization: Bearer {key}")
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert operations(done.stdout) == 31
    assert running.alive()


def test_nor_does_anything_without_a_key(served, tmp_path, tier):
    running, _, account = served
    url = f"http://127.0.0.1:{running.ports['ahasend']}"
    amount = ["--phases", "fuzzing", "--max-examples", str(KEYLESS_EXAMPLES[tier])]
    done = run(tmp_path, url, account, RUN_SECONDS[tier], *amount)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert operations(done.stdout) == 31


def test_the_document_is_the_same_on_the_command_line(served):
    running, key, _ = served
    shown = API("127.0.0.1", running.ports["ahasend"], key).get("/openapi.json")
    assert shown.json() == running.verb("openapi", "ahasend").json()
