"""The store on SQLAlchemy Core: the same statements on SQLite and PostgreSQL; the only room that speaks SQL."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import Change, Handed, Moved, Pending, StoreError, Timer, Unread
from bot.store.besides import Besides, noted_effect, pending, read, theirs
from bot.store.door import Door, whole
from bot.store.lapsing import digest
from bot.store.packing import pack
from bot.store.tables import BESIDES, CONVERSATIONS, MIGRATIONS, OUTBOX, SEEN, SURFACE, migrate
from flows.conversation import Conversation

LOG = logging.getLogger(__name__)
ONE_START = 5_870_465
"""The lock that keeps two replicas which start together from both making the tables."""


class Database:
    """A `Store` over an engine; `name` is how the database is called to people, without its password."""

    def __init__(self, engine: AsyncEngine, name: str, *, shared: bool) -> None:
        self.door = Door(engine, name, shared=shared)
        self.shared = shared
        self.reading, self.writing, self.whole = self.door.reading, self.door.writing, self.door.whole
        self.alone = self.door.alone
        self._besides = Besides(self.door)

    async def prepare(self) -> None:
        """Bring the tables up to date; raises `StoreError` where the database is newer than this program."""
        async with self.writing() as connection:
            if self.shared:
                await connection.execute(select(func.pg_advisory_xact_lock(ONE_START)))
            newer = await connection.run_sync(migrate)
        if newer is not None:
            raise StoreError(
                f"The database {self.door.name} was written by a newer smtp-help (it has version {newer}, this program "
                f"knows {len(MIGRATIONS)}). Update smtp-help, or name another database in SMTP_HELP_DATABASE_URL."
            )

    @whole
    async def save(
        self,
        key: str | None,
        changes: Sequence[Change],
        *,
        by: str,
        now: float,
        until: float,
        done: Sequence[int] = (),
        surface: Mapping[str, str] | None = None,
    ) -> tuple[Pending, ...] | None:
        """Claim, keep and note in one transaction (see `Store.save`)."""
        noted: list[Pending] = []
        async with self.writing() as connection:
            if key is not None and not await self._claim(connection, key, now):
                return None
            for change in changes:
                await _keep(connection, change, now)
                for effect in change.effects:
                    noted.append(await noted_effect(connection, change.conversation, effect, by=by, until=until))  # noqa: PERF401 - in order
                if change.aside:
                    await self._besides.keep(connection, change.conversation.id, change.aside, now)
            if done:
                await connection.execute(delete(OUTBOX).where(OUTBOX.c.number.in_(done)))
            if surface:
                await self._put(connection, changes[0].conversation.id, surface)
        return tuple(noted)

    async def _claim(self, connection: AsyncConnection, key: str, now: float) -> bool:
        claimed = self.door.insert(SEEN, key=digest(key), at=now).on_conflict_do_nothing()
        return (await connection.execute(claimed)).rowcount > 0

    async def _put(self, connection: AsyncConnection, conversation: str, notes: Mapping[str, str | None]) -> None:
        """Merge notes in at most two statements; they change with every step."""
        gone = [name for name, value in notes.items() if value is None]
        if gone:
            where = (SURFACE.c.conversation == conversation, SURFACE.c.name.in_(gone))
            await connection.execute(delete(SURFACE).where(*where))
        rows = [
            {"conversation": conversation, "name": name, "value": value}
            for name, value in notes.items()
            if value is not None
        ]
        if rows:
            put = self.door.insert(SURFACE, rows)
            new = {"value": put.excluded.value}
            await connection.execute(put.on_conflict_do_update(index_elements=["conversation", "name"], set_=new))

    @whole
    async def claimed(self, key: str) -> bool:
        """Return whether the event of that key was taken before."""
        return bool(await self.door.rows(select(SEEN.c.key).where(SEEN.c.key == digest(key))))

    @whole
    async def load(self, conversation: str) -> Conversation | None:
        """Return the newest snapshot."""
        rows = await self.door.rows(select(CONVERSATIONS.c.snapshot).where(CONVERSATIONS.c.id == conversation))
        return read(rows[0].snapshot) if rows else None

    @whole
    async def of_owner(self, owner: str, limit: int = 10) -> tuple[Conversation, ...]:
        """Return an owner's conversations, the one touched last first."""
        table = CONVERSATIONS.c
        newest = (
            select(table.snapshot).where(table.owner == owner).order_by(table.touched.desc(), table.id).limit(limit)
        )
        return tuple(c for row in await self.door.rows(newest) if (c := read(row.snapshot)))

    @whole
    async def forget(self, owner: str) -> int:
        """Delete all that is kept of an owner; return how many conversations that were."""
        return await self._delete(CONVERSATIONS.c.owner == owner)

    @whole
    async def tidy(self, *, keys_before: float, conversations_before: float | None = None) -> int:
        """Delete old event keys, and conversations not touched since."""
        async with self.writing() as connection:
            await connection.execute(delete(SEEN).where(SEEN.c.at < keys_before))
        if conversations_before is None:
            return 0
        return await self._delete(CONVERSATIONS.c.touched < conversations_before)

    async def _delete(self, which: Any) -> int:
        ids = select(CONVERSATIONS.c.id).where(which)
        async with self.writing() as connection:
            for table in BESIDES:
                await connection.execute(delete(table).where(table.c.conversation.in_(ids)))
            deleted = (await connection.execute(delete(CONVERSATIONS).where(which))).rowcount
        if deleted:
            await self.door.wipe()
        return deleted

    @whole
    async def take_up(
        self, *, by: str, now: float, until: float, whose: str, everything: bool = False
    ) -> tuple[Pending, ...]:
        """Take the effects whose lease ran out (see `Store.take_up`)."""
        table = OUTBOX.c
        free = and_(table.taken_by != by, true() if everything else table.taken_until < now)
        if not await self.door.rows(select(table.number).where(free).limit(1)):
            return ()
        free = and_(free, theirs(table.conversation, whose))
        taken = update(OUTBOX).where(free).values(taken_by=by, taken_until=until, tries=table.tries + 1)
        async with self.writing() as connection:
            rows = (await connection.execute(taken.returning(*table))).all()
        return pending(sorted(rows, key=lambda row: int(row.number)))

    @whole
    async def renew(self, by: str, until: float) -> None:
        """Prolong the lease on all that `by` has taken."""
        await self.door.do(update(OUTBOX).where(OUTBOX.c.taken_by == by).values(taken_until=until))

    @whole
    async def give_back(self, by: str) -> None:
        """End the lease on all that `by` has taken."""
        await self.door.do(update(OUTBOX).where(OUTBOX.c.taken_by == by).values(taken_by="", taken_until=0))

    @whole
    async def done(self, numbers: Sequence[int], timers: Sequence[Timer] = ()) -> None:
        """Strike out effects, and set what timers follow from them."""
        if numbers or timers:
            await self.door.do(
                delete(OUTBOX).where(OUTBOX.c.number.in_(numbers)), *(self._besides.setting(each) for each in timers)
            )

    @whole
    async def unfinished(self, conversation: str) -> tuple[Pending, ...]:
        """Return the effects of a conversation that are not done, in order."""
        mine = select(OUTBOX).where(OUTBOX.c.conversation == conversation).order_by(OUTBOX.c.number)
        return pending(await self.door.rows(mine))

    @whole
    async def surface(self, conversation: str) -> dict[str, str]:
        """Return a front's own notes on a conversation."""
        rows = await self.door.rows(select(SURFACE).where(SURFACE.c.conversation == conversation))
        return {row.name: row.value for row in rows}

    @whole
    async def remember(self, conversation: str, notes: Mapping[str, str | None]) -> None:
        """Merge a front's notes; None takes one away."""
        async with self.writing() as connection:
            await self._put(connection, conversation, notes)

    @whole
    async def found_at(self, name: str, value: str) -> str | None:
        """Return the conversation one of whose notes is `name` = `value`, the newest of them."""
        both = select(SURFACE.c.conversation).join(CONVERSATIONS, CONVERSATIONS.c.id == SURFACE.c.conversation)
        newest = both.where(SURFACE.c.name == name, SURFACE.c.value == value).order_by(CONVERSATIONS.c.touched.desc())
        rows = await self.door.rows(newest.limit(1))
        return str(rows[0].conversation) if rows else None

    # What is kept beside the snapshots

    @whole
    async def ring(self, *, by: str, now: float, until: float, whose: str, most: int = 50) -> tuple[Pending, ...]:
        """Turn timers that came due into noted effects (see `Store.ring`)."""
        return await self._besides.ring(by=by, now=now, until=until, whose=whose, most=most)

    @whole
    async def timers(self, conversation: str) -> tuple[Timer, ...]:
        """Return the timers of a conversation."""
        return await self._besides.timers(conversation)

    @whole
    async def case(self, conversation: str) -> Handed | None:
        """Return how a case stands."""
        return await self._besides.case(conversation)

    @whole
    async def queue(self, whose: str, limit: int = 20) -> tuple[tuple[Handed, Conversation], ...]:
        """Return the cases that nobody resolved yet, the oldest first."""
        return await self._besides.queue(whose, limit)

    @whole
    async def counts(self, whose: str, since: float) -> dict[str, int]:
        """Return how many looks ended in which cause since a time."""
        return await self._besides.counts(whose, since)

    @whole
    async def helped(self, conversation: str) -> dict[str, str]:
        """Return what was answered to “Did that help?”."""
        return await self._besides.helped(conversation)

    @whole
    async def unread(self, limit: int = 100) -> tuple[Unread, ...]:
        """Return the pasted texts that were not understood, the newest first."""
        return await self._besides.unread(limit)

    async def close(self) -> None:
        """Let go of the database, once what is under way there has ended."""
        await self.door.close()


async def _keep(connection: AsyncConnection, change: Change, now: float) -> None:
    """Save a snapshot if it follows the kept one, else raise `Moved`."""
    new = change.conversation
    values = {"owner": new.owner, "status": new.status.value, "revision": new.revision, "touched": now}
    values["snapshot"] = pack(new)
    if change.before is None:
        try:
            await connection.execute(insert(CONVERSATIONS).values(id=new.id, **values))
        except IntegrityError:
            raise Moved(new.id) from None
        return
    kept = (CONVERSATIONS.c.id == new.id, CONVERSATIONS.c.revision == change.before)
    if not (await connection.execute(update(CONVERSATIONS).where(*kept).values(**values))).rowcount:
        raise Moved(new.id)
