#!/usr/bin/env bash
# What: SpamAssassin gives a mail of HTML alone a point for `To: a@example.org` and none for `To: <a@example.org>`: a
#   picture with no text is spam (5.0) with the one and not (4.0) with the other.
# Why it surprises: RFC 5322 has both forms for a mailbox, they mean the same, and libraries write the bare one when
#   there is no name. Everything else about the two mails is equal, and the rule counts for nothing once there is a
#   text part.
# Where it bites: transactional HTML mail through self-hosted mail servers with SpamAssassin. It is mended by "<" and
#   ">", by a name, or by a text part.
# Source: RFC 5322 section 3.4 (mailbox = name-addr / addr-spec); SpamAssassin's rule TO_NO_BRKTS_HTML_ONLY. Rules as
#   packaged, without network tests and without Bayes; sa-update may change them.
set -euo pipefail
command -v spamassassin >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends spamassassin >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' spamassassin
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
HOME=$home python3 - <<'PY'
import re, subprocess
from email.utils import formatdate
HEADERS = {"From": "Shop <shop@example.com>", "To": "a@example.org", "Subject": "Your receipt", "Date": formatdate(),
    "Message-ID": "<20261130100000.12345@mail.example.com>", "MIME-Version": "1.0", "Content-Type": "text/html; charset=utf-8"}
WORDS = "<html><body><p>Thanks for your order, it is on its way to you and will be there on Tuesday.</p></body></html>\n"
PICTURE = '<html><body><img src="https://example.com/receipt.gif" width="600" height="400"></body></html>\n'
BOTH = "--b\nContent-Type: text/plain; charset=utf-8\n\nThanks for your order.\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>Thanks for your order.</p>\n--b--\n"
def score(body, **changes):
    headers = {**HEADERS, **{name.replace("_", "-"): value for name, value in changes.items()}}
    text = "".join("%s: %s\n" % field for field in headers.items() if field[1] is not None) + "\n" + body
    output = subprocess.run(["nice", "-n", "10", "spamassassin", "--local", "--test-mode",
        "--prefspath=/dev/null"], input=text, capture_output=True, text=True, timeout=60).stdout
    rules = dict((rule, float(points)) for points, rule in re.findall(r"^ *(-?\d+\.\d) ([A-Z0-9_]+)", output[output.rindex("pts rule"):], re.M))
    return rules
RULE = "TO_NO_BRKTS_HTML_ONLY"
for label, body, changes, rule, points in [
    ("HTML, To: a@example.org", WORDS, {}, RULE, 1.0), ("HTML, To: <a@example.org>", WORDS, {"To": "<a@example.org>"}, RULE, None),
    ("HTML, To: Ann <a@example.org>", WORDS, {"To": "Ann <a@example.org>"}, RULE, None),
    ("text and HTML, To: a@example.org", BOTH, {"Content_Type": "multipart/alternative; boundary=b"}, RULE, None),
    ("picture, To: a@example.org", PICTURE, {}, RULE, 1.0), ("picture, To: <a@example.org>", PICTURE, {"To": "<a@example.org>"}, RULE, None)]:
    rules = score(body, **changes)
    seen = rules.get(rule)
    print("%-33s total %.1f   %s %s" % (label, sum(rules.values()), rule, seen))
    if seen != points or label.startswith("picture") and (sum(rules.values()) >= 4.95) != bool(points):
        raise SystemExit("CHANGED: expected %s" % points)
PY
echo "guess: an address means the same with and without brackets"
echo "seen: a fifth of the way to the spam folder"
