"""`smtp-help unread`: print the pasted texts that were not understood, so that an admin can write the missing rules."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
from collections.abc import Sequence
from pathlib import Path

from bot.commands.looking import WrongCall, complain, settings
from bot.store import StoreError, Unread, default_path
from probes.wire import readable


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this shape
    """Print them, newest first, without secrets; 0, or 2 where the database cannot be read."""
    try:
        found = settings()
        texts = asyncio.run(_unread(found.database_url or default_path(os.environ, Path.home())))
    except (WrongCall, StoreError) as wrong:
        return complain(wrong)
    for one in texts:
        when = datetime.datetime.fromtimestamp(one.at, datetime.UTC)
        print(f"--- {when:%Y-%m-%d %H:%M} UTC\n{readable(one.text.encode())}\n")
    if not texts:
        print("Every pasted text was understood, or none was pasted.")
    return 0


async def _unread(database: str | Path) -> Sequence[Unread]:
    from bot.store.opening import open_store

    store = await open_store(database)
    try:
        return await store.unread()
    finally:
        await store.close()
