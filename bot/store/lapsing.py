"""The tables of what lapses by itself: grants of a budget and one-time links, as digests with no name in them."""

from __future__ import annotations

import hashlib

from sqlalchemy import Boolean, Column, Connection, Double, Index, Integer, MetaData, String, Table

META = MetaData()

GRANTS = Table(
    "grants",
    META,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("subject", String(64), nullable=False),
    Column("until", Double, nullable=False),
    Index("grants_by_subject", "subject", "until"),
    Index("grants_by_until", "until"),
    sqlite_autoincrement=True,
)

LINKS = Table(
    "links",
    META,
    Column("digest", String(64), primary_key=True),
    Column("conversation", String(64), nullable=False),
    Column("until", Double, nullable=False),
    Column("used", Boolean, nullable=False),
    Index("links_by_until", "until"),
)


def make(connection: Connection) -> None:
    """Make both tables: a migration."""
    META.create_all(connection)


def digest(text: str) -> str:
    """Return what is kept in the place of a text that nobody shall read here."""
    return hashlib.sha256(text.encode()).hexdigest()
