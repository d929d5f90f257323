#!/usr/bin/env bash
# What: html2text, used to make the text part (or the SMS) of an HTML mail, writes "482913. Do not share it." as
#   "482913\. Do not share it."; "- 5 GHS" becomes "\- 5 GHS"; and a table of two cells gets a line "---|---".
# Why it surprises: its name promises text; what it makes is Markdown, where a line that begins with digits and a
#   point would be a list. inscriptis, asked for the same, escapes nothing. Codes that are not followed by a point
#   pass, and so do tests.
# Where it bites: one-time codes and amounts at the start of a line, in the part that text clients show, or in the
#   SMS: people type or copy the backslash.
# Source: html2text's description (HTML to Markdown), CommonMark section 5.2 (ordered list markers). There is no
#   option to leave the escape out.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check html2text==2025.4.15 inscriptis==2.7.6
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version
import html2text, inscriptis

print("html2text", version("html2text"), "inscriptis", version("inscriptis"))
for html, text, plain in [
    ("<p>482913. Do not share it.</p>", r"482913\. Do not share it.", "482913. Do not share it."),
    ("<p>Your code:<br>482913. Valid for 10 minutes</p>", "Your code:  \n" + r"482913\. Valid for 10 minutes", "Your code:\n482913. Valid for 10 minutes"),
    ("<p>- 5 GHS fee</p>", r"\- 5 GHS fee", "- 5 GHS fee"),
    ("<p>482913 is your code</p>", "482913 is your code", "482913 is your code"),
    ("<table><tr><td>Total</td><td>75.00</td></tr></table>", "Total| 75.00  \n---|---", "Total  75.00")]:
    seen, other = html2text.html2text(html).strip("\n"), inscriptis.get_text(html).strip("\n")
    print("%-52s html2text %-42r inscriptis %r" % (html, seen, other))
    if (seen, other) != (text, plain):
        raise SystemExit("CHANGED: expected %r and %r" % (text, plain))
maker = html2text.HTML2Text()
maker.body_width, maker.escape_snob, maker.ignore_emphasis = 0, False, True
if "\\." not in maker.handle("<p>482913. Do not share it.</p>"):
    raise SystemExit("CHANGED: options leave the backslash out")
PY
echo "guess: text of a page is its words"
echo "seen: a one-time code is not the one that was sent"
