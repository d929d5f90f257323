#!/usr/bin/env bash
# What: aiohttp asks for another URL than it was given: "?to=ann%40example.com&next=%2Fa%2Fb" goes out as
#   "?to=ann@example.com&next=/a/b". requests, httpx, niquests, urllib3, httplib2, tornado, curl and wget send the
#   query as it is. requests and aiohttp also turn "%7E" into "~", and five of the nine drop a lone "?" at the end.
# Why it surprises: the server decodes both to the same values, so that nothing shows but in a log; a client that was
#   given a finished URL has nothing to encode. aiohttp's URL class decodes what may stand bare, unless the URL comes
#   as yarl.URL(text, encoded=True).
# Where it bites: signatures over the URL as text, as Twilio's X-Twilio-Signature, signed unsubscribe and download links
#   and HTTP message signatures over @query have them: a webhook receiver whose address has "%40" or "%2F" in its query
#   rejects each call from an aiohttp sender, and takes them from all others. Addresses with tokens alone pass.
# Source: RFC 3986 sections 2.2 (URLs that differ in a reserved character's encoding are not equivalent) and 6.2.2.2
#   (only unreserved characters, such as "~", may be decoded); aiohttp's client guide (URLs are requoted, encoded=True
#   disables it).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="curl wget"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aiohttp==3.14.5 yarl==1.25.1 requests==2.34.2 \
    httpx==0.28.1 niquests==3.21.2 urllib3==2.8.0 httplib2==0.32.1 tornado==6.6.1
env -u http_proxy -u HTTP_PROXY -u all_proxy -u ALL_PROXY "$work/venv/bin/python" - <<'PY'
import asyncio, socket, subprocess, threading
from importlib.metadata import version
import aiohttp, httplib2, httpx, niquests, requests, urllib3, yarl
from tornado.httpclient import AsyncHTTPClient

class Server:
    """Keeps the target of the last request as it came."""
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.origin = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.target = None
        threading.Thread(target=self.serve, daemon=True).start()
    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rb") as stream:
                line = stream.readline()
                if not line:
                    continue
                self.target = line.split(b" ")[1].decode()
                while stream.readline() not in (b"\r\n", b""):
                    pass
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
async def by_aiohttp(url):
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        await answer.read()
def by_tornado(url):
    async def fetch():
        await AsyncHTTPClient().fetch(url)
    asyncio.run(fetch())
CLIENTS = {
    "aiohttp": lambda url: asyncio.run(by_aiohttp(url)),
    "aiohttp encoded=True": lambda url: asyncio.run(by_aiohttp(yarl.URL(url, encoded=True))),
    "requests": requests.get, "httpx": httpx.get, "niquests": niquests.get,
    "urllib3": lambda url: urllib3.request("GET", url, retries=False),
    "httplib2": lambda url: httplib2.Http().request(url), "tornado": by_tornado,
    "curl": lambda url: subprocess.run(["curl", "-s", url], check=True),
    "wget": lambda url: subprocess.run(["wget", "-q", "-O", "/dev/null", url], check=True),
}
for name in "aiohttp", "yarl", "requests", "httpx", "niquests", "urllib3", "httplib2", "tornado":
    print(name, version(name))
server = Server()
for given, expected in [
    ("/hook?to=ann%40example.com&next=%2Fa%2Fb", {"aiohttp": "/hook?to=ann@example.com&next=/a/b"}),
    ("/hook?at=2026-12-01T10%3A00%3A00", {"aiohttp": "/hook?at=2026-12-01T10:00:00"}),
    ("/hook?home=%7Eann", {"aiohttp": "/hook?home=~ann", "requests": "/hook?home=~ann"}),
    ("/hook?", dict.fromkeys(["aiohttp", "aiohttp encoded=True", "requests", "niquests", "httplib2", "tornado"], "/hook")),
    ("/hook?sig=Zm9v%2BYmFy%3D&n=1", {})]:
    changed = {}
    for name, get in CLIENTS.items():
        get(server.origin + given)
        if server.target != given:
            changed[name] = server.target
    print("%-42s %s" % (given, changed or "as it is, from all"))
    if changed != expected:
        raise SystemExit("CHANGED: expected %s" % expected)
PY
echo "guess: a client asks for the URL that it was given"
echo "seen: for one that decodes alike"
