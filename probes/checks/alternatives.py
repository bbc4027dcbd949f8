"""What works where the given settings fail: other ports, the other mode, other names? Tried, never guessed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from probes import nearby, ranking, survey
from probes.dialogue import Dialogue, natural
from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Network, Reached
from probes.probe import Probe
from probes.speakers import Speaker
from probes.talk import dialogue
from probes.target import Target, parse_host

NAME = "alternatives"
MOST_NAMES = 5
PREPARE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Seen:
    """Each conversation beside the given one, with the target (whose name may be another) that it was held for."""

    given: tuple[Dialogue, ...]
    beside: tuple[tuple[Dialogue, Target], ...]


async def look(target: Target, network: Network) -> Seen:
    """Try the same server's other ports and modes, and other names where this server comes to nothing."""
    asking = asyncio.ensure_future(survey.given(network, target))
    beside_it = asyncio.gather(survey.other_ports(network, target), survey.other_mode(network, target))
    preparing = asyncio.ensure_future(_prepare(target, network, asking))
    try:
        given = await asking
        if ranking.fine(target, given):
            return Seen(given, ())
        ports, modes = await beside_it
        beside = [(held, target) for held in (*ports, *modes)]
        if ranking.best(beside) is None and _alive((*given, *ports)):
            beside += [(held, target) for held in await survey.rare_ports(network, target)]
    finally:
        for needless in (beside_it, preparing):
            needless.cancel()
        await asyncio.gather(beside_it, preparing, return_exceptions=True)
    held = ranking.foremost(given)
    if held is not None and held.tried:
        return Seen(given, await _logged_in(network, beside))
    wrong_name = held is not None and held.certificate is not None and "name_mismatch" in held.certificate.failures
    if wrong_name or held is None or not _is_mail_server(held):
        names = held.certificate.names if wrong_name and held and held.certificate else ()
        if wrong_name or ranking.best(beside) is None:
            beside += await _other_names(target, network, names)
    return Seen(given, tuple(beside))


async def _prepare(target: Target, network: Network, asking: asyncio.Future[tuple[Dialogue, ...]]) -> None:
    """Look names up and rare ports over while the given server is late; the names are dialled only if need be."""
    await asyncio.wait({asking}, timeout=PREPARE_SECONDS)
    if not asking.done():
        await asyncio.gather(nearby.names(network, target), survey.rare_ports(network, target))


def _alive(dialogues: Iterable[Dialogue]) -> bool:
    """Tell whether the server's host answers at all, and did not just ask to be left alone."""
    answers = {held.dialled.reached for held in dialogues}
    throttled = any((reply := held.reply("greeting")) and reply.code == 421 for held in dialogues)
    return not throttled and not answers.isdisjoint((Reached.CONNECTED, Reached.REFUSED))


async def _logged_in(network: Network, beside: list[tuple[Dialogue, Target]]) -> tuple[tuple[Dialogue, Target], ...]:
    """Prove the best of what is offered beside a place where a login came to nothing: it is logged in to there."""
    found = ranking.preferred(beside)
    if found is None or not network.logins_left:
        return ()
    held, target = found
    proven = await dialogue(network, target, held.address, held.port, held.security, login=True, again=True)
    return ((proven, target),)


async def _other_names(target: Target, network: Network, named: tuple[str, ...]) -> list[tuple[Dialogue, Target]]:
    names = list(dict.fromkeys([*(n for n in named if not n.startswith("*")), *await nearby.names(network, target)]))
    found = await asyncio.gather(*(_name(target, network, name) for name in names[:MOST_NAMES]))
    return [pair for pairs in found for pair in pairs]


async def _name(target: Target, network: Network, name: str) -> list[tuple[Dialogue, Target]]:
    # It keeps what was typed: the guard judges that name too, where another one leads to a private address.
    other = replace(target, host=replace(parse_host(name), typed=target.host.typed))
    places = await survey.addresses(network, other)
    if not places or other.host.mistake:
        return []
    address = next((place for place in places if ":" not in place), places[0])
    ports = dict.fromkeys((465, 587, *([target.port] if target.port == 25 else [])))
    calls = (dialogue(network, other, address, port, natural(port)) for port in ports)
    held = await asyncio.gather(*calls, return_exceptions=True)
    return [(one, other) for one in held if isinstance(one, Dialogue)]


def _is_mail_server(held: Dialogue) -> bool:
    """Tell whether an outgoing server spoke to us at all; only where none did can the name be the wrong one."""
    return held.speaker is Speaker.SMTP and bool(held.exchanges)


def judge(target: Target, seen: Seen) -> Report:
    """Name the best settings that were seen to work, and every other name that answers as a mail server."""
    found = []
    for held, other in seen.beside:
        if other.host.name != target.host.name and held.reply("ehlo", "ehlo_tls"):
            evidence = {"name": other.host.name, "port": str(held.port)}
            found.append(Finding("other_name_answers", Severity.INFO, target.host.typed, evidence))
    fine, best = ranking.fine(target, seen.given), ranking.best(seen.beside, target.host.name)
    foremost = ranking.foremost(seen.given)
    if foremost is not None and (taken := foremost.instead):
        found += [Finding(f"other_{part}_taken", Severity.INFO, typed) for part, typed in taken.items()]
        best = replace(
            ranking.settings(foremost, target),
            username=taken.get("username"),
            sender=taken.get("sender"),
            recipient=taken.get("recipient"),
        )
        return Report(NAME, Outcome.DONE, tuple(found), works_with=best)
    turned_away = any((reply := held.reply("greeting")) and reply.code == 421 for held, _ in seen.beside)
    one_a_name = {finding.evidence["name"]: finding for finding in reversed(found)}
    return Report(
        NAME,
        Outcome.DONE,
        tuple(one_a_name.values()),
        works_with=None if fine else best,
        not_tested=((NAME, "throttled"),) if turned_away and not fine and best is None else (),
    )


PROBE = Probe(NAME, look, judge, seconds=40)
