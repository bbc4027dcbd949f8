"""What is kept beside the snapshots: effects still to be done, timers, cases, counts, and what was not understood."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, delete, exists, func, insert, select, update

from bot.store import Aside, CaseState, Deed, Handed, Moved, Pending, Ring, Timer, Unread
from bot.store.door import Door
from bot.store.packing import pack_effect, unpack, unpack_effect
from bot.store.tables import CASES, CONVERSATIONS, HELPED, LOOKS, OUTBOX, TIMERS, UNREAD
from flows.conversation import Conversation

LOG = logging.getLogger(__name__)
LONGEST_UNREAD = 4000
"""Characters of a text that was not understood; what decides stands at its beginning."""
NOTE = insert(OUTBOX).returning(OUTBOX.c.number)


class Besides:
    """The tables beside the snapshots, over one door."""

    def __init__(self, door: Door) -> None:
        self._door = door
        put = door.insert(TIMERS)
        new = {"due": put.excluded.due, "data": put.excluded.data}
        self._set = put.on_conflict_do_update(index_elements=["conversation", "name"], set_=new)

    def keep(self, connection: Connection, conversation: str, aside: Aside, now: float) -> None:
        """Keep what belongs to a saving, in its transaction. Raises `Moved` where the case was moved meanwhile."""
        for name, timer in aside.timers.items():
            if timer:
                self.set(connection, timer)
            else:
                at = (TIMERS.c.conversation == conversation, TIMERS.c.name == name)
                connection.execute(delete(TIMERS).where(*at))
        if aside.case:
            self._keep_case(connection, aside.case, aside.case_was)
        if aside.saw:
            run, cause = aside.saw
            saw = self._door.insert(LOOKS, conversation=conversation, run=run, at=now, cause=cause)
            connection.execute(saw.on_conflict_do_nothing())
        if aside.helped:
            about, answer = aside.helped
            put = self._door.insert(HELPED, conversation=conversation, about=about, at=now, answer=answer)
            key = ["conversation", "about"]
            connection.execute(put.on_conflict_do_update(index_elements=key, set_={"at": now, "answer": answer}))
        if aside.unread:
            text = aside.unread[:LONGEST_UNREAD]
            connection.execute(insert(UNREAD).values(conversation=conversation, at=now, text=text))

    def _keep_case(self, connection: Connection, case: Handed, was: CaseState | None) -> None:
        values = {"state": case.state.value, "who": case.who}
        if was is None:
            put = self._door.insert(CASES, conversation=case.conversation, at=case.at, **values)
            connection.execute(put.on_conflict_do_update(index_elements=["conversation"], set_=values))
            return
        kept = (CASES.c.conversation == case.conversation, CASES.c.state == was.value)
        if not connection.execute(update(CASES).where(*kept).values(**values)).rowcount:
            raise Moved(case.conversation)

    def set(self, connection: Connection, timer: Timer) -> None:
        """Set a timer, in the place of one of the same name."""
        row = {"conversation": timer.conversation, "name": timer.name, "due": timer.due, "data": timer.data}
        connection.execute(self._set, row)

    async def ring(self, *, by: str, now: float, until: float, whose: str, most: int) -> tuple[Pending, ...]:
        """Turn timers that came due into noted effects; who deletes the timer's row is the one that notes it."""
        table = TIMERS.c
        due = select(table.conversation, table.name, table.due).where(table.due <= now)
        due = due.where(theirs(table.conversation, whose))
        due = due.order_by(table.due, table.conversation, table.name).limit(most)
        found = await self._door.rows(due)

        def work(connection: Connection) -> tuple[Pending, ...]:
            rung: list[Pending] = []
            for row in found:
                one = (table.conversation == row.conversation, table.name == row.name, table.due == row.due)
                taken = connection.execute(delete(TIMERS).where(*one).returning(table.data)).first()
                kept = connection.execute(
                    select(CONVERSATIONS.c.revision, CONVERSATIONS.c.touched).where(
                        CONVERSATIONS.c.id == row.conversation
                    )
                ).first()
                if taken is not None and kept is not None:
                    effect = Ring(row.name, taken.data, kept.touched)
                    rung.append(noted(connection, row.conversation, kept.revision, effect, by=by, until=until))
            return tuple(rung)

        return await self._door.write(work) if found else ()

    async def timers(self, conversation: str) -> tuple[Timer, ...]:
        """Return the timers of a conversation, the first due first."""
        mine = select(TIMERS).where(TIMERS.c.conversation == conversation).order_by(TIMERS.c.due)
        return tuple(Timer(row.conversation, row.name, row.due, row.data) for row in await self._door.rows(mine))

    async def case(self, conversation: str) -> Handed | None:
        """Return how a case stands."""
        rows = await self._door.rows(select(CASES).where(CASES.c.conversation == conversation))
        return _handed(rows[0]) if rows else None

    async def queue(self, whose: str, limit: int) -> tuple[tuple[Handed, Conversation], ...]:
        """Return the cases that nobody resolved yet, the oldest first."""
        both = select(CASES, CONVERSATIONS.c.snapshot).join(CONVERSATIONS, CONVERSATIONS.c.id == CASES.c.conversation)
        waiting = both.where(CASES.c.state != CaseState.RESOLVED.value)
        waiting = waiting.where(CONVERSATIONS.c.owner.startswith(whose, autoescape=True))
        rows = await self._door.rows(waiting.order_by(CASES.c.at).limit(limit))
        return tuple((_handed(row), c) for row in rows if (c := read(row.snapshot)))

    async def counts(self, whose: str, since: float) -> dict[str, int]:
        """Return how many looks ended in which cause since a time."""
        number = func.count().label("number")
        query = select(LOOKS.c.cause, number).where(LOOKS.c.at >= since, theirs(LOOKS.c.conversation, whose))
        rows = await self._door.rows(query.group_by(LOOKS.c.cause).order_by(number.desc(), LOOKS.c.cause))
        return {row.cause: row.number for row in rows}

    async def helped(self, conversation: str) -> dict[str, str]:
        """Return what was answered to “Did that help?”, by what it was about."""
        rows = await self._door.rows(select(HELPED).where(HELPED.c.conversation == conversation))
        return {row.about: row.answer for row in rows}

    async def unread(self, limit: int) -> tuple[Unread, ...]:
        """Return the pasted texts that were not understood, the newest first."""
        rows = await self._door.rows(select(UNREAD).order_by(UNREAD.c.number.desc()).limit(limit))
        return tuple(Unread(row.at, row.text, row.conversation) for row in rows)


def theirs(conversation: Column[str] | ColumnElement[str], whose: str) -> ColumnElement[bool]:
    """Return the condition that a conversation's owner begins with `whose`; asked of few rows, so that it is quick."""
    mine = CONVERSATIONS.c.owner.startswith(whose, autoescape=True)
    return exists(select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id == conversation, mine))


def noted(connection: Connection, conversation: str, revision: int, effect: Deed, *, by: str, until: float) -> Pending:
    """Note an effect of a snapshot, taken by `by` until `until`."""
    row = {"conversation": conversation, "revision": revision, "effect": pack_effect(effect)}
    number: int = connection.execute(NOTE, {**row, "tries": 0, "taken_by": by, "taken_until": until}).scalar_one()
    return Pending(number, conversation, revision, effect)


def read(snapshot: str) -> Conversation | None:
    """Read a snapshot; one that nobody can read is logged and passed over."""
    conversation = unpack(snapshot)
    if conversation is None:
        LOG.error("a kept conversation cannot be read any more and is passed over: %s", snapshot[:80])
    return conversation


def pending(rows: Sequence[Row[Any]]) -> tuple[Pending, ...]:
    """Read rows of noted effects."""
    return tuple(
        Pending(row.number, row.conversation, row.revision, effect, row.tries)
        for row in rows
        if (effect := unpack_effect(row.effect))
    )


def _handed(row: Row[Any]) -> Handed:
    return Handed(row.conversation, CaseState(row.state), row.at, row.who)
