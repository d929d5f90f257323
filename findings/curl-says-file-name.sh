#!/usr/bin/env bash
# What: `curl -T 'march invoice.eml' smtp://server` introduces itself as `EHLO march invoice.eml`: the name of the
#   uploaded file is what it puts into EHLO, spaces, underscores and all.
# Why it surprises: EHLO takes the client's host name. In smtp URLs of curl the path is that name, and -T completes a
#   URL without a file name by the local file's, as it does for FTP and HTTP. With `-T -` the host name is sent.
# Where it bites: most examples of curl and SMTP upload a file. The same command works or fails by the name of the
#   file: a server that checks EHLO's syntax answers 501 to `my_mail.eml` or `march invoice.eml`; the receiver's logs,
#   the Received header and so the recipient learn the local file's name.
# Source: RFC 5321 section 4.1.1.1 (EHLO takes a domain or an address literal); curl's manual on -T and on smtp URLs.
#   The mend: smtp://server/client.example.org.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v curl >/dev/null || apt-get install -y -qq curl >/dev/null
curl --version | head -1 | cut -d' ' -f1-2
python3 - "$work" <<'PY'
import socket, subprocess, sys, threading
folder = sys.argv[1]

def hello(name, path):
    """What curl says first when it sends the file `name` to a URL that ends in `path`."""
    listener = socket.create_server(("127.0.0.1", 0))
    lines = []
    def serve():
        connection, _ = listener.accept()
        stream = connection.makefile("rb")
        connection.sendall(b"220 mx.example.com\r\n")
        lines.append(stream.readline().decode().rstrip("\r\n"))
        connection.sendall(b"421 Enough\r\n")
        connection.close()
    server = threading.Thread(target=serve, daemon=True)
    server.start()
    if name != "-":
        open(folder + "/" + name, "w", newline="").write("Subject: s\r\n\r\nhi\r\n")
    subprocess.run(["curl", "-sS", "smtp://127.0.0.1:%d%s" % (listener.getsockname()[1], path), "--mail-from", "a@example.org",
        "--mail-rcpt", "b@example.com", "-T", "-" if name == "-" else folder + "/" + name],
        input=b"Subject: s\r\n\r\nhi\r\n", capture_output=True, timeout=30)
    server.join(10)
    return lines[0]

for name, path, expected in [
    ("my_mail.eml", "", "EHLO my_mail.eml"), ("march invoice.eml", "", "EHLO march invoice.eml"),
    ("march invoice.eml", "/", "EHLO march invoice.eml"), ("march invoice.eml", "/client.example.org", "EHLO client.example.org")]:
    said = hello(name, path)
    print("%-20s smtp://server%-20s -> %s" % (name, path, said))
    if said != expected:
        raise SystemExit("CHANGED: expected " + expected)
if hello("-", "").endswith(".eml"):
    raise SystemExit("CHANGED: standard input has a file's name")
PY
echo "guess: EHLO names this host"
echo "seen: EHLO names the file that is sent"
