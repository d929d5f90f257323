"""The catch-all listener of the local profile: whatever comes is kept, and nobody else notices."""

import json
import smtplib
import ssl

import pytest
from polyrelay import run
from receiver import Receiver
from wire import email

CATCH_ALL = {"tls": "own", "catchAll": "127.0.0.1:0"}
MESSAGE = "From: anybody <any@where.test>\r\nTo: you@else.test\r\nSubject: caught {}\r\n\r\nHello\r\n"


@pytest.fixture
def catching(server):
    return server(smtp=CATCH_ALL).start()


def client(server) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", server.smtp_ports[-1], timeout=20)


def caught(server) -> list[dict]:
    return server.admin().get("/messages").json()["messages"]


def test_anybody_with_any_credentials_or_none_leaves_mail_there(catching):
    catching.account()
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    with client(catching) as plain:
        plain.sendmail("any@where.test", ["you@else.test", "bounce@else.test"], MESSAGE.format("plain"))
    with client(catching) as known:
        known.login("whoever", "whatever")
        known.sendmail("any@where.test", ["you@else.test"], MESSAGE.format("known"))
    with client(catching) as secure:
        secure.starttls(context=trust)
        secure.login("somebody", "else")
        secure.sendmail("", ["you@else.test"], MESSAGE.format("secure"))
    rows = caught(catching)
    assert [row["subject"] for row in rows] == ["caught secure", "caught known", "caught plain"]
    assert {row["personality"] for row in rows} == {"capture"} and {row["state"] for row in rows} == {"delivered"}
    raw = catching.admin().get(f"/messages/{rows[-1]['id']}/raw").body
    assert b"Subject: caught plain" in raw and raw.startswith(b"Received:")
    assert rows[-1]["to"] == ["you@else.test", "bounce@else.test"]


def test_it_counts_nowhere_and_nobody_hears_of_it(server):
    with Receiver() as receiver:
        relay = server(smtp=CATCH_ALL, egress={"allow": ["127.0.0.0/8"]}).start()
        tenant = relay.tenant()
        api = relay.api(tenant)
        made = api.post("/webhooks", {"url": receiver.url(), "events": ["email.delivered", "email.bounced"]})
        assert made.status == 201, made.body
        relay.ask("account", "limits", tenant.account, "--daily", "1")
        relay.ask("suppression", "add", "you@else.test", "--account", tenant.account)
        with client(relay) as plain:
            for index in range(5):
                plain.sendmail("any@where.test", ["you@else.test"], MESSAGE.format(index))
        assert api.get("/emails").json()["meta"]["total"] == 0
        assert relay.ask("account", "limits", tenant.account)[0]["used"] == 0
        sent = api.post("/emails", email())
        assert sent.status == 202
        receiver.wait(lambda all: len(all) >= 1)
        assert len(receiver.all()) == 1
        assert len(caught(relay)) == 6
        metrics = relay.admin().get("/metrics").body.decode()
        assert 'polyrelay_messages_accepted_total{personality="poststack"} 1' in metrics


def test_without_an_account_mail_waits_at_its_sender(catching):
    with client(catching) as plain, pytest.raises(smtplib.SMTPDataError) as refused:
        plain.sendmail("any@where.test", ["you@else.test"], MESSAGE.format("early"))
    assert refused.value.smtp_code == 451 and b"polyrelay account create" in refused.value.smtp_error


def test_what_is_no_message_is_refused(catching):
    catching.account()
    with client(catching) as plain, pytest.raises(smtplib.SMTPDataError) as refused:
        plain.sendmail("any@where.test", ["you@else.test"], "Subject: nobody\r\n\r\nHello\r\n")
    assert refused.value.smtp_code == 554 and b"one From" in refused.value.smtp_error


def test_it_is_for_this_machine_alone_and_part_of_the_local_profile(server, tmp_path):
    relay = server(smtp={"tls": "own", "catchAll": "0.0.0.0:2525"})
    refused = relay.verb("check")
    assert refused.code == 2 and "smtp.catchAll" in refused.err
    effective = json.loads(run("check", "--json", cwd=tmp_path).out)["configuration"]
    assert effective["smtp"]["catchAll"] == "127.0.0.1:2525"


def test_a_wrong_user_name_is_told_the_right_one(server):
    listeners = [{"listen": "127.0.0.1:0", "tls": "none"}]
    relay = server(smtp={"listeners": listeners}).start()
    tenant = relay.tenant()
    with client(relay) as plain:
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            plain.login("me@example.com", tenant.secret)
        assert refused.value.smtp_code == 535 and b'The user name here is "poststack"' in refused.value.smtp_error
    with client(relay) as plain:
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            plain.login("poststack", "sk_live_nobody")
        assert b"Invalid API key" in refused.value.smtp_error
