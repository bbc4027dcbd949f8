"""Open the store that a URL or a path names; all that can be wrong with it is one sentence in a `StoreError`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.store import Store, StoreError

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.ext.asyncio import AsyncEngine

SQLITE = ("sqlite", "sqlite+aiosqlite")
POSTGRES = ("postgresql", "postgres", "postgresql+asyncpg")
BUSY_SECONDS = 10
"""How long a writer waits for another process's write before it gives up."""
POOL = 16
"""Connections to PostgreSQL of one process."""
WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between attempts to open a file that another process is making just now."""


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
    from sqlalchemy import event
    from sqlalchemy.ext.asyncio import create_async_engine

    path = _made_file(path)
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return await _ready(engine, str(path), shared=False)


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
    options = connection.get_execution_options()  # type: ignore[attr-defined]
    if options.get("bare"):
        return
    writes = options.get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")  # type: ignore[attr-defined]


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

    try:
        engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_pre_ping=True,
            pool_size=POOL,
            max_overflow=0,  # one beyond the pool would be made and thrown away for each operation
            hide_parameters=True,
        )
    except ModuleNotFoundError:
        raise StoreError(
            "PostgreSQL needs one more package. Install it with: pip install 'smtp-help[postgres]'"
        ) from None
    return await _ready(engine, url.render_as_string(hide_password=True), shared=True)


async def _ready(engine: AsyncEngine, name: str, *, shared: bool) -> Store:
    from bot.store.database import Database

    store = Database(engine, name, shared=shared)
    try:
        for wait in (*WAITS, None):
            try:
                await store.prepare()
                break
            except StoreError as reason:
                # Two that make a file at once: while one turns it to WAL, SQLite refuses the other without waiting.
                if shared or wait is None or "locked" not in str(reason):
                    raise
                await asyncio.sleep(wait)
    except StoreError:
        await store.close()
        raise
    except Exception as reason:  # the drivers let some of their own errors through, a refused password among them
        await store.close()
        raise StoreError(f"The database {name} cannot be opened: {reason}.") from reason
    return store
