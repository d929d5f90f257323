#!/usr/bin/env bash
# What: aiohttp-retry's RetryClient with defaults sends a POST three times within a second when the answer is a 5xx,
#   and does not look at Retry-After: "503, Retry-After: 30" is met by two more requests after 0.2 and 0.6 seconds.
# Why it surprises: retry layers usually leave POST alone (urllib3's Retry, httpx-retries) and wait as long as they
#   are told. 429, the status made for waiting, is the one that is not retried.
# Where it bites: a mail or payment API that fails after it has taken the message sends three, unless the caller has
#   an idempotency key; a server that sheds load by Retry-After gets three times the load.
# Source: RFC 9110 sections 9.2.2 (idempotent methods) and 10.2.3 (Retry-After); aiohttp-retry's README on its options
#   methods, statuses, retry_all_server_errors.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aiohttp-retry==2.9.1 aiohttp==3.14.5 httpx-retries==0.6.0 httpx==0.28.1
"$work/venv/bin/python" - <<'PY'
import asyncio, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
import aiohttp_retry, httpx, httpx_retries

times, status = [], 503
class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        times.append(time.monotonic())
        self.send_response(status)
        self.send_header("Retry-After", "30")
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = "http://127.0.0.1:%d/" % server.server_port
def by_aiohttp_retry():
    async def send():
        async with aiohttp_retry.RetryClient() as client, client.post(url, data="{}"):
            pass
    asyncio.run(send())
def by_httpx_retries():
    with httpx.Client(transport=httpx_retries.RetryTransport()) as client:
        client.post(url, content="{}")
for name, send, status, expected in [
    ("aiohttp-retry", by_aiohttp_retry, 503, 3), ("aiohttp-retry", by_aiohttp_retry, 500, 3), ("aiohttp-retry", by_aiohttp_retry, 429, 1),
    ("httpx-retries", by_httpx_retries, 503, 1)]:
    times.clear()
    send()
    waits = " ".join("+%.1fs" % (later - times[0]) for later in times)
    print("%-13s %-6s POST answered %d, Retry-After: 30 -> %d request(s): %s" % (name, version(name), status, len(times), waits))
    if len(times) != expected or times[-1] - times[0] > 5:
        raise SystemExit("CHANGED: expected %d request(s) at once" % expected)
PY
echo "guess: a POST is sent once, and a retry waits as long as Retry-After says"
echo "seen: it is sent three times in a second"
