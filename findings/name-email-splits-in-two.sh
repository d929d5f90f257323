#!/usr/bin/env bash
# What: pydantic's NameEmail reads `"Doe, Jane" <jane@example.org>` rightly, and str() of it is `Doe, Jane
#   <jane@example.org>`, which is two recipients: smtplib sends RCPT TO:<Doe>. For a bare address NameEmail makes up a
#   name out of the local part, and EmailStr takes `Billing <billing@example.org>` and drops the name without a word.
# Why it surprises: the type's purpose is to read and write this form; it quotes names with an @, so that the quoting
#   looks done. A validator named EmailStr would be expected to refuse what is more than an address (email-validator
#   does).
# Where it bites: APIs and configuration that pass `from` and `to` on to a mail server: a recipient "Doe" is refused
#   (or bounces), with some clients nobody gets the mail; customers see "a.b" as a sender's name; From loses the
#   shop's name.
# Source: RFC 5322 sections 3.2.3 and 3.4 (a comma in a display name must be quoted); pydantic's documentation of
#   EmailStr and NameEmail.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.14.4 email-validator==2.4.0
"$work/venv/bin/python" - <<'PY'
import smtplib, socket, threading
from email.message import EmailMessage
from importlib.metadata import version
from email_validator import EmailNotValidError, validate_email
from pydantic import EmailStr, NameEmail, TypeAdapter

print("pydantic", version("pydantic"), "email-validator", version("email-validator"))
def recipients(header):
    """Whom smtplib names to the server for a To with that text."""
    message = EmailMessage()
    message["From"], message["To"] = "shop@example.com", header
    message.set_content("hi\n")
    listener, named = socket.create_server(("127.0.0.1", 0)), []
    def serve():
        connection, _ = listener.accept()
        stream = connection.makefile("rb")
        connection.sendall(b"220 mx.example.com\r\n")
        while line := stream.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                named.append(line.decode().split("<")[1].split(">")[0])
            if verb == b"DATA":
                connection.sendall(b"354 Go on\r\n")
                while stream.readline() not in (b".\r\n", b""):
                    pass
            connection.sendall(b"221 Bye\r\n" if verb == b"QUIT" else b"250 Ok\r\n")
            if verb == b"QUIT":
                break
        connection.close()
    server = threading.Thread(target=serve, daemon=True)
    server.start()
    with smtplib.SMTP("127.0.0.1", listener.getsockname()[1]) as client:
        client.send_message(message)
    server.join(10)
    return named
name_email, email_str = TypeAdapter(NameEmail).validate_python, TypeAdapter(EmailStr).validate_python
for given, written, reached in [
    ('"Doe, Jane" <jane@example.org>', "Doe, Jane <jane@example.org>", ["Doe", "jane@example.org"]),
    ('"Ops @ Shop" <ops@example.org>', '"Ops @ Shop" <ops@example.org>', ["ops@example.org"]),
    ("a.b@example.org", "a.b <a.b@example.org>", ["a.b@example.org"])]:
    seen = str(name_email(given))
    sent = recipients(seen)
    print("NameEmail %-32s -> %-32s RCPT %s" % (given, seen, sent))
    if (seen, sent) != (written, reached):
        raise SystemExit("CHANGED: expected %s, %s" % (written, reached))
kept = email_str("Billing <billing@example.org>")
print("EmailStr  %-32s -> %s" % ("Billing <billing@example.org>", kept))
if kept != "billing@example.org":
    raise SystemExit("CHANGED: EmailStr")
try:
    validate_email("Billing <billing@example.org>", check_deliverability=False)
    raise SystemExit("CHANGED: email-validator takes a name")
except EmailNotValidError as error:
    print("email-validator alone refuses it:", error)
PY
echo "guess: str() of a parsed mailbox parses to the same mailbox"
echo "seen: it parses to two"
