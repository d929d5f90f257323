#!/usr/bin/env bash
# What: a message whose body has no line end at its end, signed by Perl's Mail::DKIM::Signer with its default method
#   and sent, arrives with a broken signature: DATA ends every line, and the signature is over the body without that
#   end. Mail::DKIM::Verifier passes it before sending and fails it after, as dkimpy does. dkimpy signs the same bytes
#   as they will arrive.
# Why it surprises: DKIM provides for this very case by adding the line end before it hashes, and Mail::DKIM does so
#   for relaxed bodies and not for simple ones; its default, c=relaxed, is relaxed heads and a simple body. A body
#   with a newline at its end is all right, so that a template, or a class that writes none (Python's older MIMEText),
#   breaks what worked.
# Where it bites: whoever signs in Perl before handing to a relay: DMARC fails at each receiver while every check on the
#   sending side passes. Way round: end the message with a line end before signing (the loop by lines in the module's
#   synopsis does), or Method => "relaxed/relaxed".
# Source: RFC 6376 section 3.4.3 (simple: where there is no trailing CRLF, one is added), RFC 5321 section 4.1.1.4 (the
#   line end before the final dot is the message's own), RFC 6376 section 3.5 (c=relaxed means relaxed/simple).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="libmail-dkim-perl"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dkimpy==1.1.8 cryptography==50.0.2
"$work/venv/bin/python" - <<'PY'
import base64, os, smtplib, socket, subprocess, threading
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.policy import SMTP
from importlib.metadata import version
import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

print("dkimpy", version("dkimpy"))
KEY = rsa.generate_private_key(65537, 2048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
RECORD = "v=DKIM1; k=rsa; p=" + base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
VERIFY = r'''use Mail::DKIM::Verifier; use Mail::DKIM::DNS;
{ package Record; sub new { bless {} } sub type { "TXT" } sub char_str_list { $ENV{RECORD} } sub txtdata { $ENV{RECORD} } }
{ no warnings "redefine"; *Mail::DKIM::DNS::query = sub { (Record->new) }; }
my $verifier = Mail::DKIM::Verifier->new; { local $/; $verifier->PRINT(<STDIN>); } $verifier->CLOSE; print $verifier->result_detail;'''
SIGN = r'''use Mail::DKIM::Signer; use Mail::DKIM::PrivateKey; (my $key = $ENV{PRIVATE}) =~ s/-----.*?-----|\s//g; local $/; my $message = <STDIN>;
my $signer = Mail::DKIM::Signer->new(Algorithm => "rsa-sha256", ($ENV{METHOD} ? (Method => $ENV{METHOD}) : ()), Domain => "example.org", Selector => "s", Key => Mail::DKIM::PrivateKey->load(Data => $key));
$signer->PRINT($message); $signer->CLOSE; print $signer->signature->as_string, "\r\n", $message;'''
def perl(program, message):
    return subprocess.run(["perl", "-e", program], input=message, capture_output=True, check=True, env={**os.environ, "RECORD": RECORD, "PRIVATE": PRIVATE.decode()}).stdout
def by_dkimpy(message):
    return dkim.verify(message, dnsfunc=lambda name, timeout=5: RECORD.encode())
def relayed(message):
    """What a server has after smtplib's DATA."""
    listener, lines = socket.create_server(("127.0.0.1", 0)), []
    def serve():
        connection, _ = listener.accept()
        stream = connection.makefile("rb")
        connection.sendall(b"220 mx.example.com\r\n")
        while line := stream.readline():
            if line[:4].upper() == b"DATA":
                connection.sendall(b"354 Go on\r\n")
                while (line := stream.readline()) not in (b".\r\n", b""):
                    lines.append(line)
            leaving = line[:4].upper() == b"QUIT"
            connection.sendall(b"221 Bye\r\n" if leaving else b"250 Ok\r\n")
            if leaving:
                break
        connection.close()
    server = threading.Thread(target=serve, daemon=True)
    server.start()
    with smtplib.SMTP("127.0.0.1", listener.getsockname()[1]) as client:
        client.sendmail("shop@example.org", ["ann@example.com"], message)
    server.join(10)
    return b"".join(lines)
def heads(message):
    message["From"], message["To"], message["Subject"] = "shop@example.org", "ann@example.com", "Hello"
    message["Date"], message["Message-ID"] = "Mon, 30 Nov 2026 10:00:00 +0000", "<1@example.org>"
    return message.as_bytes(policy=SMTP)
newer = EmailMessage()
newer.set_content("Hello")
newer, older = heads(newer), heads(MIMEText("Hello"))
def by_perl(message, method=""):
    os.environ["METHOD"] = method
    return perl(SIGN, message)
BROKEN = "fail (body has been altered)"
for label, signed, expected in [
    ("with line end, Mail::DKIM", by_perl(newer), ("pass", "pass", True)),
    ("without, Mail::DKIM", by_perl(older), ("pass", BROKEN, False)),
    ("without, its relaxed", by_perl(older, "relaxed/relaxed"), ("pass", "pass", True)),
    ("without, dkimpy", dkim.sign(older, b"s", b"example.org", PRIVATE) + older, (BROKEN, "pass", True))]:
    arrived = relayed(signed)
    seen = perl(VERIFY, signed).decode(), perl(VERIFY, arrived).decode(), by_dkimpy(arrived)
    print("%-26s Mail::DKIM before sending: %-28s after: %-28s dkimpy after: %s" % (label, *seen))
    if seen != expected or arrived.rstrip() != signed.rstrip():
        raise SystemExit("CHANGED: expected %s" % (expected,))
PY
echo "guess: what verifies before it is sent verifies after"
echo "seen: SMTP ends the last line, which the signature has without an end"
