"""One-time links: found by the digest of their secret, good until their time is over, used up by one statement."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, insert, select, update

from bot.store import Store
from bot.store.database import Database
from bot.store.lapsing import LINKS, digest

LASTS = 600.0
"""Seconds for which a link is good."""
SAYS_SO = 86400.0
"""Seconds for which one that is over is kept, so that it can say so."""


class Links:
    """The links of all replicas that share a database; times are seconds since the epoch."""

    def __init__(self, store: Store) -> None:
        """Use the database of a store that `open_store` opened."""
        if not isinstance(store, Database):
            raise TypeError("links are kept beside the conversations, in the same database")
        self._door = store.door

    async def make(self, conversation: str, now: float) -> str:
        """Make a link for a conversation and return its secret: 256 random bits; raises StoreError."""
        secret = secrets.token_urlsafe(32)
        row = {"digest": digest(secret), "conversation": conversation, "until": now + LASTS, "used": False}
        await self._door.do(delete(LINKS).where(LINKS.c.until < now - SAYS_SO), insert(LINKS).values(**row))
        return secret

    async def found(self, secret: str, now: float) -> tuple[str, str]:
        """Return the conversation of a link, and what is wrong with it: nothing, `used`, `expired` or `unknown`."""
        row = next(iter(await self._door.rows(select(LINKS).where(LINKS.c.digest == digest(secret)))), None)
        if row is None:
            return "", "unknown"
        if row.used:
            return "", "used"
        return (row.conversation, "") if now < row.until else ("", "expired")

    async def use(self, secret: str, now: float) -> bool:
        """Use a link up; False where it was used, is over or never was, also where two come at once."""
        good = (LINKS.c.digest == digest(secret), LINKS.c.used.is_(False), LINKS.c.until > now)
        return await self._door.do(update(LINKS).where(*good).values(used=True)) > 0
