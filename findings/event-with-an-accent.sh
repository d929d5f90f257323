#!/usr/bin/env bash
# What: the two interfaces of the one package cloudevents do not read each other. In HTTP's binary mode the new core
#   writes the header `ce-subject: Caf%C3%A9%20100%25`, as the specification has it; cloudevents.v1 hands the receiver
#   that text undecoded. v1 itself writes the subject raw: "100%25" sent by v1 is "100%" to the core, and with an
#   accent httpx refuses to send it.
# Why it surprises: it is one package and one specversion, and v1 is there for programs written against cloudevents 1.
#   Subjects and sources in ASCII without spaces or percent signs pass.
# Where it bites: webhooks in CloudEvents form where one side has been moved to 2.x's core: deduplication and routing
#   by source or subject see two names for a thing.
# Source: CloudEvents HTTP Protocol Binding 1.0.2 section 3.1.3.2 (percent-encode all but printable ASCII, and space,
#   " and %).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check cloudevents==2.2.0 httpx==0.28.1
PYTHONIOENCODING=utf-8 "$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version
import httpx
from cloudevents.core.bindings.http import HTTPMessage, from_binary_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent as CoreEvent
from cloudevents.v1.conversion import to_binary
from cloudevents.v1.http import CloudEvent as OldEvent, from_http

print("cloudevents", version("cloudevents"), "httpx", version("httpx"))
def by_core(subject):
    message = to_binary_event(CoreEvent({"id": "1", "source": "/orders", "type": "paid", "specversion": "1.0", "subject": subject}, {"n": 1}))
    return dict(message.headers), message.body
def by_v1(subject):
    headers, body = to_binary(OldEvent({"id": "1", "source": "/orders", "type": "paid", "subject": subject}, {"n": 1}))
    return {**headers, "content-type": "application/json"}, body
def read_by_core(headers, body):
    return from_binary_event(HTTPMessage(headers, body)).get_subject()
def read_by_v1(headers, body):
    return from_http(headers, body)["subject"]
for subject, from_core, from_v1 in [("invoice-7", "invoice-7", "invoice-7"), ("Caf\u00e9 7", "Caf%C3%A9%207", "Caf\u00e9 7"), ("100%25", "100%2525", "100%")]:
    one, two = by_core(subject), by_v1(subject)
    assert read_by_core(*one) == subject and read_by_v1(*two) == subject
    seen = read_by_v1(*one), read_by_core(*two)
    print("%-10s core to v1: %-15s v1 to core: %s" % (subject, *seen))
    if seen != (from_core, from_v1):
        raise SystemExit("CHANGED: " + subject)
try:
    httpx.Request("POST", "https://hooks.example.com/in", headers=by_v1("Caf\u00e9 7")[0])
    raise SystemExit("CHANGED: v1's headers can be sent")
except UnicodeEncodeError as error:
    print("httpx with v1's headers: %s" % type(error).__name__)
PY
echo "guess: an event that one interface writes is the same event to the other"
echo "seen: its subject changes on the way, or cannot be sent"
