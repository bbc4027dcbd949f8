"""The tables and how they came about: a change to them is one more migration at the end, never an edited one."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Column, Connection, Double, Index, Integer, MetaData, String, Table, Text, func, insert, select

from bot.store import lapsing

META = MetaData()

VERSION = Table("schema_version", META, Column("version", Integer, nullable=False))

CONVERSATIONS = Table(
    "conversations",
    META,
    Column("id", String(64), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("status", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("touched", Double, nullable=False),
    Column("snapshot", Text, nullable=False),
    Index("conversations_by_owner", "owner", "touched"),
    Index("conversations_by_touched", "touched"),
)

SEEN = Table(
    "seen",
    META,
    Column("key", String(300), primary_key=True),
    Column("at", Double, nullable=False),
    Index("seen_by_at", "at"),
)

OUTBOX = Table(
    "outbox",
    META,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("conversation", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("effect", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("taken_by", String(64), nullable=False),
    Column("taken_until", Double, nullable=False),
    Index("outbox_by_conversation", "conversation", "number"),
    Index("outbox_by_lease", "taken_until"),
    sqlite_autoincrement=True,
)

SURFACE = Table(
    "surface",
    META,
    Column("conversation", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("value", String(1000), nullable=False),
    Index("surface_by_value", "name", "value"),
)


TIMERS = Table(
    "timers",
    META,
    Column("conversation", String(64), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("due", Double, nullable=False),
    Column("data", String(200), nullable=False),
    Index("timers_by_due", "due"),
)
"""What is to be done about a conversation at a time, in seconds since the epoch."""

LOOKS = Table(
    "looks",
    META,
    Column("conversation", String(64), primary_key=True),
    Column("run", String(100), primary_key=True),
    Column("at", Double, nullable=False),
    Column("cause", String(64), nullable=False),
    Index("looks_by_at", "at"),
)
"""What each look ended in, for the day's counts."""

CASES = Table(
    "cases",
    META,
    Column("conversation", String(64), primary_key=True),
    Column("at", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("who", String(200), nullable=False),
    Index("cases_by_state", "state", "at"),
)
"""The cases that were handed to a human, since when, and who has them."""

UNREAD = Table(
    "unread",
    META,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("conversation", String(64), nullable=False),
    Column("at", Double, nullable=False),
    Column("text", Text, nullable=False),
    Index("unread_by_conversation", "conversation"),
    sqlite_autoincrement=True,
)
"""Pasted texts that were not understood, redacted as the snapshot has them."""

HELPED = Table(
    "helped",
    META,
    Column("conversation", String(64), primary_key=True),
    Column("about", String(64), primary_key=True),
    Column("at", Double, nullable=False),
    Column("answer", String(32), nullable=False),
)
"""The answers to “Did that help?”, one for each advice (or human) of a conversation."""

BESIDES = (OUTBOX, SURFACE, TIMERS, LOOKS, CASES, UNREAD, HELPED)
"""Everything that goes when its conversation goes."""


def _first(connection: Connection) -> None:
    META.create_all(connection, tables=[VERSION, CONVERSATIONS, SEEN, OUTBOX, SURFACE])


def _timers_and_cases(connection: Connection) -> None:
    META.create_all(connection, tables=[TIMERS, LOOKS, CASES, UNREAD, HELPED])


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first, lapsing.make, _timers_and_cases)
"""The database of version n has been through the first n of these."""


def migrate(connection: Connection) -> int | None:
    """Bring the tables up to date; return the version found where it is newer than this program, else None."""
    VERSION.create(connection, checkfirst=True)
    found: int = connection.execute(select(func.coalesce(func.max(VERSION.c.version), 0))).scalar_one()
    if found > len(MIGRATIONS):
        return found
    for number, step in enumerate(MIGRATIONS[found:], found + 1):
        step(connection)
        connection.execute(insert(VERSION).values(version=number))
    return None
