#!/usr/bin/env bash
# What: an unsubscribe or confirmation link whose token ends in "_", in a text that is shown as GitHub Flavored
#   Markdown, becomes a link without it: cmarkgfm (the reference C library) and Debian's cmark-gfm leave the
#   underscore outside. Tokens of 24 bytes from Python's secrets.token_urlsafe() end so once in 64 times; tokens of 32
#   or 16 bytes never do.
# Why it surprises: base64url was made to stand in URLs as it is, and "_" is no punctuation to the linkifiers of Django,
#   Jinja, bleach, linkify-it, markdown-it and mistune. Only the length of the token tells whether it can happen: in the
#   base64 of 32 bytes the last character carries four bits, and "_" has six.
# Where it bites: mails and notices that end up in issue trackers, service desks and chats with that renderer: of 64
#   customers one gets "invalid link", and a new try with a new token works. Way round: a token whose length in bytes is
#   no multiple of 3, a last character of one's own after the token, or angle brackets around the link.
# Source: GFM specification section 6.9 (extended autolink path validation: trailing ?, !, ., ",", :, *, _ and ~ are not
#   part of the link), RFC 4648 section 5 (base64url), documentation of secrets.token_urlsafe.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="cmark-gfm"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check cmarkgfm==2025.10.22 markdown-it-py==4.3.0 linkify-it-py==2.2.0 \
    mistune==3.4.0 bleach==6.4.0 jinja2==3.1.6 django==5.2.19
"$work/venv/bin/python" - <<'PY'
import base64, html, re, subprocess
from importlib.metadata import version
import bleach, cmarkgfm, jinja2, linkify_it, markdown_it, mistune
from django.conf import settings
from django.utils.html import urlize
settings.configure()

for name in "cmarkgfm", "markdown-it-py", "linkify-it-py", "mistune", "bleach", "jinja2", "django":
    print(name, version(name))
def linked(page):
    found = re.search(r'href="([^"]*)"', page)
    return html.unescape(found.group(1)) if found else None
by_jinja = jinja2.Environment().from_string("{{ text | urlize }}")
by_markdown_it, by_mistune = markdown_it.MarkdownIt("gfm-like"), mistune.create_markdown(plugins=["url"])
LINKIFIERS = {
    "cmarkgfm": lambda text: linked(cmarkgfm.github_flavored_markdown_to_html(text)),
    "cmark-gfm": lambda text: linked(subprocess.run(["cmark-gfm", "-e", "autolink"], input=text, capture_output=True, text=True, check=True).stdout),
    "markdown-it-py": lambda text: linked(by_markdown_it.render(text)), "mistune": lambda text: linked(by_mistune(text)),
    "linkify-it-py": lambda text: linkify_it.LinkifyIt().match(text)[0].url, "bleach": lambda text: linked(bleach.linkify(text)),
    "jinja2": lambda text: linked(by_jinja.render(text=text)), "django": lambda text: linked(urlize(text)),
}
def token(number, size):
    """A token as secrets.token_urlsafe(size) makes it, of bytes that are known."""
    return base64.urlsafe_b64encode(number.to_bytes(size, "big")).rstrip(b"=").decode()
LAST = {size: {token(number, size)[-1] for number in range(256)} for size in (16, 24, 32)}
for size, last in LAST.items():
    print("tokens of %d bytes end in one of %d characters, '_' among them: %s" % (size, len(last), "_" in last))
    if ("_" in last, len(last)) != (size == 24, {16: 4, 24: 64, 32: 16}[size]):
        raise SystemExit("CHANGED: base64url")
for label, size, numbers, expected in [("24 bytes", 24, range(1000, 1064), 1), ("32 bytes", 32, range(1000, 1064), 0)]:
    for name, link in LINKIFIERS.items():
        urls = ["https://shop.example.org/leave/" + token(number, size) for number in numbers]
        short = [url for url in urls if link("Leave: %s\n" % url) != url]
        print("%s, %-15s links that lead elsewhere, of %d: %d %s" % (label, name, len(urls), len(short), [(url[-4:], link(url + "\n")[-3:]) for url in short] or ""))
        if len(short) != (expected if name in ("cmarkgfm", "cmark-gfm") else 0):
            raise SystemExit("CHANGED: " + name)
PY
echo "guess: base64url needs no care in a link"
echo "seen: one token in 64 is cut, if its bytes are a multiple of three"
