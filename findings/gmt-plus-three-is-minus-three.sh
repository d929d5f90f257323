#!/usr/bin/env bash
# What: dateutil reads "Wed Jul 01 2026 09:00:00 GMT+0300", which is how JavaScript writes nine in Nairobi, as
#   09:00-03:00: six hours late. "UTC+3" and "UTC+03:00" likewise; a bare "+0300" is read rightly. "CST" is -5 hours
#   on a machine in Chicago, +8 on one in Shanghai, and no zone at all elsewhere.
# Why it surprises: the sign is turned on purpose, for the POSIX reading "my time and three hours is GMT"; nobody
#   types that in a form, and dateparser reads +3. Version 4.0 keeps it. "Z" and plain offsets, which tests use, are
#   right.
# Where it bites: `scheduled_at` fields that are parsed leniently, from Date.toString() without its parenthesis (with
#   it, only fuzzy=True reads it, with the same sign) or from people: the mail goes out at three in the afternoon.
# Source: ECMA-262, Date.prototype.toString (the offset after GMT is local time less UTC); dateutil's parser
#   documentation and the comment in its code; RFC 3339 section 4.2 for the sign of offsets.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check python-dateutil==4.0.0 dateparser==1.5.0
cat >"$work/read.py" <<'PY'
import datetime, sys, warnings
from importlib.metadata import version
import dateparser
from dateutil import parser
warnings.simplefilter("ignore")
def hour(time):
    return time.astimezone(datetime.timezone.utc).strftime("%H:%MZ") if time.tzinfo else "no zone"
CST = sys.argv[1]
for text, how, by_dateutil, by_dateparser in [
    ("Wed Jul 01 2026 09:00:00 GMT+0300", {}, "12:00Z", "06:00Z"),
    ("Wed Jul 01 2026 09:00:00 GMT+0300 (East Africa Time)", {"fuzzy": True}, "12:00Z", "06:00Z"),
    ("2026-07-01 09:00 UTC+3", {}, "12:00Z", "06:00Z"), ("2026-07-01T09:00:00+03:00", {}, "06:00Z", "06:00Z"),
    ("Wed, 1 Jul 2026 09:00:00 +0300", {}, "06:00Z", "06:00Z"), ("2026-07-01 09:00 CST", {}, CST, None)]:
    seen = hour(parser.parse(text, **how)), hour(dateparser.parse(text))
    print("  %-54s dateutil %-8s dateparser %s" % (text, *seen))
    if seen[0] != by_dateutil or by_dateparser not in (None, seen[1]):
        raise SystemExit("CHANGED: expected %s, %s" % (by_dateutil, by_dateparser))
PY
"$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -E '^(python-dateutil|dateparser) '
for place in "Africa/Accra|no zone" "America/Chicago|14:00Z" "Asia/Shanghai|01:00Z"; do
    echo "on a machine in ${place%|*}:"
    TZ=${place%|*} "$work/venv/bin/python" "$work/read.py" "${place#*|}"
done
echo "guess: GMT+0300 is three hours ahead of GMT"
echo "seen: three hours behind"
