"""The SMTP listener, driven by Python's smtplib, and by hand where no honest client says such things. What is accepted
is compared where it arrives, byte by byte. Other clients are in test_smtp_clients.py."""

import base64
import json
import shutil
import signal
import smtplib
import ssl
import stat
import threading
from pathlib import Path

import pytest
from peers import Certificate
from polyrelay import eventually
from submission import RULES, SECONDS, USER, Wire, letter, port, queued_id, session, smtp, without_additions
from wire import email


@pytest.fixture
def tenant(listening):
    return listening.tenant()


# The ways in, beside those of test_smtp_clients.py


def test_an_email_is_found_again_over_http(listening, tenant, files, smarthost):
    message = letter(Cc="bob@example.net", Reply_To="r@example.com", X_PostStack_Tags="welcome, first ,")
    message.add_alternative("<p>Hello</p>", subtype="html")
    with session(listening, files, secret=tenant.secret) as client:
        client.ehlo()
        client.mail("hello@example.com")
        for address in ("ann@example.net", "bob@example.net", "eve@example.net"):
            client.rcpt(address)
        code, reply = client.data(message.as_bytes())
    assert code == 250
    api = listening.api(tenant)
    smarthost.wait_for(lambda all: sum(len(one.recipients) for one in all) == 3, why="three recipients")
    found = eventually(lambda: (one := api.email(queued_id(reply)))["status"] == "delivered" and one)
    assert found["subject"] == "Grüße"
    assert (found["fromAddress"], found["fromName"]) == ("hello@example.com", "Acme")
    assert found["textBody"] == "Hello you."
    assert found["htmlBody"] == "<p>Hello</p>"
    assert found["tags"] == ["welcome", "first"]
    assert "ann@example.net" in json.dumps(found["toAddresses"])
    assert "bob@example.net" in json.dumps(found["ccAddresses"])
    assert "eve@example.net" in json.dumps(found["bccAddresses"])
    for one in smarthost.deliveries:
        assert b"x-poststack" not in one.data.lower()


def test_tls_is_up_to_clients_of_this_machine_under_a_certificate_of_our_own(server):
    own = {"tls": "own", "listeners": [{"listen": "127.0.0.1:0", "tls": "optional"}]}
    relay = server(smtp=own)
    assert relay.verb("check").code == 0 and not list(relay.folder.glob("*.pem")), "check has left files"
    relay.start()
    tenant = relay.tenant()
    certificate, key = (Path(f"{relay.folder}/polyrelay.key.tls-{kind}.pem") for kind in ("certificate", "key"))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    message = letter().as_bytes()
    with smtplib.SMTP("127.0.0.1", relay.smtp_ports[0], timeout=SECONDS) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        client.login(USER, tenant.secret)
        client.sendmail("hello@example.com", ["ann@example.net"], message)
    with smtplib.SMTP("localhost", relay.smtp_ports[0], timeout=SECONDS) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(certificate)))
        client.login(USER, tenant.secret)
        client.sendmail("hello@example.com", ["ann@example.net"], message)
    shown = certificate.read_bytes()
    assert relay.stop() == 0
    certificate.unlink()
    relay.start()
    made = certificate.read_bytes()
    assert made != shown, "a lone key was taken for a pair"
    assert relay.stop() == 0
    relay.start()
    assert certificate.read_bytes() == made


# What comes out


CORNERS = (
    b"Received: from elsewhere by somewhere; Mon, 1 Jun 2026 00:00:00 +0000\r\n"
    b"From: =?utf-8?q?Zo=C3=AB?= (a comment) <hello@example.com>\r\n"
    b"to: ann@example.net,\r\n\t\"Quoted, name\" <ann@example.net>\r\n"
    b"SUBJECT:no space, and trailing tab\t\r\n"
    b"Subject-Like: x\r\n"
    b"Date: Tue, 2 Jun 2026 10:00:00 +0200 (CEST)\r\n"
    b"Message-ID: <odd.id@client.example>\r\n"
    b"X-Folded: a\r\n b\r\n\t c\r\n"
    b"X-Empty:\r\n"
    b"X-Raw: gr\xc3\xbc\xc3\x9fe \xff\r\n"
    b"DKIM-Signature: v=1; a=rsa-sha256; d=other.example; s=x; h=from; bh=AA==; b=AA==\r\n"
    b"MIME-Version: 1.0 (odd)\r\n"
    b'Content-Type: multipart/mixed;\r\n boundary="=_b (odd)"\r\n'
    b"\r\n"
    b"preamble\r\n"
    b".\r\n.leading dot\r\n..two\r\n"
    b"--=_b (odd)\r\n"
    b"Content-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"trailing space \r\n-- \r\n\xf0\x9f\x90\x99 From here\r\nFrom there\r\n\x01\x7f\r\n\r\n\r\n"
    b"--=_b (odd)\r\n"
    b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nX-PostStack-Tags: not ours\r\n"
    b"--=_b (odd)\r\n"
    b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\nAwQF\r\n"
    b"--=_b (odd)--\r\n"
    b"epilogue " + b"x" * 900 + b"\r\n"
)


def test_every_byte_of_a_message_arrives_unchanged(listening, tenant, files, smarthost):
    with session(listening, files, secret=tenant.secret) as client:
        client.ehlo()
        client.mail("hello@example.com", ["BODY=8BITMIME"])
        client.rcpt("ann@example.net")
        special = b"X-PostStack-Tags: one\r\nx-poststack-idempotency-key: " + b"k" * 20 + b"\r\n"
        code, reply = client.data(special + CORNERS)
        assert code == 250, reply
    arrived = smarthost.one().data
    assert without_additions(arrived).endswith(CORNERS.partition(b"\r\n")[2])
    assert arrived.endswith(CORNERS)
    shown = listening.verb("message", "list", "--json").json()
    raw = listening.verb("message", "raw", str(shown[0]["id"]))
    assert raw.code == 0 and raw.raw == arrived


def test_chunks_arrive_as_they_were(listening, tenant, files, smarthost):
    with session(listening, files, secret=tenant.secret) as client:
        client.ehlo()
        assert client.has_extn("chunking")
        client.mail("hello@example.com")
        client.rcpt("ann@example.net")
        for start in range(0, len(CORNERS), 700):
            piece = CORNERS[start : start + 700]
            last = b" LAST" if start + 700 >= len(CORNERS) else b""
            client.send(b"BDAT %d%s\r\n" % (len(piece), last) + piece)
            code, reply = client.getreply()
            assert code == 250, reply
    assert smarthost.one().data.endswith(CORNERS)


def test_what_is_missing_is_added(listening, tenant, files, smarthost):
    with session(listening, files, secret=tenant.secret) as client:
        client.sendmail("hello@example.com", ["ann@example.net"], "From: hello@example.com\r\n\r\nbare\r\n")
    message = smarthost.one().message
    assert message["Date"] and message["Message-ID"].endswith("@example.com>")
    received = message["Received"]
    assert "127.0.0.1" in received and "by relay.test with ESMTPSA id" in received


def test_a_large_message_passes(listening, tenant, files, smarthost):
    content = b"From: hello@example.com\r\n\r\n" + (b"0123456789" * 7 + b"\r\n") * 60_000
    with session(listening, files, secret=tenant.secret) as client:
        client.sendmail("hello@example.com", ["ann@example.net"], content)
    assert smarthost.one().data.endswith(content)


def test_international_mail_says_so_further_on(listening, tenant, files, smarthost):
    with session(listening, files, secret=tenant.secret) as client:
        client.ehlo()
        client.command_encoding = "utf-8"
        assert client.mail("hello@example.com", ["SMTPUTF8", "BODY=8BITMIME"])[0] == 250
        assert client.rcpt("jörg@example.net")[0] == 250
        content = "From: hello@example.com\r\nTo: jörg@example.net\r\nSubject: Grüße\r\n\r\nx\r\n".encode()
        assert client.data(content)[0] == 250
    arrived = smarthost.one()
    assert arrived.data.endswith(content)
    assert "SMTPUTF8" in " ".join(arrived.options)


# The same as over HTTP


def refusal(client, sender="hello@example.com", to=("ann@example.net",), content: bytes | None = None):
    """The reply at the first place where the message is refused."""
    client.ehlo_or_helo_if_needed()
    code, text = client.mail(sender)
    if code != 250:
        return "MAIL", code, text.decode()
    for address in to:
        code, text = client.rcpt(address)
        if code not in (250, 251):
            return "RCPT", code, text.decode()
    code, text = client.data(content if content is not None else letter().as_bytes())
    return "DATA", code, text.decode()


def test_credentials_are_checked(listening, tenant, files):
    with session(listening, files) as client:
        assert refusal(client)[:2] == ("MAIL", 530)
        for user, secret in ((USER, "sk_live_wrong"), ("other", tenant.secret), (USER, "x")):
            with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
                with session(listening, files) as other:
                    other.login(user, secret)
            assert refused.value.smtp_code == 535
            assert refused.value.smtp_error.startswith(b"5.7.8")
    revoked = listening.key(tenant.account)
    with session(listening, files, secret=revoked.secret) as client:
        listening.ask("key", "revoke", revoked.id)
        assert refusal(client)[:2] == ("MAIL", 535)


def test_before_tls_nothing_is_taken(listening, tenant):
    with smtplib.SMTP("127.0.0.1", port(listening, "starttls"), timeout=SECONDS) as client:
        client.ehlo()
        assert client.has_extn("starttls") and not client.has_extn("auth")
        plain = base64.b64encode(f"\0{USER}\0{tenant.secret}".encode()).decode()
        assert client.docmd("AUTH", f"PLAIN {plain}")[0] == 530
        assert client.mail("hello@example.com") == (530, b"5.7.0 Must issue a STARTTLS command first")


def test_senders_are_checked_by_their_header(listening, tenant, files):
    listening.domain(tenant.account, "pending.example", verified=False)
    with session(listening, files, secret=tenant.secret) as client:
        for sender in ("a@pending.example", "a@foreign.example"):
            content = f"From: {sender}\r\n\r\nx\r\n".encode()
            stage, code, text = refusal(client, content=content)
            assert (stage, code) == ("DATA", 550), text
        # The envelope's is only where reports go.
        assert refusal(client, sender="a@foreign.example")[:2] == ("DATA", 250)
        for content in (b"no header", b"Subject: x\r\n\r\nx", b"From: a@example.com, b@example.com\r\n\r\nx"):
            assert refusal(client, content=content)[:2] == ("DATA", 554)


def test_restricted_keys_stay_restricted(listening, tenant, files):
    listening.domain(tenant.account, "second.example")
    bound = listening.key(tenant.account, "--domains", "second.example")
    with session(listening, files, secret=bound.secret) as client:
        assert refusal(client) == ("DATA", 550, "5.7.1 API key does not have permission")
    fenced = listening.key(tenant.account, "--allow-ip", "192.0.2.0/24")
    with pytest.raises(smtplib.SMTPAuthenticationError):
        with session(listening, files, secret=fenced.secret):
            pass


def test_suppressed_recipients_get_nothing(listening, tenant, files, smarthost):
    listening.ask("suppression", "add", "ann@example.net", "--account", tenant.account)
    with session(listening, files, secret=tenant.secret) as client:
        assert refusal(client)[:2] == ("DATA", 550)
        assert refusal(client, to=("ann@example.net", "bob@example.net"))[:2] == ("DATA", 250)
    assert smarthost.one().recipients == ["bob@example.net"]


def test_rates_and_recipients_have_limits(server, files):
    relay = server(requests_per_minute=2, smtp=smtp(files, *RULES)).start()
    key = relay.tenant()
    with session(relay, files, secret=key.secret) as client:
        many = [f"r{index}@example.net" for index in range(51)]
        assert refusal(client, to=many)[:2] == ("RCPT", 452)
        client.rset()
        assert refusal(client)[:2] == ("DATA", 250)
        stage, code, text = refusal(client)
        assert (stage, code) == ("MAIL", 451) and "Rate limit exceeded" in text
    assert relay.api(key).get("/emails").status == 429


def test_quotas_are_those_of_the_account(listening, tenant, files):
    listening.ask("account", "limits", tenant.account, "--daily", "1")
    with session(listening, files, secret=tenant.secret) as client:
        assert refusal(client)[:2] == ("DATA", 250)
        assert refusal(client) == ("DATA", 452, "4.7.1 Daily email limit reached.")


def test_sizes_have_limits(listening, tenant, files):
    with session(listening, files, secret=tenant.secret) as client:
        client.ehlo()
        limit = int(client.esmtp_features["size"])
        assert client.mail("hello@example.com", [f"SIZE={limit + 1}"])[0] == 552


def test_an_idempotency_key_is_shared_with_http(listening, tenant, files, smarthost):
    api = listening.api(tenant)
    message = letter(X_PostStack_Idempotency_Key="order-1")
    with session(listening, files, secret=tenant.secret) as client:
        first = refusal(client, content=message.as_bytes())
        again = refusal(client, content=message.as_bytes())
        assert first[1] == 250 and first == again
        body = email(sender="Acme <hello@example.com>", to=["Ann <ann@example.net>"], subject="Grüße",
                     text="Hello you.", idempotency_key="order-1")
        answer = api.post("/emails", body).json()
        assert (answer["id"], answer["replayed"]) == (first[2].split()[-1], True)
        message.set_content("Something else.\n")
        assert refusal(client, content=message.as_bytes())[1] == 550
    assert len(smarthost.wait(1)) == 1


def test_test_keys_send_nothing(listening, tenant, files, smarthost):
    test = listening.key(tenant.account, "--mode", "test")
    with session(listening, files, secret=test.secret) as client:
        _, code, text = refusal(client)
        assert code == 250
    found = listening.api(test).email(text.split()[-1])
    assert (found["status"], found["testMode"]) == ("delivered", True)
    assert smarthost.deliveries == []


def test_templates_and_variables_are_asked_for_by_header(listening, tenant, files):
    with session(listening, files, secret=tenant.secret) as client:
        template = letter(X_PostStack_Template_Id="tpl_1").as_bytes()
        assert refusal(client, content=template) == ("DATA", 550, "5.6.0 Template not found")
        variables = letter(X_PostStack_Variables="[1]").as_bytes()
        assert refusal(client, content=variables)[1] == 550
        assert refusal(client, content=letter(X_PostStack_Variables='{"a": 1}').as_bytes())[1] == 250


def test_trusted_networks_need_no_credentials(server, smarthost, files):
    relay = server(smarthost=smarthost.port)
    account = relay.account()
    relay.domain(account)
    relay.settings["smtp"] = smtp(
        files, "starttls", "none", trusted=[{"network": "127.0.0.0/8", "account": int(account)}]
    )
    relay.start()
    for number in relay.smtp_ports:
        with smtplib.SMTP("127.0.0.1", number, timeout=SECONDS) as client:
            client.send_message(letter())
            assert refusal(client, content=b"From: a@foreign.example\r\n\r\nx\r\n")[1] == 550
    assert len(smarthost.wait(2)) == 2


# What is on disk when 250 is said


def test_no_acknowledged_message_is_lost_by_a_crash(server, smarthost, files):
    relay = server(smarthost=smarthost.port, retries=["200ms"], smtp=smtp(files, *RULES)).start()
    key = relay.tenant()
    acknowledged: list[str] = []
    enough = threading.Event()

    def submit(index: int) -> None:
        try:
            with session(relay, files, "none", key.secret) as client:
                for count in range(10_000):
                    name = f"{index}-{count}"
                    client.send_message(letter(X_Name=name))
                    acknowledged.append(name)
                    if len(acknowledged) >= 60:
                        enough.set()
        except (smtplib.SMTPException, OSError):
            pass

    clients = [threading.Thread(target=submit, args=(index,)) for index in range(4)]
    for client in clients:
        client.start()
    assert enough.wait(SECONDS)
    relay.kill()
    for client in clients:
        client.join(SECONDS)
    promised = set(acknowledged)
    relay.start()
    smarthost.wait_for(
        lambda all: promised <= {one.message["X-Name"] for one in all}, seconds=60, why="acknowledged messages"
    )
    relay.stop()


def test_a_message_that_was_cut_before_its_end_was_never_there(listening, tenant, smarthost):
    for part in (b"", b"From: hello@example.com\r\n\r\nhalf", b"From: hello@example.com\r\n\r\nwhole\r\n.\r"):
        with Wire(port(listening, "none")) as wire:
            wire.log_in(tenant.secret).begin()
            wire.say(part)
    with Wire(port(listening, "none")) as wire:
        wire.log_in(tenant.secret).begin()
        assert wire.ask(b"From: hello@example.com\r\nX-Name: last\r\n\r\nx\r\n.") == 250
    assert [one.message["X-Name"] for one in smarthost.wait(1)] == ["last"]
    assert listening.api(tenant).get("/emails").json()["meta"]["total"] == 1


def test_a_client_that_missed_the_last_reply_makes_no_duplicate(listening, tenant, smarthost):
    """RFC 1047: it cannot know, and sends again; with an idempotency key it is told of the first one."""
    content = b"X-PostStack-Idempotency-Key: again\r\nFrom: hello@example.com\r\n\r\nx\r\n.\r\n"
    with Wire(port(listening, "none")) as wire:
        wire.log_in(tenant.secret).begin()
        wire.say(content)
    smarthost.one()
    with Wire(port(listening, "none")) as wire:
        wire.log_in(tenant.secret).begin()
        wire.say(content)
        assert wire.reply() == 250
    api = listening.api(tenant)
    eventually(lambda: api.get("/emails").json()["data"][0]["status"] == "delivered", why="delivered")
    assert api.get("/emails").json()["meta"]["total"] == 1
    assert len(smarthost.deliveries) == 1


# Looked at from outside


def test_refusals_and_connections_are_figures(listening, tenant, files):
    with pytest.raises(smtplib.SMTPAuthenticationError):
        with session(listening, files, secret="sk_live_wrong"):
            pass
    with session(listening, files, "implicit", tenant.secret) as client:
        assert refusal(client, content=b"From: a@foreign.example\r\n\r\nx")[1] == 550
        page = listening.admin().get("/metrics").body.decode()
    # smtplib tries one mechanism after the other; what it says twice is refused once.
    assert 'polyrelay_smtp_refused_total{service="poststack",failure="credentialUnknown"} 1' in page
    assert 'polyrelay_smtp_refused_total{service="poststack",failure="domainUnknown"} 1' in page
    open_now = f'polyrelay_smtp_connections{{service="poststack",listener="127.0.0.1:{port(listening, "implicit")}"}} 1'
    assert open_now in page


def test_failures_are_met_on_demand(server, files):
    relay = server(smtp=smtp(files, *RULES), faults={"allow": True}).start()
    key = relay.tenant()
    for order, expected in (("storageUnavailable", 451), ("quotaExceeded; period=day", 452), ("domainPaused", 550)):
        relay.ask("fault", "add", order, "--route", "SMTP")
        with session(relay, files, secret=key.secret) as client:
            assert refusal(client)[:2] == ("DATA", expected), order
        assert relay.api(key).get("/emails").status == 200
        relay.ask("fault", "clear")
    with session(relay, files, secret=key.secret) as client:
        assert refusal(client)[:2] == ("DATA", 250)


# What nobody honest says


SMUGGLED = b"MAIL FROM:<hello@example.com>\r\nRCPT TO:<evil@example.net>\r\nDATA\r\n"


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n\n.\r\n", b"\r\n\r.\r\n", b"\r\n.\r\r\n"],
    ids=repr,
)
def test_no_second_message_is_smuggled(listening, tenant, smarthost, end):
    with Wire(port(listening, "none")) as wire:
        wire.log_in(tenant.secret).begin()
        content = b"From: hello@example.com\r\n\r\nfirst" + end
        wire.say(content + SMUGGLED + b"From: hello@example.com\r\n\r\nsecond\r\n.\r\n")
        assert wire.codes() == [554]
    assert listening.api(tenant).get("/emails").json()["meta"]["total"] == 0


@pytest.mark.parametrize("line", [b"MAIL FROM:<hello@example.com>\nRSET\r\n", b"NOOP\rNOOP\r\n", b"NOOP\n"], ids=repr)
def test_commands_end_with_crlf_alone(listening, tenant, line):
    with Wire(port(listening, "none")) as wire:
        wire.log_in(tenant.secret)
        wire.say(line)
        assert wire.codes() == [500]


def test_what_stands_behind_starttls_is_never_carried_out(listening, files):
    with Wire(port(listening, "starttls")) as wire:
        assert wire.reply() == 220
        assert wire.ask(b"EHLO client.test") == 250
        wire.say(b"STARTTLS\r\nEHLO injected.test\r\n")
        assert wire.codes() == [421]
    with Wire(port(listening, "starttls")) as wire:
        assert wire.reply() == 220
        assert wire.ask(b"EHLO client.test") == 250
        assert wire.ask(b"STARTTLS") == 220
        wire.say(b"MAIL FROM:<hello@example.com>\r\n")
        # A TLS alert, and no reply.
        assert b"250" not in wire.socket.recv(1000)


def test_content_ahead_of_its_reply_is_not_taken(listening, tenant):
    with Wire(port(listening, "none")) as wire:
        wire.log_in(tenant.secret)
        wire.say(b"MAIL FROM:<hello@example.com>\r\nRCPT TO:<ann@example.net>\r\nDATA\r\nFrom: x\r\n.\r\n")
        assert wire.codes() == [250, 250, 421]


def test_addresses_and_parameters_hold_nothing_else(listening, tenant):
    with Wire(port(listening, "none")) as wire:
        wire.log_in(tenant.secret)
        for path in (b"<a@b.example> X=Y", b"<a@b.example>,<c@d.example>", b"<a\0@b.example>", b"<a@b.example", b"a@b"):
            assert wire.ask(b"MAIL FROM:" + path) in (501, 555)
        assert wire.ask(b"MAIL FROM:<hello@example.com>") == 250
        for path in (b"<ann@example.net> NOTIFY=x", b"<ann@example.net\t>", b"<ann@example.net>>", b"<>"):
            assert wire.ask(b"RCPT TO:" + path) == 501


def test_an_either_port_greets_those_who_wait(listening):
    with Wire(port(listening, "either")) as wire:
        assert wire.reply() == 220
    with Wire(port(listening, "either")) as wire:
        # Neither TLS nor patient.
        wire.say(b"EHLO client.test\r\n")
        assert wire.reply() == 421


def test_one_address_has_so_many_connections(listening):
    wires = [Wire(port(listening, "none")) for _ in range(101)]
    try:
        codes = [wire.reply() for wire in wires]
        assert codes.count(220) == 100 and codes.count(421) == 1
    finally:
        for wire in wires:
            wire.__exit__()
    eventually(lambda: _greets(listening), why="places are given back")


def _greets(server) -> bool:
    with Wire(port(server, "none")) as wire:
        return wire.reply() == 220


# Start, reload and end


def test_a_drain_takes_leave_and_lets_messages_finish(listening, tenant, smarthost):
    with Wire(port(listening, "none")) as idle, Wire(port(listening, "none")) as busy:
        idle.log_in(tenant.secret)
        busy.log_in(tenant.secret).begin()
        busy.say(b"From: hello@example.com\r\n")
        listening.process.send_signal(signal.SIGTERM)
        assert idle.codes() == [421]
        busy.say(b"\r\nlast words\r\n.\r\n")
        assert busy.codes() == [250, 421]
    assert listening.process.wait(SECONDS) == 0


def test_certificates_are_exchanged_while_serving(server, tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir(), second.mkdir()
    old, new = Certificate.make(first, "relay.test"), Certificate.make(second, "relay.test")
    relay = server(smtp=smtp(old, "implicit")).start()

    def shown() -> str:
        return ssl.get_server_certificate(("127.0.0.1", relay.smtp_ports[0]), timeout=SECONDS)

    assert shown() == old.certificate.read_text()
    shutil.copy(new.certificate, old.certificate)
    shutil.copy(new.key, old.key)
    relay.process.send_signal(signal.SIGHUP)
    eventually(lambda: shown() == new.certificate.read_text(), why="the new certificate is shown")


def test_a_configuration_that_cannot_be_is_refused(server, files):
    for section, key in (
        ({"listen": ["127.0.0.1:0"]}, "smtp.tls"),
        (smtp(files, "none") | {"listeners": [{"listen": "0.0.0.0:0", "tls": "none"}]}, "smtp.listeners[0].tls"),
        (smtp(files, "starttls") | {"tls": {"certificate": "/nowhere", "key": "/nowhere"}}, "smtp.tls.certificate"),
    ):
        outcome = server(smtp=section).verb("check")
        assert outcome.code == 2 and key in outcome.err, outcome.err
