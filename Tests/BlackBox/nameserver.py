"""Zones for name servers, and one on a loopback port that misbehaves in the ways that a test wants."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable

from dnslib import QTYPE, RCODE, RR, SOA, TXT, DNSError, DNSHeader, DNSQuestion, DNSRecord
from dnslib.server import BaseResolver, DNSHandler

SILENT = "silent"
# What a server sends in one datagram, whatever it is offered.
DATAGRAM_BYTES = 512
PORT_TRIES = 20
# What a server may do to its answers over UDP.
LIES = ("id", "question", "source")


class Zones:
    """What the server answers. Names that nobody has put there do not exist."""

    def __init__(self, changed: Callable[[], None] = lambda: None):
        """`changed` is called after each change of the records."""
        self._lock = threading.Lock()
        self._changed = changed
        self._records: dict[str, list[RR]] = {}
        self._faults: dict[str, object] = {}
        self.asked: list[tuple[str, str, str]] = []

    def put(self, name: str, kind: str, value: str, ttl: int = 1) -> None:
        """Adds a record, its value as a zone file has it; a TXT value is cut into strings of 255."""
        key = absolute(name)
        if kind == "TXT":
            raw = value.encode()
            data = TXT([raw[start : start + 255] for start in range(0, len(raw), 255)])
            record = RR(key, QTYPE.TXT, rdata=data, ttl=ttl)
        else:
            record = RR.fromZone(f"{key} {ttl} IN {kind} {_value(kind, value)}")[0]
        with self._lock:
            self._records.setdefault(key, []).append(record)
        self._changed()

    def remove(self, name: str) -> None:
        with self._lock:
            self._records.pop(absolute(name), None)
        self._changed()

    def records(self) -> list[RR]:
        with self._lock:
            return [record for records in self._records.values() for record in records]

    def fault(self, name: str, what: object) -> None:
        """`SILENT`, an RCODE's name, or a number of seconds to wait before each answer. None mends it."""
        with self._lock:
            self._faults[absolute(name)] = what

    def answer(self, request: DNSRecord, protocol: str) -> DNSRecord:
        question = request.q
        key = absolute(str(question.qname))
        with self._lock:
            self.asked.append((key, QTYPE[question.qtype], protocol))
            fault = self._faults.get(key)
            known = list(self._records.get(key, []))
            exists = any(name == key or name.endswith(f".{key}") for name in self._records)
        reply = DNSRecord(DNSHeader(id=request.header.id, qr=1, aa=1, ra=1), q=question)
        if isinstance(fault, (int, float)):
            time.sleep(fault)
        elif fault == SILENT:
            raise _Silence("silent")
        elif isinstance(fault, str):
            reply.header.rcode = getattr(RCODE, fault)
            return reply
        wanted = [record for record in known if record.rtype in (question.qtype, QTYPE.CNAME)]
        for record in wanted:
            reply.add_answer(record)
        if not wanted:
            reply.header.rcode = RCODE.NOERROR if exists else RCODE.NXDOMAIN
            authority = SOA("ns.test.", "admin.test.", (1, 60, 60, 60, 1))
            reply.add_auth(RR("test.", QTYPE.SOA, rdata=authority, ttl=1))
        return reply


class NameServer:
    """Serves `zones` over UDP and TCP at one port. `lies`: one of `LIES`; every answer over UDP has the wrong number,
    repeats another question, or comes from another port. An answer longer than 512 bytes is truncated over UDP."""

    def __init__(self, zones: Zones | None = None, lies: str | None = None, port: int = 0):
        """`port`: 0 for any."""
        self.zones = zones or Zones()
        self.lies = lies
        self._servers = self._at(port)

    def _at(self, port: int) -> list:
        """What is free for UDP may be taken for TCP."""
        for _ in range(PORT_TRIES):
            datagrams = _UDP(("127.0.0.1", port), self)
            try:
                return [datagrams, _TCP(datagrams.server_address, self)]
            except OSError:
                datagrams.server_close()
        raise OSError(f"no port is free for both UDP and TCP in {PORT_TRIES} tries")

    @property
    def port(self) -> int:
        return self._servers[0].server_address[1]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "NameServer":
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server:
    """What dnslib's handler asks of its server."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], owner: NameServer):
        self.resolver = _Resolver(owner)
        self.logger = _NoLog()
        super().__init__(address, DNSHandler)


class _UDP(_Server, socketserver.ThreadingUDPServer):
    pass


class _TCP(_Server, socketserver.ThreadingTCPServer):
    pass


class _Resolver(BaseResolver):
    def __init__(self, owner: NameServer):
        self._owner = owner

    def resolve(self, request: DNSRecord, handler) -> DNSRecord:
        reply = self._owner.zones.answer(request, handler.protocol)
        if handler.protocol == "udp":
            if len(reply.pack()) > DATAGRAM_BYTES:
                # dnslib would leave out the question, which no server does.
                reply = DNSRecord(DNSHeader(id=request.header.id, qr=1, aa=1, ra=1, tc=1), q=request.q)
            if self._owner.lies == "id":
                reply.header.id ^= 1
            elif self._owner.lies == "question":
                reply.questions = [DNSQuestion("elsewhere.test", request.q.qtype)]
            elif self._owner.lies == "source":
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                    other.sendto(reply.pack(), handler.client_address)
                raise _Silence("answered from another port")
        return reply


class _Silence(DNSError):
    """dnslib's handler answers an error of its own kind with nothing."""


class _NoLog:
    def __getattr__(self, _):
        return lambda *_: None


def absolute(name: str) -> str:
    return name.rstrip(".").lower() + "."


def _value(kind: str, value: str) -> str:
    if kind == "CNAME":
        return absolute(value)
    if kind == "MX":
        preference, host = value.split()
        return f"{preference} {absolute(host)}"
    return value
