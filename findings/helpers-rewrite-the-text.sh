#!/usr/bin/env bash
# What: two mail helpers take a plain text and send another. yagmail's text/plain part has "<br>" for every line end,
#   and "<Ann>" is gone from what HTML readers see; redmail runs every text and html through Jinja, so that "{{ code
#   }}" in a text about templates is an empty space, and "{%" raises.
# Why it surprises: both were given one string under the name of content or text, with no template argument; the
#   libraries exist to send it. Tests with "Hello" pass.
# Where it bites: receipts and alerts with more than one line (yagmail); support answers, documentation and anything
#   that quotes a user who wrote braces (redmail).
# Source: yagmail's README (a string that is neither a file nor HTML "must be text"; yagmail.raw is for text without
#   magic, and gets the same); redmail's documentation (bodies are Jinja templates unless the sender's use_jinja is
#   False); RFC 2046 section 4.1.1 (line breaks in text/plain are CRLF).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check yagmail==0.16.0 redmail==0.6.0
"$work/venv/bin/python" - <<'PY'
import socket, threading
from email import message_from_bytes, policy
from importlib.metadata import version
import redmail, yagmail

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
    message = message_from_bytes(bytes(wire), policy=policy.default)
    body = lambda kind: part.get_content().strip() if (part := message.get_body((kind,))) else None
    return body("plain"), body("html")
def by_yagmail(text):
    def send(port):
        client = yagmail.SMTP("a@example.com", "", host="127.0.0.1", port=port, smtp_starttls=False, smtp_ssl=False, smtp_skip_login=True)
        client.send(to="b@example.org", subject="s", contents=text)
        client.close()
    return sent(send)
def by_redmail(text, jinja=True):
    def send(port):
        client = redmail.EmailSender(host="127.0.0.1", port=port, use_starttls=False)
        client.use_jinja = jinja
        client.send(subject="s", sender="a@example.com", receivers=["b@example.org"], text=text)
    return sent(send)

plain, html = by_yagmail("Dear <Ann>,\nyour order is on its way.\n")
print("yagmail", version("yagmail"), "text:", repr(plain))
print("yagmail", version("yagmail"), "html:", repr(html))
if plain != "Dear <Ann>,<br>your order is on its way.<br>" or "<ann>" not in html:
    raise SystemExit("CHANGED: yagmail")
plain, _ = by_yagmail(yagmail.raw("Dear customer,\nyour order is on its way.\n"))
print("yagmail", version("yagmail"), "text of yagmail.raw():", repr(plain))
if plain != "Dear customer,<br>your order is on its way.<br>":
    raise SystemExit("CHANGED: yagmail.raw")
plain, _ = by_redmail("Write {{ code }} where the code goes.")
print("redmail", version("redmail"), "text:", repr(plain))
if plain != "Write  where the code goes.":
    raise SystemExit("CHANGED: redmail")
plain, _ = by_redmail("Write {{ code }} where the code goes.", jinja=False)
print("redmail with use_jinja=False:", repr(plain))
if plain != "Write {{ code }} where the code goes.":
    raise SystemExit("CHANGED: redmail with use_jinja=False")
PY
echo "guess: the text that is given is the text that is sent"
echo "seen: line ends become tags, braces become nothing"
