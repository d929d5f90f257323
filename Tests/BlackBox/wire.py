"""HTTP/1.1 as bytes on a socket. The tests compare bytes, and send what no well-behaved client would."""

import json
import socket
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

TIMEOUT_SECONDS = 30
READ_SIZE = 65_536


class BadAnswer(AssertionError):
    """The server sent something that is not HTTP."""


class Closed(Exception):
    """The server closed the connection where an answer could have begun."""


@dataclass
class Response:
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    interim: list[int] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        values = self.all(name)
        assert len(values) <= 1, f"{name} is sent {len(values)} times"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)

    @property
    def date(self) -> float:
        """When the server answered, by its own clock: Unix seconds, whole ones."""
        return parsedate_to_datetime(self.header("Date")).timestamp()

    @property
    def closes(self) -> bool:
        return (self.header("Connection") or "").lower() == "close"


class Connection:
    """One TCP connection. Reading is bounded by `timeout` seconds without a byte."""

    def __init__(self, host: str, port: int, timeout: float = TIMEOUT_SECONDS):
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._ended = False

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Sends what the server will take; a server that has refused and closed already is no failure of the sender."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def finish_sending(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _fill(self) -> bool:
        if self._ended:
            return False
        try:
            data = self.socket.recv(READ_SIZE)
        except ConnectionResetError:
            data = b""
        self._ended = not data
        self._buffer += data
        return bool(data)

    def _line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            if not self._fill():
                raise BadAnswer(f"closed inside a line: {self._buffer[:200]!r}")
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        if b"\n" in line or b"\r" in line or b"\0" in line:
            raise BadAnswer(f"bare CR, LF or NUL in {line!r}")
        return line

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if not self._fill():
                raise BadAnswer(f"closed after {len(self._buffer)} of {size} bytes of a body")
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def response(self, method: str = "GET") -> Response:
        """The next final answer; `Closed` when the connection ended in good order before one began."""
        interim: list[int] = []
        while True:
            answer = self._one(method)
            if answer.status >= 200:
                answer.interim = interim
                return answer
            interim.append(answer.status)

    def _one(self, method: str) -> Response:
        if not self._buffer and not self._fill():
            raise Closed
        status_line = self._line().decode("ascii")
        version, _, rest = status_line.partition(" ")
        code, _, reason = rest.partition(" ")
        if version != "HTTP/1.1" or len(code) != 3 or not code.isdigit():
            raise BadAnswer(f"status line {status_line!r}")
        headers = self._headers()
        answer = Response(int(code), reason, headers, b"")
        if method != "HEAD" and answer.status >= 200 and answer.status not in (204, 304):
            answer.body = self._body(answer)
        return answer

    def _headers(self) -> list[tuple[str, str]]:
        headers = []
        while line := self._line():
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or not name or name != name.strip():
                raise BadAnswer(f"header line {line!r}")
            headers.append((name, value.strip(" \t")))
        return headers

    def _body(self, answer: Response) -> bytes:
        if (answer.header("Transfer-Encoding") or "").lower() == "chunked":
            return self._chunks()
        length = answer.header("Content-Length")
        if length is None:
            raise BadAnswer(f"{answer.status} with a body of unknown length")
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._line().split(b";")[0], 16):
            body += self._exactly(size)
            if self._line():
                raise BadAnswer("a chunk does not end where it says")
        while self._line():
            pass
        return body

    def ended(self) -> bool:
        """True once the server has closed, with nothing more sent; a timeout means it did not."""
        while self._fill():
            pass
        return not self._buffer

    def exchange(self, data: bytes, method: str = "GET") -> Response:
        self.send(data)
        return self.response(method)


def request(
    method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"", host: str = "api.test"
) -> bytes:
    """A request in good order. `Content-Length` is given whenever there is a body or the method usually has one."""
    lines = {"Host": host} | (headers or {})
    if (body or method in ("POST", "PATCH", "PUT")) and "Transfer-Encoding" not in lines:
        lines.setdefault("Content-Length", str(len(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


class API:
    """Plain calls, each over a connection of its own, answers as they came."""

    def __init__(self, address: str, port: int, secret: str | None = None, host: str = "api.test"):
        self.host, self.port, self.secret, self.name = address, port, secret, host

    def connect(self, timeout: float = TIMEOUT_SECONDS) -> Connection:
        return Connection(self.host, self.port, timeout)

    def headers(self, extra: dict[str, str] | None = None) -> dict[str, str]:
        own = {"Content-Type": "application/json"}
        if self.secret is not None:
            own["Authorization"] = f"Bearer {self.secret}"
        return own | (extra or {})

    def call(self, method: str, path: str, body=None, headers: dict[str, str] | None = None) -> Response:
        """`body`: bytes as they are, anything else as JSON."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        with self.connect(30) as connection:
            return connection.exchange(request(method, path, self.headers(headers), data, self.name), method)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Response:
        return self.call("GET", path, None, headers)

    def post(self, path: str, body=None, headers: dict[str, str] | None = None) -> Response:
        return self.call("POST", path, body, headers)

    def patch(self, path: str, body=None, headers: dict[str, str] | None = None) -> Response:
        return self.call("PATCH", path, body, headers)

    # PostStack

    def send(self, headers: dict[str, str] | None = None, **fields) -> str:
        """Sends one email that must be accepted; its id."""
        answer = self.post("/emails", email(**fields), headers)
        assert answer.status == 202, f"{answer.status} {answer.body!r}"
        return answer.json()["id"]

    def email(self, public_id: str) -> dict:
        answer = self.get(f"/emails/{public_id}")
        assert answer.status == 200, f"{answer.status} {answer.body!r}"
        return answer.json()["email"]

    def events(self, public_id: str) -> list[dict]:
        answer = self.get(f"/emails/{public_id}/events")
        assert answer.status == 200, f"{answer.status} {answer.body!r}"
        return answer.json()["events"]


def email(**fields) -> dict:
    """A body for `POST /emails` that is accepted as it is; `sender` stands for `from`, None leaves a field out."""
    if "sender" in fields:
        fields["from"] = fields.pop("sender")
    whole = {
        "from": "Acme <hello@example.com>",
        "to": ["ann@example.net"],
        "subject": "Hello",
        "text": "Hello, Ann.\n",
    } | fields
    return {name: value for name, value in whole.items() if value is not None}
