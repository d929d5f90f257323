"""Those who submit mail: Python's smtplib and aiosmtplib, swaks, openssl, msmtp, Postfix, Exim and OpenSMTPD, by every
way to log in and every way into TLS that each of them has."""

import asyncio
import base64
import smtplib
import ssl
import subprocess
import textwrap

import aiosmtplib
import mail
import pytest
from mta import Exim, MailServer, OpenSMTPD, Postfix, as_root
from peers import Smarthost
from polyrelay import Server, configuration, eventually
from submission import RULES, SECONDS, USER, letter, port, session, smtp

# (the listener's rule, whether the client speaks TLS from the first byte), of all ways in but those without TLS.
WAYS = [("starttls", False), ("implicit", True), ("either", False), ("either", True)]
EVERY_WAY = pytest.mark.parametrize(("rule", "at_once"), WAYS)
EVERY_MECHANISM = pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])


@pytest.fixture(scope="module")
def listening(tmp_path_factory, files):
    """A server that takes mail in all four ways, and what is behind it; the tests of this module share both."""
    folder = tmp_path_factory.mktemp("server")
    with Smarthost() as behind:
        server = Server(folder, configuration(folder, smarthost=behind.port, smtp=smtp(files, *RULES)))
        try:
            server.start()
            server.behind, server.owner = behind, server.tenant()
            yield server
        finally:
            server.close()


@pytest.fixture
def tenant(listening):
    return listening.owner


@pytest.fixture
def smarthost(listening):
    """It has nothing of the tests before: each of them waited for what it sent."""
    listening.behind.deliveries.clear()
    return listening.behind


@pytest.mark.parametrize("rule", RULES)
def test_smtplib_submits_in_every_way(listening, tenant, files, smarthost, rule):
    with session(listening, files, rule, tenant.secret) as client:
        assert client.send_message(letter()) == {}
    arrived = smarthost.one()
    assert arrived.sender == "hello@example.com"
    assert arrived.recipients == ["ann@example.net"]
    assert arrived.message["Subject"] == "Grüße"
    mail.assert_signed(arrived.data, listening.dkim_keys(tenant.account), listening.folder)


@EVERY_WAY
def test_aiosmtplib_submits(listening, tenant, smarthost, rule, at_once):
    async def submit():
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1", port=port(listening, rule), start_tls=not at_once, use_tls=at_once,
            validate_certs=False, username=USER, password=tenant.secret, timeout=SECONDS,
        ) as client:
            for _ in range(3):
                await client.send_message(letter())

    asyncio.run(submit())
    assert len(smarthost.wait(3)) == 3


# swaks


def swaks(server, rule: str, *options: str, secret: str, user: str = USER) -> subprocess.CompletedProcess:
    return subprocess.run(
        [
            *("swaks", "--server", "127.0.0.1", "--port", str(port(server, rule)), "--helo", "client.test"),
            *("--auth-user", user, "--auth-password", secret),
            *("--from", "hello@example.com", "--to", "ann@example.net", *options),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


@EVERY_MECHANISM
@EVERY_WAY
def test_swaks_submits(listening, tenant, smarthost, rule, at_once, mechanism):
    tls = "--tls-on-connect" if at_once else "--tls"
    done = swaks(listening, rule, tls, "--auth", mechanism, "--pipeline", secret=tenant.secret)
    assert done.returncode == 0, done.stdout
    assert "queued as em_" in done.stdout
    assert smarthost.one().recipients == ["ann@example.net"]


@EVERY_MECHANISM
def test_swaks_submits_without_tls_where_that_is_the_rule(listening, tenant, smarthost, mechanism):
    done = swaks(listening, "none", "--auth", mechanism, secret=tenant.secret)
    assert done.returncode == 0, done.stdout
    smarthost.one()


@pytest.mark.parametrize(
    ("rule", "options", "user", "reply"),
    [
        ("starttls", ["--tls", "--auth", "PLAIN"], USER, "535 5.7.8"),
        ("starttls", ["--tls", "--auth", "LOGIN"], USER, "535 5.7.8"),
        # Half of an exchange is shown in the command itself.
        ("starttls", ["--tls", "--auth", "PLAIN", "--auth-plaintext"], "nobody", "535 5.7.8"),
        ("either", ["--auth", "PLAIN"], USER, "did not advertise authentication"),
    ],
    ids=["plain", "login", "user", "clear"],
)
def test_swaks_is_refused_with_the_wrong_credential(listening, tenant, smarthost, rule, options, user, reply):
    done = swaks(listening, rule, *options, user=user, secret="sk_live_" + "0" * 32)
    assert done.returncode != 0
    assert reply in done.stdout + done.stderr
    assert smarthost.deliveries == []


# openssl


class ByHand:
    """`openssl s_client`, typed into: every line waits for its reply."""

    def __init__(self, server, files, rule: str, at_once: bool, *options: str):
        command = [
            *("openssl", "s_client", "-connect", f"127.0.0.1:{port(server, rule)}", "-servername", "relay.test"),
            *("-CAfile", files.certificate, "-verify_return_error", "-verify_hostname", "relay.test"),
            *("-crlf", "-quiet"),
            *(() if at_once else ("-starttls", "smtp")),
            *options,
        ]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, bufsize=0, **pipes)
        self._greets = at_once

    def __enter__(self) -> "ByHand":
        # Behind STARTTLS the greeting was openssl's own business, and nothing is said until we speak.
        if self._greets:
            assert self.reply() in (220, None)
        return self

    def __exit__(self, *_) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.kill()
        self._process.wait()

    def reply(self) -> int | None:
        while line := self._process.stdout.readline():
            if line[3:4] == b" ":
                return int(line[:3])
        return None

    def ask(self, *lines: str) -> int | None:
        try:
            self._process.stdin.write("".join(f"{line}\n" for line in lines).encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        return self.reply()


@EVERY_WAY
def test_openssl_submits_by_hand(listening, tenant, files, smarthost, rule, at_once):
    plain = base64.b64encode(f"\0{USER}\0{tenant.secret}".encode()).decode()
    with ByHand(listening, files, rule, at_once) as client:
        assert client.ask("EHLO client.test") == 250
        assert client.ask(f"AUTH PLAIN {plain}") == 235
        assert client.ask("MAIL FROM:<hello@example.com>") == 250
        assert client.ask("RCPT TO:<ann@example.net>") == 250
        assert client.ask("DATA") == 354
        assert client.ask("From: hello@example.com", "", "by hand", ".") == 250
        assert client.ask("QUIT") == 221
    assert smarthost.one().data.endswith(b"\r\n\r\nby hand\r\n")


@pytest.mark.parametrize(("version", "speaks"), [("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)])
@pytest.mark.parametrize(("rule", "at_once"), WAYS[:2])
def test_tls_is_spoken_from_version_1_2_on(listening, files, rule, at_once, version, speaks):
    # So that it is the server's policy that decides, and not the client's.
    with ByHand(listening, files, rule, at_once, version, "-cipher", "DEFAULT:@SECLEVEL=0") as client:
        assert client.ask("NOOP") == (250 if speaks else None)


# msmtp


@EVERY_MECHANISM
@EVERY_WAY
def test_msmtp_submits(listening, tenant, files, smarthost, tmp_path, rule, at_once, mechanism):
    settings = tmp_path / "msmtprc"
    settings.write_text(
        textwrap.dedent(f"""\
            account default
            host 127.0.0.1
            port {port(listening, rule)}
            tls on
            tls_starttls {"off" if at_once else "on"}
            tls_trust_file {files.certificate}
            tls_host_override relay.test
            auth {mechanism.lower()}
            user {USER}
            password {tenant.secret}
            from hello@example.com
            """)
    )
    settings.chmod(0o600)
    done = subprocess.run(
        ["msmtp", "-C", settings, "ann@example.net"], input=letter().as_bytes(), capture_output=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stderr.decode()
    assert smarthost.one().message["Subject"] == "Grüße"


# Mail servers


@as_root
@pytest.mark.parametrize(
    ("rule", "at_once", "mechanism"), [(*way, one) for way, one in zip(WAYS, ("PLAIN", "LOGIN") * 2, strict=True)]
)
def test_postfix_relays_through_us(listening, tenant, smarthost, rule, at_once, mechanism):
    settings = {"smtp_sasl_mechanism_filter": mechanism.lower(), "smtp_tls_wrappermode": "yes" if at_once else "no"}
    with Postfix(next_hop=port(listening, rule), login=(USER, tenant.secret), settings=settings) as server:
        relay_through(server, smarthost)


@as_root
@pytest.mark.parametrize("kind", [Exim, OpenSMTPD])
def test_other_servers_relay_through_us(listening, tenant, smarthost, kind):
    with kind(next_hop=port(listening, "starttls"), login=(USER, tenant.secret)) as server:
        relay_through(server, smarthost)
        if kind is Exim:
            # It marks deliveries by BDAT, which it prefers.
            eventually(lambda: server.said().count(" K C=") == 5, why="five deliveries in chunks")


def relay_through(server: MailServer, smarthost) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=SECONDS) as client:
        for index in range(5):
            message = letter()
            message["X-Index"] = str(index)
            client.send_message(message)
    try:
        arrived = smarthost.wait(5)
    except AssertionError:
        raise AssertionError(server.said()) from None
    assert sorted(one.message["X-Index"] for one in arrived) == list("01234")


# What every client is shown


def test_the_certificate_is_shown_in_every_way(listening, files):
    shown = ssl.PEM_cert_to_DER_cert(files.certificate.read_text())
    context = ssl.create_default_context(cafile=str(files.certificate))
    # smtplib connects to an address, and would compare that.
    context.check_hostname = False
    for rule, at_once in WAYS:
        address = ("127.0.0.1", port(listening, rule))
        client = smtplib.SMTP_SSL(*address, timeout=SECONDS, context=context) if at_once else smtplib.SMTP(*address)
        with client:
            if not at_once:
                client.starttls(context=context)
            assert client.sock.getpeercert(True) == shown
