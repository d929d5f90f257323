"""Debian's mail servers as peers: Postfix, Exim and OpenSMTPD, each an instance of its own at a loopback address, with
configuration and spool in a folder of its own. What one takes it passes on to a next hop, where a test looks at it.

Debian installs only one of them at a time, so `deploy/test` unpacks Exim and OpenSMTPD beside the build. They take
their users and some folders from fixed paths: each runs in a mount namespace, where these are its own.
"""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
from peers import Certificate, await_port, free_port
from polyrelay import ROOT

PEERS = ROOT / ".build/peers"
END_SECONDS = 20
# A recipient that each of them refuses.
UNKNOWN = "gone"

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="mail servers start as root alone")


class MailServer:
    """Serves while it is entered. `next_hop` is a port of this machine; `certificate`: what STARTTLS shows; `login`: the
    user and the password to say there, inside TLS, which is a must then."""

    # Whether a handshake with it succeeds.
    speaks_tls = True

    def __init__(
        self,
        *,
        next_hop: int,
        host: str = "127.0.0.1",
        port: int = 0,
        certificate: Certificate | None = None,
        login: tuple[str, str] | None = None,
    ):
        self.host, self.port, self.next_hop, self.login = host, port or free_port(), next_hop, login
        # pytest's own folders are closed to the users that these run as.
        self.folder = Path(tempfile.mkdtemp(prefix="mta"))
        self.folder.chmod(0o755)
        self.certificate = self._copied(certificate) if certificate else None
        self._process: subprocess.Popen | None = None
        self._said: list[bytes] = []

    def __enter__(self) -> "MailServer":
        try:
            self._serve(self._prepare())
        except BaseException:
            self.__exit__()
            raise
        return self

    def _serve(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        threading.Thread(target=lambda: self._said.extend(self._process.stdout), daemon=True).start()
        await_port(self._process, self.port, self.host, self.said)

    def __exit__(self, *_) -> None:
        try:
            if self._process is not None:
                self._stop()
                self._process.wait(END_SECONDS)
        finally:
            if self._process is not None:
                self._kill_children()
            shutil.rmtree(self.folder, ignore_errors=True)

    def said(self) -> str:
        """All its logs."""
        lines = b"".join([*self._said, *(path.read_bytes() for path in self._logs())])
        return lines.decode(errors="replace")

    def _prepare(self) -> list[str]:
        """Writes its files; the command that serves in the foreground."""
        raise NotImplementedError

    def _logs(self) -> list[Path]:
        return []

    def _stop(self) -> None:
        self._process.terminate()

    def _kill_children(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def _copied(self, certificate: Certificate) -> Certificate:
        copy = Certificate(self.folder / "tls.crt", self.folder / "tls.key")
        shutil.copy(certificate.certificate, copy.certificate)
        shutil.copy(certificate.key, copy.key)
        return copy

    def _write(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    # A namespace of its own

    def _namespace(self, users: dict[str, int], folders: tuple[str, ...], *command) -> list[str]:
        """The command where these users exist and these folders are empty ones of its own."""
        steps = ["set -e"]
        for path, line in (("/etc/passwd", "{0}:x:{1}:{1}::/:/usr/sbin/nologin"), ("/etc/group", "{0}:x:{1}:")):
            added = [line.format(name, number) for name, number in users.items()]
            own = self._write(Path(path).name, Path(path).read_text().rstrip("\n"), *added)
            steps.append(f"mount --bind {own} {path}")
        steps += [f"mount -t tmpfs -o mode=755 none {folder}" for folder in folders]
        steps += [*self._inside(), "exec " + shlex.join(map(str, command))]
        return ["unshare", "--mount", "sh", "-c", "\n".join(steps)]

    def _inside(self) -> list[str]:
        """What is done in the namespace before the server starts."""
        return []


def unpacked(name: str) -> Path:
    found = [path for path in (PEERS / "usr/sbin" / name, Path("/usr/sbin") / name) if path.is_file()]
    assert found, f"there is no {name}: deploy/test unpacks it to {PEERS}"
    return found[0]


class Postfix(MailServer):
    """`settings` stand in its main.cf beside what every instance has, or instead of it."""

    def __init__(self, *, settings: dict[str, str] | None = None, **options):
        super().__init__(**options)
        self._settings = settings or {}

    def _prepare(self) -> list[str]:
        for name in ("spool", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        known = self._write("known", f"!/^{UNKNOWN}@/ known")
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": self.folder / "spool",
            "data_directory": self.folder / "data",
            "maillog_file": "/dev/stdout",
            "myhostname": "postfix.test",
            # Of the loopback addresses only this one stands on the interface; master.cf names the one to listen at.
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "mydestination": "",
            "local_recipient_maps": "",
            "alias_maps": "",
            "relay_domains": "dest.test",
            "relay_recipient_maps": f"regexp:{known}",
            "relayhost": f"[127.0.0.1]:{self.next_hop}",
            "smtpd_recipient_restrictions": "permit_mynetworks, reject",
            "smtp_host_lookup": "native",
            "minimal_backoff_time": "1s",
        }
        if self.login:
            password = self._write("password", f"[127.0.0.1]:{self.next_hop} {':'.join(self.login)}")
            settings["smtp_sasl_auth_enable"] = "yes"
            settings["smtp_sasl_password_maps"] = f"texthash:{password}"
            settings["smtp_sasl_security_options"] = "noanonymous"
            settings["smtp_tls_security_level"] = "encrypt"
        if self.certificate:
            settings["smtpd_tls_security_level"] = "may"
            settings["smtpd_tls_received_header"] = "yes"
            settings["smtpd_tls_chain_files"] = f"{self.certificate.key}, {self.certificate.certificate}"
        self._write("etc/main.cf", *(f"{name} = {value}" for name, value in (settings | self._settings).items()))
        self._write(
            "etc/master.cf",
            f"{self.host}:{self.port} inet n - n - - smtpd",
            "pickup unix n - n 60 1 pickup",
            "cleanup unix n - n - 0 cleanup",
            "qmgr unix n - n 300 1 qmgr",
            "tlsmgr unix - - n 1000? 1 tlsmgr",
            "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce",
            "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce",
            "smtp unix - - n - - smtp",
            "relay unix - - n - - smtp",
            "error unix - - n - - error",
            "retry unix - - n - - error",
            "proxymap unix - - n - - proxymap",
            "anvil unix - - n - 1 anvil",
            "scache unix - - n - 1 scache",
            "postlog unix-dgram n - n - 1 postlogd",
        )
        return ["/usr/sbin/postfix", "-c", str(self.folder / "etc"), "start-fg"]

    def _stop(self) -> None:
        # Its processes leave the group that they were started in.
        stop = ["/usr/sbin/postfix", "-c", str(self.folder / "etc"), "stop"]
        subprocess.run(stop, capture_output=True, timeout=END_SECONDS)
        if self._process.poll() is None:
            self._process.terminate()


class Exim(MailServer):
    USER, NUMBER = "Debian-exim", 65530

    def _prepare(self) -> list[str]:
        program = unpacked("exim4")
        spool = self.folder / "spool"
        spool.mkdir()
        os.chown(spool, self.NUMBER, self.NUMBER)
        tls = []
        if self.certificate:
            self.certificate.key.chmod(0o644)
            tls = [
                "tls_advertise_hosts = *",
                f"tls_certificate = {self.certificate.certificate}",
                f"tls_privatekey = {self.certificate.key}",
            ]
        transport, authenticators = [], []
        if self.login:
            transport = ["  hosts_require_auth = *", "  hosts_require_tls = *"]
            # A circumflex stands for NUL.
            authenticators = [
                *("begin authenticators", "plain:", "  driver = plaintext", "  public_name = PLAIN"),
                f"  client_send = ^{'^'.join(self.login)}",
            ]
        configuration = self._write(
            "exim.conf",
            f"exim_path = {program}",
            "keep_environment =",
            "primary_hostname = exim.test",
            f"spool_directory = {spool}",
            f"log_file_path = {spool}/%slog",
            f"pid_file_path = {spool}/pid",
            f"daemon_smtp_ports = {self.port}",
            f"local_interfaces = {self.host}",
            # However many messages come over one connection, each goes on at once.
            "smtp_accept_queue_per_connection = 0",
            "acl_smtp_rcpt = recipient",
            "acl_smtp_data = accept",
            *tls,
            "begin acl",
            "recipient:",
            f"  deny local_parts = {UNKNOWN}",
            "       message = 5.1.1 Unknown user",
            "  accept",
            "begin routers",
            "all:",
            "  driver = manualroute",
            "  route_list = * 127.0.0.1",
            "  self = send",
            "  transport = on",
            "begin transports",
            "on:",
            "  driver = smtp",
            f"  port = {self.next_hop}",
            *transport,
            "begin retry",
            "* * F,1h,1s",
            *authenticators,
        )
        return self._namespace({self.USER: self.NUMBER}, (), program, "-C", configuration, "-bdf")

    def _logs(self) -> list[Path]:
        return [path for path in (self.folder / "spool").glob("*log") if path.is_file()]


class OpenSMTPD(MailServer):
    # Debian 12's was made for OpenSSL 1.1, and finds no key with the OpenSSL 3 that it is linked with: it promises
    # STARTTLS and every handshake fails.
    speaks_tls = False

    def _prepare(self) -> list[str]:
        tls, keys = "", []
        if self.certificate:
            self.certificate.key.chmod(0o600)
            tls = " tls pki mx.test"
            keys = [f'pki mx.test cert "{self.certificate.certificate}"', f'pki mx.test key "{self.certificate.key}"']
        relay = f"relay host smtp://127.0.0.1:{self.next_hop}"
        if self.login:
            keys.append(f'table logins {{ us = "{":".join(self.login)}" }}')
            relay = f"relay host smtp+tls://us@127.0.0.1:{self.next_hop} tls no-verify auth <logins>"
        configuration = self._write(
            "smtpd.conf",
            *keys,
            f"listen on {self.host} port {self.port}{tls} hostname opensmtpd.test",
            f'action "on" {relay}',
            f'match from any for any rcpt-to regex {{ "^{UNKNOWN}@" }} reject',
            'match from any for any action "on"',
        )
        users = {"opensmtpd": 65531, "opensmtpq": 65532}
        folders = ("/run", "/var/lib", "/var/spool")
        return self._namespace(users, folders, unpacked("smtpd"), "-dv", "-f", configuration)

    def _inside(self) -> list[str]:
        return ["mkdir -p /var/lib/opensmtpd/empty", "mkdir -m 711 /var/spool/smtpd"]
