"""A name server for mail: every domain has one mail exchange, and that is on this machine."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EXCHANGE = "mx.bench.test"
ADDRESS = "127.0.0.1"
A, MX = 1, 15
TTL_SECONDS = 3600
# A response, authoritative, with recursion available (RFC 1035 §4.1.1); it repeats whether recursion was desired.
FLAGS, RECURSION_DESIRED = 0x8480, 0x0100
# The name of an answer: that of the question, which stands behind the header (RFC 1035 §4.1.4).
SAME_NAME = 0xC00C


@contextmanager
def name_server() -> Iterator[int]:
    """The port that it answers at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((ADDRESS, 0))
        thread = threading.Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        port = server.getsockname()[1]
        try:
            yield port
        finally:
            # An empty datagram is the end.
            server.sendto(b"", (ADDRESS, port))
            thread.join()


def _serve(server: socket.socket) -> None:
    while True:
        query, client = server.recvfrom(512)
        if not query:
            return
        server.sendto(answer(query), client)


def answer(query: bytes) -> bytes:
    number, flags = struct.unpack("!HH", query[:4])
    end = query.index(b"\0", 12) + 5
    name, kind = query[12 : end - 4], struct.unpack("!H", query[end - 4 : end - 2])[0]
    data = None
    if name.lower() == _wire(EXCHANGE):
        data = socket.inet_aton(ADDRESS) if kind == A else None
    elif kind == MX:
        data = struct.pack("!H", 10) + _wire(EXCHANGE)
    records = struct.pack("!HHHIH", SAME_NAME, kind, 1, TTL_SECONDS, len(data)) + data if data else b""
    head = struct.pack("!HHHHHH", number, FLAGS | flags & RECURSION_DESIRED, 1, 1 if data else 0, 0, 0)
    return head + query[12:end] + records


def _wire(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
