"""How much waits to be done in the database, and with that whether it answers at all."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.store import Store
from bot.store.database import Database
from bot.store.tables import OUTBOX


async def waiting(store: Store) -> int:
    """Return the number of effects that are noted and not done, of all replicas; raises StoreError."""
    if not isinstance(store, Database):
        raise TypeError("only a store that open_store opened can be counted")
    return int((await store.door.rows(select(func.count()).select_from(OUTBOX)))[0][0])
