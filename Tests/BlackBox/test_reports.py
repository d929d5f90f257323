"""Reports of what could not be delivered: to a domain's address, to senders who asked, and never about a report; and
what next hops are asked to report on."""

import email as python_email
import email.policy
import smtplib
from email.utils import parsedate_to_datetime

import mail
import pytest
from peers import Certificate, ScriptedPeer, free_port
from polyrelay import eventually
from wire import email

OPS = "ops@example.com"
USER = "poststack"
SECONDS = 60
REFUSAL = "550 5.1.1 no such user here"


@pytest.fixture
def listening(server, smarthost, tmp_path):
    """A server that takes mail over HTTP and SMTP, hands it to `smarthost` and gives up after two attempts."""
    return server(smarthost=smarthost.port, retries=["200ms"], smtp=submission(tmp_path)).start()


@pytest.fixture
def tenant(listening):
    return listening.tenant()


@pytest.fixture
def reporting(listening, tenant):
    """The API of an account whose domain has reports sent to `OPS`."""
    listening.ask("domain", "set", "example.com", "--account", tenant.account, "--dsn-address", OPS)
    return listening.api(tenant)


def submission(folder) -> dict:
    files = Certificate.make(folder, "relay.test")
    return {
        "hostname": "relay.test",
        "tls": {"certificate": str(files.certificate), "key": str(files.key)},
        "listeners": [{"listen": "127.0.0.1:0", "tls": "none"}],
    }


def submit(server, secret: str, sender: str, recipients: dict[str, list[str]], options=()):
    """Submits over SMTP, with the options of MAIL and those of each RCPT."""
    with smtplib.SMTP("127.0.0.1", server.smtp_ports[0], timeout=SECONDS) as client:
        client.ehlo()
        client.login(USER, secret)
        assert client.mail(sender, list(options))[0] == 250
        for recipient, wishes in recipients.items():
            assert client.rcpt(recipient, wishes)[0] == 250
        code, text = client.data(
            b"From: hello@example.com\r\nTo: ann@example.net\r\nSubject: By SMTP\r\n\r\nthe body\r\n"
        )
        assert code == 250, text


def refusing(*addresses: str):
    return lambda address, attempt: REFUSAL if address in addresses else None


def reports(deliveries, to: str = OPS) -> list:
    return [one for one in deliveries if one.sender == "<>" and one.recipients == [to]]


def report(smarthost, to: str = OPS):
    return reports(smarthost.wait_for(lambda all: reports(all, to), why=f"a report to {to}"), to)[0]


def groups(message) -> list:
    """The groups of fields, that of the message first, as Python's parser reads them."""
    part = message.get_payload()[1]
    assert part.get_content_type() == "message/delivery-status"
    return part.get_payload()


# To the domain's address


def test_a_bounce_is_reported_to_the_domains_address(reporting, smarthost):
    smarthost.on_recipient = refusing("ann@example.net")
    sent = reporting.post("/emails", email(to=["ann@example.net"], subject="Grüße")).json()["id"]
    delivery = report(smarthost)
    assert reporting.email(sent)["status"] == "bounced"

    message = delivery.message
    mail.assert_well_formed(delivery.data, message)
    assert message["From"] == "Mail Delivery System <MAILER-DAEMON@relay.test>"
    assert message["To"] == OPS
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["Message-ID"].endswith("@relay.test>")
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    assert b"Received:" not in delivery.data

    text, status, returned = message.get_payload()
    assert "ann@example.net" in text.get_content() and REFUSAL in text.get_content().replace("\r\n", " ")
    of_message, of_recipient = groups(message)
    assert of_message["Reporting-MTA"] == "dns; relay.test"
    assert parsedate_to_datetime(of_message["Arrival-Date"])
    assert of_message["Original-Envelope-Id"] is None
    assert of_recipient["Original-Recipient"] == "rfc822;ann@example.net"
    assert of_recipient["Final-Recipient"] == "rfc822; ann@example.net"
    assert of_recipient["Action"] == "failed"
    assert of_recipient["Status"] == "5.1.1"
    assert of_recipient["Remote-MTA"] == "dns; [127.0.0.1]"
    assert of_recipient["Diagnostic-Code"] == f"smtp; {REFUSAL}"
    assert parsedate_to_datetime(of_recipient["Last-Attempt-Date"])

    assert returned.get_content_type() == "text/rfc822-headers"
    header = python_email.message_from_string(returned.get_payload(), policy=python_email.policy.default)
    assert header["Subject"] == "Grüße"
    assert message["In-Reply-To"] == header["Message-ID"]
    assert "the body" not in returned.get_payload()


def test_two_recipients_that_fail_together_share_a_report(reporting, smarthost):
    smarthost.on_recipient = refusing("ann@example.net", "bob@example.net")
    reporting.post("/emails", email(to=["ann@example.net", "eve@example.net"], bcc=["bob@example.net"]))
    message = report(smarthost).message
    assert [group["Final-Recipient"] for group in groups(message)[1:]] == [
        "rfc822; ann@example.net",
        "rfc822; bob@example.net",
    ]
    eventually(lambda: len(smarthost.deliveries) == 2, why="the message and one report")


def test_mail_given_up_after_the_last_attempt_is_reported_once(reporting, smarthost):
    smarthost.on_recipient = lambda address, attempt: "451 4.2.2 full" if address == "ann@example.net" else None
    reporting.post("/emails", email(to=["ann@example.net"]))
    group = groups(report(smarthost).message)[1]
    assert (group["Status"], group["Diagnostic-Code"]) == ("4.2.2", "smtp; 451 4.2.2 full")
    assert smarthost.attempts["ann@example.net"] == 2


def test_a_report_that_is_refused_makes_no_other(listening, reporting, smarthost):
    smarthost.on_recipient = refusing("ann@example.net", OPS)
    reporting.post("/emails", email(to=["ann@example.net"]))
    dead = eventually(
        lambda: (rows := listening.ask("queue", "dead")) and len(rows) == 2 and rows, why="message and report given up"
    )
    assert [row["destination"] for row in dead] == ["example.com", "example.net"]
    assert len(listening.ask("message", "list")) == 2
    assert listening.ask("queue", "list") == []


def test_reports_are_the_operators_and_nobody_elses(listening, tenant, reporting, smarthost):
    listening.ask("account", "limits", tenant.account, "--daily", "1")
    listening.ask("suppression", "add", OPS, "--account", tenant.account)
    smarthost.on_recipient = refusing("ann@example.net")
    reporting.post("/emails", email(to=["ann@example.net"]))
    report(smarthost)
    assert reporting.get("/emails").json()["meta"]["total"] == 1
    limits = listening.ask("account", "limits", tenant.account)
    assert [row["used"] for row in limits if row["limit"] == 1] == [1]
    row = next(row for row in listening.ask("message", "list") if row["personality"] == "reports")
    raw = listening.verb("message", "raw", row["id"]).raw
    eventually(lambda: smarthost.deliveries, why="the report")
    assert raw == reports(smarthost.deliveries)[0].data


def test_a_report_is_signed_where_the_servers_name_lies_in_a_senders_domain(server, smarthost, tmp_path):
    delivery = {"mode": "smarthost", "smarthost": f"127.0.0.1:{smarthost.port}", "hostname": "mail.example.com"}
    relay = server(delivery=delivery).start()
    tenant = relay.tenant()
    relay.ask("domain", "set", "example.com", "--account", tenant.account, "--dsn-address", OPS)
    smarthost.on_recipient = refusing("ann@example.net")
    relay.api(tenant).post("/emails", email(to=["ann@example.net"]))
    mail.assert_signed(report(smarthost).data, relay.dkim_keys(tenant.account), tmp_path)


def test_test_mail_is_not_reported(listening, tenant, reporting, smarthost):
    key = listening.key(tenant.account, "--mode", "test")
    smarthost.on_recipient = refusing("ann@example.net")
    listening.api(key).post("/emails", email(to=["ann@example.net"]))
    reporting.post("/emails", email(to=["eve@example.net"]))
    smarthost.wait(1)
    assert [row["personality"] for row in listening.ask("message", "list")] == ["poststack", "poststack"]


def test_captured_failures_are_not_reported(running):
    tenant = running.tenant(name="captured", domain="captured.example")
    running.ask("domain", "set", "captured.example", "--account", tenant.account, "--dsn-address", OPS)
    api = running.api(tenant)
    sent = api.post("/emails", email(sender="a@captured.example", to=["bounce@example.net"])).json()["id"]
    eventually(lambda: api.email(sent)["status"] == "bounced", why="bounced")
    assert all(row["personality"] != "reports" for row in running.ask("message", "list"))


def test_a_crash_between_failure_and_report_loses_neither(listening, tenant, reporting, smarthost):
    """Settlement and report are one transaction: after a kill at any time there are both, or neither yet."""
    # One that bounced gets no second message.
    recipients = [f"ann{number}@example.net" for number in range(8)]
    smarthost.on_recipient = refusing(*recipients)
    for round_number, recipient in enumerate(recipients):
        # Later and later in the life of the message, the earliest before the attempt.
        sent = reporting.post("/emails", email(to=[recipient], subject=f"round {round_number}")).json()["id"]
        listening.log.wait_for_end(seconds=0.004 * round_number)
        listening.kill()
        listening.start()
        api = listening.api(tenant)
        eventually(lambda: api.email(sent)["status"] == "bounced", why="bounced")
        subjects = {f"round {number}" for number in range(round_number + 1)}
        smarthost.wait_for(
            lambda all: {subject_of(one) for one in reports(all)} == subjects, why=f"a report of round {round_number}"
        )
        reporting = api
    rows = listening.ask("message", "list")
    assert sum(row["personality"] == "reports" for row in rows) == sum(row["state"] == "bounced" for row in rows) == 8


def subject_of(delivery) -> str:
    returned = delivery.message.get_payload()[2].get_payload()
    return python_email.message_from_string(returned, policy=python_email.policy.default)["Subject"]


# The operator's verb


def test_the_address_is_set_shown_and_taken_away(listening, tenant):
    def address() -> str | None:
        return listening.ask("domain", "list")[0]["dsnAddress"]

    domain = ["example.com", "--account", tenant.account]
    assert address() is None
    assert listening.ask("domain", "set", *domain, "--dsn-address", OPS)["dsnAddress"] == OPS
    assert f"reports of failed mail go to {OPS}\n" in listening.verb("domain", "show", *domain).out
    assert isinstance(listening.ask("domain", "show", *domain), list)
    assert address() == OPS
    listening.kill()
    listening.start()
    assert address() == OPS
    listening.ask("domain", "set", *domain, "--no-dsn-address")
    assert address() is None
    assert "reports" not in listening.verb("domain", "show", *domain).out


@pytest.mark.parametrize(
    "address", ["", "ops", "ops@", "@example.com", "Ops <ops@example.com>", "a@b.c, d@e.f", "a b@c.d"]
)
def test_what_is_no_address_is_refused(listening, tenant, address):
    outcome = listening.verb("domain", "set", "example.com", "--account", tenant.account, f"--dsn-address={address}")
    assert outcome.code == 2
    assert f"--dsn-address {address}: must be one mail address such as ops@example.com" in outcome.err


@pytest.mark.parametrize("options", [(), ("--dsn-address", OPS, "--no-dsn-address")])
def test_the_verb_says_one_thing(listening, tenant, options):
    outcome = listening.verb("domain", "set", "example.com", "--account", tenant.account, *options)
    assert outcome.code == 2 and "--dsn-address ADDRESS, or --no-dsn-address" in outcome.err


def test_a_domain_that_is_not_there_has_no_address(listening, tenant):
    outcome = listening.verb("domain", "set", "other.example", "--account", tenant.account, "--dsn-address", OPS)
    assert outcome.code == 1


# What a sender asked for (RFC 3461)


def test_a_sender_who_asked_has_a_report_at_its_reverse_path(listening, tenant, smarthost):
    smarthost.on_recipient = refusing("ann@example.net", "bob@example.net")
    wishes = {
        "ann@example.net": ["NOTIFY=FAILURE", "ORCPT=rfc822;Ann+2Bold@example.org"],
        "bob@example.net": ["NOTIFY=NEVER"],
        "eve@example.net": [],
    }
    submit(listening, tenant.secret, "bounces@example.com", wishes, ["RET=FULL", "ENVID=order+204711"])
    message = report(smarthost, "bounces@example.com").message
    of_message, of_recipient = groups(message)
    assert of_message["Original-Envelope-Id"] == "order 4711"
    assert of_recipient["Original-Recipient"] == "rfc822;Ann+old@example.org"
    assert of_recipient["Final-Recipient"] == "rfc822; ann@example.net"
    returned = message.get_payload()[2]
    assert returned.get_content_type() == "message/rfc822"
    assert returned.get_payload()[0].get_payload() == "the body\r\n"


def test_never_is_never_to_the_sender_and_the_domains_address_hears(listening, tenant, reporting, smarthost):
    smarthost.on_recipient = refusing("ann@example.net")
    submit(listening, tenant.secret, "bounces@example.com", {"ann@example.net": ["NOTIFY=NEVER"]})
    assert groups(report(smarthost).message)[1]["Original-Recipient"] is None
    assert len(listening.ask("message", "list")) == 2


def test_a_sender_who_wants_to_hear_of_success_hears_where_the_trail_ends(listening, tenant, smarthost):
    """The smarthost offers no DSN, so nobody after us will tell."""
    wishes = {"ann@example.net": ["NOTIFY=SUCCESS"], "bob@example.net": ["NOTIFY=FAILURE"]}
    submit(listening, tenant.secret, "bounces@example.com", wishes, ["RET=FULL"])
    message = report(smarthost, "bounces@example.com").message
    assert message["Subject"] == "Delivery Status Notification (Relay)"
    (group,) = groups(message)[1:]
    assert (group["Final-Recipient"], group["Action"]) == ("rfc822; ann@example.net", "relayed")
    assert group["Status"].startswith("2.")
    assert message.get_payload()[2].get_content_type() == "text/rfc822-headers"


def test_nobody_elses_reverse_path_is_written_to(listening, tenant, smarthost):
    smarthost.on_recipient = refusing("ann@example.net")
    submit(listening, tenant.secret, "victim@elsewhere.example", {"ann@example.net": ["NOTIFY=FAILURE"]})
    eventually(lambda: listening.ask("queue", "dead"), why="given up")
    assert len(listening.ask("message", "list")) == 1


def test_international_mail_is_reported_in_the_forms_for_it(listening, tenant, reporting, smarthost):
    smarthost.on_recipient = refusing("jörg@example.net")
    content = "From: hello@example.com\r\nTo: jörg@example.net\r\nSubject: Grüße\r\n\r\nx\r\n".encode()
    with smtplib.SMTP("127.0.0.1", listening.smtp_ports[0], timeout=SECONDS) as client:
        client.ehlo()
        client.login(USER, tenant.secret)
        client.command_encoding = "utf-8"
        assert client.mail("hello@example.com", ["SMTPUTF8", "BODY=8BITMIME"])[0] == 250
        assert client.rcpt("jörg@example.net", ["ORCPT=utf-8;jörg@example.org"])[0] == 250
        assert client.data(content)[0] == 250
    data = report(smarthost).data.decode()
    assert "Content-Type: message/global-delivery-status\r\n" in data
    assert "Original-Recipient: utf-8;jörg@example.org\r\nFinal-Recipient: utf-8; jörg@example.net\r\n" in data
    assert "Content-Type: message/global-headers\r\n" in data and "\r\nSubject: Grüße\r\n" in data


# What next hops are asked (RFC 3461 §5)


@pytest.fixture
def hop(server, tmp_path):
    """Makes pairs of a server and its smarthost, which offers these extensions."""

    def make(*offers: str):
        peer = ScriptedPeer("127.0.0.1", free_port(), offers=offers)
        relay = server(smarthost=peer._listener.getsockname()[1], retries=["200ms"], smtp=submission(tmp_path)).start()
        return relay, relay.tenant(), peer

    return make


def said(peer, verb: str) -> list[str]:
    eventually(lambda: peer.contents, why="a message")
    return [line for line in peer.lines if line.startswith(verb)]


def test_a_next_hop_with_dsn_is_asked_for_reports_that_name_the_original_recipient(hop):
    relay, tenant, peer = hop("PIPELINING", "DSN")
    with peer:
        relay.api(tenant).post("/emails", email(to=["ann+tag@example.net"]))
        assert said(peer, "MAIL") == ["MAIL FROM:<hello@example.com> RET=HDRS"]
        assert said(peer, "RCPT") == ["RCPT TO:<ann+tag@example.net> NOTIFY=FAILURE ORCPT=rfc822;ann+2Btag@example.net"]


def test_a_senders_parameters_are_passed_on_as_they_came(hop):
    relay, tenant, peer = hop("PIPELINING", "DSN")
    wishes = {
        "ann@example.net": ["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;Ann+2Bold@example.org"],
        "bob@example.net": ["NOTIFY=NEVER"],
        "eve@example.net": [],
    }
    with peer:
        submit(relay, tenant.secret, "hello@example.com", wishes, ["RET=FULL", "ENVID=a+2Bb"])
        assert said(peer, "MAIL") == ["MAIL FROM:<hello@example.com> RET=FULL ENVID=a+2Bb"]
        assert said(peer, "RCPT") == [
            "RCPT TO:<ann@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Ann+2Bold@example.org",
            "RCPT TO:<bob@example.net> NOTIFY=NEVER ORCPT=rfc822;bob@example.net",
            "RCPT TO:<eve@example.net> ORCPT=rfc822;eve@example.net",
        ]


def test_a_next_hop_without_dsn_is_asked_for_nothing(hop):
    relay, tenant, peer = hop("PIPELINING")
    with peer:
        submit(relay, tenant.secret, "hello@example.com", {"ann@example.net": ["NOTIFY=FAILURE"]}, ["RET=FULL"])
        assert said(peer, "MAIL") == ["MAIL FROM:<hello@example.com>"]
        assert said(peer, "RCPT") == ["RCPT TO:<ann@example.net>"]


def test_nobody_is_to_report_on_a_report(hop):
    relay, tenant, peer = hop("PIPELINING", "DSN")
    relay.ask("domain", "set", "example.com", "--account", tenant.account, "--dsn-address", OPS)
    peer.answer = lambda line, number: REFUSAL if line.startswith("RCPT TO:<ann@") else None
    with peer:
        relay.api(tenant).post("/emails", email(to=["ann@example.net"]))
        eventually(lambda: peer.contents and peer.contents[-1], why="the report")
        assert "MAIL FROM:<>" in peer.lines
        assert f"RCPT TO:<{OPS}> NOTIFY=NEVER" in peer.lines
