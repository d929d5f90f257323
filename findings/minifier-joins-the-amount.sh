#!/usr/bin/env bash
# What: "<div>Total: <b>40</b> <i>GHS</i></div>" minified by minify-html shows "40GHS", and "<a>Leave</a> <a>Stay</a>"
#   one word: in div, section and body it drops the space between inline elements, in p and td it keeps it. It also
#   drops line ends within style="white-space: pre-line", and the conditional comments for Outlook. htmlmin keeps space
#   and comments, and drops those line ends too.
# Why it surprises: a minifier makes a page smaller and not another one; the same words in a paragraph are right. It is
#   one of its documented settings, by the kind of the parent element. keep_comments mends the comments; no option
#   keeps the spaces.
# Where it bites: HTML mail that is minified to stay under Gmail's 102 kB: amounts lose their currency's space, lists
#   of links run together, Outlook loses its tables of fixed width and buttons. Browsers, in which mails are proofread,
#   show no conditional comment anyhow.
# Source: HTML, section "phrasing content" and CSS Text 3 section 4.1 (a space between inline elements is kept as one;
#   pre-line keeps line ends); README of minify-html ("Whitespace", layout and content elements).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check minify-html==0.18.1 htmlmin2==0.1.13 inscriptis==2.7.6
"$work/venv/bin/python" - <<'PY'
import re
from importlib.metadata import version
import htmlmin, inscriptis, minify_html

print("minify-html", version("minify-html"), "htmlmin2", version("htmlmin2"), "inscriptis", version("inscriptis"))
def shown(page):
    return re.sub(r"\s+", " ", inscriptis.get_text(page)).strip()
def by_minify_html(page):
    return minify_html.minify(page)
def by_minify_html_keeping(page):
    return minify_html.minify(page, keep_comments=True, keep_closing_tags=True, keep_html_and_head_opening_tags=True)
WORDS = "Total: <b>40</b> <i>GHS</i>"
for element, expected in [("p", "Total: 40 GHS"), ("li", "Total: 40 GHS"), ("td", "Total: 40 GHS"), ("div", "Total: 40GHS"), ("section", "Total: 40GHS"), ("body", "Total: 40GHS")]:
    page = "<%s>%s</%s>" % (element, WORDS, element)
    if element == "td":
        page = "<table><tr>%s</tr></table>" % page
    seen, kept, other = (shown(minify(page)).removeprefix("* ") for minify in (by_minify_html, by_minify_html_keeping, htmlmin.minify))
    print("in %-8s minify-html: %-15s keeping all it can: %-15s htmlmin: %s" % (element, seen, kept, other))
    if (seen, kept, other) != (expected, expected, "Total: 40 GHS") or shown(page).removeprefix("* ") != "Total: 40 GHS":
        raise SystemExit("CHANGED: expected %s" % expected)
lines = '<p style="white-space: pre-line">12 Ring Road\nAccra</p>'
outlook = '<div><!--[if mso]><table width="600"><tr><td><![endif]-->Hello<!--[if mso]></td></tr></table><![endif]--></div>'
for label, page, mark, expected in [("line ends of pre-line", lines, "\n", (False, False, False)), ("comments for Outlook", outlook, "[if mso]", (False, True, True))]:
    seen = tuple(mark in minify(page) for minify in (by_minify_html, by_minify_html_keeping, htmlmin.minify))
    print("%-22s kept by minify-html: %s, keeping all it can: %s, htmlmin: %s" % (label, *seen))
    if seen != expected:
        raise SystemExit("CHANGED: expected %s" % (expected,))
PY
echo "guess: minified, a page looks as before"
echo "seen: its words run together, by the element they stand in"
