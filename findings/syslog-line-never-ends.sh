#!/usr/bin/env bash
# What: Python's logging.handlers.SysLogHandler over TCP to rsyslog: three records are sent and none is written. When
#   the program ends, all three are one line of the first record's priority, "...#000<12>...#000<11>...": a warning and
#   an error are parts of a debug message.
# Why it surprises: the same handler over UDP, and util-linux's logger over TCP, are read at once. The handler ends
#   records with a NUL byte, which is one of the ways that there are, and rsyslog looks for a line feed, which is the
#   usual one; each by itself is right, and both are the defaults.
# Where it bites: whoever moves logs from UDP to TCP for safety loses all of a long-running service's log until it stops
#   (or 8 kB are full), and every alert on severity. Way round: handler.append_nul = False and a formatter whose text
#   ends in "\n"; or addtlFrameDelimiter="0" on rsyslog's input.
# Source: RFC 6587 section 3.4.2 (non-transparent framing; the trailer is usually LF, some use NUL) and 3.4.1;
#   documentation of SysLogHandler (append_nul), of rsyslog's imtcp (AddtlFrameDelimiter).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages="rsyslog bsdutils"
dpkg-query -W $packages >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
dpkg-query -W -f '${Package} ${Version}\n' $packages
python3 - "$work" <<'PY'
import logging, logging.handlers, pathlib, platform, re, socket, subprocess, sys, time

print("logging of Python", platform.python_version())
WORK = pathlib.Path(sys.argv[1])
def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
def written(after=0.5):
    time.sleep(after)
    lines = log.read_text().splitlines() if log.exists() else []
    return [re.sub(r"^(\w+): ?", r"\1: ", line) for line in lines]
def run(send, options=""):
    """What rsyslog has written while the sender is there, and after it has gone."""
    global log
    tcp, udp, log = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM), WORK / "log"
    log.unlink(missing_ok=True)
    (WORK / "conf").write_text("""global(workDirectory="%s")
module(load="imtcp") module(load="imudp")
input(type="imtcp" address="127.0.0.1" port="%d" %s)
input(type="imudp" address="127.0.0.1" port="%d")
template(name="line" type="string" string="%%syslogseverity-text%%:%%msg%%\\n")
action(type="omfile" file="%s" template="line")
""" % (WORK, tcp, options, udp, log))
    daemon = subprocess.Popen(["rsyslogd", "-n", "-f", WORK / "conf", "-i", WORK / "pid"])
    try:
        for _ in range(50):
            time.sleep(0.1)
            try:
                socket.create_connection(("127.0.0.1", tcp)).close()
                break
            except OSError:
                pass
        finish = send(tcp, udp)
        during = written()
        finish()
        return during, written()
    finally:
        daemon.terminate()
        daemon.wait(10)
def by_python(kind, end=None):
    def send(tcp, udp):
        handler = logging.handlers.SysLogHandler(("127.0.0.1", tcp if kind == socket.SOCK_STREAM else udp), socktype=kind)
        if end is not None:
            handler.append_nul = False
        handler.setFormatter(logging.Formatter("relay: %(message)s" + (end or "")))
        logger = logging.getLogger("relay")
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.DEBUG)
        for level, text in (logging.DEBUG, "connected"), (logging.WARNING, "refused"), (logging.ERROR, "lost"):
            logger.log(level, text)
            time.sleep(0.1)
        return handler.close
    return send
def by_logger(tcp, udp):
    for severity, text in ("debug", "connected"), ("warning", "refused"), ("err", "lost"):
        subprocess.run(["logger", "--tcp", "--server", "127.0.0.1", "--port", str(tcp), "--tag", "relay", "--priority", "user." + severity, text], check=True)
    return lambda: None
ALL = ["debug: connected", "warning: refused", "err: lost"]
for label, send, options, expected in [
    ("UDP", by_python(socket.SOCK_DGRAM), "", (ALL, ALL)),
    ("TCP", by_python(socket.SOCK_STREAM), "", ([], ["debug: connected#000<12>relay: refused#000<11>relay: lost"])),
    ("TCP, ends in LF", by_python(socket.SOCK_STREAM, "\n"), "", (ALL, ALL)),
    ("TCP, NUL delimits", by_python(socket.SOCK_STREAM), 'addtlFrameDelimiter="0"', (ALL, ALL)),
    ("TCP, logger", by_logger, "", (ALL, ALL))]:
    seen = run(send, options)
    print("%-18s while it runs: %s" % (label, seen[0]))
    if seen[1] != seen[0]:
        print("%-18s when it ended: %s" % ("", seen[1]))
    if tuple(sorted(lines) for lines in seen) != tuple(sorted(lines) for lines in expected):
        raise SystemExit("CHANGED: expected %s" % (expected,))
PY
echo "guess: a record sent over TCP is a line in the log"
echo "seen: it is none, and then a piece of one"
