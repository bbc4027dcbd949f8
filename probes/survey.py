"""Which places a run talks to, in which mode: the given settings on every address, and beside them what might work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from typing import Any

from probes import ranking
from probes.dialogue import Dialogue, Ended, natural
from probes.network import Blind, Dialled, Network, Reached
from probes.speakers import Speaker, speaker
from probes.talk import dialogue, names_to
from probes.target import Security, Target
from probes.vantage import INCOMING_PORTS, RARE_PORTS, SUBMISSION_PORTS
from probes.wire import readable

MOST_ADDRESSES = 6
"""Addresses of a server that are tried, three of a family."""
OVERDUE_SECONDS = 2.0
"""Conversations beside the given one wait so long for it after their greeting: mostly they are not needed."""
GRACE_SECONDS = 1.0
OTHERS_SECONDS = 6.0
"""An address that keeps us waiting is waited for so long after another one of the same server was fine."""
PROVOKED_SECONDS = 3.0
SILENCE_SECONDS = 2.5
"""A plain port that says nothing for so long may be waiting for TLS; it is asked on a connection of its own."""
MUTE_SECONDS = 8.0
"""Of a port that broke off TLS: whether it greets in clear is waited for so long."""
BESIDE_SECONDS = 20.0
"""A conversation beside the given one is waited for so long and no longer: the answer does not hang on it."""
IMPATIENT_SECONDS = {465: 0.3, 2465: 0.3, 993: 0.3, 995: 0.3, 25: 12.0}
"""The same for ports known to want TLS, and for 25, where servers delay their greeting to catch who speaks too soon."""


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
        return await _first_fine(target, [asyncio.ensure_future(call) for call in calls])
    finally:
        network.happening("given").set()


async def _first_fine(target: Target, asked: Sequence[asyncio.Task[Dialogue]]) -> tuple[Dialogue, ...]:
    """Wait for every address, but not long for the others once one of them is fine: a program goes on with that one."""
    left = set(asked)
    try:
        while left:
            fine = any(one.done() and ranking.fine(target, (one.result(),)) for one in asked)
            done, left = await asyncio.wait(
                left, timeout=OTHERS_SECONDS if fine else None, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                break
        return tuple(one.result() for one in asked if one.done())
    finally:
        for one in left:
            one.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def late(network: Network, target: Target) -> tuple[str, ...]:
    """Return the addresses that took the connection and had come to no end when that of another was fine."""
    held = {dialogue.address for dialogue in await given(network, target)}
    return tuple(address for address in await addresses(network, target) if address not in held)


async def settled(network: Network, target: Target) -> bool:
    """Tell whether other settings are no matter; waits for the given ones until they are `OVERDUE_SECONDS` late."""
    try:
        async with asyncio.timeout(OVERDUE_SECONDS):
            await network.happening("given").wait()
    except TimeoutError:
        return False
    return ranking.fine(target, await given(network, target))


def _for_login(places: tuple[str, ...]) -> str:
    return next((address for address in places if ":" not in address), places[0])


async def other_ports(
    network: Network, target: Target, ports: tuple[int, ...] = SUBMISSION_PORTS
) -> tuple[Dialogue, ...]:
    """Look at the submission ports beside the given one, each in its own mode, on one address of each family."""
    if target.port in INCOMING_PORTS and target.host.mistake:
        return ()
    places = await addresses(network, target)
    firsts = {":" in address: address for address in reversed(places)}.values()
    calls = [_beside(network, target, address, port) for address in firsts for port in ports if port != target.port]
    return _held(await asyncio.gather(*calls, return_exceptions=True))


async def rare_ports(network: Network, target: Target) -> tuple[Dialogue, ...]:
    """Look at the ports that few servers have; only where none of the others works."""
    return await network.once(("rare", target.host.name), lambda: other_ports(network, target, RARE_PORTS))


async def _beside(network: Network, target: Target, address: str, port: int) -> Dialogue:
    """Hold a conversation that is never in the way of the given port: that one is dialled first."""
    await network.happening("dialled", address, target.port).wait()

    async def wanted() -> bool:
        return not await settled(network, target)

    async def ask(security: Security) -> Dialogue:
        return await dialogue(network, target, address, port, security, wanted=wanted)

    mode = natural(port)
    try:
        async with asyncio.timeout(BESIDE_SECONDS):
            asked = asyncio.ensure_future(ask(mode))
            asked.add_done_callback(_heard)
            if mode is Security.TLS:
                held = await asked
                return (_plain_there(held) and await _in_clear(network, target, held, wanted)) or held
            if await _silent(network, (address, port, mode), asked):
                other = await _until_greeted(network, (address, port, mode), ask(Security.TLS))
                if other is not None and _in_words_of_tls(other):
                    network.happening("pointless", address, port).set()
                    return other
            return await asked
    except TimeoutError:
        raise Blind("time_out") from None


def _heard(asked: asyncio.Future[Dialogue]) -> None:
    """Take note of how a conversation ended, also where nobody waits for it any more."""
    if not asked.cancelled():
        asked.exception()


def _plain_there(held: Dialogue) -> bool:
    """Tell whether TLS failed in a way that a port which begins in clear has; an alert shows that TLS was spoken."""
    error = held.handshake.error if held.handshake is not None else ""
    return held.ended is Ended.TLS_FAILED and error in ("not_tls", "closed", "reset", "time_out")


def _in_words_of_tls(held: Dialogue) -> bool:
    return held.handshake is not None and held.handshake.spoken


async def _silent(network: Network, place: tuple[str, int, Security], asked: asyncio.Future[Dialogue]) -> bool:
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


async def _until_greeted(
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


async def dialled(network: Network, target: Target) -> tuple[Dialled, ...]:
    """Return how each place of the run was reached, as soon as that is known; the conversations go on.

    Where the given settings work, other ports that have not answered by then are not waited for.
    """
    places = await addresses(network, target)
    talk = asyncio.ensure_future(given(network, target))
    others = asyncio.ensure_future(other_ports(network, target))
    firsts = {":" in address: address for address in reversed(places)}.values()
    wanted = [(address, target.port) for address in places]
    wanted += [(address, port) for address in firsts for port in SUBMISSION_PORTS if port != target.port]
    reaching = [asyncio.ensure_future(network.reached(address, port)) for address, port in wanted]
    everything = asyncio.gather(*reaching)
    first: set[asyncio.Future[Any]] = {everything, talk}
    tasks: list[asyncio.Future[Any]] = [talk, others, *reaching, everything]
    try:
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if not everything.done() and talk.exception() is None and ranking.fine(target, talk.result()):
            await asyncio.wait({everything}, timeout=GRACE_SECONDS)
            return tuple(one.result() for one in reaching if one.done())
        return tuple(await everything)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def other_mode(network: Network, target: Target) -> tuple[Dialogue, ...]:
    """Look at the given port in the other mode, where the given one comes to nothing there."""
    return await network.once(("other_mode", target.host.name, target.port), lambda: _other_modes(network, target))


async def _other_modes(network: Network, target: Target) -> tuple[Dialogue, ...]:
    places = await addresses(network, target)
    firsts = {":" in address: address for address in reversed(places)}.values()
    found = await asyncio.gather(*(_other_mode(network, target, a) for a in firsts), return_exceptions=True)
    return _held(found)


async def _other_mode(network: Network, target: Target, address: str) -> Dialogue | None:
    login = address == _for_login(await addresses(network, target))
    asked = asyncio.ensure_future(dialogue(network, target, address, target.port, target.security, login=login))
    asked.add_done_callback(_heard)
    spoken = natural(target.port) if target.security is Security.AUTO else target.security
    if spoken is Security.TLS:
        held = await asked
        return await _in_clear(network, target, held) if _plain_there(held) else None
    where = (address, target.port, target.security)
    if await _silent(network, where, asked):
        await _make_way(network, target, address)
        tls = await _until_greeted(network, where, _in_tls(network, target, address))
        if tls is not None:
            if _in_words_of_tls(tls) or tls.speaker not in (Speaker.NOTHING, Speaker.SMTP):
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


async def _in_clear(
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


def _held(found: Iterable[Dialogue | BaseException | None]) -> tuple[Dialogue, ...]:
    kept = []
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, Blind):
            raise one
        if isinstance(one, Dialogue):
            kept.append(one)
    return tuple(kept)
