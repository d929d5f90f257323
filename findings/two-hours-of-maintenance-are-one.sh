#!/usr/bin/env bash
# What: an invitation "DTSTART;TZID=America/New_York:20260308T013000, DURATION:PT2H" on the night when clocks go forward
#   is two hours: it ends at 04:30 EDT. icalendar, recurring_ical_events, ics and vobject give it one hour, to 03:30;
#   in autumn they give it three. Read and written again, DURATION:PT24H is P1D in all three writers, and a reminder
#   TRIGGER:-PT24H is -P1D: another time on those days.
# Why it surprises: aware datetimes with a real zone look safe, but Python adds a timedelta to the clock on the wall,
#   and has one type for both of iCalendar's durations: exact time in hours, and days by the calendar.
# Where it bites: maintenance windows, night shifts and reminders in invitations, twice a year and only in zones with
#   DST; the program that sent it, and the attendee's calendar, show another end than the server that read it.
# Source: RFC 5545 section 3.3.6 (weeks and days are nominal, hours, minutes and seconds exact; a change to or from DST
#   makes them differ) and 3.8.6.3 (TRIGGER is such a duration); documentation of Python's datetime (arithmetic within
#   one tzinfo ignores it). Way round: add hours in UTC, and days to the local time.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 recurring-ical-events==3.8.2 \
    ics==0.7.3 vobject==0.9.9 tzdata==2026.6
"$work/venv/bin/python" -W ignore - <<'PY'
from datetime import timedelta, timezone
from importlib.metadata import version
import icalendar, ics, recurring_ical_events, vobject

for name in "icalendar", "recurring-ical-events", "ics", "vobject":
    print(name, version(name))
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example.org//findings//EN
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20260101T000000Z
DTSTART;TZID=America/New_York:%s
DURATION:%s
SUMMARY:Maintenance
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Tomorrow
TRIGGER:-PT24H
END:VALARM
END:VEVENT
END:VCALENDAR
"""
def hours(start, end):
    return (end.astimezone(timezone.utc) - start.astimezone(timezone.utc)) / timedelta(hours=1)
def by_icalendar(text):
    event = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    return hours(event.start, event.end)
def by_recurring(text):
    event = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between("20260101", "20261231")[0]
    return hours(event.start, event.end)
def by_ics(text):
    event = list(ics.Calendar(text).events)[0]
    return (event.end.to("utc") - event.begin.to("utc")) / timedelta(hours=1)
def by_vobject(text):
    event = vobject.readOne(text).vevent
    return hours(event.dtstart.value, event.dtstart.value + event.duration.value)
READERS = {"icalendar": by_icalendar, "recurring-ical-events": by_recurring, "ics": by_ics, "vobject": by_vobject}
for night, start, duration, exact, expected in [
    ("any", "20260510T013000", "PT2H", 2, 2), ("spring", "20260308T013000", "PT2H", 2, 1), ("autumn", "20261101T003000", "PT2H", 2, 3),
    ("spring", "20260307T120000", "PT24H", 24, 23), ("spring", "20260307T120000", "P1D", 23, 23)]:
    text = (CALENDAR % (start, duration)).replace("\n", "\r\n")
    seen = {name: read(text) for name, read in READERS.items()}
    print("%-6s %s %-5s is %2d hours; read as %s" % (night, start, duration, exact, ", ".join("%s %g" % pair for pair in seen.items())))
    if set(seen.values()) != {expected}:
        raise SystemExit("CHANGED: expected %d" % expected)
text = (CALENDAR % ("20260307T120000", "PT24H")).replace("\n", "\r\n")
for name, written in [
    ("icalendar", icalendar.Calendar.from_ical(text).to_ical().decode()), ("ics", ics.Calendar(text).serialize()), ("vobject", vobject.readOne(text).serialize())]:
    lines = sorted(line for line in written.splitlines() if line.startswith(("DURATION", "TRIGGER")))
    print("%-9s writes DURATION:PT24H, TRIGGER:-PT24H as %s" % (name, ", ".join(lines)))
    if lines != ["DURATION:P1D", "TRIGGER:-P1D"]:
        raise SystemExit("CHANGED: " + name)
PY
echo "guess: two hours are two hours"
echo "seen: one or three, on two nights of the year"
