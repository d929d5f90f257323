#!/usr/bin/env bash
# What: with defaults, aiosmtplib goes over to TLS as soon as the server offers STARTTLS, checks the certificate
#   against public authorities, and fails if it signed itself. The same server without STARTTLS is spoken to in clear.
# Why it surprises: adding TLS to a test or LAN server breaks a client that never asked for it, and leaves smtplib,
#   swaks and curl as they were. smtplib's starttls() on its part checks nothing unless given a context.
# Where it bites: development servers that make their own certificate and offer STARTTLS, Polyrelay's local profile
#   among them: "certificate verify failed" from a program whose settings name no TLS. The mend is start_tls=False, or
#   the server's certificate in cert_bundle.
# Source: aiosmtplib's documentation of start_tls (None: if offered) and validate_certs; RFC 3207 section 4.1;
#   smtplib's of starttls(context).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for package in curl swaks openssl; do
    command -v "$package" >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
done
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aiosmtplib==5.1.3 aiosmtpd==1.4.6
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/certificate.pem" -days 1 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>/dev/null
"$work/venv/bin/python" - "$work" <<'PY'
import asyncio, logging, platform, smtplib, socket, ssl, subprocess, sys
from importlib.metadata import version
import aiosmtplib
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP

logging.disable(logging.CRITICAL)
folder = sys.argv[1]
MESSAGE = "From: a@example.com\r\nTo: b@example.org\r\nSubject: s\r\n\r\nhi\r\n"
open(folder + "/message.eml", "w", newline="").write(MESSAGE)
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(folder + "/certificate.pem", folder + "/key.pem")
def served(tls):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.factory = lambda: SMTP(controller.handler, tls_context=context if tls else None)
    controller.start()
    return controller
def aio(**options):
    def send(port):
        asyncio.run(aiosmtplib.send(MESSAGE, sender="a@example.com", recipients=["b@example.org"], hostname="localhost", port=port, **options))
    return send
def std(encrypt):
    def send(port):
        with smtplib.SMTP("localhost", port) as client:
            if encrypt:
                client.starttls()
            client.sendmail("a@example.com", ["b@example.org"], MESSAGE)
    return send
def curl(port):
    subprocess.run(["curl", "-sS", "smtp://localhost:%d/client.example.com" % port, "--mail-from", "a@example.com", "--mail-rcpt", "b@example.org",
        "-T", folder + "/message.eml"], check=True, capture_output=True, timeout=30)
def swaks(port):
    subprocess.run(["swaks", "--server", "localhost:%d" % port, "--from", "a@example.com", "--to", "b@example.org", "--silent", "3"],
        check=True, capture_output=True, timeout=30)

print("aiosmtplib", version("aiosmtplib"), "aiosmtpd", version("aiosmtpd"), "Python", platform.python_version())
for label, tls, send, works in [
    ("aiosmtplib, no STARTTLS offered", False, aio(), True), ("aiosmtplib", True, aio(), False),
    ("aiosmtplib start_tls=False", True, aio(start_tls=False), True),
    ("aiosmtplib cert_bundle=...", True, aio(cert_bundle=folder + "/certificate.pem"), True),
    ("smtplib", True, std(False), True), ("smtplib starttls()", True, std(True), True), ("curl", True, curl, True), ("swaks", True, swaks, True)]:
    server = served(tls)
    try:
        send(server.port)
        seen = "sent"
    except Exception as error:
        seen = "%s: %s" % (type(error).__name__, error)
    finally:
        server.stop()
    print("%-32s %s" % (label, seen[:110]))
    if (seen == "sent") != works:
        raise SystemExit("CHANGED: " + label)
PY
echo "guess: a client that was told nothing of TLS sends as before when the server begins to offer it"
echo "seen: it upgrades by itself, and refuses the certificate"
