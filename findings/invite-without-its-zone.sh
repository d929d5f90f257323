#!/usr/bin/env bash
# What: icalendar writes `DTSTART;TZID=America/New_York` with no VTIMEZONE, and for a time from JSON such as
#   "2026-12-01T09:00:00-05:00" writes `DTSTART;TZID="UTC-05:00"`, a zone that exists nowhere.
# Why it surprises: RFC 5545 section 3.2.19 wants a VTIMEZONE for each TZID used. The file round-trips through
#   icalendar itself, so that the sender's tests pass; the second form is what fromisoformat() of an API's timestamp
#   leads to.
# Where it bites: calendar invitations by mail. A reader that does not know the name has a time without a zone, which
#   means the reader's own hour; vobject, given the second file, logs the name and returns just that.
# Source: RFC 5545 sections 3.2.19 and 3.3.5; icalendar's documentation of Calendar.add_missing_timezones(), which
#   mends the first form. For the second: .astimezone(timezone.utc) before add().
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 vobject==0.9.9 tzdata==2026.6
"$work/venv/bin/python" - <<'PY'
from datetime import datetime, timezone
from importlib.metadata import version
from zoneinfo import ZoneInfo
import icalendar, vobject

print("icalendar", version("icalendar"), "vobject", version("vobject"))
def invitation(start):
    calendar, event = icalendar.Calendar(), icalendar.Event()
    calendar.add("prodid", "-//example.com//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    event.add("uid", "1@example.com")
    event.add("dtstamp", datetime(2026, 11, 30, tzinfo=timezone.utc))
    event.add("dtstart", start)
    calendar.add_component(event)
    return calendar
for label, start, expected in [
    ("ZoneInfo", datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("America/New_York")), "DTSTART;TZID=America/New_York:20261201T090000"),
    ("fromisoformat", datetime.fromisoformat("2026-12-01T09:00:00-05:00"), 'DTSTART;TZID="UTC-05:00":20261201T090000'),
    ("UTC", datetime.fromisoformat("2026-12-01T09:00:00-05:00").astimezone(timezone.utc), "DTSTART:20261201T140000Z")]:
    calendar = invitation(start)
    text = calendar.to_ical().decode()
    line = next(line for line in text.split("\r\n") if line.startswith("DTSTART"))
    read = vobject.readOne(text).vevent.dtstart.value
    print("%-14s %s  VTIMEZONE: %s  vobject reads %s" % (label, line, "yes" if "VTIMEZONE" in text else "no", read))
    if line != expected or "VTIMEZONE" in text:
        raise SystemExit("CHANGED: expected %s and no VTIMEZONE" % expected)
    if label == "fromisoformat" and read.tzinfo is not None:
        raise SystemExit("CHANGED: vobject knows the zone")
    calendar.add_missing_timezones()
    mended = "BEGIN:VTIMEZONE" in calendar.to_ical().decode()
    print("               with add_missing_timezones(): VTIMEZONE %s" % ("yes" if mended else "no"))
PY
echo "guess: what has a zone is written with the zone's definition, and an offset as UTC"
echo "seen: names alone, one of them made up"
