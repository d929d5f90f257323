#!/usr/bin/env bash
# What: urllib3's request("PUT", url, timeout=1) to a server that answers 503 with "Retry-After: 3" returns after 6
#   seconds, having slept and sent again twice by itself. With "Retry-After: 3600" it would sleep for hours: the limit
#   is 6 hours. POST is left alone; requests, httpx and niquests return the 503 at once.
# Why it surprises: no Retry was configured and no status was listed for retries; the default of three "retries" reads
#   like one for broken connections. The time-out of the call covers each attempt and not the sleep.
# Where it bites: workers that update or delete by PUT and DELETE, or poll a status by GET, through plain urllib3: one
#   server in maintenance parks every thread, and no time-out or log line tells why.
# Source: urllib3's documentation of util.Retry (respect_retry_after_header, RETRY_AFTER_STATUS_CODES: 413, 429, 503;
#   DEFAULT_RETRY_AFTER_MAX); RFC 9110 section 10.2.3. A way round: retries=False.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check urllib3==2.8.0 requests==2.34.2 httpx==0.28.1 niquests==3.21.2
"$work/venv/bin/python" - <<'PY'
import threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
import httpx, niquests, requests, urllib3

count = 0
class Busy(BaseHTTPRequestHandler):
    def answer(self):
        global count
        count += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503 if count < 3 else 200)
        if count < 3:
            self.send_header("Retry-After", "3")
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_GET = do_PUT = do_POST = answer
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = "http://127.0.0.1:%d/" % server.server_port
for name, method, send, waits in [
    ("urllib3", "PUT", lambda: urllib3.PoolManager().request("PUT", url, body="x", timeout=1).status, True),
    ("urllib3", "GET", lambda: urllib3.PoolManager().request("GET", url, timeout=1).status, True),
    ("urllib3", "POST", lambda: urllib3.PoolManager().request("POST", url, body="x", timeout=1).status, False),
    ("requests", "PUT", lambda: requests.put(url, data="x", timeout=1).status_code, False),
    ("niquests", "PUT", lambda: niquests.put(url, data="x", timeout=1).status_code, False),
    ("httpx", "PUT", lambda: httpx.put(url, content="x", timeout=1).status_code, False)]:
    count, begun = 0, time.monotonic()
    status = send()
    took = time.monotonic() - begun
    print("%-9s %-7s %-5s timeout=1: status %d after %.1f s and %d request(s)" % (name, version(name), method, status, took, count))
    if waits != (took > 5.5) or count != (3 if waits else 1):
        raise SystemExit("CHANGED: %s %s" % (name, method))
print("the longest Retry-After that urllib3 obeys: %d hours" % (urllib3.Retry.DEFAULT_RETRY_AFTER_MAX // 3600))
PY
echo "guess: timeout=1 returns within about a second, with the 503"
echo "seen: it sleeps as long as the server asks, and sends again"
