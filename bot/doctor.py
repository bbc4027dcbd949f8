"""Examine the set-up: tokens, scopes, database, resolver, clock, outgoing port 25, allowed networks; all at once."""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.settings import Settings
from probes.guard import PRIVATE_UNICAST
from probes.vantage import IPNetwork

CLOCK_SECONDS = 240
"""Slack refuses what is signed more than five minutes away from its own clock."""


class Complaint(StrEnum):
    """How bad a line is."""

    FINE = "fine"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One part of the set-up, and what was seen of it; never a secret."""

    part: str
    level: Complaint
    sentence: str

    @property
    def mark(self) -> str:
        """Return a mark that reads without colour."""
        return {Complaint.FINE: "ok   ", Complaint.NOTE: "note ", Complaint.WRONG: "wrong"}[self.level]


async def examined(settings: Settings, environ: Mapping[str, str]) -> tuple[Diagnosis, ...]:
    """Examine every part, side by side."""
    parts = (_slack(settings), _database(settings, environ), _resolver(settings), _controls(settings))
    found = [line for lines in await asyncio.gather(*parts) for line in lines]
    return (
        *found,
        *_pages(settings),
        *_rules(settings),
        _networks(settings),
        _support(settings),
        *(
            Diagnosis("environment", Complaint.NOTE, f"{name} is no setting; is it a slip?")
            for name in settings.strangers
        ),
    )


async def _slack(settings: Settings) -> list[Diagnosis]:
    if trouble := settings.slack_trouble():
        return [Diagnosis("Slack", Complaint.WRONG, sentence) for sentence in trouble]
    from bot.slack.checkup import problems

    found = [Diagnosis("Slack", Complaint.WRONG, sentence) for sentence in await problems(settings)]
    return [
        *(found or [Diagnosis("Slack", Complaint.FINE, "tokens and scopes are in order.")]),
        *await _clock(settings),
    ]


async def _clock(settings: Settings) -> list[Diagnosis]:
    import aiohttp

    try:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.head(settings.slack_api_url) as reply:
            theirs = email.utils.parsedate_to_datetime(reply.headers["Date"]).timestamp()
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError, OSError):
        return [Diagnosis("clock", Complaint.NOTE, "could not be compared, Slack's address did not answer.")]
    away = abs(time.time() - theirs)
    if away > CLOCK_SECONDS:
        return [Diagnosis("clock", Complaint.WRONG, f"is {away:.0f} s away from Slack's; set it right.")]
    return [Diagnosis("clock", Complaint.FINE, f"is within {max(1, round(away))} s of Slack's.")]


async def _database(settings: Settings, environ: Mapping[str, str]) -> list[Diagnosis]:
    from bot.store import StoreError, default_path
    from bot.store.opening import open_store

    try:
        store = await open_store(settings.database_url or default_path(environ, Path.home()))
    except StoreError as wrong:
        return [Diagnosis("database", Complaint.WRONG, str(wrong))]
    await store.close()
    return [Diagnosis("database", Complaint.FINE, "can be opened and written.")]


async def _resolver(settings: Settings) -> list[Diagnosis]:
    from probes.network import Found, Network

    network = Network(settings.vantage())
    try:
        answer = await network.lookup("example.com", "MX")
    finally:
        await network.close()
    if answer.answered:
        return [Diagnosis("resolver", Complaint.FINE, "answers.")]
    word = "is silent" if answer.found is Found.TIME_OUT else f"answers {answer.found}"
    return [Diagnosis("resolver", Complaint.WRONG, f"{word}; set SMTP_HELP_NAMESERVERS to one that answers.")]


async def _controls(settings: Settings) -> list[Diagnosis]:
    from probes.network import Network, Reached
    from probes.target import parse_host

    if not settings.controls:
        how = "none; name places that always answer in SMTP_HELP_CONTROLS, one of them on port 25."
        return [Diagnosis("controls", Complaint.NOTE, how)]
    network = Network(settings.vantage())
    found = []
    try:
        for host, port in settings.controls:
            parsed = parse_host(host)
            places = await network.addresses(parsed.name, is_address=parsed.address)
            dialled = await network.dial_control(places[-1], port) if places else None
            if dialled is not None:
                network.hang_up(dialled)
            fine = dialled is not None and dialled.reached is Reached.CONNECTED
            word = "can be reached." if fine else f"cannot be reached ({dialled.reached if dialled else 'no address'})."
            found.append(Diagnosis(f"control {host}:{port}", Complaint.FINE if fine else Complaint.WRONG, word))
    finally:
        await network.close()
    if not any(port == 25 for _, port in settings.controls):
        how = "no control is on port 25, so a silent port 25 cannot be told from our own network's block."
        found.append(Diagnosis("outgoing port 25", Complaint.NOTE, how))
    return found


def _pages(settings: Settings) -> list[Diagnosis]:
    from flows.book import load
    from flows.pages import PageError
    from flows.proof import prove

    try:
        problems = [str(problem) for problem in prove(load(settings.pages))]
    except PageError as wrong:
        problems = [str(wrong)]
    if problems:
        return [Diagnosis("pages", Complaint.WRONG, problem) for problem in problems]
    return [Diagnosis("pages", Complaint.FINE, "are sound.")]


def _rules(settings: Settings) -> list[Diagnosis]:
    if settings.rules is None:
        return []
    try:
        settings.own_rules()
    except ValueError as wrong:
        return [Diagnosis("rules", Complaint.WRONG, str(wrong))]
    return [Diagnosis("rules", Complaint.FINE, f"{settings.rules} is read before those shipped.")]


def _networks(settings: Settings) -> Diagnosis:
    if settings.allow_networks or settings.allow_domains:
        ranges = ", ".join([*map(str, settings.allow_networks), *settings.allow_domains])
        if wide := ", ".join(str(net) for net in settings.allow_networks if _is_wide(net)):
            how = f"{ranges}; {wide} holds this machine itself or more than a company's own addresses: name less."
            return Diagnosis("allowed networks", Complaint.NOTE, how)
        return Diagnosis("allowed networks", Complaint.FINE, f"private addresses may be dialled in {ranges}.")
    how = (
        "none; a mail server inside your network is not dialled until SMTP_HELP_ALLOW_NETWORKS (10.1.2.0/24) "
        "or SMTP_HELP_ALLOW_DOMAINS (corp.example) names it."
    )
    return Diagnosis("allowed networks", Complaint.NOTE, how)


def _is_wide(net: IPNetwork) -> bool:
    """Tell a range that holds more than private unicast, or all of it."""
    return not any(net.version == one.version and net.network_address in one for one in PRIVATE_UNICAST) or (
        net.prefixlen < 8
    )


def _support(settings: Settings) -> Diagnosis:
    if settings.support_channel:
        return Diagnosis("support channel", Complaint.FINE, f"cases go to {settings.support_channel}.")
    return Diagnosis("support channel", Complaint.NOTE, "none; set SMTP_HELP_SUPPORT_CHANNEL, or nobody sees a case.")
