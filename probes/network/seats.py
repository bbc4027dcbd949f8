"""Connections to one host: so many at once and so many in a run, since servers count them; first come, first served."""

from __future__ import annotations

import asyncio
from collections import deque


class Seats:
    """The seats that one host has for us."""

    def __init__(self, at_once: int, in_all: int) -> None:
        self._free = at_once
        self._left = in_all
        self._waiting: deque[asyncio.Future[None]] = deque()

    def used_up(self, kept: int = 0) -> bool:
        """Tell whether no further connection may be made in this run, but for those that are `kept` for others."""
        return self._left <= kept

    @property
    def taken(self) -> bool:
        """Tell whether nobody can sit down at once."""
        return self._free <= 0

    async def take(self, *, first: bool = False) -> None:
        """Wait for a seat; `first` goes before all who wait already."""
        self._left -= 1
        if self._free > 0 and not self._waiting:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if first:
            self._waiting.appendleft(turn)
        else:
            self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give()  # the seat came in the moment in which its taker went away
            raise

    def seize(self) -> None:
        """Take a seat at once, for a connection that is there already."""
        self._free -= 1
        self._left -= 1

    def give(self, *, used: bool) -> None:
        """Give a seat back; one that was not `used` (nobody was reached) does not count towards those of the run."""
        self._left += not used
        self._give()

    def _give(self) -> None:
        self._free += 1
        while self._free > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                self._free -= 1
                turn.set_result(None)
