"""Fixtures: servers in temporary folders, each ended when its test or module is done."""

import os
from pathlib import Path

import pytest
from destinations import World
from nameserver import NameServer
from peers import Certificate, Smarthost
from polyrelay import ROOT, Key, Server, configuration
from submission import RULES, smtp

TIER = os.environ.get("POLYRELAY_TESTS", "quick")
TIERS = ("quick", "full", "soak")
# The files that take longest, which therefore begin first: what runs last is short.
LONG = ("domains", "durability", "receivers", "direct", "webhooks", "harepost", "reports", "answers", "upgrades")


def pytest_configure(config):
    if TIER not in TIERS:
        raise pytest.UsageError(f"POLYRELAY_TESTS is {TIER!r}; it may be {', '.join(TIERS)}")


def pytest_collection_modifyitems(items):
    places = {f"test_{name}.py": place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))


@pytest.fixture(scope="session")
def tier() -> str:
    return TIER


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The public test data beside the repository. Without it these tests are skipped, and under CI=true they fail."""
    folder = Path(os.environ.get("POLYRELAY_CORPORA", ROOT / "../shared/corpora")).resolve()
    if not folder.is_dir():
        reason = f"the corpora are not at {folder} (POLYRELAY_CORPORA names another folder)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture
def server(tmp_path):
    """Makes servers: `server(smarthost=port, ...)`. Nothing is started before `.start()`."""
    made: list[Server] = []

    def make(**options) -> Server:
        folder = tmp_path / f"server{len(made)}"
        folder.mkdir()
        made.append(Server(folder, configuration(folder, **options)))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A server in capture mode that the tests of a module share."""
    folder = tmp_path_factory.mktemp("server")
    shared = Server(folder, configuration(folder))
    try:
        yield shared.start()
    finally:
        shared.close()


@pytest.fixture(scope="module")
def key(running) -> Key:
    """A live key of an account with the verified domain example.com, on the shared server."""
    return running.tenant()


@pytest.fixture
def api(running, key):
    return running.api(key)


@pytest.fixture
def smarthost():
    with Smarthost() as host:
        yield host


@pytest.fixture
def relay(server, smarthost):
    """A server that delivers to `smarthost`, with short pauses between attempts."""
    return server(smarthost=smarthost.port, retries=["200ms", "400ms", "800ms"]).start()


@pytest.fixture
def tenant(relay) -> Key:
    return relay.tenant()


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> Certificate:
    """What the listeners for mail show."""
    return Certificate.make(tmp_path_factory.mktemp("tls"), "relay.test")


@pytest.fixture
def listening(server, smarthost, files):
    """A server that takes mail in all four ways and hands it to `smarthost`."""
    return server(smarthost=smarthost.port, retries=["200ms"], smtp=smtp(files, *RULES)).start()


@pytest.fixture
def world(server):
    """Direct delivery: a DNS, loopback addresses for mail servers, and a relay that is made when it is wanted."""
    with NameServer() as names:
        yield World(server, names)
