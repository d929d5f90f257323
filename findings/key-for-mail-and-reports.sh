#!/usr/bin/env bash
# What: a DKIM key record with `s=email:tlsrpt` verifies with Perl's Mail::DKIM and raises UnknownKeyTypeError in
#   dkimpy: dkimpy compares the tag's whole text with "*", "email" and "tlsrpt", not its items.
# Why it surprises: the list is in the grammar, and one key for mail and for TLS reports is what RFC 8460 made the
#   second item for. The error's name points to k=, which is right.
# Where it bites: who follows RFC 8460 on the one key that is there breaks all of the domain's DKIM at receivers with
#   dkimpy (dkimpy-milter, mailing list software), and nowhere else. Two records under two selectors avoid it.
# Source: RFC 6376 section 3.6.1 (s= is a list with colons), RFC 8460 section 3 (the service type tlsrpt).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
perl -MMail::DKIM::Verifier -e1 2>/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libmail-dkim-perl >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' libmail-dkim-perl
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dkimpy==1.1.8 cryptography==50.0.2
"$work/venv/bin/python" - <<'PY'
import base64, os, subprocess
from importlib.metadata import version
import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

PERL = r'''use Mail::DKIM::Verifier; use Mail::DKIM::DNS;
{ package Record; sub new { bless {} } sub type { "TXT" } sub char_str_list { $ENV{RECORD} } sub txtdata { $ENV{RECORD} } }
{ no warnings "redefine"; *Mail::DKIM::DNS::query = sub { (Record->new) }; }
my $verifier = Mail::DKIM::Verifier->new; { local $/; $verifier->PRINT(<STDIN>); } $verifier->CLOSE; print $verifier->result_detail;'''
def by_perl(message, record):
    return subprocess.run(["perl", "-e", PERL], input=message, capture_output=True, check=True, env={**os.environ, "RECORD": record}).stdout.decode()
def by_dkimpy(message, record):
    try:
        return "pass" if dkim.DKIM(message).verify(dnsfunc=lambda name, timeout=5: record.encode()) else "fail"
    except dkim.DKIMException as error:
        return type(error).__name__

key = rsa.generate_private_key(65537, 2048)
private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
message = b"From: shop@example.com\r\nTo: a@example.org\r\nSubject: s\r\nDate: Mon, 30 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\nhi\r\n"
message = dkim.sign(message, b"s", b"example.com", private) + message
print("dkimpy", version("dkimpy"))
for tags, one in ("", "pass"), ("s=*; ", "pass"), ("s=email; ", "pass"), ("s=email:tlsrpt; ", "UnknownKeyTypeError"), ("s=tlsrpt:email; ", "UnknownKeyTypeError"):
    record = "v=DKIM1; k=rsa; %sp=%s" % (tags, public)
    seen = by_dkimpy(message, record), by_perl(message, record)
    print("%-16s dkimpy: %-20s Mail::DKIM: %s" % (tags or "no s=", *seen))
    if seen != (one, "pass"):
        raise SystemExit("CHANGED: " + tags)
PY
echo "guess: a key that serves mail among other things serves mail"
echo "seen: to dkimpy it serves nothing"
