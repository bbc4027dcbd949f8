"""Can we look at all? Only configured places are dialled; answers met on the way count too (interface.md)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import dns.reversename

from probes import survey
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Answer, Dialled, Found, Network, Reached, has_route
from probes.probe import Probe
from probes.target import Target, parse_host

NAME = "controls"
SLOW_SECONDS = 1.0
_OURS = (Reached.NO_ROUTE,)
_ANSWERS = (Reached.CONNECTED, Reached.REFUSED, Reached.RESET, Reached.PROHIBITED)


@dataclass(frozen=True, slots=True)
class Seen:
    """How the controls answered, what the resolver said, and how the target's own places were reached.

    The third answer is that about the root, which is asked for where the others let us wait.
    """

    controls: tuple[tuple[str, int, Reached | None], ...]
    answers: tuple[Answer, ...]
    dialled: tuple[Dialled, ...]
    resolver_in_reach: bool = True
    resolver_heard: bool = False
    way_out: bool = True
    """Whether this machine has a way to the internet at all, whatever may be at its end."""


async def look(target: Target, network: Network) -> Seen:
    """Dial each control, and take note of what the rest of the run met."""
    controls = asyncio.gather(*(_control(network, host, port) for host, port in network.vantage.controls))
    answers: tuple[Answer, ...] = ()
    dialled: tuple[Dialled, ...] = ()
    if not target.host.mistake and not target.host.address:
        answers = await _answers(target.host.name, network)
    if any(answer.values for answer in answers[:2]) or target.host.address:
        dialled = await survey.dialled(network, target)
    if target.host.address and all(one.reached in _OURS for one in dialled):
        # Nothing was asked of the resolver so far: is it only this address that there is no way to?
        answers = (await network.lookup(dns.reversename.from_address(target.host.name).to_text(), "PTR"),)
    return Seen(
        tuple(await controls), answers, dialled, network.resolvers.in_reach(), network.resolvers.heard, _way_out()
    )


async def _answers(name: str, network: Network) -> tuple[Answer, ...]:
    """Ask for the name, and where that takes long for the root too, of which every resolver has something to say."""
    asking = asyncio.ensure_future(network.both(name))
    try:
        await asyncio.wait({asking}, timeout=SLOW_SECONDS)
        root = () if asking.done() else (await network.lookup(".", "NS"),)
        return (*await asking, *root)
    finally:
        asking.cancel()


def _way_out() -> bool:
    """Tell whether the routing table knows a way to addresses of the internet's; sends nothing."""
    return any(map(has_route, _FAR))


_FAR = ("8.8.8.8", "2001:4860:4860::8888")
"""Public addresses; that they are these does not matter."""


async def _control(network: Network, host: str, port: int) -> tuple[str, int, Reached | None]:
    parsed = parse_host(host)
    found = await network.addresses(parsed.name or host, is_address=parsed.address)
    if not found:
        return host, port, None
    dialled = await network.dial_control(found[-1], port)
    network.hang_up(dialled)
    return host, port, dialled.reached


def judge(target: Target, seen: Seen) -> Report:
    """Say what shows that our own network works, or that it does not."""
    found = []
    for host, port, reached in seen.controls:
        fine = reached in _ANSWERS
        code = "control_reached" if fine else "control_failed"
        severity = Severity.GOOD if fine else Severity.WARNING
        found.append(
            Finding(code, severity, f"{host}:{port}", {"port": str(port), "how": str(reached or "no address")})
        )
    if seen.answers:
        said = seen.resolver_heard or any(a.found is not Found.TIME_OUT for a in seen.answers)
        known = any(answer.values for answer in seen.answers)
        died = said and not known and len(seen.answers) > 2 and seen.answers[-1].found is Found.TIME_OUT
        code = "resolver_died" if died else "resolver_answers" if said else "resolver_silent"
        said = said and not died
        found.append(Finding(code, Severity.GOOD if said else Severity.WARNING, target.host.name))
        if code == "resolver_silent" and not seen.resolver_in_reach:
            found.append(Finding("no_resolver_route", Severity.FAULT, target.host.name))
    tried = [d for d in seen.dialled if d.reached is not Reached.FORBIDDEN]
    if tried and all(d.reached in _OURS for d in tried):
        found.append(Finding("no_way_out", Severity.FAULT, target.host.name, {"detail": tried[0].detail}))
    elif any(d.reached in _ANSWERS for d in tried):
        found.append(Finding("something_answers", Severity.GOOD, target.host.name))
    if not seen.way_out:
        found.append(Finding("no_default_route", Severity.INFO, target.host.name))
    if not seen.controls:
        found.append(Finding("no_control", Severity.INFO, target.host.name))
    return Report(NAME, Outcome.DONE, tuple(found))


PROBE = Probe(NAME, look, judge, seconds=20)
