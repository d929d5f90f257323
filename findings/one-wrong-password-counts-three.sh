#!/usr/bin/env bash
# What: one login() of smtplib, aiosmtplib or swaks with a wrong password is as many failed AUTHs as the server offers
#   mechanisms: CRAM-MD5, PLAIN and LOGIN make three. curl, mutt and s-nail try once.
# Why it surprises: 535 says that the credentials are wrong, and they do not get better by another mechanism; the
#   program reports one failure.
# Where it bites: a server or fail2ban rule that locks out after 5 failures locks a customer out at the second attempt
#   of a cron job with an expired key, and from the address of a whole office. Counters of failures read three times
#   too high.
# Source: RFC 4954 section 6 (535: credentials invalid; 534 asks for another mechanism); smtplib's documentation of
#   login ("each of the authentication methods supported by the server are tried in turn").
set -euo pipefail
for package in curl swaks mutt s-nail; do
    command -v "$package" >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aiosmtplib==5.1.3
dpkg-query -W -f '${Package} ${Version}\n' curl swaks mutt s-nail
HOME=$work "$work/venv/bin/python" - "$work" <<'PY'
import asyncio, platform, smtplib, socket, subprocess, sys, threading
from importlib.metadata import version
import aiosmtplib

print("smtplib of Python", platform.python_version())
print("aiosmtplib", version("aiosmtplib"))
file = sys.argv[1] + "/message.eml"
open(file, "w", newline="").write("Subject: s\r\n\r\nhi\r\n")

class Server:
    """Refuses every password, by whichever mechanism."""
    def __init__(self, mechanisms):
        self.listener, self.tried, self.mechanisms = socket.create_server(("127.0.0.1", 0)), [], mechanisms
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()
    def accept(self):
        for _ in range(5):
            threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()
    def serve(self, connection):
        stream = connection.makefile("rb")
        def say(text, reads=False):
            connection.sendall(text.encode() + b"\r\n")
            return stream.readline() if reads else None
        say("220 mx.example.com")
        while words := stream.readline().decode().upper().split():
            if words[0] == "EHLO":
                say("250-mx.example.com\r\n250 AUTH " + self.mechanisms)
            elif words[0] == "AUTH":
                self.tried.append(words[1])
                prompts = {"CRAM-MD5": ["PDFAbXguZXhhbXBsZS5jb20+"], "PLAIN": [""], "LOGIN": ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"]}[words[1]]
                for prompt in prompts[len(words) - 2:]:
                    say("334 " + prompt, reads=True)
                say("535 5.7.8 Authentication credentials invalid")
            else:
                say("221 Bye" if words[0] == "QUIT" else "250 Ok")
                if words[0] == "QUIT":
                    break
        connection.close()

def run(*command):
    subprocess.run(command, input="hi\n", capture_output=True, text=True, timeout=30)
def by_smtplib(port):
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.login("user", "wrong")
def by_aiosmtplib(port):
    asyncio.run(aiosmtplib.send("Subject: s\r\n\r\nhi\r\n", sender="a@example.com", recipients=["b@example.org"], hostname="127.0.0.1",
        port=port, username="user", password="wrong", start_tls=False))
CLIENTS = [("smtplib", by_smtplib, True), ("aiosmtplib", by_aiosmtplib, True),
    ("swaks", lambda port: run("swaks", "--server", "127.0.0.1:%d" % port, "--auth", "-au", "user", "-ap", "wrong", "--to", "b@example.org", "--silent", "3"), True),
    ("curl", lambda port: run("curl", "-sS", "smtp://127.0.0.1:%d/client.example.com" % port, "-u", "user:wrong", "--mail-from", "a@example.com", "--mail-rcpt", "b@example.org", "-T", file), False),
    ("mutt", lambda port: run("mutt", "-n", "-F", "/dev/null", "-e", "set smtp_url=smtp://user:wrong@127.0.0.1:%d from=a@example.com ssl_starttls=no ssl_force_tls=no copy=no" % port, "-s", "s", "--", "b@example.org"), False),
    ("s-nail", lambda port: run("s-nail", "-:/", "-Sv15-compat", "-Smta=smtp://user:wrong@127.0.0.1:%d" % port, "-Sfrom=a@example.com", "-Shostname=client.example.com", "-s", "s", "b@example.org"), False)]
for mechanisms in "PLAIN LOGIN", "CRAM-MD5 PLAIN LOGIN":
    for name, send, tries_all in CLIENTS:
        server = Server(mechanisms)
        try:
            send(server.port)
        except (smtplib.SMTPAuthenticationError, aiosmtplib.SMTPAuthenticationError):
            pass
        print("offered %-21s %-11s %d failure(s): %s" % (mechanisms, name, len(server.tried), " ".join(server.tried)))
        if len(server.tried) != (len(mechanisms.split()) if tries_all else 1):
            raise SystemExit("CHANGED: " + name)
PY
echo "guess: one login with a wrong password is one failure"
echo "seen: it is one for each mechanism"
