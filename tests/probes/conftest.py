"""A peer of one's own behind a name, looked at as a whole check would."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.looking import look
from bot.practice.certificates import Certificates
from bot.practice.doors import refusing
from bot.practice.names import NameServer
from bot.practice.peer import Peer, Script, peer
from probes.target import Login, Security, Target, parse_host
from probes.vantage import Vantage
from probes.verdict import Told, Verdict

ADDRESS = "127.0.53.77"
ZONE = {"peer.test": {"A": [ADDRESS], "MX": ["1 peer.test."]}}


@pytest.fixture(scope="session")
def certificates():
    with Certificates.made() as made:
        yield made


class Scene:
    """A name server and one peer on 587; every other port refuses."""

    def __init__(self, names: NameServer, there: Peer, refused: int, ca_file: str | None) -> None:
        self.names, self.there = names, there
        routes = {(ADDRESS, port): ("127.0.0.1", refused) for port in (25, 26, 465, 2465, 2525, 2587)}
        self.vantage = Vantage(
            nameservers=((names.address, names.port),),
            allow_networks=(ipaddress.ip_network("127.0.53.0/24"),),
            routes=routes | {(ADDRESS, 587): (there.address, there.port)},
            ca_file=Path(ca_file) if ca_file else None,
            name="here.test",
        )

    async def look(self, *, timeout: float = 20.0, password: str | None = None, **more: object) -> Verdict:
        target = Target(
            host=parse_host("peer.test"),
            security=Security(str(more.get("security", "auto"))),
            login=Login.YES if password else Login.NO,
            user_name="ann@peer.test" if password else None,
            sender="ann@peer.test",
            recipient="bob@peer.test",
        )
        return await look(target, Told(), self.vantage, timeout=timeout, password=password)


@asynccontextmanager
async def scene(script: Script, certificates: Certificates | None = None) -> AsyncIterator[Scene]:
    """Play a script behind peer.test:587."""
    ca_file = str(certificates.ca_file) if certificates else None
    with refusing() as refused:
        async with NameServer.start(ZONE) as names, peer(script) as there:
            yield Scene(names, there, refused, ca_file)


@pytest.fixture
def stage():
    return scene


def pytest_terminal_summary(terminalreporter, config) -> None:
    """Say how much was fuzzed."""
    if took := getattr(config, "fuzzed_peers", []):
        terminalreporter.write_line(f"fuzzed peers: {len(took)} scripts in {sum(took):.1f} s")
