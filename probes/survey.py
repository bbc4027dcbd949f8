"""Which places a run talks to, in which mode: the given settings on every address, and beside them what might work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from probes.dialogue import IMPLICIT_TLS_PORTS, Dialogue, Ended, natural
from probes.findings import Settings
from probes.network import Blind, Dialled, Network, Reached
from probes.speakers import Speaker, speaker
from probes.talk import dialogue, names_to
from probes.target import Login, Security, Target
from probes.vantage import INCOMING_PORTS, SUBMISSION_PORTS
from probes.wire import readable

MOST_ADDRESSES = 6
"""Addresses of a server that are tried, three of a family."""
OVERDUE_SECONDS = 2.0
"""Conversations beside the given one wait so long for it after their greeting: mostly they are not needed."""
PROVOKED_SECONDS = 3.0
SILENCE_SECONDS = 2.5
"""A plain port that says nothing for so long may be waiting for TLS; it is asked on a connection of its own."""
LOGIN_METHODS = frozenset({"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-1", "SCRAM-SHA-256"})
"""Methods that mail programs have; NTLM and GSSAPI need the box "secure password authentication"."""
ORDER = ("connect", "tls", "greeting", "ehlo", "helo", "starttls", "ehlo_tls", "auth", "mail_from", "rcpt_to", "quit")


async def addresses(network: Network, target: Target) -> tuple[str, ...]:
    """Return the addresses to try, or none; at most three of each family."""
    if target.host.mistake:
        return ()
    found = await network.addresses(target.host.name, is_address=target.host.address)
    six = [address for address in found if ":" in address]
    four = [address for address in found if ":" not in address]
    return (*six[: MOST_ADDRESSES // 2], *four[: MOST_ADDRESSES // 2])


async def given(network: Network, target: Target) -> tuple[Dialogue, ...]:
    """Hold the conversation with the given port in the given mode on every address.

    Only one address is logged in to: an account must not be locked by being tried on many.
    """
    return await network.once(("given", target.host.name), lambda: _given(network, target))


async def _given(network: Network, target: Target) -> tuple[Dialogue, ...]:
    try:
        places = await addresses(network, target)
        calls = [
            dialogue(network, target, address, target.port, target.security, login=address == _for_login(places))
            for address in places
        ]
        return tuple(await asyncio.gather(*calls))
    finally:
        network.happening("given").set()


async def settled(network: Network, target: Target) -> bool:
    """Tell whether other settings are no matter; waits for the given ones until they are `OVERDUE_SECONDS` late."""
    try:
        async with asyncio.timeout(OVERDUE_SECONDS):
            await network.happening("given").wait()
    except TimeoutError:
        return False
    return fine(target, await given(network, target))


def fine(target: Target, dialogues: Iterable[Dialogue]) -> bool:
    """Tell whether the given settings work, or failed at something that other ports and modes would not change."""
    held = foremost(dialogues)
    if held is None or held.port in INCOMING_PORTS:
        return False
    if held.ended_at == "auth":
        return True
    # With a login in use the envelope is tried with the given settings alone: elsewhere it was not seen to pass.
    if held.ended_at in ("mail_from", "rcpt_to") and target.login is Login.YES:
        return works(replace(held, ended=Ended.FINISHED), target)
    return works(held, target)


def _for_login(places: tuple[str, ...]) -> str:
    return next((address for address in places if ":" not in address), places[0])


async def other_ports(network: Network, target: Target) -> tuple[Dialogue, ...]:
    """Look at the submission ports beside the given one, each in its own mode, on one address of each family."""
    if target.port in INCOMING_PORTS and target.host.mistake:
        return ()
    places = await addresses(network, target)
    firsts = {":" in address: address for address in reversed(places)}.values()
    calls = [
        _beside(network, target, address, port)
        for address in firsts
        for port in SUBMISSION_PORTS
        if port != target.port
    ]
    return _held(await asyncio.gather(*calls, return_exceptions=True))


async def _beside(network: Network, target: Target, address: str, port: int) -> Dialogue:
    """Hold a conversation that is never in the way of the given port: that one is dialled first."""
    await network.happening("dialled", address, target.port).wait()

    async def wanted() -> bool:
        return not await settled(network, target)

    return await dialogue(network, target, address, port, natural(port), wanted=wanted)


async def dialled(network: Network, target: Target) -> tuple[Dialled, ...]:
    """Return how each place of the run was reached, as soon as that is known; the conversations go on."""
    places = await addresses(network, target)
    talks = [asyncio.ensure_future(given(network, target)), asyncio.ensure_future(other_ports(network, target))]
    firsts = {":" in address: address for address in reversed(places)}.values()
    wanted = [(address, target.port) for address in places]
    wanted += [(address, port) for address in firsts for port in SUBMISSION_PORTS if port != target.port]
    try:
        return tuple(await asyncio.gather(*(network.reached(address, port) for address, port in wanted)))
    finally:
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def other_mode(network: Network, target: Target) -> tuple[Dialogue, ...]:
    """Look at the given port in the other mode, where the given one comes to nothing there."""
    places = await addresses(network, target)
    firsts = {":" in address: address for address in reversed(places)}.values()
    found = await asyncio.gather(*(_other_mode(network, target, a) for a in firsts), return_exceptions=True)
    return _held(found)


async def _other_mode(network: Network, target: Target, address: str) -> Dialogue | None:
    login = address == _for_login(await addresses(network, target))
    asked = asyncio.ensure_future(dialogue(network, target, address, target.port, target.security, login=login))
    spoken = natural(target.port) if target.security is Security.AUTO else target.security
    if spoken is Security.TLS:
        held = await asked
        fails = held.ended is Ended.TLS_FAILED
        return await dialogue(network, target, address, target.port, Security.STARTTLS) if fails else None
    greeted = asyncio.ensure_future(network.happening("greeted", address, target.port, target.security).wait())
    patience = 0.3 if target.port in IMPLICIT_TLS_PORTS else None if target.port == 25 else SILENCE_SECONDS
    try:
        await asyncio.wait({asked, greeted}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    finally:
        greeted.cancel()
    reached = await network.reached(address, target.port)
    if reached.reached is not Reached.CONNECTED:
        return None
    if not network.happening("greeted", address, target.port, target.security).is_set():
        held = await dialogue(network, target, address, target.port, Security.TLS)
        if held.handshake is not None and held.handshake.error == "not_tls":
            held = await _provoke(network, target, held)
        if held.encrypted or held.speaker is not Speaker.NOTHING:
            network.happening("pointless", address, target.port).set()
        return held
    await asked
    if target.security is Security.NONE:
        return await dialogue(network, target, address, target.port, Security.STARTTLS)
    if target.security is Security.STARTTLS and asked.result().ended in (Ended.NO_STARTTLS, Ended.REFUSED):
        return await dialogue(network, target, address, target.port, Security.NONE)
    return None


async def _provoke(network: Network, target: Target, silent: Dialogue) -> Dialogue:
    """Hear who it is that kept silent and speaks no TLS: some only answer when spoken to, as a web server does.

    Only for a peer that has already answered a TLS greeting with something else; nobody else is spoken to first.
    """
    dialled = await network.dial(silent.address, silent.port, names=await names_to(network, target, silent.address))
    if dialled.sock is None:
        return silent
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PROVOKED_SECONDS):
            await loop.sock_sendall(dialled.sock, b"EHLO smtp-help\r\n\r\n")
            first = await loop.sock_recv(dialled.sock, 512)
    except (OSError, TimeoutError):
        return silent
    finally:
        network.hang_up(dialled)
    return replace(silent, speaker=speaker(first), first=readable(first)[:200])


def _held(found: Iterable[Dialogue | BaseException | None]) -> tuple[Dialogue, ...]:
    kept = []
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, Blind):
            raise one
        if isinstance(one, Dialogue):
            kept.append(one)
    return tuple(kept)


def foremost(dialogues: Iterable[Dialogue]) -> Dialogue | None:
    """Return the conversation that came furthest: what a mail program, which tries address after address, would see."""
    return max(dialogues, key=_progress, default=None)


def _progress(held: Dialogue) -> int:
    return len(ORDER) if held.ended is Ended.FINISHED else ORDER.index(held.ended_at or "connect")


def works(held: Dialogue, target: Target) -> bool:
    """Tell whether a conversation shows settings that work, as far as can be seen without the password."""
    if held.ended is not Ended.FINISHED or (held.certificate is not None and held.certificate.failures):
        return False
    if held.handshake is not None and old_tls(held.handshake.version):
        return False
    return target.login is not Login.YES or bool(LOGIN_METHODS.intersection(held.mechanisms))


def old_tls(version: str) -> bool:
    """Tell whether a version is one that programs of today refuse (RFC 8996)."""
    return version in ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")


def settings(held: Dialogue, target: Target) -> Settings:
    """Return the settings that a conversation used."""
    spoken = Security.NONE
    if held.encrypted:
        spoken = Security.TLS if held.security is Security.TLS else Security.STARTTLS
    return Settings(target.host.name, held.port, str(spoken))


def best(candidates: Iterable[tuple[Dialogue, Target]]) -> Settings | None:
    """Return the settings to prefer among conversations that work: TLS on 465, STARTTLS on 587, others, then none."""
    working = [settings(held, target) for held, target in candidates if works(held, target)]
    return min(working, key=_preference, default=None)


def _preference(one: Settings) -> tuple[int, int]:
    order = [(465, "tls"), (587, "starttls")]
    if (one.port, one.security) in order:
        return (0, order.index((one.port, one.security)))
    return ({"tls": 1, "starttls": 2}.get(one.security, 3), one.port == 25)
