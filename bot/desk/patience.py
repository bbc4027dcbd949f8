"""What is done about a front that does not take something: at once again, later with growing waits, at last never."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.desk.parts import Loop
from bot.front import Unreached
from bot.store import Store

PUT_OFF, LONGEST_PUT_OFF, MOST_PUT_OFF = 15.0, 600.0, 10
"""Seconds until what a platform did not take is tried again, doubled each time; the longest wait; how many waits."""

T = TypeVar("T")


def vain(reason: Exception) -> bool:
    """Tell a refusal after which trying again at once is vain."""
    return isinstance(reason, Unreached) and reason.lasting and reason.known


@dataclass(frozen=True, slots=True)
class Patience:
    """The waits of one process; `waits` are those in seconds before a front is tried again at once."""

    desk: Loop
    store: Store
    clock: Callable[[], float]
    waits: Sequence[float]

    async def called(self, call: Callable[[], Awaitable[T]]) -> tuple[T | None, str]:
        """Call a front until it manages; return its answer, and the reference where it never did."""
        reference = ""
        for wait in (*self.waits, None):
            try:
                return await call(), ""
            except Exception as reason:  # noqa: BLE001 - a front is somebody else's network
                reference = self.desk.reference(reason)
                if vain(reason):
                    break
            if wait is not None:
                await asyncio.sleep(wait)
        return None, reference

    async def put_off(self, numbers: Sequence[int], tries: int) -> None:
        """Leave effects for later, with growing waits; at last give them up."""
        if tries >= MOST_PUT_OFF:
            self.desk.reference(RuntimeError(f"an effect was given up after {tries} tries"))
            await self.store.done(numbers)
        else:
            await self.store.later(numbers, self.clock() + min(PUT_OFF * 2**tries, LONGEST_PUT_OFF))
