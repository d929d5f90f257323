#!/usr/bin/env bash
# What: Django's development server hands a view an empty request.body for a POST with Transfer-Encoding: chunked, and
#   answers as if all were well. Flask's own server reads the same request.
# Why it surprises: chunked bodies are plain HTTP/1.1, which a server must be able to read (RFC 9112 section 7.1); no
#   error, no 411, no line in the log. It comes from wsgiref, which knows Content-Length alone.
# Where it bites: developing a webhook receiver. A sender that streams its body (Node's fetch with a stream, Go with a
#   reader of unknown length, curl -T -, httpx with a generator) arrives as 0 bytes; the signature check fails or,
#   worse, the event is acknowledged with 200 and lost.
# Source: RFC 9112 sections 6.1 and 7.1; PEP 3333 (input is bounded by CONTENT_LENGTH); documentation of wsgiref and
#   of Django's runserver, which is for development only.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap 'for id in "${servers[@]}"; do kill "$id" 2>/dev/null || true; done; rm -rf "$work"' EXIT
command -v curl >/dev/null || apt-get install -y -qq curl >/dev/null
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check django==5.2.19 flask==3.1.3
cat >"$work/by_django.py" <<'PY'
import sys
from django.conf import settings
settings.configure(SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("hook", lambda request: HttpResponse("%d bytes" % len(request.body)))]
if __name__ == "__main__":
    execute_from_command_line(["manage", "runserver", "--noreload", "--skip-checks", "127.0.0.1:" + sys.argv[1]])
PY
cat >"$work/by_flask.py" <<'PY'
import sys
from flask import Flask, request
app = Flask("receiver")
@app.post("/hook")
def hook():
    return "%d bytes" % len(request.get_data())
app.run(port=int(sys.argv[1]))
PY
try() {   # name, expected for a chunked body
    local port answer plain
    port=$("$work/venv/bin/python" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$work/venv/bin/python" "$work/by_$1.py" "$port" >"$work/$1.log" 2>&1 &
    servers+=($!)
    for _ in $(seq 100); do
        if curl -s -o "$work/first" -d x "http://127.0.0.1:$port/hook"; then break; fi
        sleep 0.1
    done
    plain=$(curl -sS --max-time 10 -w ', status %{http_code}' -d '{"a":1}' "http://127.0.0.1:$port/hook")
    answer=$(curl -sS --max-time 10 -w ', status %{http_code}' -H 'Transfer-Encoding: chunked' -d '{"a":1}' "http://127.0.0.1:$port/hook")
    echo "$("$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -i "^$1 " | tr -s ' '): with Content-Length: $plain; chunked: $answer"
    [ "$plain" = "7 bytes, status 200" ] || { echo "CHANGED: $1 does not read a body with Content-Length"; exit 1; }
    [ "$answer" = "$2" ] || { echo "CHANGED: $1, expected $2"; exit 1; }
}
try django "0 bytes, status 200"
try flask "7 bytes, status 200"
echo "guess: the framework reads the body or refuses it with 411"
echo "seen: it hands over nothing"
