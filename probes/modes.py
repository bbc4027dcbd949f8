"""How a port speaks that does not speak as it was asked to: the silent one that wants TLS, the TLS one that has none.

Each is asked in the other mode on a connection of its own, for as long as that may tell something.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

from probes.dialogue import Dialogue, Ended, natural
from probes.leading import names_to
from probes.network import Network, Reached
from probes.speakers import Speaker, speaker
from probes.talk import dialogue
from probes.target import Security, Target
from probes.vantage import INCOMING_PORTS, SUBMISSION_PORTS
from probes.wire import readable

PROVOKED_SECONDS = 3.0
SILENCE_SECONDS = 2.5
"""A plain port that says nothing for so long may be waiting for TLS; it is asked on a connection of its own."""
MUTE_SECONDS = 8.0
"""Of a port that broke off TLS: whether it greets in clear is waited for so long."""
IMPATIENT_SECONDS = {465: 0.3, 2465: 0.3, 993: 0.3, 995: 0.3, 25: 12.0}
"""The same for ports known to want TLS, and for 25, where servers delay their greeting to catch who speaks too soon."""


async def other(network: Network, target: Target, address: str, *, login: bool) -> Dialogue | None:
    """Look at the given port in the other mode, where the given one comes to nothing there; `login` as in that one."""
    asked = asyncio.ensure_future(dialogue(network, target, address, target.port, target.security, login=login))
    asked.add_done_callback(heard)
    spoken = natural(target.port) if target.security is Security.AUTO else target.security
    if spoken is Security.TLS:
        held = await asked
        return await in_clear(network, target, held) if plain_there(held) else None
    where = (address, target.port, target.security)
    if await keeps_silent(network, where, asked):
        await _make_way(network, target, address)
        tls = await until_greeted(network, where, _in_tls(network, target, address))
        if tls is not None:
            if tls.speaks_tls or tls.speaker not in (Speaker.NOTHING, Speaker.SMTP):
                network.happening("pointless", address, target.port).set()
            return tls
    if (await network.reached(address, target.port)).reached is not Reached.CONNECTED:
        return None
    await asked
    if target.security is Security.NONE:
        return await dialogue(network, target, address, target.port, Security.STARTTLS)
    held = asked.result()
    if target.security is Security.STARTTLS and (held.ended is Ended.NO_STARTTLS or held.ended_at == "starttls"):
        return await dialogue(network, target, address, target.port, Security.NONE)
    return None


async def keeps_silent(network: Network, place: tuple[str, int, Security], asked: asyncio.Future[Dialogue]) -> bool:
    """Wait whether a port that begins in clear greets; tell whether it keeps silent as one that wants TLS would."""
    address, port, _ = place
    greeted = asyncio.ensure_future(network.happening("greeted", *place).wait())
    patience = IMPATIENT_SECONDS.get(port, SILENCE_SECONDS)
    both: set[asyncio.Future[Any]] = {asked, greeted}
    try:
        await asyncio.wait(both, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    finally:
        greeted.cancel()
    if (await network.reached(address, port)).reached is not Reached.CONNECTED:
        return False
    return not network.happening("greeted", *place).is_set()


async def until_greeted(
    network: Network, place: tuple[str, int, Security], asking: Coroutine[None, None, Dialogue]
) -> Dialogue | None:
    """Ask in another mode, but only for as long as the first one is not greeted after all."""
    greeted = asyncio.ensure_future(network.happening("greeted", *place).wait())
    other: asyncio.Task[Dialogue] = asyncio.ensure_future(asking)
    both: set[asyncio.Future[Any]] = {other, greeted}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        return other.result() if other.done() else None
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def in_clear(
    network: Network, target: Target, tried: Dialogue, wanted: Callable[[], Awaitable[bool]] | None = None
) -> Dialogue | None:
    """Look at a port where TLS came to nothing as one that begins in clear, with STARTTLS where it has that.

    One that closed on TLS without a word may still want it: whether it greets is not waited for without end.
    """
    where = (tried.address, tried.port, Security.STARTTLS)
    asked = asyncio.ensure_future(dialogue(network, target, *where, wanted=wanted))
    greeted = asyncio.ensure_future(network.happening("greeted", *where).wait())
    both: set[asyncio.Future[Any]] = {asked, greeted}
    spoke = tried.handshake is not None and tried.handshake.error == "not_tls"
    try:
        await asyncio.wait(both, timeout=None if spoke else MUTE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done() and not greeted.done():
            network.happening("pointless", *where[:2]).set()
            return None
        held = await asked
    finally:
        for one in both:
            one.cancel()
        await asyncio.gather(*both, return_exceptions=True)
    if held.ended is not Ended.NO_STARTTLS:
        return held
    return await dialogue(network, target, *where[:2], Security.NONE, wanted=wanted)


async def _make_way(network: Network, target: Target, address: str) -> None:
    """Give up the least useful port that keeps silent too, where those that wait hold all seats of the host."""
    if not network.crowded(target.host.name, address):
        return
    for port in reversed(SUBMISSION_PORTS):
        asked = network.happening("dialled", address, port).is_set() and port != target.port
        greeted = network.happening("greeted", address, port, natural(port)).is_set()
        if asked and not greeted and (await network.reached(address, port)).reached is Reached.CONNECTED:
            network.happening("pointless", address, port).set()
            return


async def _in_tls(network: Network, target: Target, address: str) -> Dialogue:
    held = await dialogue(network, target, address, target.port, Security.TLS)
    spoke = held.handshake is not None and held.handshake.error == "not_tls"
    return await _provoke(network, target, held) if spoke and held.port not in INCOMING_PORTS else held


async def _provoke(network: Network, target: Target, silent: Dialogue) -> Dialogue:
    """Hear who it is that kept silent and speaks no TLS: some only answer when spoken to, as a web server does.

    Only for a peer that has already answered a TLS greeting with something else; nobody else is spoken to first.
    """
    names = await names_to(network, target, silent.address)
    dialled = await network.dial(silent.address, silent.port, names=names, first=True)
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


def plain_there(held: Dialogue) -> bool:
    """Tell whether TLS failed in a way that a port which begins in clear has; an alert shows that TLS was spoken."""
    error = held.handshake.error if held.handshake is not None else ""
    return held.ended is Ended.TLS_FAILED and error in ("not_tls", "closed", "reset", "time_out")


def heard(asked: asyncio.Future[Dialogue]) -> None:
    """Take note of how a conversation ended, also where nobody waits for it any more."""
    if not asked.cancelled():
        asked.exception()
