#!/usr/bin/env bash
# What: when clocks go back, a daily "30 1 * * *" fires twice with croniter and APScheduler and once with cronsim;
#   when they go forward, "30 2 * * *" fires at 03:00 with croniter and cronsim, and with APScheduler at 03:30, given
#   as 02:30, which no clock shows. dateutil's hourly rrule skips the second 01:30 and gives one instant twice in
#   spring.
# Why it surprises: all four are told the zone; Vixie cron as Debian ships it runs such a job once. Croniter's own
#   documentation promises DST to whoever gives it an aware start.
# Where it bites: a scheduled send, invoice or payout between 01:00 and 02:00 goes out twice on one night of the year,
#   in zones with DST alone: nobody in Accra or Lagos can see it in a test.
# Source: Debian's cron(8), on changes of the clock; documentation of croniter ("About DST"), APScheduler ("Daylight
#   saving time behavior") and cronsim. RFC 5545 section 3.3.5: a local time in the gap is read by the offset before
#   it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    apscheduler==3.11.3 croniter==7.0.0 cronsim==2.8 python-dateutil==4.0.0 tzdata==2026.6
"$work/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from zoneinfo import ZoneInfo
from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from cronsim import CronSim
from dateutil.rrule import HOURLY, rrule

ZONE = ZoneInfo("America/New_York")
BACK, FORWARD = datetime(2026, 10, 31, 12, tzinfo=ZONE), datetime(2026, 3, 7, 12, tzinfo=ZONE)
def by_croniter(line, start):
    times = croniter(line, start)
    while True:
        yield times.get_next(datetime)
def by_apscheduler(line, start):
    trigger, last = CronTrigger.from_crontab(line, timezone=ZONE), None
    while True:
        last = trigger.get_next_fire_time(last, last or start)
        yield last
def next_day(times, start):
    """What fires within the day and a half after `start`, as local time and offset."""
    fired = []
    for time in times:
        if time.astimezone(timezone.utc) > start.astimezone(timezone.utc) + timedelta(hours=30):
            return fired
        fired.append(time)
def text(times):
    return ", ".join("%s (%s)" % (time.strftime("%H:%M%z")[:-2], time.astimezone(timezone.utc).strftime("%H:%MZ")) for time in times)

TWICE, ONCE = "01:30-04 (05:30Z), 01:30-05 (06:30Z)", "01:30-04 (05:30Z)"
for label, line, start, expected in [
    ("back   ", "30 1 * * *", BACK, {"croniter": TWICE, "apscheduler": TWICE, "cronsim": ONCE}),
    ("forward", "30 2 * * *", FORWARD, {"croniter": "03:00-04 (07:00Z)", "apscheduler": "02:30-05 (07:30Z)", "cronsim": "03:00-04 (07:00Z)"})]:
    for name, times in ("croniter", by_croniter), ("apscheduler", by_apscheduler), ("cronsim", CronSim):
        seen = text(next_day(iter(times(line, start)), start))
        print("clocks %s %s  %-11s %-7s %s" % (label, line, name, version(name), seen))
        if seen != expected[name]:
            raise SystemExit("CHANGED: expected " + expected[name])
autumn = text(rrule(HOURLY, dtstart=datetime(2026, 11, 1, 0, 30, tzinfo=ZONE), count=3))
spring = text(rrule(HOURLY, dtstart=datetime(2026, 3, 8, 1, 30, tzinfo=ZONE), count=3))
print("rrule HOURLY of python-dateutil", version("python-dateutil"), "back:", autumn)
print("rrule HOURLY of python-dateutil", version("python-dateutil"), "forward:", spring)
if autumn != "00:30-04 (04:30Z), 01:30-04 (05:30Z), 02:30-05 (07:30Z)":
    raise SystemExit("CHANGED: rrule in autumn")
if spring != "01:30-05 (06:30Z), 02:30-05 (07:30Z), 03:30-04 (07:30Z)":
    raise SystemExit("CHANGED: rrule in spring")
PY
echo "guess: a job for 01:30 runs once a day, and an hourly one each hour"
echo "seen: twice, once, or an hour left out, by the library"
