#!/usr/bin/env bash
# What: a list of events as lines of JSON, one of them with U+2028 (or U+0085, U+2029) in its subject, is cut within
#   that line by httpx's iter_lines(), by requests' and niquests' iter_lines(decode_unicode=True) and by
#   str.splitlines(). aiohttp, urllib3, jsonlines, and the same iter_lines() of requests on bytes, read it whole.
# Why it surprises: JSON has these characters bare within strings, and a JSON Lines reader looks for "\n" alone. Whether
#   iter_lines() does depends on whether it splits before or after it decodes. json.dumps() escapes them by default, so
#   that a test with Python at both ends passes; JavaScript's JSON.stringify, ensure_ascii=False, orjson and most other
#   languages write them as they are.
# Where it bites: exports and event streams of mail: subjects pasted from word processors and web pages have them. A
#   single one ends the import with "Unterminated string".
# Source: RFC 8259 section 7 (all may stand unescaped but quote, backslash and the controls below U+0020); JSON Lines
#   ("line separator is \n"); documentation of str.splitlines (its list of boundaries) and of bytes.splitlines.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check httpx==0.28.1 requests==2.34.2 niquests==3.21.2 \
    aiohttp==3.14.5 urllib3==2.8.0 jsonlines==4.0.0
env -u http_proxy -u HTTP_PROXY -u all_proxy -u ALL_PROXY "$work/venv/bin/python" - <<'PY'
import asyncio, http.server, io, json, threading
from importlib.metadata import version
import aiohttp, httpx, jsonlines, niquests, requests, urllib3

SUBJECTS = ["Invoice 7", "Dear Ann,\u2028your order", "Next\u0085line", "Two\u2029paragraphs", "Invoice 8"]
BODY = "".join(json.dumps({"n": n, "subject": subject}, ensure_ascii=False) + "\n" for n, subject in enumerate(SUBJECTS))
class Events(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = BODY.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Events)
threading.Thread(target=server.serve_forever, daemon=True).start()
URL = "http://127.0.0.1:%d/events" % server.server_address[1]
def by_httpx():
    with httpx.stream("GET", URL) as answer:
        return list(answer.iter_lines())
def by_aiohttp():
    async def read():
        async with aiohttp.ClientSession() as client, client.get(URL) as answer:
            return [line async for line in answer.content]
    return asyncio.run(read())
READERS = [
    ("httpx", "iter_lines()", by_httpx, False),
    ("requests", "iter_lines()", lambda: requests.get(URL, stream=True).iter_lines(), True),
    ("requests", "iter_lines(decode_unicode)", lambda: requests.get(URL, stream=True).iter_lines(decode_unicode=True), False),
    ("niquests", "iter_lines()", lambda: niquests.get(URL, stream=True).iter_lines(), True),
    ("niquests", "iter_lines(decode_unicode)", lambda: niquests.get(URL, stream=True).iter_lines(decode_unicode=True), False),
    ("requests", "text.splitlines()", lambda: requests.get(URL).text.splitlines(), False),
    ("aiohttp", "content", by_aiohttp, True),
    ("urllib3", "response as lines", lambda: urllib3.request("GET", URL, preload_content=False), True),
    ("jsonlines", "Reader", lambda: (json.dumps(event) for event in jsonlines.Reader(io.StringIO(BODY, newline=""))), True),
]
for name, how, read, expected in READERS:
    events, pieces = [], []
    for line in read():
        try:
            events.append(json.loads(line))
        except json.JSONDecodeError:
            pieces.append(line)
    whole = [event["subject"] for event in events] == SUBJECTS and not pieces
    print("%-9s %-7s %-27s %d events of %d, %d pieces" % (name, version(name), how, len(events), len(SUBJECTS), len(pieces)))
    if whole != expected or not expected and (len(events), len(pieces)) != (2, 6):
        raise SystemExit("CHANGED: " + name)
PY
echo "guess: a line of JSON ends at its line feed"
echo "seen: to some readers a subject has lines, too"
