#!/usr/bin/env bash
# What: a POST whose connection is closed after the server has read it, but before it answers, is sent a second time
#   by libcurl (if the connection was a kept-alive one) and by httplib2. The caller sees one failure, not two sends.
# Why it surprises: POST is not idempotent, no retry was asked for, and requests, httpx, aiohttp and niquests send
#   once. With curl it happens on the second message of a connection only, so that no simple test finds it.
# Where it bites: a mail API behind such a client gets the message twice (two mails, or two charges, without an
#   idempotency key); a webhook sender built on libcurl hits a receiver that restarts in mid-request twice within what
#   its log counts as one attempt.
# Source: RFC 9110 section 9.2.2 (a user agent should not repeat a non-idempotent request by itself); httplib2's
#   module constant RETRIES; curl's documentation of CURLOPT_FORBID_REUSE for how to avoid kept connections.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v curl >/dev/null || apt-get install -y -qq curl >/dev/null
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    httplib2==0.32.1 requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5 niquests==3.21.2
"$work/venv/bin/python" - <<'PY'
import asyncio, socket, subprocess, threading
from importlib.metadata import version
import aiohttp, httplib2, httpx, niquests, requests

class Receiver:
    """Answers the first request of all, then reads each further one whole and closes without an answer."""
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d/" % self.listener.getsockname()[1]
        self.bodies = []
        threading.Thread(target=self.accept, daemon=True).start()
    def accept(self):
        for _ in range(10):
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()
    def serve(self, connection):
        stream = connection.makefile("rb")
        while line := stream.readline():
            length = 0
            while line != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
                line = stream.readline()
            self.bodies.append(stream.read(length).decode())
            if len(self.bodies) > 1:
                break
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()

def curl(url):
    subprocess.run(["curl", "-sS", "-d", "first", url, "--next", "-sS", "-d", "second", url], check=True, capture_output=True)
def by_httplib2(url):
    client = httplib2.Http()
    client.request(url, "POST", "first")
    client.request(url, "POST", "second")
def session(make, key):
    def send(url):
        with make() as client:
            client.post(url, **{key: "first"})
            client.post(url, **{key: "second"})
    return send
def by_aiohttp(url):
    async def send():
        async with aiohttp.ClientSession() as client:
            for body in "first", "second":
                async with client.post(url, data=body) as answer:
                    await answer.read()
    asyncio.run(send())

curl_version = subprocess.run(["curl", "--version"], capture_output=True, text=True).stdout.split()[1]
clients = [("curl " + curl_version, curl, 2), ("httplib2 " + version("httplib2"), by_httplib2, 2)] + [
    ("%s %s" % (name, version(name)), send, 1) for name, send in [
        ("requests", session(requests.Session, "data")), ("niquests", session(niquests.Session, "data")),
        ("httpx", session(httpx.Client, "content")), ("aiohttp", by_aiohttp)]]
for name, send, expected in clients:
    receiver = Receiver()
    try:
        send(receiver.url)
        raise SystemExit(name + ": CHANGED: the closed connection was not reported")
    except Exception as error:
        seen = receiver.bodies.count("second")
        print("%-17s the second POST reached the server %d time(s); the caller saw %s" % (name, seen, type(error).__name__))
        if seen != expected:
            raise SystemExit("%s: CHANGED: expected %d" % (name, expected))
PY
echo "guess: a POST goes out once unless the caller asks for retries"
echo "seen: curl on a kept connection, and httplib2, send it twice and report one failure"
