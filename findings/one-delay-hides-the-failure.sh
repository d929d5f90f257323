#!/usr/bin/env bash
# What: one report tells of two recipients: Ann failed for good, Bob is delayed (or had it delivered). Of
#   Mail::DeliveryStatus::BounceParser's answers is_bounce() is false, and whether reports() has Ann depends on who
#   stands first in the report. It also calls a message too large (5.3.4) and one that expired unaccepted (4.4.7) an
#   over_quota, though it knows the reason message_too_large. Sisimai and flufl.bounce give each recipient its own.
# Why it surprises: fields of a report are per recipient, the parser returns a list of reports, and its code takes care
#   that "expanded" before "failed" is no end; "delayed", "delivered" and "relayed" are.
# Where it bites: mails to several recipients of one domain, sent with NOTIFY=SUCCESS or to a server that reports delays
#   and failures in one: the dead address stays on the list. By the reason, full mailboxes are waited for that are
#   not full: a 30 MB attachment is sent again and again.
# Source: RFC 3464 sections 2.1 (groups of per-recipient fields) and 2.3.3 (Action belongs to its group), RFC 3463
#   sections 3.4 (X.3.4, message too big for system) and 3.5 (X.4.7, delivery time expired); the module's documentation
#   of is_bounce (false for "a report of a transient nonfatal error") and its list of reasons.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="libsisimai-perl libmail-deliverystatus-bounceparser-perl"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check flufl.bounce==6.0.0
"$work/venv/bin/python" - "$work/bounce.eml" <<'PY'
import email, subprocess, sys
from importlib.metadata import version
from flufl.bounce import all_failures

print("flufl.bounce", version("flufl.bounce"))
FILE = sys.argv[1]
def group(who, action, status, said):
    return "Final-Recipient: rfc822; %s@example.com\nAction: %s\nStatus: %s\nDiagnostic-Code: smtp; %s\n" % (who, action, status, said)
def bounce(*groups):
    return """Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: bounces@example.org
Subject: Delivery report
Date: Mon, 30 Nov 2026 10:00:00 +0000
Message-ID: <d1@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

This is what became of your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Mon, 30 Nov 2026 09:59:00 +0000

%s
--b
Content-Type: text/rfc822-headers

From: shop@example.org
To: ann@example.com, bob@example.com
Subject: Invoice 7
Message-ID: <o1@example.org>
Date: Mon, 30 Nov 2026 09:58:00 +0000

--b--
""" % "\n".join(groups)
PARSER = """use Mail::DeliveryStatus::BounceParser; local $/; open my $file, "<", $ARGV[0]; my $found = Mail::DeliveryStatus::BounceParser->new(<$file>);
print $found->is_bounce ? "bounce" : "no bounce", ":", map { join "", " ", $_->get("email") =~ /(.*)@/, "=", $_->get("std_reason") } $found->reports;"""
SISIMAI = """use Sisimai; my $found = Sisimai->make($ARGV[0], delivered => 1);
print join(" ", map { join "=", $_->recipient->user, $_->reason } @$found);"""
def perl(program):
    return subprocess.run(["perl", "-e", program, FILE], capture_output=True, text=True, check=True).stdout
GONE = group("ann", "failed", "5.1.1", "550 5.1.1 No such user")
LATER = group("bob", "delayed", "4.2.2", "452 4.2.2 Mailbox full")
DONE = group("bob", "delivered", "2.1.5", "250 2.1.5 Ok")
for label, message, parser, sisimai, flufl in [
    ("failed alone", bounce(GONE), "bounce: ann=user_unknown", "ann=userunknown", "ann"),
    ("failed, delayed", bounce(GONE, LATER), "no bounce: ann=user_unknown", "ann=userunknown bob=mailboxfull", "ann"),
    ("delayed, failed", bounce(LATER, GONE), "no bounce:", "bob=mailboxfull ann=userunknown", "ann"),
    ("failed, delivered", bounce(GONE, DONE), "no bounce: ann=user_unknown", "ann=userunknown bob=delivered", "ann"),
    ("delivered, failed", bounce(DONE, GONE), "no bounce:", "bob=delivered ann=userunknown", "ann"),
    ("too large", bounce(group("ann", "failed", "5.3.4", "552 5.3.4 Message size exceeds fixed limit")), "bounce: ann=over_quota", "ann=mesgtoobig", "ann"),
    ("expired", bounce(group("ann", "failed", "4.4.7", "451 4.7.1 Greylisted, try again later")), "bounce: ann=over_quota", None, "ann")]:
    open(FILE, "w").write(message)
    seen = perl(PARSER), perl(SISIMAI)
    _, permanent = all_failures(email.message_from_string(message))
    failed = " ".join(sorted(address.decode().split("@")[0] for address in permanent))
    print("%-18s BounceParser %-28s Sisimai %-33s flufl.bounce %s" % (label, *seen, failed))
    if seen[0] != parser or sisimai not in (None, seen[1]) or failed != flufl:
        raise SystemExit("CHANGED: expected %s; %s; %s" % (parser, sisimai, flufl))
PY
echo "guess: a failure that the report states is a bounce, and its status is its reason"
echo "seen: another recipient's line takes it back, and words outweigh the status"
