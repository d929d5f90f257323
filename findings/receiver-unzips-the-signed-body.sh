#!/usr/bin/env bash
# What: an aiohttp server gives `await request.read()` of a gzipped POST unzipped, and leaves Content-Encoding: gzip and
#   the Content-Length of what came. Flask, Django, Starlette and Tornado give the bytes as sent.
# Why it surprises: read() is the way to the raw body, which signatures need; decompressing is what HTTP clients do with
#   answers, not servers with requests. Code that looks at Content-Encoding to unzip by itself gets plain text, and
#   gzip says "Not a gzipped file".
# Where it bites: webhooks whose sender gzips large payloads and signs what it sends (HMAC over the body, RFC 9530's
#   Content-Digest): each large one fails in an aiohttp receiver with a wrong signature, small ones pass. Way round:
#   auto_decompress=False, an argument of AppRunner (run_app() hands it on).
# Source: RFC 9530 section 2 (Content-Digest is over the content, as it is coded) and RFC 9110 section 8.4 (codings
#   belong to the representation); aiohttp's documentation of the server's request.read() ("read request body"), which
#   does not tell, and of web.AppRunner and web.Server, whose auto_decompress is on.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    aiohttp==3.14.5 flask==3.1.3 django==5.2.19 starlette==1.10.0 tornado==6.6.1 httpx==0.28.1
"$work/venv/bin/python" - <<'PY'
import asyncio, base64, gzip, hashlib
from importlib.metadata import version
import django, flask, httpx, starlette.applications, starlette.responses, starlette.routing, tornado.httpserver, tornado.netutil, tornado.web
from aiohttp import web
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

SENT = gzip.compress(b'{"event":"delivered","to":"ann@example.com"}' * 40, mtime=0)
DIGEST = "sha-256=:%s:" % base64.b64encode(hashlib.sha256(SENT).digest()).decode()
HEADERS = {"Content-Type": "application/json", "Content-Encoding": "gzip", "Content-Digest": DIGEST}
def judge(body, headers):
    seen = "sha-256=:%s:" % base64.b64encode(hashlib.sha256(body).digest()).decode()
    return "%d bytes of %s, %s, digest %s" % (
        len(body), headers["Content-Length"], headers["Content-Encoding"], "fits" if seen == headers["Content-Digest"] else "does not fit")

flask_app = flask.Flask("receiver")
@flask_app.post("/")
def by_flask():
    return judge(flask.request.get_data(), flask.request.headers)
def by_django(request):
    return HttpResponse(judge(request.body, request.headers))
urlpatterns = [path("", by_django)]
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["receiver.example.org"])
django.setup()
async def by_starlette(request):
    return starlette.responses.PlainTextResponse(judge(await request.body(), request.headers))
starlette_app = starlette.applications.Starlette(routes=[starlette.routing.Route("/", by_starlette, methods=["POST"])])
class ByTornado(tornado.web.RequestHandler):
    def post(self):
        self.write(judge(self.request.body, self.request.headers))
async def by_aiohttp(request):
    return web.Response(text=judge(await request.read(), request.headers))

async def main():
    results = {}
    async def post(name, transport=None, url="http://receiver.example.org/"):
        async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
            results[name] = (await client.post(url, content=SENT, headers=HEADERS)).text
    def wsgi(name, app):
        with httpx.Client(transport=httpx.WSGITransport(app=app)) as client:
            results[name] = client.post("http://receiver.example.org/", content=SENT, headers=HEADERS).text
    wsgi("flask", flask_app)
    await asyncio.to_thread(wsgi, "django", get_wsgi_application())
    await post("starlette", httpx.ASGITransport(app=starlette_app))
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    server = tornado.httpserver.HTTPServer(tornado.web.Application([("/", ByTornado)]))
    server.add_sockets(sockets)
    await post("tornado", url="http://127.0.0.1:%d/" % sockets[0].getsockname()[1])
    server.stop()
    for name, options in ("aiohttp", {}), ("aiohttp, auto_decompress=False", {"auto_decompress": False}):
        app = web.Application()
        app.router.add_post("/", by_aiohttp)
        runner = web.AppRunner(app, **options)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await post(name, url="http://127.0.0.1:%d/" % runner.addresses[0][1])
        await runner.cleanup()
    return results
length, plain = len(SENT), len(gzip.decompress(SENT))
print("sent: %d bytes, %d unzipped" % (length, plain))
for name, seen in asyncio.run(main()).items():
    print("%-30s %-7s read %s" % (name, version(name.split(",")[0]), seen))
    if seen != ("%d bytes of %d, gzip, digest does not fit" % (plain, length) if name == "aiohttp" else "%d bytes of %d, gzip, digest fits" % (length, length)):
        raise SystemExit("CHANGED: " + name)
PY
echo "guess: a server's read() gives the bytes that were sent"
echo "seen: aiohttp's gives others, under the old headers"
