#!/usr/bin/env bash
# What: smtplib's send_message turns a body line "From 1 December ..." into ">From 1 December ..." on the wire, even
#   for an EmailMessage whose own as_bytes() leaves it alone. aiosmtplib's send_message does so only for the older
#   MIMEText.
# Why it surprises: quoting "From " belongs to mbox files; SMTP has no need of it, and the receiver has no way to know
#   that the ">" is not the author's. The modern policies have mangle_from_ off, but smtplib makes a generator of its
#   own with the old default.
# Where it bites: customers read ">From 1 December our prices change". A DKIM signature (or a hash kept for a webhook)
#   made over message.as_bytes() no longer fits what send_message sends, but only for mails with such a line.
# Source: documentation of email.generator.BytesGenerator (mangle_from_) and of email.policy; RFC 5321 section 4.5.2
#   has dot-stuffing alone. A way round: sendmail(sender, recipients, message.as_bytes(policy=policy.SMTP)).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aiosmtplib==5.1.3 dkimpy==1.1.8 cryptography==50.0.2
"$work/venv/bin/python" - <<'PY'
import asyncio, base64, platform, smtplib, socket, threading
from email import policy
from email.message import EmailMessage
from email.mime.text import MIMEText
from importlib.metadata import version
import aiosmtplib, dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

print("smtplib of Python", platform.python_version())
print("aiosmtplib", version("aiosmtplib"), "dkimpy", version("dkimpy"))
TEXT = "Dear customer,\nFrom 1 December our prices change.\n"

def sent(send):
    listener, wire = socket.create_server(("127.0.0.1", 0)), bytearray()
    def serve():
        connection, _ = listener.accept()
        stream = connection.makefile("rb")
        connection.sendall(b"220 mx.example.com\r\n")
        while line := stream.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                connection.sendall(b"354 Go on\r\n")
                while (line := stream.readline()) not in (b".\r\n", b""):
                    wire.extend(line)
            connection.sendall(b"221 Bye\r\n" if verb == b"QUIT" else b"250 Ok\r\n")
            if verb == b"QUIT":
                break
        connection.close()
    server = threading.Thread(target=serve, daemon=True)
    server.start()
    send(listener.getsockname()[1])
    server.join(10)
    return bytes(wire)
def by_smtplib(message):
    def send(port):
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.send_message(message)
    return sent(send)
def by_aiosmtplib(message):
    return sent(lambda port: asyncio.run(aiosmtplib.send(message, hostname="127.0.0.1", port=port, start_tls=False)))

def dressed(message):
    message["From"], message["To"], message["Subject"] = "shop@example.com", "a@example.org", "Prices"
    return message
new = EmailMessage(policy=policy.SMTP)
new.set_content(TEXT)
new, old = dressed(new), dressed(MIMEText(TEXT))
for name, wire, quoted in [
    ("EmailMessage.as_bytes()", new.as_bytes(), False), ("EmailMessage by smtplib", by_smtplib(new), True),
    ("EmailMessage by aiosmtplib", by_aiosmtplib(new), False), ("MIMEText by smtplib", by_smtplib(old), True),
    ("MIMEText by aiosmtplib", by_aiosmtplib(old), True)]:
    line = next(line for line in wire.split(b"\r\n" if b"\r\n" in wire else b"\n") if b"December" in line).decode()
    print("%-27s %s" % (name, line))
    if line.startswith(">") != quoted:
        raise SystemExit("CHANGED: " + name)

key = rsa.generate_private_key(65537, 2048)
private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
field = dkim.sign(new.as_bytes(), b"s", b"example.com", private, canonicalize=(b"relaxed", b"relaxed"))
new["DKIM-Signature"] = field.decode().split(":", 1)[1].replace("\r\n", "").strip()
for name, wire, expected in ("as_bytes()", new.as_bytes(), True), ("smtplib", by_smtplib(new), False), ("aiosmtplib", by_aiosmtplib(new), True):
    try:
        good = dkim.verify(wire, dnsfunc=lambda name, timeout=5: record)
    except dkim.DKIMException as error:
        good = repr(error)
    print("DKIM after %-11s %s" % (name, good))
    if good is not expected:
        raise SystemExit("CHANGED: DKIM after " + name)
PY
echo "guess: what as_bytes() returns is what send_message sends"
echo "seen: smtplib adds '>' before 'From ' in the body, and breaks the signature"
