"""The budgets of an address and of an account: a server is one server under each of its names, spellings and ports."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.ledger.keeping import HOUR, in_words
from bot.ledger.limits import Limits
from bot.store import StoreError
from bot.store.budgets import Budgets, Wish

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Places:
    """Asked by each look for the very address that it is about to dial; what the database does not know is refused."""

    budgets: Budgets
    limits: Limits
    clock: Callable[[], float] = time.time

    async def to_dial(self, address: str) -> str:
        """Count a look against an address; return when to come back where there were too many, else nothing."""
        return await self._asked([Wish(f"address {address}", self.limits.target, HOUR)])

    async def to_log_in(self, address: str, user_name: str) -> str:
        """Count a login against an address and against an account, wherever it is tried."""
        logins = self.limits.logins
        account = user_name.strip().lower()
        return await self._asked(
            [Wish(f"logins at {address}", logins, HOUR), Wish(f"logins of {account}", logins, HOUR)]
        )

    async def _asked(self, wishes: Sequence[Wish]) -> str:
        now = self.clock()
        try:
            given = await self.budgets.grant(wishes, now)
        except StoreError as reason:
            LOG.warning("nothing is dialled while budgets cannot be counted: %s", reason)
            return in_words(0)
        return in_words(given.until - now) if given.short is not None else ""
