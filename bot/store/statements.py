"""The statements of each event and each drawing, made once: they differ in their parameters alone."""

from __future__ import annotations

from sqlalchemy import String, bindparam, delete, insert, literal, select, union_all, update
from sqlalchemy import cast as typed

from bot.store.packing import pack_effect
from bot.store.tables import CONVERSATIONS, OUTBOX, SURFACE
from flows.conversation import Show

KEEP = insert(CONVERSATIONS)
FOLLOW = update(CONVERSATIONS).where(
    CONVERSATIONS.c.id == bindparam("which"), CONVERSATIONS.c.revision == bindparam("before")
)
ONE = select(CONVERSATIONS.c.snapshot).where(CONVERSATIONS.c.id == bindparam("which"))
STANDS = (
    select(CONVERSATIONS.c.id)
    .where(CONVERSATIONS.c.id == bindparam("which"))
    .with_for_update(read=True, key_share=True)  # on PostgreSQL whoever deletes it waits
)
NOTES = select(SURFACE.c.name, SURFACE.c.value).where(SURFACE.c.conversation == bindparam("which"))
_NUMBER_AND_TRIES = typed(OUTBOX.c.number, String) + " " + typed(OUTBOX.c.tries, String)
TO_DRAW = union_all(
    select(literal("snapshot"), CONVERSATIONS.c.id, CONVERSATIONS.c.snapshot).where(
        CONVERSATIONS.c.id == bindparam("which")
    ),
    select(literal("note"), SURFACE.c.name, SURFACE.c.value).where(SURFACE.c.conversation == bindparam("which")),
    select(literal("show"), OUTBOX.c.taken_by, _NUMBER_AND_TRIES).where(
        OUTBOX.c.conversation == bindparam("which"), OUTBOX.c.effect == pack_effect(Show())
    ),
)
"""Rows of (kind, name, value): the snapshot, each note, and each drawing that is noted with who took it."""
TAKE_NOTE_AWAY = delete(SURFACE).where(
    SURFACE.c.conversation == bindparam("which"), SURFACE.c.name == bindparam("note")
)
