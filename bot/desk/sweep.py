"""The sweep: take up what others left, ring the timers that came due, tidy; one task a process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence

from bot.desk.asides import DAY
from bot.store import Pending, Store, StoreError

LOG = logging.getLogger(__name__)
KEYS_KEPT = DAY
"""Seconds for which a delivery's key is remembered; a platform sends the same one again within minutes."""
TIDIED_EVERY = 3600.0


class Sweep:
    """Looks after the store for one process (`name`); `begin` gets what is to be done, `known` says what is under way.

    `lease` is for how long others leave this process's effects alone, in seconds: it is prolonged four times in that
    time, so that what a dead process left is taken up after at most one and a quarter of it.
    """

    def __init__(
        self,
        store: Store,
        begin: Callable[[Sequence[Pending]], None],
        known: Callable[[], Collection[int]],
        *,
        name: str,
        whose: str,
        clock: Callable[[], float],
        lease: float,
        retention_days: float | None,
    ) -> None:
        self._store, self._begin, self._known = store, begin, known
        self._name, self._whose, self._clock, self._lease = name, whose, clock, lease
        self._retention = retention_days
        self._task: asyncio.Task[None] | None = None
        self._tidied = float("-inf")

    async def start(self) -> int:
        """Take up what a process that ended left undone, then keep watch; return how many effects were taken up."""
        await self._tidy()
        taken = await self._take_up(everything=not self._store.shared)
        if self._task is None:
            self._task = asyncio.create_task(self._keep_watch(), name="sweep")
        return taken

    async def once(self) -> int:
        """Sweep now; return how many timers rang. Raises `StoreError`."""
        now = self._clock()
        if self._store.shared:
            await self._store.renew(self._known(), now + self._lease)
        await self._take_up(everything=False)
        if now - self._tidied > TIDIED_EVERY:
            await self._tidy()  # before timers ring: one that ends a conversation would make it a newer one
        rung = await self._store.ring(by=self._name, now=now, until=now + self._lease, whose=self._whose)
        self._begin(rung)
        return len(rung)

    async def _keep_watch(self) -> None:
        while True:
            await asyncio.sleep(self._lease / 4)
            try:
                await self.once()
            except StoreError as reason:
                LOG.warning("cannot look after unfinished effects: %s", reason)
            except Exception:  # a sweep that ends would leave everything lying
                LOG.exception("the sweep stumbled")

    async def _take_up(self, *, everything: bool) -> int:
        now = self._clock()
        until = now + self._lease
        left = await self._store.take_up(
            by=self._name, now=now, until=until, whose=self._whose, everything=everything, but=self._known()
        )
        self._begin(left)
        return len(left)

    async def _tidy(self) -> None:
        now = self._clock()
        kept_since = None if self._retention is None else now - self._retention * DAY
        await self._store.tidy(keys_before=now - KEYS_KEPT, conversations_before=kept_since)
        self._tidied = now

    async def close(self) -> None:
        """End the task."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
