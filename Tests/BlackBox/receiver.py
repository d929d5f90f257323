"""A receiver of webhooks: real sockets, real TLS, and answers as a test wants them."""

import json
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WAIT_SECONDS = 60
TRICKLE_SECONDS = 0.05


@dataclass
class Delivery:
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    def json(self):
        return json.loads(self.body)

    @property
    def signature(self) -> str:
        return self.headers["X-PostStack-Signature"]


class Receiver:
    """Keeps every delivery. `answer(delivery, number)` gives a status, or a status with fields and a body; the default
    is 200. A field `X-Trickle` with a number sends so many bytes more, one at a time."""

    def __init__(self, answer=lambda delivery, number: 200, certificate: tuple[Path, Path] | None = None):
        self.answer = answer
        self._deliveries: list[Delivery] = []
        self._changed = threading.Condition()
        self._ended = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                delivery = Delivery(self.path, dict(self.headers), body)
                number = receiver._keep(delivery)
                given = receiver.answer(delivery, number)
                status, fields, text = given if isinstance(given, tuple) else (given, {}, b"")
                if status is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                if "Content-Length" not in fields:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
                for _ in range(int(fields.get("X-Trickle", 0))):
                    self.wfile.flush()
                    if receiver._ended.wait(TRICKLE_SECONDS):
                        return
                    self.wfile.write(b"x")

            def log_message(self, *_):
                pass

        class Sink(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self._server = Sink(("127.0.0.1", 0), Handler)
        self._scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> "Receiver":
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"{self._scheme}://{host}:{self.port}{path}"

    def _keep(self, delivery: Delivery) -> int:
        with self._changed:
            self._deliveries.append(delivery)
            self._changed.notify_all()
            return len(self._deliveries)

    def all(self) -> list[Delivery]:
        with self._changed:
            return list(self._deliveries)

    def wait(self, enough, seconds: float = WAIT_SECONDS) -> list[Delivery]:
        """All deliveries, once `enough(deliveries)` holds."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not enough(self._deliveries):
                left = deadline - time.monotonic()
                if left <= 0:
                    got = [delivery.body for delivery in self._deliveries[:20]]
                    raise AssertionError(f"{len(self._deliveries)} deliveries, and not those waited for: {got}")
                self._changed.wait(left)
            return list(self._deliveries)

    def types(self, count: int) -> list[str]:
        return [delivery.json()["type"] for delivery in self.wait(lambda all: len(all) >= count)]


def authority(folder: Path, name: str = "localhost") -> tuple[Path, Path, Path]:
    """A CA of the test's own, and a certificate that it signed for `name`: the CA's file, the chain, the key."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *ec, "-days", "2", "-subj", "/CN=test CA", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *ec, "-subj", "/CN=test", "-keyout", "site.key", "-out", "site.csr")
    (folder / "site.ext").write_text(f"subjectAltName=DNS:{name}\n")
    openssl(
        "x509", "-req", "-in", "site.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
        "-extfile", "site.ext", "-out", "site.pem",
    )  # fmt: skip
    return folder / "ca.pem", folder / "site.pem", folder / "site.key"
