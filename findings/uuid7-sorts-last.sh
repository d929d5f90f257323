#!/usr/bin/env bash
# What: ids of the PyPI package uuid7 are version 7 by their nibble, but laid out as an early draft had it: 36 bits of
#   seconds first, not 48 bits of milliseconds. Read by RFC 9562 they are of the year 2203, and they sort after every
#   id of uuid6 or uuid_utils that will be made for the next 176 years.
# Why it surprises: uuid.UUID(x).version is 7 for all of them, each library by itself is in order, and columns,
#   validators and databases take them alike.
# Where it bites: services that share a table, a queue or a cursor "after id X" (message ids, webhook event ids): rows
#   of one service come last for good, a page by cursor leaves out all of the other's new rows, and retention by the
#   id's time never deletes.
# Source: RFC 9562 section 5.7 (unix_ts_ms, 48 bits); the package's page, which names its model,
#   draft-peabody-dispatch-new-uuid-format-02, and no RFC.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check uuid7==0.1.0 uuid6==2025.0.1 uuid-utils==1.2.0
"$work/venv/bin/python" - <<'PY'
import uuid
from datetime import datetime, timedelta
from importlib.metadata import version
import uuid6, uuid_utils, uuid_extensions

made = [("uuid7", uuid_extensions.uuid7()), ("uuid6", uuid6.uuid7()), ("uuid-utils", uuid_utils.uuid7())]
for name, value in made:
    value = uuid.UUID(str(value))
    time = datetime(1970, 1, 1) + timedelta(milliseconds=value.int >> 80)
    print("%-10s %-9s %s  version %d, made %s" % (name, version(name), value, value.version, time.date()))
    if value.version != 7 or value.variant != uuid.RFC_4122:
        raise SystemExit("CHANGED: %s is no UUID of version 7" % name)
    off = abs((time - datetime.now()).days) > 365
    if off != (name == "uuid7"):
        raise SystemExit("CHANGED: time of " + name)
later = str(uuid6.uuid7())
if not later < str(made[0][1]):
    raise SystemExit("CHANGED: an id of uuid6 that was made later sorts later")
print("made later, sorts first: " + later)
PY
echo "guess: UUIDs of version 7 from any library sort by time"
echo "seen: those of the package uuid7 sort after all others"
