#!/usr/bin/env bash
# What: APScheduler's CronTrigger.from_crontab takes the crontab line `0 9 * * 1-5`, and fires from Tuesday to
#   Saturday. `0` is Monday to it, `7` (Sunday in crontab(5)) is an error; and `0 9 1 * 1` is "the 1st if it is a
#   Tuesday", not "the 1st, and Mondays".
# Why it surprises: the method is there to read crontab lines. In crontab(5) and POSIX 0 is Sunday, and a day of the
#   month and of the week together mean either. croniter and cronsim keep to that. Names (mon-fri) are safe in all
#   three.
# Where it bites: a line copied from a crontab sends the Monday digest on Tuesday, works on Saturdays, and rests on
#   Mondays; nothing warns.
# Source: POSIX crontab ("the days of the week with 0 as Sunday", and its rule for two day fields); APScheduler's
#   documentation of CronTrigger, where day_of_week is 0-6 from Monday.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check apscheduler==3.11.3 croniter==7.0.0 cronsim==2.8
"$work/venv/bin/python" - <<'PY'
from datetime import datetime, timezone
from importlib.metadata import version
from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from cronsim import CronSim

START = datetime(2026, 11, 28, tzinfo=timezone.utc)      # a Saturday
def apscheduler(line, count):
    trigger, fired = CronTrigger.from_crontab(line, timezone=timezone.utc), []
    for _ in range(count):
        fired.append(trigger.get_next_fire_time(fired[-1] if fired else None, fired[-1] if fired else START))
    return fired
def by_croniter(line, count):
    times = croniter(line, START)
    return [times.get_next(datetime) for _ in range(count)]
def by_cronsim(line, count):
    times = CronSim(line, START)
    return [next(times) for _ in range(count)]
def days(times):
    return " ".join(time.strftime("%a-%d") for time in times)

WANTED = {
    "0 9 * * 1-5": ("Mon-30 Tue-01 Wed-02 Thu-03 Fri-04", "Sat-28 Tue-01 Wed-02 Thu-03 Fri-04"),
    "0 9 * * 0": ("Sun-29 Sun-06", "Mon-30 Mon-07"),
    "0 9 1 * 1": ("Mon-30 Tue-01 Mon-07", "Tue-01 Tue-01 Tue-01"),
    "0 9 * * mon-fri": ("Mon-30 Tue-01 Wed-02 Thu-03 Fri-04",) * 2}
for line, (standard, shifted) in WANTED.items():
    count = len(standard.split())
    for name, times, expected in ("croniter", by_croniter, standard), ("cronsim", by_cronsim, standard), ("apscheduler", apscheduler, shifted):
        seen = days(times(line, count))
        print("%-16s %-11s %-7s %s" % (line, name, version(name), seen))
        if seen != expected:
            raise SystemExit("CHANGED: expected " + expected)
try:
    CronTrigger.from_crontab("0 9 * * 7")
    raise SystemExit("CHANGED: apscheduler takes 7 for a day of the week")
except ValueError as error:
    print("0 9 * * 7        apscheduler refuses: %s" % error)
PY
echo "guess: from_crontab reads a line as cron does"
echo "seen: numbers of weekdays are a day late, and two day fields mean 'both'"
