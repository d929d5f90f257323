"""AhaSend's relay on the real binary: each special header and each code that its table has, by smtplib and by swaks."""

import smtplib
import ssl
import subprocess

import pytest
from ahasend import UNLIMITED, Tenant
from polyrelay import eventually
from submission import letter

SECONDS = 30
RECIPIENTS = 50
MESSAGE_BYTES = 20 << 20


@pytest.fixture
def relay(server, files):
    """Makes servers with AhaSend's API and relay."""

    def make(**sections):
        listener = {"listen": "127.0.0.1:0", "role": "submission", "personality": "ahasend", "tls": "starttls"}
        tls = {"certificate": str(files.certificate), "key": str(files.key)}
        options = {"limits": UNLIMITED, "smtp": {"hostname": "relay.test", "tls": tls, "listeners": [listener]}}
        return server(listeners=[{"personality": "ahasend", "listen": "127.0.0.1:0"}], **options | sections).start()

    return make


@pytest.fixture
def tenant(relay):
    return Tenant(relay())


def user(tenant, **members) -> dict:
    answer = tenant.post("/smtp-credentials", {"name": "c", "scope": "global"} | members)
    assert answer.status == 201, answer.body
    return answer.json()


def connect(tenant, files) -> smtplib.SMTP:
    client = smtplib.SMTP("127.0.0.1", tenant.server.smtp_ports[0], timeout=SECONDS)
    context = ssl.create_default_context(cafile=str(files.certificate))
    context.check_hostname = False
    client.starttls(context=context)
    return client


def session(tenant, files, made: dict) -> smtplib.SMTP:
    client = connect(tenant, files)
    client.login(made["username"], made["password"])
    return client


def messages(tenant) -> list[dict]:
    return tenant.get("/messages").json()["data"]


# Special headers


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"AhaSend-Sandbox": "true"}, "Sandbox Delivered"),
        ({"ahasend-sandbox": "1", "AHASEND-SANDBOX-RESULT": "bounce"}, "Sandbox Bounced"),
        ({"AhaSend-Sandbox": "true", "AhaSend-Sandbox-Result": "deliver"}, "Sandbox Delivered"),
        ({"AhaSend-Sandbox": "true", "AhaSend-Sandbox-Result": "defer"}, "Sandbox Deferred"),
        ({"AhaSend-Sandbox": "true", "AhaSend-Sandbox-Result": "fail"}, "Sandbox Failed"),
        ({"AhaSend-Sandbox": "true", "AhaSend-Sandbox-Result": "suppress"}, "Sandbox Suppressed"),
        ({"AhaSend-Sandbox": "false", "AhaSend-Sandbox-Result": "fail"}, "Delivered"),
        ({"ahasend-track-opens": "false", "ahasend-track-clicks": "false"}, "Delivered"),
    ],
)
def test_a_special_header_is_followed_and_goes_no_further(tenant, files, fields, status):
    client = session(tenant, files, user(tenant))
    mail = letter()
    for name, value in fields.items():
        mail[name] = value
    client.send_message(mail)
    shown = eventually(lambda: (found := messages(tenant)) and found[0]["status"] == status and found[0])
    headers = tenant.get(f"/messages/{shown['id']}").json()["content_parsed"]["headers"]
    assert [name for name in headers if name.lower().startswith("ahasend-")] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"AhaSend-Sandbox": "perhaps"}, {"AhaSend-Sandbox-Result": "explode"}, {"ahasend-track-opens": "true"},
        {"ahasend-track-clicks": "true"}, {"ahasend-metadata-retention": "0"}, {"ahasend-data-retention": "31"},
        {"ahasend-tags": ",".join("abcdefghijk")}, {"ahasend-tags": "x" * 65},
    ],
)  # fmt: skip
def test_a_special_header_that_asks_for_what_is_not_there_is_refused(tenant, files, fields):
    client = session(tenant, files, user(tenant))
    mail = letter()
    for name, value in fields.items():
        mail[name] = value
    with pytest.raises(smtplib.SMTPDataError) as refused:
        client.send_message(mail)
    assert refused.value.smtp_code == 552
    assert messages(tenant) == []


def test_a_user_for_tests_sends_nothing_else(tenant, files):
    client = session(tenant, files, user(tenant, sandbox=True))
    client.send_message(letter())
    assert eventually(lambda: [item["status"] for item in messages(tenant)] == ["Sandbox Delivered"])


# Codes


def test_there_is_plain_alone_and_nothing_before_tls(tenant, files):
    client = smtplib.SMTP("127.0.0.1", tenant.server.smtp_ports[0], timeout=SECONDS)
    client.ehlo()
    assert not client.has_extn("auth")
    assert client.mail("hello@example.com")[0] == 530
    client = connect(tenant, files)
    client.ehlo()
    assert client.esmtp_features["auth"].split() == ["PLAIN"]
    assert client.mail("hello@example.com")[0] == 530


def test_wrong_credentials_are_500(tenant, files):
    made = user(tenant)
    for name, password in ((made["username"], "x" * 40), ("nobody", made["password"])):
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            connect(tenant, files).login(name, password)
        assert refused.value.smtp_code == 500


def test_a_suspended_account_is_521(tenant, files):
    made = user(tenant)
    tenant.server.ask("account", "suspend", tenant.account)
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        connect(tenant, files).login(made["username"], made["password"])
    assert refused.value.smtp_code == 521


def test_a_domain_that_is_not_there_is_556_and_one_that_is_not_the_users_550(tenant, files):
    tenant.server.domain(tenant.account, "other.example")
    made = user(tenant, scope="scoped", domains=["example.com"])
    client = session(tenant, files, made)
    mail = letter()
    for sender, code in (("a@nowhere.example", 556), ("a@other.example", 550)):
        mail.replace_header("From", sender)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.send_message(mail, from_addr=sender)
        assert refused.value.smtp_code == code
    said = refused.value.smtp_error.decode()
    assert f"authz_id '{made['username']}' is not authorized to send as tenant '{tenant.id}' or from this domain" in said


def test_what_is_no_message_is_552_and_so_is_what_is_too_large(tenant, files):
    client = session(tenant, files, user(tenant))
    with pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail("hello@example.com", ["ann@example.net"], b"From: a@example.com\r\nFrom: b@example.com\r\n\r\nHello.\r\n")
    assert refused.value.smtp_code == 552
    assert int(client.esmtp_features["size"]) == MESSAGE_BYTES
    assert client.mail("hello@example.com", [f"size={MESSAGE_BYTES + 1}"])[0] == 552


def test_the_fifty_first_recipient_is_452(tenant, files):
    client = session(tenant, files, user(tenant))
    client.mail("hello@example.com")
    codes = [client.rcpt(f"r{number}@example.net")[0] for number in range(RECIPIENTS + 1)]
    assert codes == [250] * RECIPIENTS + [452]


def test_above_the_accounts_rate_mail_is_451(relay, files):
    limits = {"ahasend": {"default": [{"per": "account", "limit": 2, "window": "1h"}]}}
    tenant = Tenant(relay(limits=limits))
    made = tenant.server.ask("smtp-credential", "create", "--account", tenant.account, "--personality", "ahasend")
    client = session(tenant, files, {"username": made["user"], "password": made["password"]})
    codes = []
    for _ in range(4):
        try:
            client.send_message(letter())
            codes.append(250)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            codes.append(refused.smtp_code)
    assert codes == [250, 250, 451, 451]


def test_swaks_submits_with_a_users_name_and_password(tenant):
    made = user(tenant)
    done = subprocess.run(
        ["swaks", "--server", "127.0.0.1", "--port", str(tenant.server.smtp_ports[0]), "--helo", "client.test", "--tls",
         "--auth", "PLAIN", "--auth-user", made["username"], "--auth-password", made["password"],
         "--from", "hello@example.com", "--to", "ann@example.net", "--h-AhaSend-Sandbox", "true"],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "OK: queued as" in done.stdout, done.stdout + done.stderr
    assert eventually(lambda: [item["status"] for item in messages(tenant)] == ["Sandbox Delivered"])
