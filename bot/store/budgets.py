"""Budgets of all replicas: so many grants of a subject at a time, counted and given in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from bot.store import Store
from bot.store.database import Database
from bot.store.lapsing import GRANTS, digest

ONE_COUNT = 5_870_466
"""The lock under which replicas on PostgreSQL count and give; SQLite lets one write at a time anyhow."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A grant that is wanted: at most `limit` of `subject` at a time, this one for `seconds`."""

    subject: str
    limit: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Grant:
    """What was given: `numbers` in the order of the wishes; or nothing, with which wish was short and until when."""

    numbers: tuple[int, ...] = ()
    short: Wish | None = None
    until: float = 0.0


class Budgets:
    """The grants of all replicas that share a database; times are seconds since the epoch."""

    def __init__(self, store: Store) -> None:
        """Use the database of a store that `open_store` opened."""
        if not isinstance(store, Database):
            raise TypeError("budgets are kept beside the conversations, in the same database")
        self._door = store.door

    async def grant(self, wishes: Sequence[Wish], now: float) -> Grant:
        """Give all that is wished or nothing, and forget what ran out; raises StoreError."""

        def work(connection: Connection) -> Grant:
            if self._door.shared:
                connection.execute(select(func.pg_advisory_xact_lock(ONE_COUNT)))
            connection.execute(delete(GRANTS).where(GRANTS.c.until <= now))
            for wish in wishes:
                held = select(GRANTS.c.until).where(GRANTS.c.subject == digest(wish.subject), GRANTS.c.until > now)
                until = sorted(connection.execute(held).scalars())
                if len(until) >= wish.limit:
                    # So many must run out before there is room again; with a limit of 0 there never is.
                    room_at = until[len(until) - wish.limit] if wish.limit > 0 else now + wish.seconds
                    return Grant((), wish, room_at)
            numbers = []
            for wish in wishes:
                row = {"subject": digest(wish.subject), "until": now + wish.seconds}
                made = connection.execute(insert(GRANTS).values(**row).returning(GRANTS.c.number))
                numbers.append(int(made.scalar_one()))
            return Grant(tuple(numbers))

        return await self._door.write(work)

    async def give_back(self, numbers: Sequence[int]) -> None:
        """End grants before their time; raises StoreError."""
        if numbers:
            await self._door.do(delete(GRANTS).where(GRANTS.c.number.in_(numbers)))
