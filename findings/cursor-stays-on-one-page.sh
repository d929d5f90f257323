#!/usr/bin/env bash
# What: Django REST framework's CursorPagination over 2,000 messages that were created at the same instant (one bulk
#   send) gives 1,100 of them. From the twelfth page on, "next" leads to the page itself, again and again.
# Why it surprises: the class is there for walks over large and growing tables; up to 1,000 rows of one instant it is
#   right, with no error after that. Rows of one value are told apart by an offset within the cursor, and offsets are
#   cut at `offset_cutoff`, 1000.
# Where it bites: lists of messages or events ordered by created: a campaign written with bulk_create, or a now() that
#   stands still in a transaction, has thousands of equal times. A client that follows "next" to its end asks for ever,
#   imports the same 100 rows each time, and never sees the rest. Way round: order by a unique column alone
#   (a second field, as here -id, does not help: only the first is in the cursor), or a larger offset_cutoff.
# Source: REST framework's API guide, "Details and limitations" of CursorPagination (the ordering "should be unique, or
#   nearly unique"; a time of milliseconds is its example); offset_cutoff is in its code and issue 4053 only.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check djangorestframework==3.18.3 django==5.2.19
"$work/venv/bin/python" - <<'PY'
from datetime import datetime, timezone
from importlib.metadata import version
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["rest_framework"], USE_TZ=True, ALLOWED_HOSTS=["testserver"])
django.setup()
from django.db import connection, models
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

print("djangorestframework", version("djangorestframework"), "django", django.__version__)
class Message(models.Model):
    created = models.DateTimeField(db_index=True)
    class Meta:
        app_label = "mail"
with connection.schema_editor() as editor:
    editor.create_model(Message)
class ByTime(CursorPagination):
    ordering = ("-created", "-id")
    page_size = 100
class ById(CursorPagination):
    ordering = "-id"
    page_size = 100

def walk(pagination, limit=30):
    """The pages that a client sees, up to a limit: rows, different rows, and whether it came to an end."""
    url, rows, pages, still = "/messages", [], 0, False
    while url and pages < limit:
        paginator = pagination()
        page = paginator.paginate_queryset(Message.objects.all(), Request(APIRequestFactory().get(url)))
        rows += [message.id for message in page]
        pages += 1
        following = paginator.get_next_link()
        still = following == url
        url = following
    return pages, len(rows), len(set(rows)), "ended" if url is None else "next is the page itself" if still else "goes on"

now = datetime(2026, 11, 30, 10, tzinfo=timezone.utc)
for count, pagination, expected in [
    (1000, ByTime, (10, 1000, 1000, "ended")), (2000, ByTime, (30, 3000, 1100, "next is the page itself")), (2000, ById, (20, 2000, 2000, "ended"))]:
    Message.objects.all().delete()
    Message.objects.bulk_create(Message(created=now) for _ in range(count))
    seen = walk(pagination)
    print("%d rows of one instant, %-6s: %2d pages, %4d rows, %4d of them different, %s" % (count, pagination.__name__, *seen))
    if seen != expected:
        raise SystemExit("CHANGED: expected %s" % (expected,))
PY
echo "guess: a walk along 'next' sees every row once and ends"
echo "seen: after a thousand rows of one instant it stands still"
