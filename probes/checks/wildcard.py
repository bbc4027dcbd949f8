"""Does the name exist by itself, or does any name at all lead to its address? (RFC 4592; RFC 8020 for who lies)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from probes import survey
from probes.asides import NOBODY
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Network
from probes.probe import Probe
from probes.speakers import Speaker
from probes.target import Target

NAME = "wildcard"


@dataclass(frozen=True, slots=True)
class Seen:
    """The name's own addresses, those of a name beside it and of one that cannot exist, and whether the root answers.

    A name server that has one answer for everything, as behind a hotel's page, knows nothing of the root.
    """

    own: tuple[str, ...]
    beside: tuple[str, ...]
    invalid: tuple[str, ...]
    root: bool


async def look(target: Target, network: Network) -> Seen | None:
    """Ask for names that nobody has, only where no mail server speaks at the given one."""
    parent = target.host.name.partition(".")[2]
    own = await survey.addresses(network, target) if not target.host.address else ()
    if not own or not parent:
        return None
    if any(held.exchanges and held.speaker is Speaker.SMTP for held in await survey.given(network, target)):
        return None
    beside, invalid, root = await asyncio.gather(
        network.addresses(f"{NOBODY}.{parent}"), network.addresses(f"{NOBODY}.invalid"), network.lookup(".", "NS")
    )
    return Seen(own, beside, invalid, bool(root.values))


def judge(target: Target, seen: Seen | None) -> Report:
    """Tell a wildcard of the zone from a name server that answers for names which do not exist."""
    if seen is None:
        return Report(NAME, Outcome.DONE)
    evidence = {"parent": target.host.name.partition(".")[2]}
    if set(seen.own) & set(seen.invalid):
        code = "name_invented" if seen.root else "every_name_alike"
        return Report(NAME, Outcome.DONE, (Finding(code, Severity.WARNING, target.host.name, evidence),))
    if set(seen.own) & set(seen.beside):
        return Report(NAME, Outcome.DONE, (Finding("name_by_wildcard", Severity.WARNING, target.host.name, evidence),))
    return Report(NAME, Outcome.DONE)


PROBE = Probe(NAME, look, judge, seconds=44)
