"""Direct delivery as tests see it: a DNS of their own, mail servers at loopback addresses, and a relay."""

from nameserver import NameServer
from peers import Smarthost, free_port
from polyrelay import eventually

RETRIES = ["200ms", "400ms", "800ms", "800ms", "800ms"]
LOOPBACK = ["127.0.0.0/8", "::1/128"]


class World:
    """A DNS, a port that all mail servers listen at, and a relay."""

    def __init__(self, server, names: NameServer):
        self.names, self.zones, self.port = names, names.zones, free_port()
        self._server = server
        self._api = None

    def relay(self, *, egress=LOOPBACK, delivery: dict | None = None, retries=RETRIES, **sections):
        made = self._server(
            direct=self.port,
            retries=retries,
            dns={"servers": [self.names.address]},
            egress=egress if isinstance(egress, dict) else {"allow": egress},
            **sections,
        )
        made.settings["delivery"] |= delivery or {}
        return made.start()

    def api(self, **options):
        relay = self.relay(**options)
        api = relay.api(relay.tenant())
        api.relay = relay
        return api

    def receiver(self, host: str, **options) -> Smarthost:
        return Smarthost(host=host, port=self.port, **options)

    def mx(self, domain: str, *exchanges: tuple[int, str, str]) -> None:
        """(preference, name, address) each; an address of None leaves the name without one."""
        for preference, name, address in exchanges:
            self.zones.put(domain, "MX", f"{preference} {name}")
            if address is not None:
                self.zones.put(name, "AAAA" if ":" in address else "A", address)


def types(api, sent) -> list[str]:
    return [event["eventType"] for event in api.events(sent) if event["eventType"] != "sent"]


def becomes(api, sent, status: str) -> None:
    try:
        eventually(lambda: api.email(sent)["status"] == status)
    except AssertionError:
        raise AssertionError(f"{api.email(sent)['status']}, not {status}: {api.events(sent)}") from None


def final_reason(api, sent) -> str:
    return api.events(sent)[-1]["metadata"]["message"]


def waiting(relay) -> dict[str, int]:
    return {lane["lane"]: lane["waiting"] for lane in relay.ask("queue", "stats")}
