#!/usr/bin/env bash
# What: on a libcurl handle that is used again, setting CURLOPT_BUFFERSIZE fails with 43 (bad function argument) if the
#   transfer before it ended at the name look-up. The value is the very one that was taken before, and is within its
#   bounds. After a refused connection or an answer it can be set again; curl_easy_reset() does not help. libcurl
#   8.23.0 takes it.
# Why it surprises: options may be set between transfers, this one is documented as a hint that is brought within
#   bounds rather than refused, and nothing relates a host name to a buffer. 7.88.1, of Debian 12, keeps the buffer of
#   a transfer that failed so early, and takes the handle for busy.
# Where it bites: wrappers that set all options before each request and check each result (webhook senders do keep
#   handles): one receiver whose domain has lapsed, and the next delivery on that handle, to somebody else, fails
#   before it begins, with an error that names an argument. Way round: set it once per handle, or overlook its result
#   (the transfer works, with the size that was).
# Source: libcurl's documentation of CURLOPT_BUFFERSIZE (1024 to 10 MB; default 16 kB), of curl_easy_setopt (options
#   stay set for the transfers that follow, until changed) and of libcurl-errors (43: called with a bad parameter).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="libcurl4"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pycurl==7.49.0
"$work/venv/bin/python" - <<'PY'
import ctypes, http.server, threading
import pycurl

curl = ctypes.CDLL("libcurl.so.4")
curl.curl_version.restype = ctypes.c_char_p
curl.curl_easy_init.restype = ctypes.c_void_p
print(curl.curl_version().decode().split()[0])
URL, NOBODY, BUFFERSIZE, PROXY = 10002, 44, 98, 10004
class Handle:
    def __init__(self):
        self.handle = ctypes.c_void_p(curl.curl_easy_init())
        self.set(PROXY, ctypes.c_char_p(b""))
        self.set(NOBODY, ctypes.c_long(1))
    def set(self, option, value):
        return curl.curl_easy_setopt(self.handle, option, value)
    def fetch(self, url):
        self.set(URL, ctypes.c_char_p(url))
        return curl.curl_easy_perform(self.handle)
    def buffer(self):
        return self.set(BUFFERSIZE, ctypes.c_long(102400))
    def reset(self):
        curl.curl_easy_reset(self.handle)

class Answer(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
GOOD = b"http://127.0.0.1:%d/" % server.server_address[1]
NO_NAME, NO_SERVER = b"http://hooks.invalid/", b"http://127.0.0.1:1/"
for label, urls, reset, expected in [
    ("new handle", [], False, ([], 0)),
    ("after an answer", [GOOD], False, ([0], 0)),
    ("after a refused connection", [NO_SERVER], False, ([7], 0)),
    ("after an unknown name", [NO_NAME], False, ([6], 43)),
    ("after an unknown name, then an answer", [NO_NAME, GOOD], False, ([6, 0], 0)),
    ("after an unknown name and curl_easy_reset", [NO_NAME], True, ([6], 43))]:
    handle = Handle()
    first = handle.buffer()
    results = [handle.fetch(url) for url in urls]
    if reset:
        handle.reset()
    again = handle.buffer()
    print("%-42s transfers: %-7s BUFFERSIZE: %d, then %d" % (label, results, first, again))
    if first or (results, again) != expected:
        raise SystemExit("CHANGED: expected %s" % (expected,))
handle = pycurl.Curl()
handle.setopt(pycurl.PROXY, "")
handle.setopt(pycurl.URL, NO_NAME.decode())
for _ in range(2):
    handle.setopt(pycurl.BUFFERSIZE, 102400)
    try:
        handle.perform()
    except pycurl.error as error:
        print("%s of pycurl: transfer %d, BUFFERSIZE 0" % (pycurl.version.split()[1], error.args[0]))
PY
echo "guess: an option that could be set can be set again"
echo "seen: not where the transfer between found no name"
