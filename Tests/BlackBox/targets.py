"""A target of relayed requests: TLS with certificates of the test's own, and answers by a script."""

import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from receiver import WAIT_SECONDS

HEAD_BYTES = 65_536


@dataclass
class Arrival:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)


class Authority:
    """A CA of the test's own, which signs what it is asked to."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder / "ca.pem"
        ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self._openssl("req", "-x509", *ec, "-days", "2", "-subj", "/CN=test CA", "-keyout", "ca.key", "-out", "ca.pem")
        (folder / "index.txt").write_text("")
        (folder / "ca.conf").write_text(
            f"""
[ca]
default_ca = own
[own]
dir = {folder}
database = {folder}/index.txt
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
policy = any
rand_serial = yes
copy_extensions = none
unique_subject = no
[any]
commonName = supplied
"""
        )

    def sign(self, name: str, expired: bool = False) -> tuple[Path, Path]:
        """A certificate for one name, and its key."""
        stem = f"{'expired' if expired else 'site'}-{name.replace('*', 'any')}"
        chain, key = self.folder / f"{stem}.pem", self.folder / f"{stem}.key"
        ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self._openssl("req", *ec, "-subj", "/CN=test", "-keyout", str(key), "-out", f"{stem}.csr")
        (self.folder / f"{stem}.ext").write_text(f"subjectAltName=DNS:{name}\n")
        dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"] if expired else ["-days", "2"]
        self._openssl(
            "ca", "-batch", "-config", "ca.conf", "-in", f"{stem}.csr", "-out", str(chain), "-notext", *dates,
            "-extfile", f"{stem}.ext",
        )  # fmt: skip
        return chain, key

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)


class Target:
    """Takes requests over TLS. `script(arrival, number)` says what becomes of one, by its number among those of its
    path: a status, `(status, headers)`, or one of the words `reset`, `hang`, `trickle`."""

    def __init__(self, certificate: tuple[Path, Path], script=lambda arrival, number: 200):
        self.script = script
        self.connections = 0
        self._arrivals: list[Arrival] = []
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Target":
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        # A listener that somebody waits in is not closed by closing it alone.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    def url(self, path: str = "/in", host: str = "hooks.acme.localhost") -> str:
        return f"https://{host}:{self.port}{path}"

    def all(self, path: str | None = None) -> list[Arrival]:
        with self._changed:
            return [arrival for arrival in self._arrivals if path is None or arrival.path == path]

    def wait(self, count: int, path: str | None = None, seconds: float = WAIT_SECONDS) -> list[Arrival]:
        """All arrivals (of the path), once there are so many."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                found = [arrival for arrival in self._arrivals if path is None or arrival.path == path]
                if len(found) >= count:
                    return found
                left = deadline - time.monotonic()
                assert left > 0, f"{len(found)} arrivals instead of {count}"
                self._changed.wait(left)

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._context.wrap_socket(connection, server_side=True) as stream:
                with self._changed:
                    self.connections += 1
                while self._exchange(stream):
                    pass
        except OSError:
            connection.close()

    def _exchange(self, stream: ssl.SSLSocket) -> bool:
        data = b""
        while b"\r\n\r\n" not in data:
            more = stream.recv(HEAD_BYTES)
            if not more:
                return False
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in lines[1:])
        arrival = Arrival(method, path, headers, body)
        while len(arrival.body) < int(arrival.header("content-length") or 0):
            arrival.body += stream.recv(HEAD_BYTES)
        with self._changed:
            self._arrivals.append(arrival)
            number = len([one for one in self._arrivals if one.path == path])
            self._changed.notify_all()
        return self._answer(stream, self.script(arrival, number))

    def _answer(self, stream: ssl.SSLSocket, given) -> bool:
        if given == "reset":
            return False
        if given == "hang":
            self._ended.wait(60)
            return False
        if given == "trickle":
            stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not self._ended.wait(0.05):
                stream.sendall(b"x")
            return False
        status, headers = given if isinstance(given, tuple) else (given, {})
        lines = [f"HTTP/1.1 {status} Said", "Content-Length: 0", *(f"{key}: {value}" for key, value in headers.items())]
        stream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return True
