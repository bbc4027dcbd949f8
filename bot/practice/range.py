"""The practice range as a whole: all servers and their names, on true mail ports or on routed high ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.practice.certificates import Certificates
from bot.practice.exercises import EXERCISES, Exercise
from bot.practice.names import NameServer
from bot.practice.routes import Routes, write_routes
from bot.practice.servers import SERVERS, Serving, serving
from bot.practice.zone import CONTROLS, NETWORK, addresses, practice_zone

ALWAYS = ("control", "exchanger")
"""Servers that every exercise may need: the control, and where mail for practice.test goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range that runs; every attribute is an option of `check` and `chat`, or what those should find out.

    `nameserver` is `address:port`; `controls` are `host:port`; `networks` are CIDR texts; `routes` is empty
    where the servers have the true ports, else `routes_file` holds it as JSON.
    """

    servers: Mapping[str, Exercise]
    running: Mapping[str, Serving]
    names: NameServer
    certificates: Certificates
    routes: Routes
    routes_file: str | None
    true_ports: bool
    controls: tuple[str, ...] = CONTROLS
    networks: tuple[str, ...] = (NETWORK,)

    @property
    def nameserver(self) -> str:
        """Where the names are answered."""
        return self.names.where

    @property
    def ca_file(self) -> str:
        """The practice authority's certificate, PEM."""
        return self.certificates.ca_file

    @property
    def lookups(self) -> list[tuple[str, str]]:
        """What the name server was asked: (name, type)."""
        return self.names.lookups

    def heard(self, host: str) -> list[bytes]:
        """Return what each connection to `host` said, decrypted."""
        return self._of(host).heard

    def met(self, host: str, port: int) -> int:
        """Return how many connections came to `host` on its true `port`."""
        return self._of(host).met(port)

    def _of(self, host: str) -> Serving:
        return next(server for server in self.running.values() if server.host == host)

    @classmethod
    @asynccontextmanager
    async def start(
        cls, true_ports: bool | None = None, *, only: Collection[str] | None = None
    ) -> AsyncIterator[Range]:
        """Start the range, or of it `only` the named exercises with the control and the mail exchanger.

        `true_ports` None tries the true mail ports on 127.0.53.N (which needs root, and Linux) and falls back to
        high ports of 127.0.0.1; True insists and raises OSError; False does not try. KeyError for an unknown name.
        """
        exercises = {name: EXERCISES[name] for name in (EXERCISES if only is None else only)}
        hosts = {exercise.host for exercise in exercises.values()}
        wanted = [name for name, plan in SERVERS.items() if only is None or name in ALWAYS or plan.host in hosts]
        async with AsyncExitStack() as stack:
            certificates = stack.enter_context(Certificates.made())
            names = await stack.enter_async_context(NameServer.start(practice_zone()))
            running = None
            if true_ports is not False:
                try:
                    running = await stack.enter_async_context(_all(wanted, certificates, true_ports=True))
                except OSError:  # not allowed, taken by another program, or no such address (macOS)
                    if true_ports:
                        raise
            on_true_ports = running is not None
            if running is None:
                running = await stack.enter_async_context(_all(wanted, certificates, true_ports=False))
            routes: dict[tuple[str, int], tuple[str, int]] = {}
            routes_file = None
            if not on_true_ports:
                where = addresses()
                for name, server in running.items():
                    routes |= server.routes(where[name])
                routes_file = str(Path(certificates.ca_file).with_name("routes.json"))
                write_routes(routes_file, routes)
            yield cls(
                servers=exercises,
                running=running,
                names=names,
                certificates=certificates,
                routes=routes,
                routes_file=routes_file,
                true_ports=on_true_ports,
            )


@asynccontextmanager
async def _all(
    wanted: Collection[str], certificates: Certificates, *, true_ports: bool
) -> AsyncIterator[dict[str, Serving]]:
    where = addresses()
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(
                serving(
                    name,
                    certificates,
                    address=where[name] if true_ports else "127.0.0.1",
                    true_ports=true_ports,
                )
            )
            for name in wanted
        }
