"""The one room with a window: every lookup and every socket of a run, with deadline, guard and limits.

A run has one Network. What two checks want is fetched once. Raises `Blind` where it could not look.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket  # noqa: TID251 - this is the room that may
import time
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from probes.findings import Finding
from probes.guard import inner_address, refusal
from probes.network.answers import Answer, Found
from probes.network.asking import Resolvers
from probes.network.dialling import Dialled, Reached, connect, has_route, new_socket, place
from probes.network.leave import Leave
from probes.network.seats import Seats
from probes.vantage import Vantage

__all__ = ["Answer", "Blind", "Dialled", "Found", "Leave", "Network", "Reached", "has_route", "place"]

T = TypeVar("T")

SILENT_SECONDS = 1.0
"""A dial that is unanswered for so long is no burden to its server, and keeps nobody from dialling."""
OTHER_FAMILY_SECONDS = 1.5
"""The addresses of one family are waited for so long after those of the other came."""
JUDGED_SECONDS = 2.5
"""At the end of a run, for what has come until then."""
AT_ONCE = 4
"""Connections to one host at the same time; servers count them."""
IN_ALL = 12
"""Connections to one host in one run."""
KEPT = 3
"""Of those, how many no port but the given one may take."""


class Blind(Exception):  # noqa: N818 - the house's word
    """We could not look; `reason` is a code of words.yaml, and no fault of the server's."""

    def __init__(self, reason: str, **evidence: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence


class Parting(Protocol):
    """A conversation that has said its last word."""

    async def gone(self) -> None:
        """Wait a little for the peer to close."""

    def abort(self) -> None:
        """End it at once."""


class Network:
    """All lookups and connections of one run, seen from one vantage; `password` is for `logins` logins at most."""

    def __init__(
        self,
        vantage: Vantage,
        *,
        password: str | None = None,
        logins: int = 1,
        hear: Callable[[str, Finding], None] | None = None,
        leave: Leave | None = None,
        seconds: float = 45.0,
    ) -> None:
        self.vantage = vantage
        self.password = password
        self.logins_left = logins
        self._hear = hear
        self._leave = leave
        self._began = time.monotonic()
        self._seconds = seconds
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}
        self._partings: set[asyncio.Task[None]] = set()
        self._reached: dict[tuple[str, int], asyncio.Future[Dialled]] = {}
        self._happenings: dict[Hashable, asyncio.Event] = {}
        self._seats: dict[str, Seats] = {}
        self._taken: dict[socket.socket, tuple[Seats, ...]] = {}
        self.resolvers = Resolvers(vantage.nameservers, vantage.hosts_file)

    def hint(self, check: str, finding: Finding) -> None:
        """Tell at once what a check sees so far; its report may say otherwise in the end."""
        if self._hear is not None:
            self._hear(check, finding)

    def at_ms(self) -> int:
        """Return milliseconds since the run began."""
        return round((time.monotonic() - self._began) * 1000)

    def seconds_left(self) -> float:
        """Return how long a conversation may still go on, so that what it brought can be judged within the run."""
        kept = min(JUDGED_SECONDS, self._seconds / 10)
        return max(0.0, self._seconds - kept - (time.monotonic() - self._began))

    async def once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Do a thing once a run and give everybody its result; who stops waiting does not end it for others."""
        if key not in self._tasks:
            self._tasks[key] = asyncio.ensure_future(make())
        result: T = await asyncio.shield(self._tasks[key])
        return result

    async def lookup(self, name: str, kind: str) -> Answer:
        """Ask the resolvers for one kind of record (A, AAAA, MX, SRV, TXT), once; never raises."""
        key = name.rstrip(".").lower()
        return await self.once(("lookup", key, kind), lambda: self.resolvers.ask(key, kind))

    def looked_up(self, name: str, kind: str) -> Answer | None:
        """Return what a lookup has brought, or None where it was not asked or is still under way."""
        task = self._tasks.get(("lookup", name.rstrip(".").lower(), kind))
        known: Answer | None = task.result() if task is not None and task.done() else None
        return known

    async def both(self, name: str) -> tuple[Answer, Answer]:
        """Ask for AAAA and A side by side; once one of them settled it, the other is waited for a little longer only.

        Some name servers never answer for AAAA, and nothing else need wait for that.
        """
        key = name.rstrip(".").lower()
        return await self.once(("both", key), lambda: self._both(key))

    async def _both(self, name: str) -> tuple[Answer, Answer]:
        six, four = (asyncio.ensure_future(self.lookup(name, kind)) for kind in ("AAAA", "A"))
        pair = {six, four}
        try:
            done, _ = await asyncio.wait(pair, return_when=asyncio.FIRST_COMPLETED)
            settled = any(one.result().values or one.result().found is Found.NXDOMAIN for one in done)
            await asyncio.wait(pair, timeout=OTHER_FAMILY_SECONDS if settled else None)
            late = Answer(name, "", Found.TIME_OUT, detail="no answer")
            return (
                six.result() if six.done() else replace(late, kind="AAAA"),
                four.result() if four.done() else replace(late, kind="A"),
            )
        finally:
            for one in pair:
                one.cancel()
            await asyncio.gather(*pair, return_exceptions=True)

    async def addresses(self, host: str, *, is_address: bool = False) -> tuple[str, ...]:
        """Return the addresses of a name, IPv6 first as mail programs try them, or the address itself."""
        if is_address:
            return (host,)
        six, four = await self.both(host)
        return six.values + four.values

    async def reached(self, address: str, port: int) -> Dialled:
        """Return how the first dial to this place ended, as soon as it is known; somebody must be dialling."""
        return await asyncio.shield(self._place(address, port))

    def _place(self, address: str, port: int) -> asyncio.Future[Dialled]:
        return self._reached.setdefault((address, port), asyncio.get_running_loop().create_future())

    def silent(self, port: int) -> tuple[str, ...]:
        """Return the addresses whose port is being dialled and has not answered yet."""
        waiting = [a for (a, p), known in self._reached.items() if p == port and not known.done()]
        return tuple(a for a in waiting if self.happening("dialled", a, port).is_set())

    def happening(self, *key: Hashable) -> asyncio.Event:
        """Return the run's event of that name, for what others wait for while it goes on (`greeted`, place, mode)."""
        return self._happenings.setdefault(key, asyncio.Event())

    def crowded(self, *keys: str) -> bool:
        """Tell whether a further connection to a host, known by name or address, would have to wait for its seat."""
        return any(self._seats_of(key).taken for key in keys)

    async def dial_control(self, address: str, port: int) -> Dialled:
        """Connect to a configured control, which may lie anywhere; nothing else is dialled on its strength."""
        return await self._seated(address, port, (self._seats_of(address),))

    async def dial(self, address: str, port: int, *, names: tuple[str, ...] = (), first: bool = False) -> Dialled:
        """Connect to a place that the guard allows; hand the result to `hang_up` or `part` when done with it.

        `names` are the name as typed and all others on the way to the address; `first` waits for nobody else's seat.
        """
        known = self._place(address, port)
        try:
            if reason := refusal(address, port, self.vantage, names=names):
                dialled = Dialled(address, port, Reached.FORBIDDEN, detail=reason)
            else:
                await self._granted(address)
                seats = tuple(map(self._seats_of, dict.fromkeys((*names[:1], address))))
                if any(one.used_up(0 if first else KEPT) for one in seats):
                    raise Blind("too_many_connections", place=place(address, port))
                dialled = await self._seated(address, port, seats, first=first)
        except BaseException as reason:
            if not known.done():
                known.set_exception(reason if isinstance(reason, Blind) else Blind("time_out"))
                known.exception()  # where nobody waits for it, that is no news
            raise
        finally:
            self.happening("dialled", address, port).set()
        if not known.done():
            known.set_result(dialled)
        return dialled

    async def _granted(self, address: str) -> None:
        """Ask for leave once a run; raises `Blind` where it is not given. An IPv4 address is one, however carried."""
        if (leave := self._leave) is None:
            return
        inner = str(inner_address(ipaddress.ip_address(address)) or address)
        if time_left := await self.once(("leave", inner), lambda: leave.to_dial(inner)):
            raise Blind("over_budget", time=time_left)

    async def may_log_in(self, address: str, user_name: str) -> None:
        """Ask for leave to try a password; raises `Blind` where it is not given."""
        if self._leave is not None and (time_left := await self._leave.to_log_in(address, user_name)):
            raise Blind("over_budget", time=time_left)

    def _seats_of(self, key: str) -> Seats:
        return self._seats.setdefault(key, Seats(AT_ONCE, IN_ALL))

    async def _seated(self, address: str, port: int, seats: tuple[Seats, ...], *, first: bool = False) -> Dialled:
        """Dial with a seat; one that gets no answer gives it back while it waits on."""
        began = time.monotonic()
        host, real_port = self.vantage.routes.get((address, port), (address, port))
        held: list[Seats] = []
        sock = None
        reached, detail = Reached.NO_ROUTE, ""
        try:
            for one in seats:
                await one.take(first=first)
                held.append(one)
            began = time.monotonic()
            sock = new_socket(host)
            dialling = asyncio.ensure_future(connect(sock, host, real_port))
            self.happening("dialled", address, port).set()
            try:
                await asyncio.wait({dialling}, timeout=SILENT_SECONDS)
                if not dialling.done():
                    _give_all(held, used=False)
                reached, detail = await dialling
            finally:
                dialling.cancel()
            if reached is Reached.CONNECTED and not held:
                for one in seats:
                    one.seize()
                    held.append(one)
        except OSError as error:  # no socket of that family on this machine
            detail = errno.errorcode.get(error.errno or 0, "")
        finally:
            if reached is not Reached.CONNECTED:
                _give_all(held, used=False)
                if sock is not None:
                    sock.close()
        took = round((time.monotonic() - began) * 1000)
        if reached is not Reached.CONNECTED or sock is None:
            return Dialled(address, port, reached, took, detail)
        self._taken[sock] = seats
        return Dialled(address, port, reached, took, sock=sock)

    def hang_up(self, dialled: Dialled) -> None:
        """Close a connection and give its seat to the next; harmless when done twice."""
        sock, dialled.sock = dialled.sock, None
        if sock is not None:
            sock.close()
            _give_all(list(self._taken.pop(sock, ())), used=True)

    def part(self, dialled: Dialled, wire: Parting) -> None:
        """End a conversation without waiting for the peer to do so; its seat is kept until then."""
        parting = asyncio.ensure_future(self._part(dialled, wire))
        self._partings.add(parting)
        parting.add_done_callback(self._partings.discard)

    async def _part(self, dialled: Dialled, wire: Parting) -> None:
        try:
            await wire.gone()
        finally:
            wire.abort()
            self.hang_up(dialled)

    async def close(self) -> None:
        """End all that is under way."""
        await _ended(self._tasks.values())
        await _ended(self._partings)  # those too that a conversation began as it was cancelled just now
        for known in self._reached.values():
            known.cancel()
        for sock in list(self._taken):
            sock.close()
        self._taken.clear()
        for _ in range(3):
            await asyncio.sleep(0)  # an aborted transport closes a turn of the loop later, one above TLS in the next


async def _ended(tasks: Iterable[asyncio.Future[Any]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _give_all(held: list[Seats], *, used: bool) -> None:
    while held:
        held.pop().give(used=used)
