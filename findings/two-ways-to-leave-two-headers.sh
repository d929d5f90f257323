#!/usr/bin/env bash
# What: nodemailer's list: {unsubscribe: ["leave@...", "https://..."]} writes two List-Unsubscribe headers, one for
#   each way. Python's email, Perl's Email::Simple and Ruby's mail, asked for the header's value, give the first. With
#   the address before the link there is no link in it, though List-Unsubscribe-Post stands there. An array within the
#   array gives one header with both.
# Why it surprises: a message may have the header once, with a list of URLs; nodemailer writes several To as one
#   header, and there is no use for several of this one. Tests look for the link in the source, where it is.
# Where it bites: one-click unsubscribe, which large mailbox providers require of bulk mail: a receiver, relay or
#   filter that reads the first header finds a mailto alone, and DKIM signers that sign the name once cover only the
#   last.
# Source: RFC 2369 sections 2 and 3 (several URLs stand in a field with commas; no more than one of each field in a
#   message), RFC 8058 section 3.1 (List-Unsubscribe with one HTTPS URI beside List-Unsubscribe-Post), RFC 6376 section
#   5.4.2 (a name in h= stands for its last field); nodemailer's documentation of list headers.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="nodejs node-nodemailer ruby-mail libemail-simple-perl"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
cat > "$work/write.js" <<'JS'
const mailer = require("/usr/share/nodejs/nodemailer");
mailer.createTransport({ streamTransport: true, buffer: true, newline: "windows" })
    .sendMail({ from: "shop@example.org", to: ["ann@example.com", "bob@example.com"], subject: "News", text: "Hello\n",
        list: { unsubscribe: JSON.parse(process.argv[2]) }, headers: { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" } })
    .then((sent) => process.stdout.write(sent.message));
JS
python3 - "$work" <<'PY'
import email, json, platform, re, subprocess, sys

print("email of Python", platform.python_version())
WORK = sys.argv[1]
ADDRESS, LINK = "leave@example.org?subject=stop", "https://shop.example.org/leave/9f8b7c6d"
def run(*command, given=None):
    return subprocess.run(command, input=given, capture_output=True, check=True, timeout=60).stdout
PERL = 'use Email::Simple; local $/; print scalar Email::Simple->new(<STDIN>)->header("List-Unsubscribe");'
RUBY = 'require "mail"; field = Mail.new(STDIN.read.force_encoding("BINARY"))["List-Unsubscribe"]; print(field.is_a?(Array) ? field.first.value : field.value)'
def readings(message):
    return [email.message_from_bytes(message)["List-Unsubscribe"], run("perl", "-e", PERL, given=message).decode(), run("ruby", "-e", RUBY, given=message).decode()]
for label, ways, headers, has_link in [
    ("link alone", [LINK], 1, True), ("link, address", [LINK, ADDRESS], 2, True), ("address, link", [ADDRESS, LINK], 2, False),
    ("[address, link] in an array", [[ADDRESS, LINK]], 1, True)]:
    message = run("node", WORK + "/write.js", json.dumps(ways))
    count = len(re.findall(rb"(?im)^List-Unsubscribe:", message))
    links = [LINK in reading for reading in readings(message)]
    print("%-28s List-Unsubscribe headers: %d, To: %d, the link is found by Python, Perl, Ruby: %s" % (label, count, len(re.findall(rb"(?m)^To:", message)), links))
    if count != headers or set(links) != {has_link} or b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" not in message or LINK.encode() not in message:
        raise SystemExit("CHANGED: expected %d, %s" % (headers, has_link))
PY
echo "guess: two ways to leave stand in the one header that is for them"
echo "seen: the second has a header of its own, and is not read"
