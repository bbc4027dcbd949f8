"""The one room with a window: every lookup and every socket of a run, with deadline, guard and limits.

A run has one Network. What two checks want is fetched once. Raises `Blind` where it could not look.
"""

from __future__ import annotations

import asyncio
import errno
import socket  # noqa: TID251 - this is the room that may
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from probes.guard import refusal
from probes.target import clean
from probes.vantage import Vantage

T = TypeVar("T")

LOOKUP_SECONDS = 5.0
"""How long all resolvers together may take for one question."""
DIAL_SECONDS = 6.0
"""A lost SYN is sent again after 1 and after 3 s; what has not answered by then is filtered."""
AT_ONCE = 4
"""Connections to one address at the same time; servers count them."""
IN_ALL = 12
"""Connections to one address in one run."""
MOST_RECORDS = 16
"""Records kept of one answer, and names of one CNAME chain."""


class Blind(Exception):  # noqa: N818 - the house's word
    """We could not look; `reason` is a code of words.yaml, and no fault of the server's."""

    def __init__(self, reason: str, **evidence: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence


class Found(StrEnum):
    """How a question to the name servers ended; kept apart, since each means another thing (RFC 1035, RFC 8020)."""

    RECORDS = "records"
    NXDOMAIN = "nxdomain"
    NO_DATA = "no_data"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIME_OUT = "time_out"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; `chain` holds the CNAME targets on the way, `detail` the servers' own words."""

    name: str
    kind: str
    found: Found
    values: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    detail: str = ""

    @property
    def answered(self) -> bool:
        """Tell whether some resolver gave an answer about the name, NXDOMAIN included."""
        return self.found in (Found.RECORDS, Found.NXDOMAIN, Found.NO_DATA)


class Reached(StrEnum):
    """How dialling ended."""

    CONNECTED = "connected"
    REFUSED = "refused"
    FILTERED = "filtered"
    RESET = "reset"
    UNREACHABLE = "unreachable"
    NO_ROUTE = "no_route"
    FORBIDDEN = "forbidden"


@dataclass(slots=True)
class Dialled:
    """One attempt to connect; `detail` is the guard's code or the system's own word."""

    address: str
    port: int
    reached: Reached
    took_ms: int = 0
    detail: str = ""
    sock: socket.socket | None = field(default=None, repr=False, compare=False)


_BY_ERRNO: Mapping[int, Reached] = {
    errno.ECONNREFUSED: Reached.REFUSED,
    errno.ECONNRESET: Reached.RESET,
    errno.ECONNABORTED: Reached.RESET,
    errno.ETIMEDOUT: Reached.FILTERED,
    errno.EHOSTUNREACH: Reached.UNREACHABLE,
    errno.ENETUNREACH: Reached.UNREACHABLE,
    errno.EHOSTDOWN: Reached.UNREACHABLE,
    errno.EACCES: Reached.UNREACHABLE,
    errno.EPERM: Reached.UNREACHABLE,
    errno.EADDRNOTAVAIL: Reached.NO_ROUTE,
    errno.EAFNOSUPPORT: Reached.NO_ROUTE,
}

_BY_RCODE = {dns.rcode.SERVFAIL: Found.SERVFAIL, dns.rcode.REFUSED: Found.REFUSED}


class Network:
    """All lookups and connections of one run, seen from one vantage; `password` is for this run's login alone."""

    def __init__(self, vantage: Vantage, *, password: str | None = None) -> None:
        self.vantage = vantage
        self.password = password
        self._began = time.monotonic()
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}
        self._reached: dict[tuple[str, int], asyncio.Future[Dialled]] = {}
        self._happenings: dict[Hashable, asyncio.Event] = {}
        self._slots: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._counted: dict[str, int] = defaultdict(int)
        self._open: set[socket.socket] = set()
        self._resolver: dns.asyncresolver.Resolver | None = None

    def at_ms(self) -> int:
        """Return milliseconds since the run began."""
        return round((time.monotonic() - self._began) * 1000)

    async def once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Do a thing once a run and give everybody its result; who stops waiting does not end it for others."""
        if key not in self._tasks:
            self._tasks[key] = asyncio.ensure_future(make())
        result: T = await asyncio.shield(self._tasks[key])
        return result

    async def lookup(self, name: str, kind: str) -> Answer:
        """Ask the resolvers for one kind of record (A, AAAA, MX, SRV, TXT), once; never raises."""
        key = name.rstrip(".").lower()
        return await self.once(("lookup", key, kind), lambda: self._lookup(key, kind))

    async def _lookup(self, name: str, kind: str) -> Answer:
        try:
            resolver = self._resolver = self._resolver or self._make_resolver()
            qname = dns.name.from_text(name + ".")
            found = await resolver.resolve(qname, kind, search=False, raise_on_no_answer=False, lifetime=LOOKUP_SECONDS)
        except dns.resolver.NXDOMAIN as reply:
            response = next(iter(reply.kwargs.get("responses", {}).values()), None)
            chain = tuple(_text(r.target) for s in response.answer for r in s if s.rdtype == 5) if response else ()
            return Answer(name, kind, Found.NXDOMAIN, chain=chain[:MOST_RECORDS])
        except dns.resolver.NoNameservers as reply:
            return _failed(name, kind, reply.kwargs.get("errors", []))
        except dns.exception.Timeout as reply:
            return _failed(name, kind, reply.kwargs.get("errors", []))
        except dns.resolver.NoResolverConfiguration:
            return Answer(name, kind, Found.TIME_OUT, detail="no resolver is configured")
        except (dns.exception.DNSException, OSError, ValueError) as reply:
            loop = "chain" in str(reply).lower() or "cname" in str(reply).lower()
            return Answer(name, kind, Found.LOOP if loop else Found.SERVFAIL, detail=clean(str(reply))[:200])
        rrsets = found.response.answer
        chain = tuple(_text(record.target) for rrset in rrsets for record in rrset if rrset.rdtype == 5)
        if len(chain) > MOST_RECORDS or len(set(chain)) != len(chain) or name in chain:
            return Answer(name, kind, Found.LOOP, chain=chain[:MOST_RECORDS])
        records = sorted(found.rrset or (), key=_preference)[:MOST_RECORDS]
        values = tuple(
            _text(record.address) if kind in ("A", "AAAA") else clean(record.to_text()) for record in records
        )
        return Answer(name, kind, Found.RECORDS if values else Found.NO_DATA, values, chain)

    def _make_resolver(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=not self.vantage.nameservers)
        if self.vantage.nameservers:
            resolver.nameservers = [
                dns.nameserver.Do53Nameserver(host, port) for host, port in self.vantage.nameservers
            ]
        resolver.timeout = 1.5  # a silent resolver among several must not eat the time of the others
        return resolver

    async def addresses(self, host: str, *, is_address: bool = False) -> tuple[str, ...]:
        """Return the addresses of a name, IPv6 first as mail programs try them, or the address itself."""
        if is_address:
            return (host,)
        six, four = await asyncio.gather(self.lookup(host, "AAAA"), self.lookup(host, "A"))
        return six.values + four.values

    async def reached(self, address: str, port: int) -> Dialled:
        """Return how the first dial to this place ended, as soon as it is known; somebody must be dialling."""
        return await asyncio.shield(self._place(address, port))

    def _place(self, address: str, port: int) -> asyncio.Future[Dialled]:
        return self._reached.setdefault((address, port), asyncio.get_running_loop().create_future())

    def happening(self, *key: Hashable) -> asyncio.Event:
        """Return the run's event of that name, for what others wait for while it goes on (`greeted`, place, mode)."""
        return self._happenings.setdefault(key, asyncio.Event())

    async def dial_control(self, address: str, port: int) -> Dialled:
        """Connect to a configured control, which may lie anywhere; nothing else is dialled on its strength."""
        await self._slots[address].acquire()
        dialled = await self._dial(address, port)
        if dialled.sock is None:
            self._slots[address].release()
        return dialled

    async def dial(self, address: str, port: int, *, names: tuple[str, ...] = ()) -> Dialled:
        """Connect to a place that the guard allows; hand the result to `hang_up` when done with it."""
        place = self._place(address, port)
        if reason := refusal(address, port, self.vantage, names=names):
            dialled = Dialled(address, port, Reached.FORBIDDEN, detail=reason)
        elif self._counted[address] >= IN_ALL:
            raise Blind("too_many_connections", place=f"{address}:{port}")
        else:
            self._counted[address] += 1
            await self._slots[address].acquire()
            dialled = await self._dial(address, port)
            if dialled.sock is None:
                self._slots[address].release()
        if not place.done():
            place.set_result(dialled)
        return dialled

    async def _dial(self, address: str, port: int) -> Dialled:
        began = time.monotonic()
        host, real_port = self.vantage.routes.get((address, port), (address, port))
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        detail = ""
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(sock, (host, real_port)), DIAL_SECONDS)
            reached = Reached.CONNECTED
        except TimeoutError:
            reached = Reached.FILTERED
        except OSError as error:
            reached = _BY_ERRNO.get(error.errno or 0, Reached.UNREACHABLE)
            detail = errno.errorcode.get(error.errno or 0, "")
            if reached is Reached.UNREACHABLE and not has_route(host):
                reached = Reached.NO_ROUTE
        except BaseException:
            sock.close()
            self._slots[address].release()
            raise
        took = round((time.monotonic() - began) * 1000)
        if reached is not Reached.CONNECTED:
            sock.close()
            return Dialled(address, port, reached, took, detail)
        self._open.add(sock)
        return Dialled(address, port, reached, took, sock=sock)

    def hang_up(self, dialled: Dialled) -> None:
        """Close a connection and give its place to the next; harmless when done twice."""
        if dialled.sock is None:
            return
        dialled.sock.close()
        self._open.discard(dialled.sock)
        dialled.sock = None
        self._slots[dialled.address].release()

    async def close(self) -> None:
        """End all that is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for place in self._reached.values():
            place.cancel()
        for sock in self._open:
            sock.close()
        self._open.clear()


def has_route(address: str) -> bool:
    """Tell whether this machine has a way towards an address; asks the routing table, sends nothing."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((address, 9))
        except OSError:
            return False
    return True


def _text(value: object) -> str:
    return str(value).rstrip(".").lower()


def _preference(record: Any) -> tuple[int, str]:
    return (getattr(record, "preference", getattr(record, "priority", 0)), record.to_text())


def _failed(name: str, kind: str, errors: list[tuple[Any, ...]]) -> Answer:
    """Tell from what each resolver did (server, tcp, port, error, response) how the question failed."""
    seen: list[Found] = []
    words: list[str] = []
    for server, _, port, error, response in errors:
        found = _BY_RCODE.get(response.rcode(), Found.SERVFAIL) if response is not None else Found.TIME_OUT
        seen.append(found)
        words.append(f"{server}:{port} {found}" if response is not None else f"{server}:{port} {type(error).__name__}")
    best = next((kind_ for kind_ in (Found.SERVFAIL, Found.REFUSED) if kind_ in seen), Found.TIME_OUT)
    return Answer(name, kind, best, detail=", ".join(dict.fromkeys(map(clean, words)))[:200])
