#!/usr/bin/env bash
# What: a DMARC report of 40 records, gzipped in two members, is a report of 20 to parsedmarc: it decompresses the
#   first member, lets the XML end there, and returns what it has as a result like any other. Python's gzip, gunzip and
#   every tool with them read all 40.
# Why it surprises: several members are one gzip file (`cat a.gz b.gz`, bgzip, and writers that append or flush by
#   starting anew make them); and parsedmarc refuses a stream that is cut short. What is missing is told only by an
#   entry in the report's metadata "errors".
# Where it bites: the count of mails, the share that passes, the list of servers that send in one's name, are of half
#   of them: a server that fails SPF is not seen, and p=reject is set too early.
# Source: RFC 1952 section 2.2 (a gzip file is a series of members), RFC 7489 section 7.2.1.1 and RFC 9990 (reports go
#   as gzip); documentation of zlib.decompressobj (unused_data).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check parsedmarc==11.1.0
"$work/venv/bin/python" - <<'PY'
import gzip, logging, subprocess
from importlib.metadata import version
from parsedmarc import parse_report_file

logging.disable(logging.CRITICAL)
print("parsedmarc", version("parsedmarc"))
RECORD = """<record>
  <row><source_ip>192.0.2.%d</source_ip><count>10</count>
    <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>%s</spf></policy_evaluated></row>
  <identifiers><header_from>example.org</header_from></identifiers>
  <auth_results><spf><domain>example.org</domain><result>%s</result></spf></auth_results>
</record>
"""
records = [RECORD % (host, *(["pass"] if host <= 20 else ["fail"]) * 2) for host in range(1, 41)]
report = ("""<?xml version="1.0" encoding="UTF-8"?>
<feedback>
<report_metadata><org_name>Example Mail</org_name><email>dmarc@example.com</email><report_id>7</report_id>
  <date_range><begin>1795996800</begin><end>1796083199</end></date_range></report_metadata>
<policy_published><domain>example.org</domain><adkim>r</adkim><aspf>r</aspf><p>none</p></policy_published>
%s</feedback>
""" % "".join(records)).encode()
half = report.index(records[20].encode())
one, two = gzip.compress(report), gzip.compress(report[:half]) + gzip.compress(report[half:])
by_gunzip = subprocess.run(["gunzip", "-c"], input=two, capture_output=True, check=True).stdout
if not gzip.decompress(two) == by_gunzip == report:
    raise SystemExit("CHANGED: gzip")
for label, file, expected in ("one member", one, (40, 20, [])), ("two members", two, (20, 0, ["Invalid XML"])):
    read = parse_report_file(file, offline=True)["report"]
    failing = sum(not record["alignment"]["spf"] for record in read["records"])
    errors = [error.split(":")[0] for error in read["report_metadata"]["errors"]]
    print("%-12s records: %d, failing SPF: %2d, errors: %s" % (label, len(read["records"]), failing, read["report_metadata"]["errors"]))
    if (len(read["records"]), failing, errors) != expected:
        raise SystemExit("CHANGED: expected %s" % (expected,))
PY
echo "guess: a gzipped report is read to its end, or refused"
echo "seen: half of it is a report"
