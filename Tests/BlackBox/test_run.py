"""`deploy/run` says what the program serves without a configuration."""

import re

from polyrelay import ROOT, run

SCRIPT = (ROOT / "deploy/run").read_text()


def served() -> list[tuple[str, str, str]]:
    rows = re.search(r"readonly SERVED=\(\n(.*?)\n\)", SCRIPT, re.S).group(1)
    return [tuple(row.strip().strip("'").split()) for row in rows.splitlines()]


def test_its_ports_are_those_of_the_local_profile(tmp_path):
    outcome = run("check", "--json", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    effective = outcome.json()["configuration"]
    web = {row["personality"]: row["listen"] for row in effective["listeners"]}
    mail = {row["personality"]: row["listen"] for row in effective["smtp"]["listeners"]}
    assert {name: f"127.0.0.1:{port}" for name, port, _ in served()} == web
    assert {name: f"127.0.0.1:{port}" for name, _, port in served() if port != "-"} == mail
    assert f"ADMIN_PORT={effective['admin']['listen'].split(':')[1]} " in SCRIPT
    assert effective["smtp"]["tls"] == "own" and {row["tls"] for row in effective["smtp"]["listeners"]} == {"optional"}
    assert list(tmp_path.iterdir()) == []


def test_it_has_first_lines_for_every_personality():
    lines = SCRIPT[SCRIPT.index("first_lines() {") : SCRIPT.index("usage() {")]
    assert served() and all(f"\n        {name})\n" in lines for name, _, _ in served())
