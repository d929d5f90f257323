"""A mail server whose replies take a round trip, and that writes down what was said to it."""

import asyncio
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# 8-bit content is offered a way; DSN and PIPELINING are, as Postfix and smtp-sink offer them.
EXTENSIONS = ["PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN"]
# By the local part of the address.
REFUSED, LATER, BUSY, CUT = "refused", "later", "busy", "cut"
REPLIES = {REFUSED: "550 5.1.1 nobody here", LATER: "451 4.3.0 not now", BUSY: "421 4.3.2 closing"}
# What is said outside transactions.
OPENING = ("EHLO", "HELO", "QUIT")


@dataclass
class Said:
    """One read: what the client's bytes were, command by command, and what they were answered."""

    octets: int
    commands: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    @property
    def is_transaction(self) -> bool:
        return any(not command.startswith(OPENING) for command in self.commands)

    @property
    def is_turn(self) -> bool:
        """The client may have waited for the replies."""
        return self.is_transaction and bool(self.replies)


class LateSink:
    """Takes mail in a thread of its own. Bytes of clients come `milliseconds` after they were sent, so that each turn
    of a conversation takes that long, on any number of connections at a time. Recipients `refused@`, `later@` and
    `busy@` get 550, 451 and 421; after the final dot of mail for `cut@` the connection is closed without a word.
    """

    def __init__(self, milliseconds: float = 0, records: bool = False):
        self.delay, self.records, self.port = milliseconds / 1e3, records, 0
        # Messages taken, turns in transactions.
        self.messages = self.turns = 0
        self.connections: list[list[Said]] = []
        self.changed = threading.Condition()

    @contextmanager
    def serving(self) -> Iterator["LateSink"]:
        self.loop = asyncio.new_event_loop()
        server = self.loop.run_until_complete(
            self.loop.create_server(lambda: Conversation(self), "127.0.0.1", 0, backlog=1024)
        )
        self.port = server.sockets[0].getsockname()[1]
        thread = threading.Thread(target=self.loop.run_forever)
        thread.start()
        try:
            yield self
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            thread.join()
            server.close()
            self.loop.close()

    def await_messages(self, count: int, seconds: float) -> None:
        with self.changed:
            if not self.changed.wait_for(lambda: self.messages >= count, seconds):
                raise SystemExit(f"bench: {count - self.messages} messages have not come after {seconds:.0f} s")

    def taken(self) -> None:
        with self.changed:
            self.messages += 1
            self.changed.notify_all()

    def forget(self) -> None:
        self.connections = []


class Conversation(asyncio.Protocol):
    def __init__(self, sink: LateSink):
        self.sink, self.arriving, self.heard = sink, deque(), b""
        self.takes_content = self.is_cut = self.is_over = False
        self.accepted = 0
        self.said: list[Said] = []

    def connection_made(self, transport) -> None:
        self.transport = transport
        if self.sink.records:
            self.sink.connections.append(self.said)
        self.sink.loop.call_later(self.sink.delay, transport.write, b"220 sink.test ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.arriving.append(data)
        self.sink.loop.call_later(self.sink.delay, self.read)

    def connection_lost(self, error) -> None:
        if not self.is_over and self.sink.records:
            self.said.append(Said(0, ["(closes)"]))

    def read(self) -> None:
        data = self.arriving.popleft()
        if self.is_over:
            return
        self.heard += data
        said = Said(len(data))
        while not self.is_over and (self.take_content(said) if self.takes_content else self.take_command(said)):
            pass
        if self.is_over and self.heard:
            said.commands.append(f"(unread: {self.heard.decode('utf-8', 'replace').strip()})")
        if self.sink.records:
            self.said.append(said)
        self.sink.turns += said.is_turn
        if said.replies:
            self.transport.write("".join(f"{reply}\r\n" for reply in said.replies).encode())
        if self.is_over:
            self.transport.close()

    def take_command(self, said: Said) -> bool:
        line, end, rest = self.heard.partition(b"\r\n")
        if not end:
            return False
        self.heard = rest
        command = line.decode("utf-8", "replace")
        said.commands.append(command)
        said.replies += self.answer(command)
        return True

    def answer(self, command: str) -> list[str]:
        match command[:4].upper():
            case "EHLO":
                lines = ["sink.test", *EXTENSIONS]
                return [f"250-{one}" for one in lines[:-1]] + [f"250 {lines[-1]}"]
            case "MAIL":
                self.accepted, self.is_cut = 0, False
                return ["250 2.1.0 sender ok"]
            case "RCPT":
                return [self.recipient(re.search(r"<([^@>]*)", command)[1])]
            case "DATA":
                self.takes_content = self.accepted > 0
                return ["354 go on" if self.takes_content else "554 5.5.1 no valid recipients"]
            case "QUIT":
                self.is_over = True
                return ["221 2.0.0 bye"]
        return ["250 2.0.0 ok"]

    def recipient(self, local: str) -> str:
        if local in REPLIES:
            self.is_over = local == BUSY
            return REPLIES[local]
        self.accepted += 1
        self.is_cut = self.is_cut or local == CUT
        return "250 2.1.5 recipient ok"

    def take_content(self, said: Said) -> bool:
        content, end, rest = self.heard.partition(b"\r\n.\r\n")
        if not end:
            if said.octets and not said.commands:
                said.commands.append("(content)")
            return False
        self.heard, self.takes_content = rest, False
        said.commands.append(f"(end of the content, {len(content) + len(end):,} octets)")
        if self.is_cut:
            self.is_over = True
        else:
            said.replies.append("250 2.0.0 taken")
            self.sink.taken()
        return True
