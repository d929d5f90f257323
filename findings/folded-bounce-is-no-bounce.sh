#!/usr/bin/env bash
# What: a standard bounce for a long address, read and written again by Python's email (policy.default, as gateways,
#   list managers and archivers do), has its Final-Recipient folded: the value stands on the next line. Sisimai, the
#   bounce analyser, then finds no bounce in it at all; nor in one whose field names are in lower case. With a tab
#   after the colons it finds the bounce and not its status (5.0.900, undefined, soft). flufl.bounce and
#   Mail::DeliveryStatus::BounceParser read every form.
# Why it surprises: these are header fields, and folding, case and tabs make no difference in header fields. A short
#   address is not folded, so that the same path works for most people; Sisimai returns undef as for any other mail.
# Where it bites: bounces that pass through anything that rewrites them before they are analysed: long addresses are
#   never suppressed, and get mail for ever.
# Source: RFC 3464 section 2.1 (the body consists of fields formatted as RFC 822 header fields), RFC 5322 sections 2.2.3
#   (folding) and 1.2.2 (names without regard to case); documentation of email.policy (refold_source "long").
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="libsisimai-perl libmail-deliverystatus-bounceparser-perl"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check flufl.bounce==6.0.0
"$work/venv/bin/python" - "$work/bounce.eml" <<'PY'
import email, email.policy, subprocess, sys
from importlib.metadata import version
from flufl.bounce import all_failures

print("flufl.bounce", version("flufl.bounce"))
FILE = sys.argv[1]
def bounce(address, name=str, after=": "):
    status = "".join(name(field) + after + value + "\n" for field, value in [
        ("Final-Recipient", "rfc822; " + address), ("Action", "failed"), ("Status", "5.1.1")])
    return ("""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: bounces@example.org
Subject: Undelivered mail
Date: Mon, 30 Nov 2026 10:00:00 +0000
Message-ID: <d1@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Mon, 30 Nov 2026 09:59:00 +0000

%s
--b
Content-Type: text/rfc822-headers

From: shop@example.org
To: %s
Subject: Invoice 7
Message-ID: <o1@example.org>
Date: Mon, 30 Nov 2026 09:58:00 +0000

--b--
""" % (status, address)).encode()
SISIMAI = """use Sisimai; my $found = Sisimai->make($ARGV[0]);
print $found ? join(" ", map { join ",", $_->recipient->address, $_->deliverystatus, $_->reason } @$found) : "nothing";"""
PARSER = """use Mail::DeliveryStatus::BounceParser; local $/; open my $file, "<", $ARGV[0]; my $found = Mail::DeliveryStatus::BounceParser->new(<$file>);
print join(" ", map { join ",", $_->get("email"), $_->get("std_reason") } $found->reports) || "nothing";"""
def perl(program):
    return subprocess.run(["perl", "-e", program, FILE], capture_output=True, text=True, check=True).stdout
def rewritten(message):
    return email.message_from_bytes(message, policy=email.policy.default).as_bytes()
SHORT, LONG = "ann@example.com", "orders+kofi.mensah.warehouse.4711@tema.warehouses.example.com"
for label, address, message, expected in [
    ("short address", SHORT, bounce(SHORT), SHORT + ",5.1.1,userunknown"),
    ("short address, rewritten", SHORT, rewritten(bounce(SHORT)), SHORT + ",5.1.1,userunknown"),
    ("long address", LONG, bounce(LONG), LONG + ",5.1.1,userunknown"),
    ("long address, rewritten", LONG, rewritten(bounce(LONG)), "nothing"),
    ("names in lower case", SHORT, bounce(SHORT, str.lower), "nothing"),
    ("tab after the colon", SHORT, bounce(SHORT, after=":\t"), SHORT + ",5.0.900,undefined")]:
    open(FILE, "wb").write(message)
    _, permanent = all_failures(email.message_from_bytes(message))
    seen, other = perl(SISIMAI), perl(PARSER)
    folded = b"Final-Recipient:\n " in message or b"Final-Recipient: rfc822;\n " in message
    print("%-25s folded: %-5s Sisimai: %s" % (label, folded, seen))
    if seen != expected or folded != (expected == "nothing" and address == LONG):
        raise SystemExit("CHANGED: expected %s" % expected)
    if permanent != {address.encode()} or other != address + ",user_unknown":
        raise SystemExit("CHANGED: flufl.bounce %s, BounceParser %s" % (permanent, other))
print("flufl.bounce and BounceParser found each of them")
PY
echo "guess: a folded header field is the same field"
echo "seen: with it the bounce is gone"
