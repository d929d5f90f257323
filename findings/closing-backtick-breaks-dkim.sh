#!/usr/bin/env bash
# What: nodemailer signs a mail whose last line is of spaces alone with a DKIM signature that no receiver verifies:
#   dkimpy and Mail::DKIM both say that the body was altered. Spaces at the end of a line with words, and such a line in
#   the middle, are signed rightly.
# Why it surprises: a body of relaxed form is there to make spaces at line ends and empty lines at the end count for
#   nothing. A template literal in JavaScript whose closing backtick stands indented on a line of its own ends in just
#   such a line: "Hello\n    ". What one sees in the mail is the same with and without.
# Where it bites: texts and HTML written into the code as indented literals, unlike those from files: DMARC of these
#   mails fails everywhere, of the same program's others nowhere. Way round: text.trim() + "\n", or no signature by the
#   program where its relay signs.
# Source: RFC 6376 section 3.4.4 (relaxed: white space at line ends is ignored, and then all empty lines at the end of
#   the body); ECMA-262 on template literals (line ends and spaces up to the backtick belong to the text).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="nodejs node-nodemailer libmail-dkim-perl"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dkimpy==1.1.8 cryptography==50.0.2
cat > "$work/send.js" <<'JS'
const mailer = require("/usr/share/nodejs/nodemailer");
const [port, texts] = [Number(process.argv[2]), JSON.parse(process.argv[3])];
// The same words, as they stand in code.
texts["closing backtick, indented"] = `Hello
    `;
texts["closing backtick at the end"] = `Hello`;
(async () => {
    for (const [subject, text] of Object.entries(texts)) {
        const transport = mailer.createTransport({ host: "127.0.0.1", port, ignoreTLS: true });
        await transport.sendMail({ from: "Shop <shop@example.org>", to: "ann@example.com", subject, text,
            dkim: { domainName: "example.org", keySelector: "s", privateKey: process.env.PRIVATE } });
        transport.close();
    }
    process.exit(0);
})();
JS
"$work/venv/bin/python" - "$work/send.js" <<'PY'
import base64, email, json, os, socket, subprocess, sys, threading
from importlib.metadata import version
import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

print("dkimpy", version("dkimpy"))
KEY = rsa.generate_private_key(65537, 2048)
RECORD = "v=DKIM1; k=rsa; p=" + base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
ENVIRONMENT = {**os.environ, "RECORD": RECORD, "PRIVATE": KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()}
VERIFY = r'''use Mail::DKIM::Verifier; use Mail::DKIM::DNS;
{ package Record; sub new { bless {} } sub type { "TXT" } sub char_str_list { $ENV{RECORD} } sub txtdata { $ENV{RECORD} } }
{ no warnings "redefine"; *Mail::DKIM::DNS::query = sub { (Record->new) }; }
my $verifier = Mail::DKIM::Verifier->new; { local $/; $verifier->PRINT(<STDIN>); } $verifier->CLOSE; print $verifier->result_detail;'''
listener, arrived = socket.create_server(("127.0.0.1", 0)), []
def serve():
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as stream:
            connection.sendall(b"220 mx.example.com\r\n")
            while line := stream.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    connection.sendall(b"354 Go on\r\n")
                    lines = []
                    while (line := stream.readline()) not in (b".\r\n", b""):
                        lines.append(line)
                    arrived.append(b"".join(lines))
                connection.sendall(b"221 Bye\r\n" if verb == b"QUIT" else b"250 mx.example.com\r\n")
                if verb == b"QUIT":
                    break
threading.Thread(target=serve, daemon=True).start()
TEXTS = {"a line end": "Hello\n", "spaces after a word": "Hello   \n", "spaces between lines": "Hello\n   \nAnn\n", "empty lines at the end": "Hello\n\n\n", "spaces in the last line": "Hello\n   \n"}
subprocess.run(["node", sys.argv[1], str(listener.getsockname()[1]), json.dumps(TEXTS)], env=ENVIRONMENT, check=True, timeout=60)
PASSING = {*TEXTS, "closing backtick at the end"} - {"spaces in the last line"}
for message in arrived:
    subject, body = email.message_from_bytes(message)["Subject"], message.split(b"\r\n\r\n", 1)[1]
    one = dkim.verify(message, dnsfunc=lambda name, timeout=5: RECORD.encode())
    two = subprocess.run(["perl", "-e", VERIFY], input=message, capture_output=True, check=True, env=ENVIRONMENT).stdout.decode()
    print("%-28s %-24s dkimpy: %-5s Mail::DKIM: %s" % (subject, body, one, two))
    if (one, two) != ((True, "pass") if subject in PASSING else (False, "fail (body has been altered)")) or b"c=relaxed/relaxed" not in message:
        raise SystemExit("CHANGED: " + subject)
if len(arrived) != 7:
    raise SystemExit("CHANGED: %d mails of 7" % len(arrived))
PY
echo "guess: spaces at the end of a mail count for nothing under relaxed"
echo "seen: where they are a line, they break its signature"
