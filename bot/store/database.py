"""The store on SQLAlchemy Core: the same statements on SQLite and PostgreSQL; the only room that speaks SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.store import Change, Drawing, Handed, Moved, Pending, StoreError, Timer, Unread
from bot.store.besides import Besides, noted, pending, read, theirs
from bot.store.door import Door
from bot.store.lapsing import digest
from bot.store.packing import pack
from bot.store.statements import FOLLOW, KEEP, NOTES, ONE, STANDS, TAKE_NOTE_AWAY, TO_DRAW
from bot.store.tables import BESIDES, CONVERSATIONS, MIGRATIONS, OUTBOX, SEEN, SURFACE, migrate
from flows.conversation import Conversation

ONE_START = 5_870_465
"""The lock that keeps two replicas which start together from both making the tables."""
IN_TIME = 1.5
"""Seconds that a delivery waits for its turn to be saved; the platform waits three."""
AT_A_TIME = 1000
"""Numbers in one statement."""


class Database:
    """A `Store` over a door."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.shared = door.shared
        self.alone = door.alone
        self._besides = Besides(door)
        self._claim = door.insert(SEEN).on_conflict_do_nothing()
        put = door.insert(SURFACE)
        self._note = put.on_conflict_do_update(
            index_elements=["conversation", "name"], set_={"value": put.excluded.value}
        )

    async def prepare(self) -> None:
        """Bring the tables up to date; raises `StoreError` where the database is newer than this program."""

        def work(connection: Connection) -> int | None:
            if self.shared:
                connection.execute(select(func.pg_advisory_xact_lock(ONE_START)))
            return migrate(connection)

        if (newer := await self.door.write(work)) is not None:
            raise StoreError(
                f"The database {self.door.name} was written by a newer smtp-help (it has version {newer}, this program "
                f"knows {len(MIGRATIONS)}). Update smtp-help, or name another database in SMTP_HELP_DATABASE_URL."
            )

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

        def work(connection: Connection) -> tuple[Pending, ...] | None:
            if key is not None and not connection.execute(self._claim, {"key": digest(key), "at": now}).rowcount:
                return None
            effects: list[Pending] = []
            for change in changes:
                _keep(connection, change, now)
                new = change.conversation
                effects += (noted(connection, new.id, new.revision, one, by=by, until=until) for one in change.effects)
                if change.aside:
                    self._besides.keep(connection, new.id, change.aside, now)
            _strike(connection, done)
            if surface:
                self._put(connection, changes[0].conversation.id, surface)
            return tuple(effects)

        return await self.door.write(work, within=None if key is None else IN_TIME)

    def _put(self, connection: Connection, conversation: str, notes: Mapping[str, str | None]) -> None:
        """Merge notes, always in one order, so that two that merge do not wait for each other."""
        gone = [{"which": conversation, "note": name} for name in sorted(notes) if notes[name] is None]
        kept = [
            {"conversation": conversation, "name": name, "value": value}
            for name, value in sorted(notes.items())
            if value is not None
        ]
        if gone:
            connection.execute(TAKE_NOTE_AWAY, gone)
        if kept:
            connection.execute(self._note, kept)

    async def claimed(self, key: str) -> bool:
        """Return whether the event of that key was taken before."""
        return bool(await self.door.rows(select(SEEN.c.key).where(SEEN.c.key == digest(key))))

    async def load(self, conversation: str) -> Conversation | None:
        """Return the newest snapshot."""
        rows = await self.door.read(lambda connection: connection.execute(ONE, {"which": conversation}).all())
        return read(rows[0].snapshot) if rows else None

    async def drawing(self, conversation: str, by: str) -> Drawing | None:
        """Return all that is needed to draw a conversation, in one reading."""
        rows = await self.door.read(lambda connection: connection.execute(TO_DRAW, {"which": conversation}).all())
        found = next((read(value) for kind, _, value in rows if kind == "snapshot"), None)
        if found is None:
            return None
        notes = {name: value for kind, name, value in rows if kind == "note"}
        shows = [(taken_by, *map(int, value.split())) for kind, taken_by, value in rows if kind == "show"]
        doubt = any(taken_by != by or tries for taken_by, _, tries in shows)
        return Drawing(found, notes, tuple(number for _, number, _ in shows), doubt)

    async def of_owner(self, owner: str, limit: int = 10) -> tuple[Conversation, ...]:
        """Return an owner's conversations, the one touched last first."""
        table = CONVERSATIONS.c
        newest = (
            select(table.snapshot).where(table.owner == owner).order_by(table.touched.desc(), table.id).limit(limit)
        )
        return tuple(c for row in await self.door.rows(newest) if (c := read(row.snapshot)))

    async def forget(self, owner: str) -> int:
        """Delete all that is kept of an owner; return how many conversations that were."""
        return await self._delete(CONVERSATIONS.c.owner == owner)

    async def tidy(self, *, keys_before: float, conversations_before: float | None = None) -> int:
        """Delete old event keys, and conversations not touched since."""
        await self.door.do(delete(SEEN).where(SEEN.c.at < keys_before))
        if conversations_before is None:
            return 0
        return await self._delete(CONVERSATIONS.c.touched < conversations_before)

    async def _delete(self, which: Any) -> int:
        ids = select(CONVERSATIONS.c.id).where(which)
        besides = (delete(table).where(table.c.conversation.in_(ids)) for table in BESIDES)
        # On PostgreSQL what is just being noted of one of them comes first, and is deleted with it.
        deleted = await self.door.do(ids.with_for_update(), *besides, delete(CONVERSATIONS).where(which))
        if deleted:
            await self.door.wipe()
        return deleted

    async def take_up(
        self,
        *,
        by: str,
        now: float,
        until: float,
        whose: str,
        everything: bool = False,
        but: Collection[int] = (),
    ) -> tuple[Pending, ...]:
        """Take the effects whose lease ran out (see `Store.take_up`)."""
        table = OUTBOX.c
        free = table.taken_by != by if everything else table.taken_until < now
        found = {int(row.number) for row in await self.door.rows(select(table.number).where(free))}
        if not (wanted := sorted(found - set(but))):
            return ()
        mine = and_(free, theirs(table.conversation, whose))

        def work(connection: Connection) -> list[Any]:
            taken = update(OUTBOX).where(mine).values(taken_by=by, taken_until=until, tries=table.tries + 1)
            return [
                row
                for some in _some(wanted)
                for row in connection.execute(taken.where(table.number.in_(some)).returning(*table)).all()
            ]

        return pending(sorted(await self.door.write(work), key=lambda row: int(row.number)))

    async def renew(self, numbers: Collection[int], until: float) -> None:
        """Prolong the lease on effects."""
        await self._lease(numbers, taken_until=until)

    async def later(self, numbers: Collection[int], at: float) -> None:
        """Leave effects to whoever is there first from a time on."""
        await self._lease(numbers, taken_by="", taken_until=at)

    async def _lease(self, numbers: Collection[int], **values: Any) -> None:
        if numbers:
            lease = update(OUTBOX).values(**values)
            await self.door.do(*(lease.where(OUTBOX.c.number.in_(some)) for some in _some(sorted(numbers))))

    async def give_back(self, by: str) -> None:
        """End the lease on all that `by` has taken."""
        await self.door.do(update(OUTBOX).where(OUTBOX.c.taken_by == by).values(taken_by="", taken_until=0))

    async def done(
        self,
        numbers: Collection[int],
        timers: Sequence[Timer] = (),
        notes: Mapping[str, Mapping[str, str | None]] | None = None,
    ) -> None:
        """Strike out effects, set what timers follow from them, and merge a front's notes by conversation."""
        if not (numbers or timers or notes):
            return

        def work(connection: Connection) -> None:
            _strike(connection, numbers)
            for timer in timers:
                self._besides.set(connection, timer)
            for conversation in sorted(notes or ()):
                if connection.execute(STANDS, {"which": conversation}).first():  # it may have been forgotten meanwhile
                    self._put(connection, conversation, (notes or {})[conversation])

        await self.door.write(work)

    async def unfinished(self, conversation: str) -> tuple[Pending, ...]:
        """Return the effects of a conversation that are not done, in order."""
        mine = select(OUTBOX).where(OUTBOX.c.conversation == conversation).order_by(OUTBOX.c.number)
        return pending(await self.door.rows(mine))

    async def surface(self, conversation: str) -> dict[str, str]:
        """Return a front's own notes on a conversation."""
        rows = await self.door.read(lambda connection: connection.execute(NOTES, {"which": conversation}).all())
        return {row.name: row.value for row in rows}

    async def remember(self, conversation: str, notes: Mapping[str, str | None]) -> None:
        """Merge a front's notes; None takes one away."""
        await self.done((), notes={conversation: notes})

    async def found_at(self, name: str, value: str) -> str | None:
        """Return the conversation one of whose notes is `name` = `value`, the newest of them."""
        both = select(SURFACE.c.conversation).join(CONVERSATIONS, CONVERSATIONS.c.id == SURFACE.c.conversation)
        newest = both.where(SURFACE.c.name == name, SURFACE.c.value == value).order_by(CONVERSATIONS.c.touched.desc())
        rows = await self.door.rows(newest.limit(1))
        return str(rows[0].conversation) if rows else None

    # What is kept beside the snapshots

    async def ring(self, *, by: str, now: float, until: float, whose: str, most: int = 50) -> tuple[Pending, ...]:
        """Turn timers that came due into noted effects (see `Store.ring`)."""
        return await self._besides.ring(by=by, now=now, until=until, whose=whose, most=most)

    async def timers(self, conversation: str) -> tuple[Timer, ...]:
        """Return the timers of a conversation."""
        return await self._besides.timers(conversation)

    async def case(self, conversation: str) -> Handed | None:
        """Return how a case stands."""
        return await self._besides.case(conversation)

    async def queue(self, whose: str, limit: int = 20) -> tuple[tuple[Handed, Conversation], ...]:
        """Return the cases that nobody resolved yet, the oldest first."""
        return await self._besides.queue(whose, limit)

    async def counts(self, whose: str, since: float) -> dict[str, int]:
        """Return how many looks ended in which cause since a time."""
        return await self._besides.counts(whose, since)

    async def helped(self, conversation: str) -> dict[str, str]:
        """Return what was answered to “Did that help?”."""
        return await self._besides.helped(conversation)

    async def unread(self, limit: int = 100) -> tuple[Unread, ...]:
        """Return the pasted texts that were not understood, the newest first."""
        return await self._besides.unread(limit)

    async def close(self) -> None:
        """Let go of the database, once what is under way there has ended."""
        await self.door.close()


def _keep(connection: Connection, change: Change, now: float) -> None:
    """Save a snapshot if it follows the kept one, else raise `Moved`."""
    new = change.conversation
    values = {"owner": new.owner, "status": new.status.value, "revision": new.revision, "touched": now}
    values["snapshot"] = pack(new)
    if change.before is None:
        try:
            connection.execute(KEEP, {"id": new.id, **values})
        except IntegrityError:
            raise Moved(new.id) from None
    elif not connection.execute(FOLLOW, {"which": new.id, "before": change.before, **values}).rowcount:
        raise Moved(new.id)


def _strike(connection: Connection, numbers: Collection[int]) -> None:
    for some in _some(sorted(numbers)):
        connection.execute(delete(OUTBOX).where(OUTBOX.c.number.in_(some)))


def _some(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), AT_A_TIME):
        yield numbers[start : start + AT_A_TIME]
