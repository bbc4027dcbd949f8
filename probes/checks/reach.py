"""Which ports of the server can be reached from here? (RFC 8314, RFC 6409; the given one and the submission ports)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from probes import survey
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Dialled, Network, Reached, place
from probes.probe import Probe
from probes.target import Target

NAME = "reach"
FIRST_WORD_SECONDS = 2.0
_CODES = {
    Reached.CONNECTED: "port_open",
    Reached.REFUSED: "port_refused",
    Reached.FILTERED: "port_filtered",
    Reached.RESET: "port_reset",
    Reached.UNREACHABLE: "port_unreachable",
    Reached.PROHIBITED: "port_prohibited",
    Reached.NO_ROUTE: "no_route",
}


async def look(target: Target, network: Network) -> tuple[Dialled, ...]:
    """Dial the given port on every address and the other submission ports on one address of each family.

    What is silent for `FIRST_WORD_SECONDS` is told of at once: it takes a while more to be sure of it.
    """
    dialling = asyncio.ensure_future(survey.dialled(network, target))
    try:
        await asyncio.wait({dialling}, timeout=FIRST_WORD_SECONDS)
        if not dialling.done():
            for address in network.silent(target.port):
                evidence = {"address": address, "port": str(target.port)}
                network.hint(NAME, Finding("port_silent", Severity.WARNING, place(address, target.port), evidence))
        return await dialling
    finally:
        dialling.cancel()


def judge(target: Target, seen: Sequence[Dialled]) -> Report:
    """Report each place; what the guard forbade is not tested, and says nothing of what is there."""
    given = [dialled for dialled in seen if dialled.port == target.port]
    why = {
        Reached.FORBIDDEN: next((d.detail for d in given if d.reached is Reached.FORBIDDEN), ""),
        Reached.NO_ROUTE: "no_route",
    }
    if given and all(dialled.reached in why for dialled in given):
        evidence = {"port": str(target.port), "server": target.host.name}
        if given[0].reached is not Reached.FORBIDDEN:
            evidence["address"] = given[0].address
        found = tuple(_finding(target, one, Severity.WARNING) for one in seen if one.reached is not Reached.FORBIDDEN)
        return Report(NAME, Outcome.BLIND, found, reason=why[given[0].reached], evidence=evidence)
    connected = any(dialled.reached is Reached.CONNECTED for dialled in given)
    fault = Severity.WARNING if connected else Severity.FAULT
    found = tuple(_finding(target, one, fault) for one in seen if one.reached is not Reached.FORBIDDEN)
    six = [dialled for dialled in given if ":" in dialled.address]
    if connected:
        found += tuple(_broken(target.host.name, given, six))
    ours = any(dialled.reached is Reached.NO_ROUTE for dialled in six)
    return Report(NAME, Outcome.DONE, found, not_tested=(("ipv6", "no_route_ipv6"),) if ours else ())


_BROKEN = (Reached.FILTERED, Reached.REFUSED, Reached.RESET, Reached.UNREACHABLE, Reached.PROHIBITED)


def _broken(name: str, given: Sequence[Dialled], six: Sequence[Dialled]) -> Iterator[Finding]:
    """Say which addresses do not answer beside one that does: a program that tries them first waits for them."""
    broken = [dialled for dialled in given if dialled.reached in _BROKEN]
    whole = bool(six) and all(dialled in broken for dialled in six)
    if whole:
        yield Finding("ipv6_broken", Severity.WARNING, name, {"address": six[0].address, "how": str(six[0].reached)})
    for dialled in broken:
        if not (whole and dialled in six):
            evidence = {"address": dialled.address, "how": str(dialled.reached)}
            yield Finding("address_broken", Severity.WARNING, name, evidence)


def _finding(target: Target, dialled: Dialled, fault: Severity) -> Finding:
    is_given = dialled.port == target.port
    good = dialled.reached is Reached.CONNECTED
    severity = Severity.GOOD if good else fault if is_given else Severity.INFO
    evidence = {
        "address": dialled.address,
        "port": str(dialled.port),
        "given": "yes" if is_given else "no",
        "took_ms": str(dialled.took_ms),
        "detail": dialled.detail,
    }
    return Finding(_CODES[dialled.reached], severity, place(dialled.address, dialled.port), evidence)


PROBE = Probe(NAME, look, judge, seconds=15)
