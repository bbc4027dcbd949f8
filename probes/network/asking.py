"""Asking the name servers: all that are set up, the slow ones last, none of them trusted to be there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.name
import dns.nameserver
import dns.rcode
import dns.resolver

from probes.network.answers import MOST_RECORDS, Answer, Found, cut_off, gravest, joined, read, unfinished
from probes.network.dialling import has_route
from probes.network.hosts import by_file, read_hosts

HOSTS = Path("/etc/hosts")
LOOKUP_SECONDS = 5.0
"""How long all resolvers together may take for one question."""
IMPATIENT_SECONDS = 1.5
"""The same once a question took all that time for nothing: whoever is gone stays gone for the length of a run."""
AGAIN_SECONDS = 1.5
"""A datagram may be lost: after so long without an answer the question is sent once more."""
HEDGE_SECONDS = 0.3
"""A resolver that has not answered by then is not waited for alone: the next one is asked beside it."""


class Resolvers:
    """The resolvers of one run, given as (address, port), or else the system's, and its hosts file before those.

    No search domain is ever added.
    """

    def __init__(self, given: Iterable[tuple[str, int]], hosts: Path = HOSTS) -> None:
        self._given = tuple(given)
        self._hosts = hosts
        self._servers: list[dns.nameserver.Nameserver] | None = None
        self.heard = False
        """Whether any resolver has said anything at all in this run."""
        self._silent = False
        self._slow = False

    async def ask(self, name: str, kind: str) -> Answer:
        """Ask one resolver, and the next one beside it as soon as that one fails or is slow; the first answer counts.

        A resolver that was slow once goes last for the rest of the run.
        """
        if not self._given and kind in ("A", "AAAA") and (known := read_hosts(self._hosts, name)):
            return by_file(known, name, kind)
        if self._silent and not self.heard:
            return Answer(name, kind, Found.TIME_OUT, detail="no resolver answers")
        began = time.monotonic()
        left = list(self._all())
        asked: dict[asyncio.Task[Answer], dns.nameserver.Nameserver] = {}
        failed = [] if left else [Answer(name, kind, Found.TIME_OUT, detail="no resolver is configured")]
        try:
            while left or asked:
                if left:
                    server = left.pop(0)
                    asked[asyncio.ensure_future(self._ask(server, name, kind))] = server
                hedge = HEDGE_SECONDS if left else None
                done, _ = await asyncio.wait(asked, timeout=hedge, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    self._goes_last(asked.values())
                for task in done:
                    server, answer = asked.pop(task), task.result()
                    self.heard = self.heard or answer.found is not Found.TIME_OUT
                    if answer.decisive:
                        return answer
                    self._goes_last([server])
                    failed.append(answer)
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        self._slow = self._slow or time.monotonic() - began >= LOOKUP_SECONDS - HEDGE_SECONDS
        self._silent = self._silent or all(answer.found is Found.TIME_OUT for answer in failed)
        return gravest(failed)

    def _goes_last(self, servers: Iterable[dns.nameserver.Nameserver]) -> None:
        slow = list(servers)
        self._servers = [one for one in self._all() if one not in slow] + slow

    async def _ask(self, server: dns.nameserver.Nameserver, name: str, kind: str, *, depth: int = 0) -> Answer:
        """Ask one resolver; where it fails, ask whether it is the signature that it does not like (RFC 4035 3.2.2)."""
        seconds = IMPATIENT_SECONDS if self._silent or self._slow else LOOKUP_SECONDS
        outcome = await _resolve(server, name, kind, seconds)
        answer = read(name, kind, outcome)
        if isinstance(outcome, dns.resolver.Answer) and depth < MOST_RECORDS:
            further = unfinished(answer, outcome.response)
            return joined(answer, await self._ask(server, further, kind, depth=depth + 1)) if further else answer
        if answer.found is Found.SERVFAIL and kind in ("A", "AAAA"):
            unchecked = read(name, kind, await _resolve(server, name, kind, seconds, dns.flags.RD | dns.flags.CD))
            if unchecked.values:
                return replace(answer, detail=f"DNSSEC: its signature does not hold; {answer.detail}"[:200])
        return answer

    def _all(self) -> list[dns.nameserver.Nameserver]:
        if self._servers is None:
            given: Iterable[tuple[str, int]] = self._given
            if not given:
                try:
                    system = dns.asyncresolver.Resolver()
                    given = [(str(host), system.port) for host in system.nameservers]
                except dns.exception.DNSException:
                    given = ()
            self._servers = [dns.nameserver.Do53Nameserver(host, port) for host, port in given]
        return self._servers

    def in_reach(self) -> bool:
        """Tell whether this machine has a way to any of its resolvers; sends nothing."""
        return any(has_route(str(server.answer_nameserver())) for server in self._all())


async def _resolve(
    server: dns.nameserver.Nameserver, name: str, kind: str, seconds: float, flags: int = dns.flags.RD
) -> dns.resolver.Answer | BaseException:
    """Ask one name server one question until it answers; an error is a value here.

    A lost datagram is sent again, and the first one is still listened for, since a resolver may need a while. Every
    other time the question goes without EDNS, which some old firewalls drop (RFC 6891 section 7).
    """
    asked: set[asyncio.Task[dns.resolver.Answer | BaseException]] = set()
    outcome: dns.resolver.Answer | BaseException = TimeoutError()
    left = seconds
    try:
        while left > 0 or asked:
            if left > 0:
                bare = len(asked) % 2 == 1
                asked.add(asyncio.ensure_future(_ask_once(server, name, kind, left, flags, bare=bare)))
                left -= AGAIN_SECONDS
            done, asked = await asyncio.wait(
                asked, timeout=AGAIN_SECONDS if left > 0 else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                outcome = task.result()
                if not isinstance(outcome, dns.exception.Timeout) or cut_off(outcome):
                    return outcome
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    return outcome


async def _ask_once(
    server: dns.nameserver.Nameserver, name: str, kind: str, seconds: float, flags: int, *, bare: bool
) -> dns.resolver.Answer | BaseException:
    """Send one question once, and over TCP where the answer is cut off."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [server]
    resolver.timeout = seconds
    resolver.flags = flags
    for payload in (None,) if bare else (1232, None):
        resolver.use_edns(0 if payload else None, 0, payload or 0)
        try:
            found: dns.resolver.Answer = await resolver.resolve(
                dns.name.from_text(name + "."),
                kind,
                search=False,
                raise_on_no_answer=False,
                lifetime=seconds,
            )
        except dns.resolver.NoNameservers as reason:
            said = [entry[4] for entry in reason.kwargs.get("errors", [])]
            if payload and said and all(r is not None and r.rcode() in _NO_EDNS for r in said):
                continue  # an old one that does not know EDNS
            return reason
        except (dns.exception.DNSException, OSError, ValueError) as reason:
            return reason
        return found
    raise AssertionError


_NO_EDNS = (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS)
