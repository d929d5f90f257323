#!/usr/bin/env bash
# What: the package ics writes a reminder at the start of an event, trigger=timedelta(0), as "TRIGGER:P", and one 15
#   days ahead as "-P2W1D"; neither is a duration of iCalendar. vobject, on which calendar servers in Python are built,
#   refuses the whole invitation for the first: "TRIGGER with no VALUE not recognized". icalendar and ics itself read
#   both. 15 minutes and 14 days ahead are written well. DTSTAMP, which each event must have, is not written unless
#   `created` is given.
# Why it surprises: "at the time of the event" is the first reminder in most calendars' menus; the library takes what it
#   wrote, and so its tests pass.
# Where it bites: invitations in mail: some recipients cannot open them, servers answer the upload with an error, and
#   the sender sees all well. Way round: a trigger of a second, or icalendar, which writes TRIGGER:P0D and -P15D.
# Source: RFC 5545 section 3.3.6 (dur-value: "P" and a date, a time or weeks; weeks stand alone) and 3.6.1 (DTSTAMP is
#   required); documentation of ics.alarm (trigger: a timedelta).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check ics==0.7.3 vobject==0.9.9 icalendar==7.3.2
"$work/venv/bin/python" -W ignore - <<'PY'
import re
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
import icalendar, ics, vobject
from ics.alarm import DisplayAlarm

print("ics", version("ics"), "vobject", version("vobject"), "icalendar", version("icalendar"))
DURATION = re.compile(r"[+-]?P(\d+W|(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)(?<![PT])")
def invitation(trigger):
    event = ics.Event(name="Call", begin="2026-12-01T10:00:00Z", duration=timedelta(minutes=30), uid="1@example.org")
    event.alarms.append(DisplayAlarm(trigger=trigger, display_text="Call"))
    return ics.Calendar(events=[event]).serialize()
def by_vobject(text):
    try:
        return vobject.readOne(text).vevent.valarm.trigger.value
    except vobject.base.ParseError as error:
        return "ParseError: %s" % error.msg
for trigger, written, valid, expected in [
    (timedelta(minutes=-15), "-PT15M", True, timedelta(minutes=-15)), (timedelta(days=-14), "-P2W", True, timedelta(days=-14)),
    (timedelta(0), "P", False, "ParseError: TRIGGER with no VALUE not recognized as DURATION or as DATE-TIME"),
    (timedelta(days=-15), "-P2W1D", False, timedelta(days=-15))]:
    text = invitation(trigger)
    seen = re.search(r"^TRIGGER:(.*?)\r?$", text, re.M).group(1)
    other = icalendar.Calendar.from_ical(text).walk("VALARM")[0].get("TRIGGER").dt
    again = list(ics.Calendar(text).events)[0].alarms[0].trigger
    print("%-17s TRIGGER:%-7s %-7s vobject: %-22s icalendar: %s, ics: %s" % (
        trigger, seen, "valid" if DURATION.fullmatch(seen) else "invalid", by_vobject(text), other, again))
    if seen != written or bool(DURATION.fullmatch(seen)) != valid or by_vobject(text) != expected or not trigger == other == again:
        raise SystemExit("CHANGED: expected %s, %s" % (written, expected))
    if "DTSTAMP" in text:
        raise SystemExit("CHANGED: DTSTAMP is written")
own = [icalendar.vDuration(timedelta(days=-days)).to_ical().decode() for days in (0, 15)]
print("icalendar writes", own)
if own != ["P0D", "-P15D"] or not all(DURATION.fullmatch(value) for value in own):
    raise SystemExit("CHANGED: icalendar")
PY
echo "guess: what a calendar library writes, another reads"
echo "seen: a reminder at the start closes the whole invitation"
