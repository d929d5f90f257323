#!/usr/bin/env bash
# What: a mail written as format=flowed with delsp=yes, which is what Apple Mail writes, has a long link cut by a space
#   and a line end that are to be taken out again. Python's get_content(), mail-parser, imap-tools and fast-mail-parser
#   give it as it was sent: the link ends in the middle, paragraphs are lines of 70 characters, and a line that starts
#   with "From" or ">" has a space before it.
# Why it surprises: these calls undo the transfer encoding and the charset, and what they give is named the text. The
#   two parameters change what the text is as much as those do; without them the same bytes are right.
# Where it bites: replies and forwarded links read from inbound mail: an order number or a reset link is cut, text
#   searches fail across line ends, tickets are wrapped twice. Only mails from some programs, only long lines.
# Source: RFC 3676 sections 4.1 (a line that ends in a space is flowed into the next; with DelSp=yes that space is
#   deleted) and 4.4 (space-stuffing is removed). The twenty lines below do it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mail-parser==4.8.0 imap-tools==1.16.0 fast-mail-parser==0.10.0
"$work/venv/bin/python" - <<'PY'
import email, email.policy, platform, re
from importlib.metadata import version
import fast_mail_parser, imap_tools, mailparser

LINK = "https://shop.example.org/orders/4711/items/9f8b7c6d5e4f3a2b1c0d/receipt"
MAIL = """From: ann@example.com
To: help@example.org
Subject: My order
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii; format=flowed; delsp=yes

Please look at  
https://shop.example.org/orders/4711/items/9f8b7c6d5 
e4f3a2b1c0d/receipt
 From Accra it took nine days.
""".replace("\n", "\r\n").encode()
MEANT = "Please look at %s\nFrom Accra it took nine days.\n" % LINK
def unflowed(text, delsp):
    """RFC 3676, for text without quotes."""
    paragraphs, open_line = [], None
    for line in text.splitlines():
        line = line[1:] if line.startswith(" ") else line
        flows = line.endswith(" ") and line != "-- "
        line = line[:-1] if flows and delsp else line
        open_line = line if open_line is None else open_line + line
        if not flows:
            paragraphs.append(open_line)
            open_line = None
    return "".join(paragraph + "\n" for paragraph in paragraphs + ([open_line] if open_line is not None else []))
message = email.message_from_bytes(MAIL, policy=email.policy.default)
parameters = message["Content-Type"].params
for name, release, text in [
    ("email", platform.python_version(), message.get_content()),
    ("mail-parser", version("mail-parser"), "".join(mailparser.parse_from_bytes(MAIL).text_plain)),
    ("imap-tools", version("imap-tools"), imap_tools.MailMessage.from_bytes(MAIL).text),
    ("fast-mail-parser", version("fast-mail-parser"), "".join(fast_mail_parser.parse_email(MAIL).text_plain))]:
    link = re.search(r"https://\S*", text).group()
    print("%-16s %-7s link: ...%s, %d lines, %r" % (name, release, link[-24:], len(text.splitlines()), text.splitlines()[-1][:6]))
    if text.splitlines() != MAIL.decode().split("\r\n\r\n", 1)[1].splitlines() or link == LINK:
        raise SystemExit("CHANGED: " + name)
meant = unflowed(message.get_content(), parameters["delsp"] == "yes")
print("by RFC 3676             link: ...%s, %d lines, %r" % (re.search(r"https://\S*", meant).group()[-24:], len(meant.splitlines()), meant.splitlines()[-1][:6]))
if meant != MEANT:
    raise SystemExit("CHANGED: %r" % meant)
PY
echo "guess: the text of a mail is what its writer wrote"
echo "seen: it is how it was wrapped for the way"
