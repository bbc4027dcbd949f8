"""Which ports of the server can be reached from here? (RFC 8314, RFC 6409; the given one and the submission ports)."""

from __future__ import annotations

from collections.abc import Sequence

from probes import survey
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Dialled, Network, Reached
from probes.probe import Probe
from probes.target import Target

NAME = "reach"
_CODES = {
    Reached.CONNECTED: "port_open",
    Reached.REFUSED: "port_refused",
    Reached.FILTERED: "port_filtered",
    Reached.RESET: "port_reset",
    Reached.UNREACHABLE: "port_unreachable",
    Reached.NO_ROUTE: "no_route",
}


async def look(target: Target, network: Network) -> tuple[Dialled, ...]:
    """Dial the given port on every address and the other submission ports on one address of each family."""
    return await survey.dialled(network, target)


def judge(target: Target, seen: Sequence[Dialled]) -> Report:
    """Report each place; what the guard forbade is not tested, and says nothing of what is there."""
    given = [dialled for dialled in seen if dialled.port == target.port]
    forbidden = [dialled for dialled in given if dialled.reached is Reached.FORBIDDEN]
    if given and len(forbidden) == len(given):
        evidence = {"port": str(target.port), "server": target.host.name}
        return Report(NAME, Outcome.BLIND, reason=forbidden[0].detail, evidence=evidence)
    found = [_finding(target, dialled) for dialled in seen if dialled.reached is not Reached.FORBIDDEN]
    six = [dialled.reached is Reached.CONNECTED for dialled in given if ":" in dialled.address]
    four = [dialled.reached is Reached.CONNECTED for dialled in given if ":" not in dialled.address]
    if six and four and any(four) and not any(six):
        evidence = {"address": next(dialled.address for dialled in given if ":" in dialled.address)}
        found.append(Finding("ipv6_broken", Severity.WARNING, target.host.name, evidence))
    return Report(NAME, Outcome.DONE, tuple(found))


def _finding(target: Target, dialled: Dialled) -> Finding:
    is_given = dialled.port == target.port
    good = dialled.reached is Reached.CONNECTED
    severity = Severity.GOOD if good else Severity.FAULT if is_given else Severity.INFO
    place = f"[{dialled.address}]:{dialled.port}" if ":" in dialled.address else f"{dialled.address}:{dialled.port}"
    evidence = {
        "address": dialled.address,
        "port": str(dialled.port),
        "given": "yes" if is_given else "no",
        "took_ms": str(dialled.took_ms),
        "detail": dialled.detail,
    }
    return Finding(_CODES[dialled.reached], severity, place, evidence)


PROBE = Probe(NAME, look, judge, seconds=15)
