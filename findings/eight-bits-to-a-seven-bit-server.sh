#!/usr/bin/env bash
# What: smtplib's send_message sends an EmailMessage with an accent as 8-bit content to a server that did not offer
#   8BITMIME, and without BODY=8BITMIME to one that did. aiosmtplib falls back to Base64 for the first, and declares
#   the body to the second.
# Why it surprises: set_content() chose "8bit" by itself, send_message() has read the server's EHLO and checks it for
#   SMTPUTF8, and the same message in Python's older MIMEText class goes out as Base64.
# Where it bites: a relay that trusts the missing BODY=8BITMIME takes the message for 7-bit and passes it on as it is
#   to a next server without the extension; where the text breaks there, nobody looks at the sending script. Mail in
#   English passes.
# Source: RFC 6152 section 3 (no 8-bit content without the server's offer; BODY=8BITMIME declares it); documentation
#   of email.policy (cte_type "8bit") and of smtplib.SMTP.send_message.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aiosmtplib==5.1.3
"$work/venv/bin/python" - <<'PY'
import asyncio, platform, smtplib, socket, threading
from email.message import EmailMessage
from email.mime.text import MIMEText
from importlib.metadata import version
import aiosmtplib

def sent(send, offers):
    """What the client said in MAIL, and the message."""
    listener, wire, mail = socket.create_server(("127.0.0.1", 0)), bytearray(), []
    def serve():
        connection, _ = listener.accept()
        stream = connection.makefile("rb")
        connection.sendall(b"220 mx.example.com\r\n")
        while line := stream.readline():
            verb, answer = line[:4].upper(), b"250 Ok\r\n"
            if verb == b"EHLO":
                answer = b"250-mx.example.com\r\n250 8BITMIME\r\n" if offers else b"250 mx.example.com\r\n"
            elif verb == b"MAIL":
                mail.append(line.decode().strip())
            elif verb == b"DATA":
                connection.sendall(b"354 Go on\r\n")
                while (line := stream.readline()) not in (b".\r\n", b""):
                    wire.extend(line)
            connection.sendall(b"221 Bye\r\n" if verb == b"QUIT" else answer)
            if verb == b"QUIT":
                break
        connection.close()
    server = threading.Thread(target=serve, daemon=True)
    server.start()
    send(listener.getsockname()[1])
    server.join(10)
    return mail[0], bytes(wire)
def by_smtplib(message):
    def send(port):
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.send_message(message)
    return send
def by_aiosmtplib(message):
    return lambda port: asyncio.run(aiosmtplib.send(message, hostname="127.0.0.1", port=port, start_tls=False))
def dressed(message):
    message["From"], message["To"], message["Subject"] = "shop@example.com", "a@example.org", "Order"
    return message
new = EmailMessage()
new.set_content("Your order from Caf\u00e9 Accra\n")
new, old = dressed(new), dressed(MIMEText("Your order from Caf\u00e9 Accra\n"))
python, aio = "smtplib of Python " + platform.python_version(), "aiosmtplib " + version("aiosmtplib")
for label, send, offers, is_8bit, declared in [
    (python + ", EmailMessage", by_smtplib(new), False, True, False), (python + ", EmailMessage", by_smtplib(new), True, True, False),
    (python + ", MIMEText", by_smtplib(old), False, False, False), (aio + ", EmailMessage", by_aiosmtplib(new), False, False, False),
    (aio + ", EmailMessage", by_aiosmtplib(new), True, True, True)]:
    mail, wire = sent(send, offers)
    seen = any(byte > 127 for byte in wire), "BODY=8BITMIME" in mail
    print("%-40s 8BITMIME %-11s content %-6s %s" % (label, "offered;" if offers else "not offered;", "8-bit;" if seen[0] else "7-bit;", mail))
    if seen != (is_8bit, declared):
        raise SystemExit("CHANGED: " + label)
PY
echo "guess: the library that reads EHLO encodes for a server without 8BITMIME, and says BODY=8BITMIME to one with it"
echo "seen: it does neither"
