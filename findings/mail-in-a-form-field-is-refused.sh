#!/usr/bin/env bash
# What: a webhook that posts a received mail as a form has its text or raw MIME in a field. Flask answers 413 to a
#   multipart field of 600 kB, Starlette (FastAPI) 400 to one of 1.1 MB, Bottle 413 to 200 kB of urlencoded form,
#   Django 400 to 3 MB of either; the same bytes as a file part of the same form (`filename=`) pass in all four.
# Why it surprises: the application has set no limit of its own (Flask's MAX_CONTENT_LENGTH is none), files of any size
#   pass, and Flask takes the same field urlencoded at 3 MB. The limits of Flask and Starlette came with later
#   releases.
# Where it bites: inbound mail sent to an application as `email`, `body-mime` or `body-plain`: test mails arrive, one
#   long thread or a picture inside the MIME text does not, is sent again until the sender gives up, and is lost. No
#   line of the application has run. Way round: raise max_form_memory_size, max_part_size, MEMFILE_MAX or
#   DATA_UPLOAD_MAX_MEMORY_SIZE; a sender does well to post raw mail as a file part.
# Source: RFC 7578 sections 4.2 and 4.3 (a part needs no file name, and has no size limit); documentation of Flask's
#   MAX_FORM_MEMORY_SIZE (500 kB, "any non-file form field"), of Starlette's request.form(max_part_size=1 MB), of
#   Django's DATA_UPLOAD_MAX_MEMORY_SIZE (2.5 MB, without file uploads) and of Bottle's MEMFILE_MAX.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    flask==3.1.3 werkzeug==3.1.9 starlette==1.10.0 python-multipart==0.0.34 django==5.2.19 bottle==0.13.4 httpx==0.28.1
"$work/venv/bin/python" - <<'PY'
import asyncio, io, logging
from importlib.metadata import version
import bottle, django, flask, httpx
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

logging.disable(logging.CRITICAL)
for name in "flask", "werkzeug", "starlette", "python-multipart", "django", "bottle":
    print(name, version(name))

flask_app = flask.Flask("receiver")
@flask_app.post("/")
def by_flask():
    return str(len(flask.request.form.get("email") or flask.request.files["email"].read()))

bottle_app = bottle.Bottle()
@bottle_app.post("/")
def by_bottle():
    return str(len(bottle.request.forms.get("email") or bottle.request.files["email"].file.read()))

async def by_starlette(request):
    async with request.form() as form:
        value = form["email"]
        return PlainTextResponse(str(len(value if isinstance(value, str) else await value.read())))
starlette_app = Starlette(routes=[Route("/", by_starlette, methods=["POST"])])

def by_django(request):
    return HttpResponse(str(len(request.POST.get("email") or request.FILES["email"].read())))
urlpatterns = [path("", by_django)]
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["receiver.example.org"])
django.setup()

def wsgi(app, kind, body):
    with httpx.Client(transport=httpx.WSGITransport(app=app)) as client:
        return client.post("http://receiver.example.org/", content=body, headers={"Content-Type": kind})
def asgi(app, kind, body):
    async def post():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
            return await client.post("http://receiver.example.org/", content=body, headers={"Content-Type": kind})
    return asyncio.run(post())
def form(how, size):
    mail = b"Subject: long\r\n\r\n".ljust(size, b"x")
    if how == "urlencoded":
        return "application/x-www-form-urlencoded", b"email=" + mail.replace(b"\r", b"%0D").replace(b"\n", b"%0A")
    name = b'form-data; name="email"' + (b'; filename="mail.eml"' if how == "file" else b"")
    return "multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: " + name + b"\r\n\r\n" + mail + b"\r\n--b--\r\n"

RECEIVERS = {"flask": (wsgi, flask_app), "starlette": (asgi, starlette_app), "django": (wsgi, get_wsgi_application()), "bottle": (wsgi, bottle_app)}
EXPECTED = {
    ("field", 200_000): [200, 200, 200, 200], ("field", 600_000): [413, 200, 200, 200],
    ("field", 1_100_000): [413, 400, 200, 200], ("field", 3_000_000): [413, 400, 400, 200],
    ("urlencoded", 200_000): [200, 200, 200, 413], ("urlencoded", 3_000_000): [200, 400, 400, 413],
    ("file", 3_000_000): [200, 200, 200, 200],
}
print("%-22s" % "mail of", *("%9s" % name for name in RECEIVERS))
for (how, size), expected in EXPECTED.items():
    seen = []
    for call, app in RECEIVERS.values():
        answer = call(app, *form(how, size))
        seen.append(answer.status_code)
        if answer.status_code == 200 and answer.text != str(size):
            raise SystemExit("CHANGED: %s of %d bytes read" % (answer.text, size))
    print("%9d as %-10s" % (size, how), *("%9d" % status for status in seen))
    if seen != expected:
        raise SystemExit("CHANGED: expected %s" % expected)
PY
echo "guess: a framework without a configured limit takes a form of a megabyte"
echo "seen: it depends on the framework, and on whether the field has a file name"
