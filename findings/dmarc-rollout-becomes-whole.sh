#!/usr/bin/env bash
# What: `v=DMARC1; p=quarantine; pct=0`, long advised as "ask for nothing yet", now reads as full quarantine:
#   checkdmarc 6 drops pct with a warning, and the evaluator `dmarc` quarantines a failing message whatever pct says.
#   The heir of pct, `t=y`, changes nothing in `dmarc` unless the caller asks for it.
# Why it surprises: RFC 9989 (May 2026) took pct out of DMARC after eleven years; records that were staged by it did
#   not change, their meaning did. A record without p, which RFC 7489 made an error, is p=none in one and an error in
#   the other.
# Where it bites: domains still in a rollout with pct=5 or pct=0. Their forwarded mail and mailing lists go to the
#   spam folder at receivers that follow the new text, and not at those that follow the old.
# Source: RFC 9989 (tags; differences from RFC 7489), RFC 7489 section 6.3; changes of checkdmarc 5.16 and later.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check checkdmarc==6.0.4 dmarc==1.2.1
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version
import dmarc
from checkdmarc.dmarc import parse_dmarc_record

def read(record):
    parsed = parse_dmarc_record(record, "example.com", ignore_unrelated_records=True)
    tags = {name: tag["value"] for name, tag in parsed["tags"].items()}
    return tags["p"], tags.get("pct"), next((w for w in parsed["warnings"] if "pct" in w), "no warning of pct")
def judge(record, **how):
    """What is to become of a message from example.com that passes neither SPF nor DKIM."""
    policy = dmarc.Policy("DMARC1", domain="example.com")
    policy.parse_record(record)
    spf, dkim = dmarc.SPF("example.net", dmarc.SPF_PASS), dmarc.DKIM("example.net", dmarc.DKIM_PASS)
    return dmarc.DMARC().get_result(policy, spf=spf, dkim=dkim, **how).disposition.name.lower()

print("checkdmarc", version("checkdmarc"), "dmarc", version("dmarc"))
for record in "v=DMARC1; p=quarantine; pct=0", "v=DMARC1; p=quarantine; pct=5", "v=DMARC1; p=quarantine":
    policy, pct, warning = read(record)
    fate = judge(record)
    print("%-30s checkdmarc: %s, pct %s (%s); dmarc: %s" % (record, policy, pct, warning, fate))
    if (policy, pct, fate) != ("quarantine", None, "quarantine"):
        raise SystemExit("CHANGED: " + record)
record = "v=DMARC1; p=quarantine; t=y"
plain, asked = judge(record), judge(record, allow_policy_test_mode=True)
print("%-30s dmarc: %s; with allow_policy_test_mode=True: %s" % (record, plain, asked))
if (plain, asked) != ("quarantine", "none"):
    raise SystemExit("CHANGED: " + record)
record = "v=DMARC1; adkim=s"
try:
    judge(record)
    raise SystemExit("CHANGED: dmarc takes a record without p")
except dmarc.RecordSyntaxError as error:
    print("%-30s checkdmarc: p=%s; dmarc: %s" % (record, read(record)[0], error))
if read(record)[0] != "none":
    raise SystemExit("CHANGED: checkdmarc and a record without p")
PY
echo "guess: pct=0 asks for no action, as it did since 2015"
echo "seen: the policy applies to all mail"
