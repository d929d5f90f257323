#!/usr/bin/env bash
# What: the usual step before sending HTML mail, moving CSS into style attributes, undoes the layout for phones and
#   dark mode by default: css_inline drops the whole style element, @media rules with it; premailer keeps @media but
#   strips !important from it, so that the style attributes it has just written win over every rule that is left.
#   premailer also percent-encodes template marks in links ({{ url }} to {{%20url%20}}), and then nothing fills them.
# Why it surprises: the page looks right on a wide screen, where no @media rule applies. !important is in those rules
#   only because inlining is known to need it.
# Where it bites: every campaign that is inlined with defaults; links of templates that are inlined before they are
#   filled lead to a literal "{{%20url%20}}".
# Source: CSS Cascade (a style attribute beats any selector unless the rule is !important); css_inline's options
#   keep_style_tags and keep_at_rules, premailer's option strip_important.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check premailer==3.10.0 css-inline==0.24.0 jinja2==3.1.6
"$work/venv/bin/python" - <<'PY'
import re
from importlib.metadata import version
import css_inline, jinja2, premailer

MAIL = """<!DOCTYPE html><html><head><style>p { color: #111111; font-size: 14px }
@media (max-width: 600px) { p { font-size: 20px !important } }
@media (prefers-color-scheme: dark) { p { color: #eeeeee !important } }</style></head>
<body><p>Hello</p><a href="{{ url }}">Confirm</a></body></html>"""
def tell(name, html, media, important, link):
    style = "".join(re.findall(r"<style.*?</style>", html, re.S))
    filled = re.search('href="(.*?)"', jinja2.Template(html).render(url="https://app.example.com/c") if "%20" not in html else html).group(1)
    seen = style.count("@media"), style.count("!important"), filled
    print("%-38s @media rules: %d  !important: %d  link: %s" % (name, *seen))
    if seen != (media, important, link):
        raise SystemExit("CHANGED: expected %s" % ((media, important, link),))
GOOD = "https://app.example.com/c"
tell("css_inline " + version("css-inline"), css_inline.inline(MAIL), 0, 0, GOOD)
tell("css_inline keep_style_tags=True", css_inline.inline(MAIL, keep_style_tags=True), 2, 2, GOOD)
tell("premailer " + version("premailer"), premailer.transform(MAIL), 2, 0, "{{%20url%20}}")
tell("premailer strip_important=False", premailer.transform(MAIL, strip_important=False), 2, 2, "{{%20url%20}}")
if "font-size:14px" not in premailer.transform(MAIL):
    raise SystemExit("CHANGED: premailer inlines no font size")
PY
echo "guess: what cannot be inlined is kept as it is"
echo "seen: it is dropped, or kept without the word that made it work"
