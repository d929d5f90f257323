#!/usr/bin/env bash
# What: a domain with "v=spf1 mx -all" and eleven mail hosts. pyspf says permerror for mail from any of them; Mail::SPF
#   says pass for the first ten and fail for the eleventh. With ten hosts all pass in both.
# Why it surprises: the mechanism "mx" counts for one of the ten look-ups that a record may cause, and records are
#   checked by that count. The hosts within it have a limit of their own; neither checks nor the domain's owner see it,
#   until an eleventh host is added for load.
# Where it bites: permerror is no alignment for DMARC, and so the whole domain's mail depends on DKIM at receivers of
#   the one kind; at the other kind one server of eleven bounces, and which one changes with the order of the answer.
# Source: RFC 7208 section 4.6.4 (each "mx" must not query more than ten addresses; beyond it must be permerror), which
#   in RFC 4408 section 10.1, followed by Mail::SPF, was a limit on what is looked at.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="libmail-spf-perl"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyspf==2.0.14 dnspython==2.9.2
"$work/venv/bin/python" - <<'PY'
import json, os, subprocess
from importlib.metadata import version
import spf

print("pyspf", version("pyspf"))
def zone(hosts):
    records = {"example.org": {"TXT": ["v=spf1 mx -all"], "MX": [[10, "mx%d.example.org" % n] for n in range(1, hosts + 1)]}}
    records.update({"mx%d.example.org" % n: {"A": ["192.0.2.%d" % n]} for n in range(1, hosts + 1)})
    return records
def by_pyspf(records, address):
    def look_up(name, kind, *_, **__):
        name = name.rstrip(".").lower()
        return [((name, kind), [value.encode()] if kind == "TXT" else tuple(value) if kind == "MX" else value) for value in records.get(name, {}).get(kind, [])]
    spf.DNSLookup = look_up
    return spf.check2(i=address, s="ann@example.org", h="mx.example.org")[0]
PERL = r'''use Mail::SPF; use Net::DNS; use JSON::PP; my $records = decode_json($ENV{RECORDS});
package Resolver; sub new { bless {}, shift } sub errorstring { "NXDOMAIN" }
sub send { my ($self, $name, $kind) = @_; $name = lc $name; $name =~ s/\.$//; my $packet = Net::DNS::Packet->new($name, $kind || "A", "IN");
  my $known = $records->{$name}; if (!$known) { $packet->header->rcode("NXDOMAIN"); return $packet }
  for my $value (@{$known->{$kind} || []}) { $packet->push(answer => $kind eq "TXT" ? Net::DNS::RR->new(owner => $name, type => "TXT", txtdata => [$value])
    : $kind eq "MX" ? Net::DNS::RR->new("$name MX $value->[0] $value->[1]") : Net::DNS::RR->new("$name $kind $value")) } $packet }
sub query { my $self = shift; $self->send(@_) }
package main; my $server = Mail::SPF::Server->new(dns_resolver => Resolver->new);
print $server->process(Mail::SPF::Request->new(scope => "mfrom", identity => "ann\@example.org", ip_address => $ENV{ADDRESS}, helo_identity => "mx.example.org"))->code;'''
def by_perl(records, address):
    return subprocess.run(["perl", "-e", PERL], capture_output=True, text=True, check=True, env={**os.environ, "RECORDS": json.dumps(records), "ADDRESS": address}).stdout
for hosts, address, expected in [
    (10, "192.0.2.1", ("pass", "pass")), (10, "192.0.2.10", ("pass", "pass")), (10, "198.51.100.1", ("fail", "fail")),
    (11, "192.0.2.1", ("permerror", "pass")), (11, "192.0.2.11", ("permerror", "fail"))]:
    seen = by_pyspf(zone(hosts), address), by_perl(zone(hosts), address)
    print("%d mail hosts, mail from %-13s pyspf: %-10s Mail::SPF: %s" % (hosts, address, *seen))
    if seen != expected:
        raise SystemExit("CHANGED: expected %s, %s" % expected)
PY
echo "guess: mx stands for the domain's mail hosts"
echo "seen: for ten of them, or for none"
