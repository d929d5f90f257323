"""`bodies.seal` on the real binary: nothing of what callers entrust stands in any file, and everything goes on working."""

import shutil

from polyrelay import Server
from wire import email

NEEDLES = ["needle-subject", "needle-text", "needle-large", "needle-sender", "needle-header", "needle-url"]
LARGE = "needle-large " * 40_000
HOOK = "https://hooks.example.com/needle-url"


def found(relay: Server) -> list[str]:
    """The needles in the database, its log, its index and its contents."""
    folder = relay.folder
    files = [*folder.glob("polyrelay.db*"), *(folder / "polyrelay.db.contents").glob("*")]
    content = b"".join(path.read_bytes() for path in files if path.is_file())
    return [needle for needle in NEEDLES if needle.encode() in content]


def send(relay: Server, tenant) -> list[str]:
    api = relay.api(tenant)
    assert api.post("/webhooks", {"url": HOOK, "events": ["email.sent"]}).status in (200, 201)
    mail = email(subject="needle-subject", text="needle-text", headers={"X-Token": "needle-header"})
    mail["from"] = f"needle-sender@{mail['from'].split('@')[1].rstrip('>')}"
    large = mail | {"text": LARGE}
    answers = [api.post("/emails", body) for body in (mail, large)]
    assert [answer.status for answer in answers] == [202, 202], answers[0].body
    return [answer.json()["id"] for answer in answers]


def test_sealed_nothing_is_found_in_any_file_and_a_restored_backup_reads_it(server, tmp_path):
    relay = server(bodies={"seal": True}).start()
    tenant = relay.tenant()
    sent = send(relay, tenant)
    assert found(relay) == []
    raw = [relay.verb("message", "raw", one).raw for one in sent]
    assert b"needle-text" in raw[0] and b"needle-large" in raw[1]
    assert relay.api(tenant).get("/emails?subject=needle-sub").json()["meta"]["total"] == 2
    kept = tmp_path / "kept"
    assert relay.verb("backup", str(kept)).code == 0
    assert relay.stop() == 0
    assert found(relay) == [] and not any(needle.encode() in kept.read_bytes() for needle in NEEDLES)

    assert relay.verb("restore", str(kept), "--force").code == 0
    relay.start()
    assert [relay.verb("message", "raw", one).raw for one in sent] == raw
    assert relay.api(tenant).get("/webhooks").json()["webhooks"][0]["url"] == HOOK


def test_turned_on_later_both_are_read_and_by_another_key_nothing_starts(server):
    relay = server().start()
    tenant = relay.tenant()
    plain = send(relay, tenant)
    assert set(found(relay)) == set(NEEDLES)
    assert relay.stop() == 0
    relay.settings["bodies"] = {"seal": True}
    relay.write_configuration()
    relay.start()
    late = relay.api(tenant).post("/emails", email(subject="needle-late", text="needle-late"))
    assert late.status == 202
    for identifier in [*plain, late.json()["id"]]:
        assert relay.verb("message", "raw", identifier).code == 0
    assert relay.stop() == 0
    files = relay.folder.glob("polyrelay.db*")
    assert not any(b"needle-late" in path.read_bytes() for path in files if path.is_file())

    key = relay.folder / "polyrelay.key"
    shutil.copy(key, relay.folder / "right")
    key.write_text("00" * 32 + "\n")
    refused = relay.verb("message", "raw", plain[0])
    assert refused.code != 0 and "put that one back" in refused.err
    shutil.copy(relay.folder / "right", key)
    assert relay.verb("message", "raw", late.json()["id"]).code == 0
