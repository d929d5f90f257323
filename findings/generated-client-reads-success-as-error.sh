#!/usr/bin/env bash
# What: openapi-python-client leaves out what it does not know and exits with 0. In a valid OpenAPI 3.1 document (1) a
#   200 of type message/rfc822 beside a `default` error: the generated code then reads every answer, the 200 too, as
#   the error's JSON, and raises on success; (2) a request body with an enum of mixed types: the whole operation is
#   gone; (3) an operation that takes message/rfc822: gone.
# Why it surprises: a generator that cannot do its work is expected to fail; what is missing is told as a warning
#   among pages of text. That leaving out a success makes `default` swallow it is in no warning at all.
# Where it bites: clients for mail servers' APIs, whose raw messages are message/rfc822. Generated in CI, they lose
#   their send() or break on GET raw after a harmless change of the document.
# Source: OpenAPI 3.1, Responses Object (`default` is for answers not declared) and JSON Schema 2020-12 validation
#   section 6.1.2 (an enum's elements may be of any type); the generator's README on what it supports. It has a
#   switch, --fail-on-warning, which is off by default.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check openapi-python-client==0.29.1 openapi-spec-validator==0.9.0 httpx==0.28.1
cat >"$work/api.json" <<'JSON'
{"openapi": "3.1.0", "info": {"title": "Mail", "version": "1"}, "servers": [{"url": "https://api.example.com"}],
 "paths": {
  "/messages/{id}/raw": {"get": {"operationId": "rawMessage",
   "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
   "responses": {"200": {"description": "The message", "content": {"message/rfc822": {"schema": {"type": "string"}}}},
    "default": {"description": "An error", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}}}},
  "/messages": {"post": {"operationId": "send",
   "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Send"}}}},
   "responses": {"202": {"description": "Taken"}}}},
  "/imports": {"post": {"operationId": "import",
   "requestBody": {"required": true, "content": {"message/rfc822": {"schema": {"type": "string"}}}},
   "responses": {"202": {"description": "Taken"}}}},
  "/status": {"get": {"operationId": "status", "responses": {"204": {"description": "Well"}}}}},
 "components": {"schemas": {
  "Problem": {"type": "object", "properties": {"detail": {"type": ["string", "null"]}}},
  "Send": {"type": "object", "required": ["to"], "properties": {"to": {"type": "string"}, "priority": {"enum": [1, 2, "high"]}}}}}}
JSON
export PATH="$work/venv/bin:$PATH"
openapi-spec-validator "$work/api.json" >/dev/null && echo "the document is valid, says openapi-spec-validator $(pip show openapi-spec-validator 2>/dev/null | sed -n 's/^Version: //p')"
code=0
openapi-python-client generate --path "$work/api.json" --output-path "$work/mailclient" --meta none >"$work/said" 2>&1 || code=$?
echo "openapi-python-client 0.29.1: exit $code"
[ "$code" = 0 ] || { echo "CHANGED: the generator fails"; exit 1; }
made=$(cd "$work/mailclient/api/default" && ls ./*.py | grep -v __init__ | tr '\n' ' ')
echo "operations of 4 that were generated: $made"
[ "$made" = "./raw_message.py ./status.py " ] || { echo "CHANGED: expected raw_message and status"; exit 1; }
cd "$work" && python - <<'PY'
import httpx
from mailclient import Client
from mailclient.api.default import raw_message
answer = lambda request: httpx.Response(200, headers={"content-type": "message/rfc822"}, text="Subject: s\r\n\r\nhi\r\n")
client = Client(base_url="https://api.example.com")
client.set_httpx_client(httpx.Client(base_url="https://api.example.com", transport=httpx.MockTransport(answer)))
try:
    raw_message.sync_detailed("1", client=client)
except ValueError as error:
    print("GET raw answered 200, the generated client raised %s: %s" % (type(error).__name__, error))
else:
    raise SystemExit("CHANGED: the generated client takes the 200")
PY
echo "guess: an unsupported type fails the generation, or is handed over as bytes"
echo "seen: two operations vanish, and the third takes its success for the error"
