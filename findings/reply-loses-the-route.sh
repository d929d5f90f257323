#!/usr/bin/env bash
# What: two libraries that cut the quoted mail off a reply cut the customer's own words: "From: Accra" above "To:
#   Kumasi" is where an answer ends for both, and so is "On Monday I ordered two chairs and your clerk wrote:". All
#   that follows, the pick-up's date, the wish for a refund, is gone.
# Why it surprises: nothing is quoted in these mails; no line begins with ">", no mail address and no "Sent:" is there.
#   A reply that quotes as Gmail or Outlook do is cut rightly, and so are most mails that one tests with.
# Where it bites: tickets and orders made from inbound mail by the shortened text: transport, travel and address changes
#   are written with From and To. The mail is taken and answered, and half of it was never seen. Way round: keep the
#   whole text beside the shortened one, and show it.
# Source: RFC 3676 section 4.5 (quoted lines begin with ">"); RFC 5322 section 3.6.2 (From has mail addresses);
#   descriptions of both packages ("email reply parser": the reply without quoted text and signatures).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check email-reply-parser==0.5.12 mail-parser-reply==1.36
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version
import email_reply_parser, mailparser_reply

print("email-reply-parser", version("email-reply-parser"), "mail-parser-reply", version("mail-parser-reply"))
def both(text):
    one = email_reply_parser.EmailReplyParser.parse_reply(text)
    two = mailparser_reply.EmailReplyParser(languages=["en"]).parse_reply(text)
    return one.strip(), two.strip()
QUOTING = """Yes, at nine.

On Mon, 30 Nov 2026 at 10:00, Shop <shop@example.org> wrote:
> When shall we come?
"""
ROUTE = """Hello,

please change our transport.
From: Accra
To: Kumasi
Date: 5 December, six boxes

Do not come before noon.
"""
STORY = """Hello,

On Monday I ordered two chairs and your clerk wrote:

they will come on Friday. They did not.

Please give me my money back.
"""
LIST = """Hello,

we need transport on 5 December, six boxes:
- Accra
- Kumasi

Do not come before noon.
"""
for label, text, kept in [
    ("a reply that quotes", QUOTING, ("Yes, at nine.",) * 2),
    ("a list", LIST, (LIST.strip(),) * 2),
    ("From and To", ROUTE, ("Hello,\n\nplease change our transport.",) * 2),
    ("On Monday ... wrote:", STORY, ("Hello,",) * 2)]:
    seen = both(text)
    print("%-22s %3d characters, kept: %s" % (label, len(text.strip()), " / ".join(repr(reply[-32:]) if len(reply) > 32 else repr(reply) for reply in seen)))
    if seen != kept:
        raise SystemExit("CHANGED: expected %s, seen %s" % (kept, seen))
PY
echo "guess: what was not quoted stays"
echo "seen: an answer ends where a word looks like a header"
