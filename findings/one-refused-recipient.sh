#!/usr/bin/env bash
# What: a server takes the first and the third of three recipients and refuses the second (550). Who gets the mail
#   depends on the client alone: the other two (smtplib, aiosmtplib, swaks, curl --mail-rcpt-allowfails, PHPMailer),
#   nobody (msmtp, curl, s-nail, mutt), or only those before the refused one (Perl's Net::SMTP, which then reports
#   success for DATA). PHPMailer throws "recipients failed" after it has delivered to the other two.
# Why it surprises: in SMTP recipients are refused one by one and the transaction goes on (RFC 5321 section 3.3, and
#   the dialogue in appendix D.1); one expects clients to do so, or at least to tell. swaks and curl
#   --mail-rcpt-allowfails exit with 0 though a recipient was dropped; who catches PHPMailer's exception and sends
#   again sends two mails.
# Where it bites: a relay that refuses suppressed or unknown recipients at RCPT makes a newsletter from one client
#   reach all others, from a second client nobody, from a third the head of the list, and from a fourth twice.
# Source: RFC 5321 sections 3.3 and appendix D.1; curl's manual on --mail-rcpt-allowfails; Net::SMTP's on SkipBad.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="msmtp swaks curl s-nail mutt php-cli libphp-phpmailer"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages 'perl-modules-5.*' 2>/dev/null | grep -v ' $'
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aiosmtplib==5.1.3
HOME=$work "$work/venv/bin/python" - "$work" <<'PY'
import asyncio, platform, smtplib, socket, subprocess, sys, threading, time
from importlib.metadata import version
import aiosmtplib

print("aiosmtplib", version("aiosmtplib"))
print("smtplib of Python", platform.python_version())
PEOPLE = ["one@example.com", "two@example.com", "three@example.com"]
MESSAGE = "From: a@example.org\r\nTo: %s\r\nSubject: s\r\n\r\nhi\r\n" % ", ".join(PEOPLE)
FILE = sys.argv[1] + "/message.eml"
open(FILE, "w", newline="").write(MESSAGE)

class Server:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.delivered = []
        threading.Thread(target=self.serve, daemon=True).start()
    def serve(self):
        connection, _ = self.listener.accept()
        stream, taken = connection.makefile("rb"), []
        say = lambda text: connection.sendall(text.encode() + b"\r\n")
        say("220 mx.example.com")
        while line := stream.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                if b"two@" in line:
                    say("550 5.1.1 No such user")
                else:
                    taken.append(line.decode().split("<")[1].split("@")[0])
                    say("250 Ok")
            elif verb == b"DATA":
                say("354 Go on")
                while (line := stream.readline()) not in (b".\r\n", b""):
                    pass
                if line:
                    self.delivered = taken
                    say("250 Ok")
            elif verb == b"QUIT":
                say("221 Bye")
                break
            else:
                say("250 mx.example.com")
        connection.close()

def run(*command, given=MESSAGE):
    return "exit %d" % subprocess.run(command, input=given, capture_output=True, text=True, timeout=30).returncode
def by_smtplib(port):
    with smtplib.SMTP("127.0.0.1", port) as client:
        return "refused: %s" % list(client.sendmail("a@example.org", PEOPLE, MESSAGE))
def by_aiosmtplib(port):
    refused, _ = asyncio.run(aiosmtplib.send(MESSAGE, sender="a@example.org", recipients=PEOPLE, hostname="127.0.0.1", port=port))
    return "refused: %s" % list(refused)
def curl(port, *more):
    named = [word for person in PEOPLE for word in ("--mail-rcpt", person)]
    return run("curl", "-sS", "smtp://127.0.0.1:%d/client.example.org" % port, "--mail-from", "a@example.org", *named, "-T", FILE, *more)
NET_SMTP = r'''my $s = Net::SMTP->new("127.0.0.1", Port => shift); $s->mail("a\@example.org"); $s->recipient(@ARGV);
print $s->data("Subject: s\n\nhi\n") ? "data() is true" : "data() is false"; $s->quit;'''
PHPMAILER = r'''require "/usr/share/php/libphp-phpmailer/autoload.php";
$m = new PHPMailer\PHPMailer\PHPMailer(true); $m->isSMTP(); $m->Host = "127.0.0.1"; $m->Port = (int) $argv[1];
$m->setFrom("a@example.org"); foreach (array_slice($argv, 2) as $person) $m->addAddress($person);
$m->Subject = "s"; $m->Body = "hi";
try { $m->send(); echo "send() is true"; } catch (Exception $e) { echo "throws: ", strtok($e->getMessage(), "\n"); }'''
def php(port):
    return subprocess.run(["php", "-r", PHPMAILER, "--", str(port), *PEOPLE], capture_output=True, text=True).stdout.strip()
def perl(port):
    return subprocess.run(["perl", "-MNet::SMTP", "-e", NET_SMTP, str(port), *PEOPLE], capture_output=True, text=True).stdout.strip()
CLIENTS = [
    ("smtplib", by_smtplib, "one three"),
    ("aiosmtplib", by_aiosmtplib, "one three"),
    ("swaks", lambda port: run("swaks", "--server", "127.0.0.1:%d" % port, "--from", "a@example.org", "--to", ",".join(PEOPLE), "--silent", "3"), "one three"),
    ("curl --mail-rcpt-allowfails", lambda port: curl(port, "--mail-rcpt-allowfails"), "one three"),
    ("PHPMailer", php, "one three"),
    ("curl", curl, ""),
    ("msmtp", lambda port: run("msmtp", "--host=127.0.0.1", "--port=%d" % port, "--from=a@example.org", "--tls=off", "--auth=off", *PEOPLE), ""),
    ("s-nail", lambda port: run("s-nail", "-:/", "-Sv15-compat", "-Smta=smtp://127.0.0.1:%d" % port, "-Sfrom=a@example.org", "-Shostname=client.example.org", "-Ssmtp-auth=none", "-Ssmtp-config=-all", "-s", "s", *PEOPLE, given="hi\n"), ""),
    ("mutt", lambda port: run("mutt", "-n", "-F", "/dev/null", "-e", "set smtp_url=smtp://127.0.0.1:%d from=a@example.org ssl_starttls=no ssl_force_tls=no copy=no" % port, "-s", "s", "--", *PEOPLE, given="hi\n"), ""),
    ("Net::SMTP", perl, "one"),
]
for name, send, expected in CLIENTS:
    server = Server()
    said = send(server.port)
    time.sleep(0.1)
    seen = " ".join(server.delivered)
    print("%-28s delivered to: %-10s %s" % (name, seen or "nobody", said))
    if seen != expected:
        raise SystemExit("%s: CHANGED: expected delivery to %r" % (name, expected))
PY
echo "guess: every client delivers to the recipients that were taken, and tells which were not"
echo "seen: three different sets of people get the mail, and two of the tools exit with 0 all the same"
