#!/usr/bin/env bash
# What: a webhook signed over json.dumps(payload) and sent with json=payload verifies if sent by requests, niquests or
#   aiohttp, and fails if sent by httpx or urllib3: the former write `{"a": 1}` with \u escapes, the latter `{"a":1}`
#   in UTF-8. Signing the compact form fails the other way round.
# Why it surprises: json= is the same argument in all of them, the documents are equal, and httpx changed its bytes
#   only with 0.28: moving a sender from requests, or raising httpx, breaks every receiver without a line changed.
# Where it bites: senders of webhooks with HMAC signatures, and clients whose requests are signed or given a digest.
#   With an empty payload or a single string it still works.
# Source: RFC 8259 section 2 (white space is insignificant, so each is right); httpx's changelog for 0.28.0 (more
#   compact JSON bodies). The rule: serialise once, sign those bytes, send those bytes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    requests==2.34.2 niquests==3.21.2 aiohttp==3.14.5 httpx==0.28.1 urllib3==2.8.0 standardwebhooks==1.1.0
"$work/venv/bin/python" - <<'PY'
import asyncio, json, threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
import aiohttp, httpx, niquests, requests, urllib3
from standardwebhooks import Webhook, WebhookVerificationError

webhook, verdicts = Webhook(bytes(range(32))), []
class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            webhook.verify(body, dict(self.headers))
            verdicts.append((True, body))
        except WebhookVerificationError:
            verdicts.append((False, body))
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_):
        pass
server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
url, payload = "http://127.0.0.1:%d/" % server.server_port, {"event": "paid", "payer": "Ad\u00e9la"}
def by_aiohttp(url, json, headers):
    async def send():
        async with aiohttp.ClientSession() as session, session.post(url, json=json, headers=headers):
            pass
    asyncio.run(send())
for name, send, spaced in [
    ("requests", requests.post, True), ("niquests", niquests.post, True), ("aiohttp", by_aiohttp, True), ("httpx", httpx.post, False),
    ("urllib3", lambda url, json, headers: urllib3.request("POST", url, json=json, headers=headers), False)]:
    for label, text, expected in [
        ("json.dumps(payload)", json.dumps(payload), spaced),
        ("compact, UTF-8", json.dumps(payload, separators=(",", ":"), ensure_ascii=False), not spaced)]:
        now = datetime.now(timezone.utc)
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": webhook.sign("msg_1", now, text)}
        send(url, json=payload, headers=headers)
        good, body = verdicts.pop()
        print("%-9s %-7s signed over %-20s %-8s sent %s" % (name, version(name), label, "verifies" if good else "fails", body.decode()))
        if good != expected:
            raise SystemExit("CHANGED: " + name)
PY
echo "guess: json=payload sends json.dumps(payload)"
echo "seen: it does in three clients out of five"
