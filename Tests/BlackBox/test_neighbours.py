"""A customer is served while strangers and neighbours do what they can: each by itself, then all of them at once.

    POLYRELAY_TESTS=full POLYRELAY_TOGETHER_SECONDS=3600 ... -s -k at_once      the hour, with its figures

`POLYRELAY_TOGETHER_SECONDS` is how long all of them are at it at once: an hour in the full tier, 8 seconds else.
"""

import os
import resource
import sys
from pathlib import Path

import pytest
from conftest import TIER
from nameserver import NameServer
from polyrelay import eventually
from strangers import ALL, Customer, Stranger
from test_strangers import quantile

TOGETHER_SECONDS = float(os.environ.get("POLYRELAY_TOGETHER_SECONDS", {"quick": 8}.get(TIER, 3600)))
ALONE_SECONDS = {"quick": 1.0}.get(TIER, 15.0)
# Asserted of the binary that is served with, on a machine of its own; else they are printed alone.
HOLDS_FIGURES = TIER != "quick"
TIMES_QUIET = 5
MEMORY_BYTES = 200 << 20
# Below this nobody notices, and the machine's own unrest is larger.
NOTICED_MS = 10.0
# What the server itself opens meanwhile: readers of its database, a queue's connection.
OWN_DESCRIPTORS = 40


@pytest.fixture
def served(server):
    """A server with all that strangers come by. Its descriptors suffice for a quarter of what they ask for."""
    own = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(own[1], 8192), own[1]))
    with NameServer() as names:
        yield server(
            listeners=[{"personality": name, "listen": "127.0.0.1:0"} for name in ("poststack", "harepost")],
            hosts={"returnPath": "bounce.relay.test"},
            smtp={
                "hostname": "mx.relay.test",
                "listeners": [{"listen": "127.0.0.1:0", "role": "mx"}, {"listen": "127.0.0.1:0", "tls": "none"}],
            },
            dns={"servers": [names.address]},
            webhooks={"perAccount": 20, "retries": {"schedule": ["1s", "5s"]}, "timeout": "2s"},
            limits={"poststack": {"default": []}, "harepost": {"other": []}},
        ).start()
    resource.setrlimit(resource.RLIMIT_NOFILE, own)


def tell(line: str) -> None:
    """Seen where the output is shown, whatever becomes of the test."""
    print(line, file=sys.stderr, flush=True)


def p99(times: list[float]) -> float:
    return quantile(times, 0.99)


def status(running, name: str) -> float:
    """A figure of proc(5), in bytes: it costs the server nothing to tell it."""
    for line in Path(f"/proc/{running.process.pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return float(line.split()[1]) * 1024
    raise AssertionError(f"no {name}")


def memory(running) -> float:
    return status(running, "VmRSS")


def peak(running) -> float:
    """The most memory that the server has ever held."""
    return status(running, "VmHWM")


def descriptors(running) -> int:
    return len(list(Path(f"/proc/{running.process.pid}/fd").iterdir()))


def customer_of(running) -> Customer:
    return Customer(running, running.tenant(name="customer"))


@pytest.mark.skipif(TIER == "quick", reason="figures of each are the full tier's; all at once are in both")
@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_a_customer_is_served_beside(served, kind):
    stranger: Stranger = kind(served)
    stranger.prepare()
    customer = customer_of(served)
    customer.send(0.5)
    quiet = p99(customer.send(ALONE_SECONDS))
    with stranger:
        eventually(lambda: stranger.rounds or stranger.faults, why=f"{kind.__name__} has begun")
        busy = p99(customer.send(ALONE_SECONDS))
        resident = memory(served)
    tell(
        f"p99 of POST /emails: quiet {quiet:.1f} ms, beside {stranger.name[:1].lower()}{stranger.name[1:]} {busy:.1f} ms;"
        f" memory {resident / 1e6:.0f} MB, at most {peak(served) / 1e6:.0f} MB"
    )
    assert stranger.faults == []
    if HOLDS_FIGURES:
        assert busy <= max(TIMES_QUIET * quiet, NOTICED_MS)
        assert resident <= MEMORY_BYTES


def test_a_customer_is_served_beside_all_of_them_at_once(served):
    strangers = [kind(served) for kind in ALL]
    for stranger in strangers:
        stranger.prepare()
    customer = customer_of(served)
    quiet = p99(customer.send(ALONE_SECONDS))
    before = descriptors(served)
    pieces = max(int(TOGETHER_SECONDS // 60), 4)
    seen: list[tuple[float, float]] = []
    for stranger in strangers:
        stranger.__enter__()
    try:
        for number in range(pieces):
            busy = p99(customer.send(TOGETHER_SECONDS / pieces))
            seen.append((busy, memory(served)))
            tell(
                f"{number + 1} of {pieces}: p99 of POST /emails {busy:.1f} ms (quiet {quiet:.1f} ms), "
                f"memory {seen[-1][1] / 1e6:.0f} MB, descriptors {descriptors(served)}"
            )
    finally:
        for stranger in strangers:
            stranger.__exit__()
    assert [fault for stranger in strangers for fault in stranger.faults] == []
    assert all(stranger.rounds > 0 for stranger in strangers), [s.name for s in strangers if not s.rounds]
    # They have gone, and nothing of them is left.
    eventually(lambda: descriptors(served) <= before + OWN_DESCRIPTORS, why="no descriptor is lost")
    assert served.alive() and served.admin().get("/readyz").status == 200
    tell(
        f"over {TOGETHER_SECONDS:.0f} s: worst p99 {max(busy for busy, _ in seen):.1f} ms, quiet {quiet:.1f} ms; "
        f"memory at most {peak(served) / 1e6:.0f} MB; descriptors {before} before, "
        f"{descriptors(served)} after"
    )
    if HOLDS_FIGURES:
        assert quantile([busy for busy, _ in seen], 0.5) <= max(TIMES_QUIET * quiet, NOTICED_MS)
        assert peak(served) <= MEMORY_BYTES
        # Flat: the last third of the time holds no more than the second, but for a tenth.
        third = len(seen) // 3
        if third:
            earlier = max(held for _, held in seen[third : 2 * third])
            assert max(held for _, held in seen[2 * third :]) <= 1.1 * earlier
