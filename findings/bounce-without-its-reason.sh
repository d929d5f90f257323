#!/usr/bin/env bash
# What: from a standard bounce (multipart/report) mail-parser and imap_tools keep the human notice, paste the text of
#   the returned original onto it, and list the original's PDF as an attachment of the bounce; the
#   message/delivery-status part, the only machine-readable one, is neither in the text nor among the attachments.
#   Python's own walk() meets one more text/plain part for every group of its fields, all of them empty.
# Why it surprises: an attachment list of all parts is what such libraries are for; the notice and the original come
#   through, and the one part that says who, why and whether for good does not. fast-mail-parser hands it over.
# Where it bites: bounce handling on IMAP boxes: it falls back to searching the text, finds addresses and words of the
#   customer's own original ("unsubscribe", an invoice), and suppresses the wrong people or nobody.
# Source: RFC 3464 sections 2 and 2.1, RFC 6522; for Python, the email package parses that part into a list of
#   messages.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mail-parser==4.8.0 imap-tools==1.16.0 fast-mail-parser==0.10.0
"$work/venv/bin/python" - <<'PY'
import email, email.policy
from importlib.metadata import version
import fast_mail_parser, imap_tools, mailparser

BOUNCE = b"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: bounces@example.org
Subject: Undelivered mail
Date: Mon, 30 Nov 2026 10:00:00 +0000
Message-ID: <d1@mx.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=outer

--outer
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--outer
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; gone@example.net
Action: failed
Status: 5.1.1

Final-Recipient: rfc822; full@example.net
Action: delayed
Status: 4.2.2

--outer
Content-Type: message/rfc822

From: shop@example.org
To: gone@example.net, full@example.net
Subject: Invoice 7
Message-ID: <o1@example.org>
Date: Mon, 30 Nov 2026 09:58:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=inner

--inner
Content-Type: text/plain

Write to stop@example.org to unsubscribe.
--inner
Content-Type: application/pdf
Content-Disposition: attachment; filename=invoice.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--inner--
--outer--
""".replace(b"\n", b"\r\n")

one = mailparser.parse_from_bytes(BOUNCE)
two = imap_tools.MailMessage.from_bytes(BOUNCE)
three = fast_mail_parser.parse_email(BOUNCE)
for name, text, parts, has_report, has_original in [
    ("mail-parser", " ".join(one.text_plain), [(a["mail_content_type"], a["payload"]) for a in one.attachments], False, True),
    ("imap-tools", two.text, [(a.content_type, a.payload.decode("latin-1")) for a in two.attachments], False, True),
    ("fast-mail-parser", " ".join(three.text_plain), [(a.mimetype, bytes(a.content).decode("latin-1")) for a in three.attachments], True, False)]:
    found = "Status: 5.1.1" in text or any("Status: 5.1.1" in content for _, content in parts)
    mixed = "stop@example.org" in text
    print("%-16s %-7s status found: %-5s original's words in the text: %-5s attachments: %s" % (name, version(name), found, mixed, [kind for kind, _ in parts]))
    if (found, mixed) != (has_report, has_original):
        raise SystemExit("CHANGED: " + name)
walked = [part.get_content_type() for part in email.message_from_bytes(BOUNCE, policy=email.policy.default).walk()]
print("walk():", walked)
if walked.count("text/plain") != 5:
    raise SystemExit("CHANGED: walk()")
PY
echo "guess: a mail parser gives each part of a bounce, the status above all"
echo "seen: the status is lost, and the customer's own words stand in its place"
