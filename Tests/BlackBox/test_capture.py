"""Capture mode: nothing leaves, everything can be looked at, and addresses can ask for an outcome."""

import json

import mail
import pytest
from polyrelay import eventually
from wire import email


def delivered(api, identifier) -> dict:
    return eventually(
        lambda: (row := api.email(identifier))["status"] == "delivered" and row, why=f"{identifier} is captured"
    )


def test_a_captured_message_is_delivered_and_kept_as_bytes(running, key, api, tmp_path):
    sent = api.send(subject="Kept", html="<p>Kept ü</p>")
    delivered(api, sent)
    outcome = running.verb("message", "raw", sent)
    assert outcome.code == 0, outcome.err
    message = mail.parse(outcome.raw)
    mail.assert_well_formed(outcome.raw, message)
    mail.assert_signed(outcome.raw, running.dkim_keys(key.account), tmp_path)
    assert message["Subject"] == "Kept"


def test_the_verbs_list_and_show_messages(running, api):
    sent = api.send(subject="Seen by the verbs")
    delivered(api, sent)
    listed = running.ask("message", "list")
    assert sent in json.dumps(listed)
    shown = running.ask("message", "show", sent)
    assert "Seen by the verbs" in json.dumps(shown)
    assert "ann@example.net" in json.dumps(shown)


def test_the_admin_listener_shows_captured_messages(running, api):
    sent = api.send(subject="Seen by the admin")
    delivered(api, sent)
    admin = running.admin()
    listing = admin.get("/messages")
    assert (listing.status, listing.header("Content-Type")) == (200, "application/json")
    assert sent in listing.body.decode() and "Seen by the admin" in listing.body.decode()

    raw = admin.get(f"/messages/{sent}/raw")
    assert (raw.status, raw.header("Content-Type")) == (200, "message/rfc822")
    assert raw.body == running.verb("message", "raw", sent).raw


def test_the_admin_listener_does_not_know_what_was_never_sent(running):
    assert running.admin().get("/messages/em_doesnotexist000000/raw").status == 404
    assert running.admin().get("/nowhere").status == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_and_readiness(running, path):
    assert running.admin().get(path).status == 200


def test_the_personality_does_not_serve_what_admin_serves(running, api):
    for path in ("/healthz", "/messages"):
        assert api.get(path).status == 404


def test_the_admin_listener_does_not_serve_the_personality(running, key):
    admin = running.admin()
    admin.secret = key.secret
    assert admin.post("/emails", email()).status in (404, 405)


@pytest.mark.parametrize("local, status, event", [("bounce", "bounced", "bounced"), ("550", "bounced", "bounced")])
def test_an_address_can_ask_to_bounce(api, local, status, event):
    sent = api.send(to=[f"{local}@example.net"])
    eventually(lambda: api.email(sent)["status"] == status, why=f"{local} ends as {status}")
    assert api.events(sent)[-1]["eventType"] == event


@pytest.mark.parametrize("local", ["defer", "timeout", "451"])
def test_an_address_can_ask_to_be_deferred(api, local):
    sent = api.send(to=[f"{local}@example.net"])
    eventually(lambda: api.email(sent)["status"] == "deferred", why=f"{local} is deferred")
    assert "deferred" in [event["eventType"] for event in api.events(sent)]


def test_the_code_asked_for_is_the_code_reported(api):
    sent = api.send(to=["550@example.net"])
    eventually(lambda: api.email(sent)["status"] == "bounced", why="bounced")
    assert api.events(sent)[-1]["metadata"]["code"] == 550


def test_outcomes_are_per_recipient(api):
    sent = api.send(to=["ann@example.net", "bounce@example.net"])
    eventually(lambda: len(api.events(sent)) >= 4, why="both outcomes recorded")
    types = sorted(event["eventType"] for event in api.events(sent))
    assert "bounced" in types and "delivered" in types
