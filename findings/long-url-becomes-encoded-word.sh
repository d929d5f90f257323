#!/usr/bin/env bash
# What: Python's EmailMessage writes a List-Unsubscribe, References or In-Reply-To whose URL or message-id is longer
#   than a line as RFC 2047 encoded-words, `=?utf-8?q?=3Chttps=3A//...?=`, though it is plain ASCII.
# Why it surprises: nothing needs encoding, and Message-ID of the same length is left alone. RFC 2047 section 5 allows
#   encoded-words in free text, comments and phrases alone; a URL in angle brackets and a msg-id are none of them.
# Where it bites: an unsubscribe link with a token in it is longer than 78 characters. Whoever reads the header as RFC
#   2369 has it finds no URL and so no one-click unsubscribe; replies to long message-ids lose their thread. Tests
#   with a short token, and programs that decode every header alike (Python's own email among them), see nothing
#   wrong. Django 6 mails through this class: raising Django from 5.2, which wrote the link whole, changes it (seen
#   where a Python of 3.12 or later is there).
# Source: RFC 2047 section 5, RFC 2369 section 2, RFC 8058 section 3.1, RFC 5322 section 3.6.4. A way round: send
#   message.as_bytes(policy=policy.SMTP.clone(max_line_length=998)) with sendmail.
set -euo pipefail
python3 - <<'PY'
import platform, smtplib, socket, threading
from email import message_from_bytes, policy
from email.message import EmailMessage

LINK = "<https://app.example.com/unsubscribe/" + "t" * 60 + ">"
ID = "<" + "m" * 80 + "@example.com>"
def message():
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "news@example.com", "a@example.org", "News"
    made["List-Unsubscribe"], made["List-Unsubscribe-Post"] = LINK, "List-Unsubscribe=One-Click"
    made["Message-ID"] = made["In-Reply-To"] = made["References"] = ID
    made.set_content("Hello\n")
    return made

listener = socket.create_server(("127.0.0.1", 0))
wire = bytearray()
def serve():
    connection, _ = listener.accept()
    stream = connection.makefile("rb")
    connection.sendall(b"220 mx.example.com\r\n")
    while line := stream.readline():
        if line.upper().startswith(b"DATA"):
            connection.sendall(b"354 Go on\r\n")
            while (line := stream.readline()) not in (b".\r\n", b""):
                wire.extend(line)
        connection.sendall(b"221 Bye\r\n" if line.upper().startswith(b"QUIT") else b"250 Ok\r\n")
        if line.upper().startswith(b"QUIT"):
            break
    connection.close()
server = threading.Thread(target=serve, daemon=True)
server.start()
with smtplib.SMTP("127.0.0.1", listener.getsockname()[1]) as client:
    client.send_message(message())
server.join(10)

print("email and smtplib of Python", platform.python_version())
print(wire.split(b"\r\n\r\n")[0].decode())
seen = message_from_bytes(bytes(wire))        # as a reader that does not decode headers
for name in "List-Unsubscribe", "In-Reply-To", "References":
    if not seen[name].startswith("=?utf-8?q?=3C"):
        raise SystemExit("CHANGED: %s is %r" % (name, seen[name]))
if seen["Message-ID"].strip() != ID:
    raise SystemExit("CHANGED: Message-ID is %r" % seen["Message-ID"])
whole = message_from_bytes(message().as_bytes(policy=policy.SMTP.clone(max_line_length=998)))
if whole["List-Unsubscribe"] != LINK:
    raise SystemExit("CHANGED: with lines of 998 octets the link is %r" % whole["List-Unsubscribe"])
PY
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/mail.py" <<'PY'
import sys, django
from django.conf import settings
settings.configure()
from django.core.mail import EmailMessage
link = "<https://app.example.com/unsubscribe/" + "t" * 60 + ">"
sent = EmailMessage("s", "hi", "news@example.com", ["a@example.org"], headers={"List-Unsubscribe": link}).message().as_bytes().decode()
line = sent[sent.index("List-Unsubscribe:"):].split("\n\n")[0]
print("Django %s: %s" % (django.__version__, " ".join(line.split())))
if (link in line) != (sys.argv[1] == "whole"):
    raise SystemExit("CHANGED: expected the link " + sys.argv[1])
PY
try() {   # python, version of Django, what becomes of the link
    "$1" -m venv "$work/$2"
    "$work/$2/bin/pip" install --quiet --disable-pip-version-check "django==$2"
    "$work/$2/bin/python" "$work/mail.py" "$3"
}
try python3 5.2.19 whole
for python in python3 python3.15 python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
        try "$python" 6.1.3 encoded
        break
    fi
done
echo "guess: ASCII that cannot be folded is left on a long line (up to 998 octets, RFC 5322 section 2.1.1)"
echo "seen: it is dressed as encoded-words where RFC 2047 forbids them"
