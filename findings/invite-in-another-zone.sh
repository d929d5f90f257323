#!/usr/bin/env bash
# What: vobject names a zone by its abbreviation and writes each name once. An event in America/New_York gets
#   TZID=EST; in an invitation with Chicago and Shanghai both get TZID=CST with Chicago's rules, and Shanghai moves by
#   13 hours. icalendar reading the same file takes TZID=EST for the fixed zone of that name, and in July is an hour
#   off for New York too, though the file defines the zone.
# Why it surprises: the datetimes carry an IANA zone, and the file defines every TZID it uses, as RFC 5545 wants; but
#   CST, EST and GMT are each the name of several zones, and some are IANA zones as well.
# Where it bites: text/calendar parts of appointment mails. Readers come hours early or late, for some pairs of zones
#   and some half of the year; London in July written TZID=GMT is read as an hour later than meant.
# Source: RFC 5545 sections 3.2.19 (TZID refers to the VTIMEZONE in the same object) and 3.6.5; vobject's page shows a
#   VTIMEZONE named so. A way round: send UTC times.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check vobject==0.9.9 icalendar==7.3.2 tzdata==2026.6
"$work/venv/bin/python" - <<'PY'
import re
from datetime import datetime, timezone
from importlib.metadata import version
from zoneinfo import ZoneInfo
import icalendar, vobject

print("vobject", version("vobject"), "icalendar", version("icalendar"))
def invitation(*zones):
    calendar = vobject.iCalendar()
    for zone in zones:
        event = calendar.add("vevent")
        event.add("summary").value = zone
        event.add("dtstart").value = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo(zone))
    return calendar.serialize()
def hour(time):
    return time.astimezone(timezone.utc).strftime("%d %H:%MZ")
for zones, expected in [
    (("America/New_York",), [("EST", "01 13:00Z", "01 14:00Z")]),
    (("America/Chicago", "Asia/Shanghai"), [("CST", "01 14:00Z", None), ("CST", "01 14:00Z", None)]),
    (("America/New_York", "America/Panama"), [("EST", "01 13:00Z", None), ("EST", "01 13:00Z", None)]),
    (("Europe/London",), [("GMT", "01 08:00Z", "01 09:00Z")])]:
    text = invitation(*zones)
    names = re.findall(r"DTSTART;TZID=(\w+):20260701", text)
    if text.count("BEGIN:VTIMEZONE") != 1:
        raise SystemExit("CHANGED: number of VTIMEZONEs")
    back = vobject.readOne(text).vevent_list
    other = icalendar.Calendar.from_ical(text).walk("VEVENT")
    for zone, name, event, seen_by_icalendar, (tzid, by_vobject, by_icalendar) in zip(zones, names, back, other, expected):
        meant = hour(datetime(2026, 7, 1, 9, tzinfo=ZoneInfo(zone)))
        seen = name, hour(event.dtstart.value), hour(seen_by_icalendar.decoded("dtstart"))
        print("09:00 in %-17s meant %s, written TZID=%s, read by vobject as %s, by icalendar as %s" % (zone, meant, *seen))
        if seen[:2] != (tzid, by_vobject) or by_icalendar not in (None, seen[2]):
            raise SystemExit("CHANGED: expected %s" % ((tzid, by_vobject, by_icalendar),))
PY
echo "guess: an event with an IANA zone is written under that name"
echo "seen: it is written under an abbreviation, which the next zone and the next reader share"
