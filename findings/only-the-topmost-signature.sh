#!/usr/bin/env bash
# What: a mail has two DKIM signatures, the shop's own, which verifies, and above it its relay's, whose key is gone from
#   DNS. dkim.verify() says False, and authheaders writes dkim=fail for the relay's domain and dmarc=fail for the shop's
#   mail. Mail::DKIM says pass. With the two lines the other way round all say pass.
# Why it surprises: one good signature is enough for DKIM, and a signature that does not verify is to be treated as if
#   it were not there; the order is by who touched the mail last. dkim.verify(message) takes the message and not a
#   signature; that it looks at the topmost alone is a word in its docstring.
# Where it bites: mail services sign with their own domain next to the customer's, mailing lists sign above the author,
#   and keys of two algorithms make two signatures: filters and milters in Python then see the less important of them.
#   Way round: dkim.DKIM(message).verify(idx) for each, until one passes in the domain of From.
# Source: RFC 6376 sections 6.1 (signatures are tried until one verifies; a failed one is ignored) and 4.2 (multiple
#   signatures), RFC 9989 on DKIM in DMARC (any aligned signature that passes); dkimpy's docstring.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="libmail-dkim-perl"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dkimpy==1.1.8 authheaders==0.16.3 cryptography==50.0.2
"$work/venv/bin/python" - <<'PY'
import base64, json, os, subprocess
from importlib.metadata import version
import authheaders, dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

print("dkimpy", version("dkimpy"), "authheaders", version("authheaders"))
KEY = rsa.generate_private_key(65537, 2048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
RECORDS = {"s._domainkey.shop.example": "v=DKIM1; k=rsa; p=" + PUBLIC, "_dmarc.shop.example": "v=DMARC1; p=reject"}
VERIFY = r'''use Mail::DKIM::Verifier; use Mail::DKIM::DNS; use JSON::PP; my $records = decode_json($ENV{RECORDS});
{ package Record; sub new { my ($class, $text) = @_; bless { text => $text } } sub type { "TXT" } sub char_str_list { $_[0]{text} } sub txtdata { $_[0]{text} } }
{ no warnings "redefine"; *Mail::DKIM::DNS::query = sub { my ($name) = @_; $name =~ s/\.$//; $records->{lc $name} ? (Record->new($records->{lc $name})) : () }; }
my $verifier = Mail::DKIM::Verifier->new; { local $/; $verifier->PRINT(<STDIN>); } $verifier->CLOSE; print $verifier->result, " ", $verifier->signature->domain;'''
def by_perl(message):
    return subprocess.run(["perl", "-e", VERIFY], input=message, capture_output=True, check=True, env={**os.environ, "RECORDS": json.dumps(RECORDS)}).stdout.decode()
def dns(name, timeout=5):
    name = (name.decode() if isinstance(name, bytes) else name).rstrip(".").lower()
    record = RECORDS.get(name)
    return record if record is None or name.startswith("_dmarc.") else record.encode()
def by_authheaders(message):
    field = authheaders.authenticate_message(message, "mx.example.com", spf=False, arc=False, dmarc=True, dnsfunc=lambda name, *_, **__: dns(name))
    results = dict(part.split("=", 1) for part in field.replace("\r\n", " ").split() if part.startswith(("dkim=", "dmarc=")))
    return "dkim=%s dmarc=%s" % (results["dkim"].rstrip(";"), results["dmarc"].rstrip(";"))
MAIL = b"From: Shop <orders@shop.example>\r\nTo: ann@example.com\r\nSubject: Invoice 7\r\nDate: Mon, 30 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@shop.example>\r\n\r\nHello\r\n"
shop = dkim.sign(MAIL, b"s", b"shop.example", PRIVATE)
relay = dkim.sign(MAIL, b"retired", b"relay.example", PRIVATE)
for label, message, expected in [
    ("shop's alone", shop + MAIL, (True, "dkim=pass dmarc=pass", "pass shop.example")),
    ("shop's, relay's", shop + relay + MAIL, (True, "dkim=pass dmarc=pass", "pass shop.example")),
    ("relay's, shop's", relay + shop + MAIL, (False, "dkim=fail dmarc=fail", "pass shop.example"))]:
    seen = dkim.verify(message, dnsfunc=dns), by_authheaders(message), by_perl(message)
    each = [dkim.DKIM(message).verify(index, dnsfunc=dns) for index in range(message.count(b"DKIM-Signature:"))]
    print("%-16s dkim.verify: %-5s authheaders: %-22s Mail::DKIM: %-18s each by dkimpy: %s" % (label, *seen, each))
    if seen != expected or sum(each) != 1:
        raise SystemExit("CHANGED: expected %s" % (expected,))
PY
echo "guess: a mail with a good signature verifies"
echo "seen: if it is the topmost"
