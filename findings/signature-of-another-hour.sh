#!/usr/bin/env bash
# What: standardwebhooks' Webhook.sign(id, time, body), and svix's through it, takes an aware datetime and signs its
#   wall-clock reading as if that were UTC. A time in Lagos signs for an hour later, in New York for hours earlier.
# Why it surprises: two datetimes that are equal give different signatures. The header is made from time.timestamp(),
#   as it must be, and then does not fit: the receiver says "No matching signature found", not that a time is wrong.
# Where it bites: whoever signs test events or sends webhooks with the reference library. In UTC, and so in CI, in
#   containers and all year in Accra, it works.
# Source: Standard Webhooks specification (the signed timestamp is the header's, in Unix seconds). In the code, tzinfo
#   is replaced and not converted. A way round: pass datetime.now(timezone.utc).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check standardwebhooks==1.1.0 svix==2.9.1 tzdata==2026.6
"$work/venv/bin/python" - <<'PY'
import base64
from datetime import datetime, timezone
from importlib.metadata import version
from zoneinfo import ZoneInfo
import standardwebhooks, svix.webhooks

SECRET, BODY = "whsec_" + base64.b64encode(bytes(range(24))).decode(), '{"type":"message.delivered"}'
now = datetime.now(timezone.utc).replace(microsecond=0)
for package, make in ("standardwebhooks", standardwebhooks.Webhook), ("svix", svix.webhooks.Webhook):
    webhook = make(SECRET)
    for zone, works in ("UTC", True), ("Africa/Accra", True), ("Africa/Lagos", False), ("America/New_York", False):
        time = now.astimezone(ZoneInfo(zone))
        assert time == now
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(time.timestamp())), "webhook-signature": webhook.sign("msg_1", time, BODY)}
        try:
            webhook.verify(BODY, headers)
            seen = "verified"
        except Exception as error:
            seen = "%s: %s" % (type(error).__name__, error)
        print("%-16s %-6s signed with the time in %-17s %s" % (package, version(package), zone, seen))
        if (seen == "verified") != works:
            raise SystemExit("CHANGED: " + zone)
PY
echo "guess: equal times are signed alike"
echo "seen: the zone of the datetime object changes the signature"
