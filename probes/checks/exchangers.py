"""What do the recipient's other mail servers say, where the given one is one of them? (RFC 5321 section 5.1)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from probes import ranking, survey
from probes.dialogue import Dialogue, natural
from probes.findings import Finding, Outcome, Report, Settings, Severity
from probes.network import Network
from probes.probe import Probe
from probes.talk import dialogue
from probes.target import Login, Target, domain_of, parse_host

NAME = "exchangers"
MAIL_PORT = 25
MOST_HOSTS = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """The given conversations, and one with each other server of the recipient's, the preferred one first."""

    given: tuple[Dialogue, ...]
    others: tuple[tuple[str, Dialogue | None], ...] = ()


async def look(target: Target, network: Network) -> Seen:
    """Ask the other MX hosts in their order, only where the given server is one and no login is in use."""
    others = await _others(target, network)
    if not others:
        return Seen(())
    found = await asyncio.gather(*(_asked(target, network, name) for name in others))
    return Seen(await survey.given(network, target), tuple(zip(others, found, strict=True)))


async def _others(target: Target, network: Network) -> tuple[str, ...]:
    domain = domain_of(target.recipient or "")
    if target.login is not Login.NO or target.host.mistake or not domain:
        return ()
    found = (value.partition(" ") for value in (await network.lookup(domain, "MX")).values)
    ranked = sorted((int(rank), host.rstrip(".").lower()) for rank, _, host in found if rank.isdigit())
    names = dict.fromkeys(host for _, host in ranked if host)
    if target.host.name not in names:
        return ()
    return tuple(name for name in names if name != target.host.name)[:MOST_HOSTS]


async def _asked(target: Target, network: Network, name: str) -> Dialogue | None:
    other = replace(target, host=replace(parse_host(name), typed=target.host.typed), port=MAIL_PORT)
    places = await survey.addresses(network, other)
    if not places or other.host.mistake:
        return None
    address = next((place for place in places if ":" not in place), places[0])
    return await dialogue(network, other, address, MAIL_PORT, natural(MAIL_PORT))


def judge(target: Target, seen: Seen) -> Report:
    """Say of each whether it takes the recipient; name the first that does where the given one was not to be had."""
    found = []
    works_with: Settings | None = None
    given = ranking.foremost(seen.given)
    stuck = given is not None and not ranking.came_to(given, "mail_from")
    for name, held in seen.others:
        reply = held.reply("rcpt_to", "mail_from", "ehlo_tls", "ehlo", "greeting") if held else None
        if held is None or reply is None:
            found.append(Finding("mx_silent", Severity.WARNING, name))
        elif held.reply("rcpt_to") and 200 <= reply.code < 300:
            found.append(Finding("mx_takes", Severity.INFO, name, {"address": target.recipient or ""}))
            if stuck and works_with is None:
                works_with = replace(ranking.settings(held, target), host=name)
        else:
            evidence = {"address": target.recipient or "", "reply": f"{reply.code} {reply.text}"[:300]}
            found.append(Finding("mx_refuses", Severity.INFO, name, evidence))
    return Report(NAME, Outcome.DONE, tuple(found), works_with=works_with)


PROBE = Probe(NAME, look, judge, seconds=40)
