"""Open the store that a URL or a path names; all that can be wrong with it is one sentence in a `StoreError`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.store import Store, StoreError

if TYPE_CHECKING:
    from sqlalchemy import URL

    from bot.store.door import Door

SQLITE = ("sqlite", "sqlite+aiosqlite")
POSTGRES = ("postgresql", "postgres", "postgresql+asyncpg")
BUSY_SECONDS = 1.0
"""How long a writer waits for another process's write before it gives up: a delivery is answered within three."""
POOL = 16
"""Connections to PostgreSQL of one process."""
WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between attempts to open a file that another process is making just now."""
LET_GO = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
"""How PostgreSQL finds out within a quarter of a minute that a machine which held a lock is gone."""


async def open_store(where: str | Path) -> Store:
    """Open (and where needed make or bring up to date) the database; raises `StoreError`."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if isinstance(where, Path) or "://" not in where:
        return await _open_sqlite(Path(where))
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):
        raise StoreError(
            "SMTP_HELP_DATABASE_URL cannot be read. Write it like postgresql+asyncpg://user:password@host/name."
        ) from None
    if url.drivername in SQLITE:
        if url.database in (None, "", ":memory:"):
            raise StoreError(
                "SMTP_HELP_DATABASE_URL names no file. Write it like sqlite:////var/lib/smtp-help/smtp-help.db."
            )
        return await _open_sqlite(Path(str(url.database)))
    if url.drivername in POSTGRES:
        return await _open_postgres(url)
    raise StoreError(
        f"SMTP_HELP_DATABASE_URL names a database that smtp-help does not know ({url.drivername}). "
        "Use sqlite:///file or postgresql+asyncpg://user:password@host/name."
    )


async def _open_sqlite(path: Path) -> Store:
    from sqlalchemy import NullPool, create_engine, event

    from bot.store.door import FileDoor

    path = _made_file(path)
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS}, poolclass=NullPool, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return await _ready(FileDoor(engine, str(path)))


def _prepare(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # the driver's own BEGIN comes too late
    try:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except Exception:
        connection.close()  # type: ignore[attr-defined]  # nobody else would: the pool has not taken it yet
        raise


def _begin(connection: object) -> None:
    # Who writes takes the lock first: who reads and then writes can be refused at once, without any waiting.
    if not connection.get_execution_options().get("bare"):  # type: ignore[attr-defined]
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]


def _made_file(path: Path) -> Path:
    """Make directory and file for the user alone: cases hold addresses and error texts."""
    path = path.expanduser()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if not os.access(path.parent, os.W_OK):
            raise PermissionError(13, "its directory cannot be written")
    except OSError as reason:
        raise StoreError(
            f"Your conversations cannot be kept in {path}: {(reason.strerror or 'it cannot be written').lower()}. "
            "Make that place writable, or name another one in SMTP_HELP_DATABASE_URL."
        ) from None
    return path


async def _open_postgres(url: URL) -> Store:
    from sqlalchemy.ext.asyncio import create_async_engine

    from bot.store.shared_door import SharedDoor

    shown = url.render_as_string(hide_password=True)
    url = url.set(drivername="postgresql+asyncpg")
    try:
        # One beyond the pool would be made and thrown away for each operation.
        engine = create_async_engine(url, pool_size=POOL, max_overflow=0, hide_parameters=True)
        locks = create_async_engine(
            url, pool_size=1, max_overflow=0, hide_parameters=True, connect_args={"server_settings": LET_GO}
        )
    except ModuleNotFoundError:
        raise StoreError(
            "PostgreSQL needs one more package. Install it with: pip install 'smtp-help[postgres]'"
        ) from None
    return await _ready(SharedDoor(engine, locks, shown))


async def _ready(door: Door) -> Store:
    from bot.store.database import Database

    store = Database(door)
    try:
        for wait in (*WAITS, None):
            try:
                await store.prepare()
                break
            except StoreError as reason:
                # Two that make a file at once: while one turns it to WAL, SQLite refuses the other without waiting.
                if door.shared or wait is None or "locked" not in str(reason):
                    raise
                await asyncio.sleep(wait)
    except StoreError:
        await store.close()
        raise
    except Exception as reason:  # the drivers let some of their own errors through, a refused password among them
        await store.close()
        raise StoreError(f"The database {door.name} cannot be opened: {reason}.") from reason
    return store
