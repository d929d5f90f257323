#!/usr/bin/env bash
# What: prometheus_client's parser reads "mail_sent 5", typed a counter, as a sample named mail_sent_total. A gauge, or
#   an untyped one, of the same name keeps it. Passed on through generate_latest() it goes out as mail_sent_total, too.
# Why it surprises: a parser gives what is written; the text format of Prometheus asks for no ending, and Prometheus
#   itself stores mail_sent. The ending is OpenMetrics' rule, for which the package has another parser, and that one
#   refuses such a counter.
# Where it bites: scripts and tests that read a /metrics page with it, look for the name on the page, and find nothing;
#   a proxy or aggregator in Python, behind which every alert on mail_sent has no data and stays silent. Way round: look
#   for both names; name counters with _total, which all of them leave alone.
# Source: Prometheus' text-based exposition format 0.0.4 (metric_name, no suffix required), OpenMetrics 1.0 section
#   "Counter" (a sample's name must have _total); documentation of prometheus_client.parser.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check prometheus-client==0.26.0
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as by_open_metrics
from prometheus_client.parser import text_string_to_metric_families as by_text

print("prometheus-client", version("prometheus-client"))
class Passing:
    """What a proxy has: the families that it read."""
    def __init__(self, families):
        self.families = families
    def collect(self):
        return iter(self.families)
for kind, name, expected in [
    ("counter", "mail_sent", "mail_sent_total"), ("counter", "mail_sent_total", "mail_sent_total"),
    ("gauge", "mail_sent", "mail_sent"), ("untyped", "mail_sent", "mail_sent")]:
    page = "# TYPE %s %s\n%s 5\n" % (name, kind, name)
    families = list(by_text(page))
    read = families[0].samples[0].name
    registry = CollectorRegistry()
    registry.register(Passing(families))
    passed = [line.split()[0] for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]
    print("%-8s %-16s is read as %-16s and passed on as %s" % (kind, name, read, passed[0]))
    if read != expected or passed != [expected] or families[0].samples[0].value != 5:
        raise SystemExit("CHANGED: expected " + expected)
try:
    list(by_open_metrics("# TYPE mail_sent counter\nmail_sent 5\n# EOF\n"))
    raise SystemExit("CHANGED: the OpenMetrics parser takes it")
except ValueError as error:
    print("the OpenMetrics parser refuses it:", error)
PY
echo "guess: a metric is read under the name that it has"
echo "seen: a counter gets another"
