"""Which places a run talks to, in which mode: the given settings on every address, and beside them what might work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from probes import modes, ranking
from probes.dialogue import Dialogue, natural
from probes.network import Blind, Dialled, Network
from probes.talk import dialogue
from probes.target import Security, Target
from probes.vantage import INCOMING_PORTS, RARE_PORTS, SUBMISSION_PORTS

MOST_ADDRESSES = 6
"""Addresses of a server that are tried, three of a family."""
OVERDUE_SECONDS = 2.0
"""Conversations beside the given one wait so long for it after their greeting: mostly they are not needed."""
GRACE_SECONDS = 1.0
OTHERS_SECONDS = 6.0
"""An address that keeps us waiting is waited for so long after another one of the same server was fine."""
BESIDE_SECONDS = 20.0
"""A conversation beside the given one is waited for so long and no longer: the answer does not hang on it."""


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


def _one_a_family(places: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({":" in address: address for address in reversed(places)}.values())


async def other_ports(
    network: Network, target: Target, ports: tuple[int, ...] = SUBMISSION_PORTS
) -> tuple[Dialogue, ...]:
    """Look at the submission ports beside the given one, each in its own mode, on one address of each family."""
    if target.port in INCOMING_PORTS and target.host.mistake:
        return ()
    firsts = _one_a_family(await addresses(network, target))
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
            asked.add_done_callback(modes.heard)
            if mode is Security.TLS:
                held = await asked
                return (modes.plain_there(held) and await modes.in_clear(network, target, held, wanted)) or held
            if await modes.keeps_silent(network, (address, port, mode), asked):
                other = await modes.until_greeted(network, (address, port, mode), ask(Security.TLS))
                if other is not None and other.speaks_tls:
                    network.happening("pointless", address, port).set()
                    return other
            return await asked
    except TimeoutError:
        raise Blind("time_out") from None


async def dialled(network: Network, target: Target) -> tuple[Dialled, ...]:
    """Return how each place of the run was reached, as soon as that is known; the conversations go on.

    Where the given settings work, other ports that have not answered by then are not waited for.
    """
    places = await addresses(network, target)
    talk = asyncio.ensure_future(given(network, target))
    others = asyncio.ensure_future(other_ports(network, target))
    wanted = [(address, target.port) for address in places]
    wanted += [(a, port) for a in _one_a_family(places) for port in SUBMISSION_PORTS if port != target.port]
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
    calls = [modes.other(network, target, a, login=a == _for_login(places)) for a in _one_a_family(places)]
    return _held(await asyncio.gather(*calls, return_exceptions=True))


def _held(found: Iterable[Dialogue | BaseException | None]) -> tuple[Dialogue, ...]:
    kept = []
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, Blind):
            raise one
        if isinstance(one, Dialogue):
            kept.append(one)
    return tuple(kept)
