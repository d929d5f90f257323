"""A name that has a public address when it is judged, and one of this machine when it is called; and one that is public
for the relay's name server and local for the machine's own.

The machine's own is asked on port 53, so the test runs once more, as a program, in a network and a mount namespace of
its own."""

import fcntl
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from nameserver import NameServer
from polyrelay import Key, Server, configuration, eventually

SECONDS = 60
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
NAME = "hooks.acme.test"
PUBLIC = "8.8.8.8"
REFUSED = "target resolves to a private or non-routable address"


def test_a_name_that_changes_between_check_and_connection_reaches_nothing():
    inside = ["unshare", "--net", "--mount", sys.executable, __file__]
    done = subprocess.run(inside, capture_output=True, text=True, timeout=SECONDS, cwd=Path(__file__).parent)
    assert done.returncode == 0, done.stderr
    assert "nothing was reached" in done.stdout


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def ask_only_ourselves(folder: Path) -> None:
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions attempts:1 timeout:2\n")
    (folder / "nsswitch.conf").write_text("hosts: files dns\n")
    for name in ("resolv.conf", "nsswitch.conf"):
        target = Path("/etc", name).resolve()
        subprocess.run(["mount", "--bind", folder / name, target], check=True)


class Door:
    """A port of this machine that counts who comes."""

    def __init__(self):
        self.visitors = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            visitor, _ = self._socket.accept()
            self.visitors += 1
            visitor.close()


def harepost(folder: Path, judge: NameServer) -> tuple[Server, Key]:
    settings = configuration(
        folder,
        listeners=[{"personality": "harepost", "listen": "127.0.0.1:0"}],
        dns={"servers": [judge.address]},
    )
    settings.pop("limits")
    relay = Server(folder, settings).start()
    account = relay.account()
    relay.domain(account, "acme.test")
    made = relay.ask("key", "create", "--account", account, "--personality", "harepost")
    return relay, Key(str(made["id"]), made["key"], account)


def main() -> None:
    raise_loopback()
    folder = Path(tempfile.mkdtemp())
    ask_only_ourselves(folder)
    door = Door()
    with NameServer() as judge, NameServer(port=53) as caller:
        judge.zones.put(NAME, "A", PUBLIC)
        caller.zones.put(NAME, "A", "127.0.0.1")
        assert socket.gethostbyname(NAME) == "127.0.0.1"
        socket.create_connection((NAME, door.port)).close()
        eventually(lambda: door.visitors == 1, why="the door can be reached by its name")

        relay, key = harepost(folder, judge)
        try:
            api = relay.api(key)
            policy = {"max_attempts": 3, "base_delay_ms": 1500, "jitter": "none"}
            sent = api.post("/v1/send", {"target": f"https://{NAME}:{door.port}/in", "delivery": policy})
            assert sent.status == 202, sent.body
            path = f"/v1/deliveries/{sent.json()['queue_id']}"
            # It was public when it was judged; now the same server says otherwise, as the machine's own does all along.
            judge.zones.remove(NAME)
            judge.zones.put(NAME, "A", "127.0.0.1")
            asked = len(caller.zones.asked)
            found = eventually(
                lambda: (found := api.get(path).json())["status"] == "dead_letter" and found, why="it is given up"
            )
            errors = [attempt["error"] for attempt in found["attempts"]]
            assert errors[-1] == REFUSED and set(errors) <= {REFUSED, "connection error", "timeout"}, found
            assert any(name == f"{NAME}." for name, _, _ in judge.zones.asked)
            assert len(caller.zones.asked) == asked, "the machine's own resolver was asked"

            # And where the check itself is told the truth, nothing is accepted.
            judge.zones.put("other.acme.test", "A", "127.0.0.1")
            refused = api.post("/v1/send", {"target": f"https://other.acme.test:{door.port}/in"})
            assert refused.status == 400, refused.body
            assert door.visitors == 1
        finally:
            relay.close()
    print("nothing was reached")


if __name__ == "__main__":
    main()
