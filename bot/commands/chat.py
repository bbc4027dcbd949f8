"""`smtp-help chat`: the whole conversation in a terminal, kept in the database and taken up again when it broke off."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import logging
import os
import sys
from pathlib import Path
from typing import TextIO

from bot.commands.looking import WrongCall, complain, settings, vantage
from bot.looking import Looker
from bot.settings import Settings
from bot.store import StoreError, default_path
from flows.pages import PageError
from probes.vantage import Vantage


def run(arguments: argparse.Namespace) -> int:
    """Talk; 0 where it came to its end or is kept for later, 130 after Ctrl-C, 2 where the set-up is wrong."""
    try:
        found = settings()
        place = vantage(arguments)
        database = found.database_url or default_path(os.environ, Path.home())
        return asyncio.run(talk(found, place, database, " ".join(arguments.text), sys.stdin))
    except (WrongCall, PageError, StoreError, ValueError) as wrong:
        return complain(wrong)


async def talk(found: Settings, place: Vantage, database: str | Path, text: str, stdin: TextIO) -> int:
    """Hold one conversation over a database; raises StoreError, PageError and ValueError (of one's own rules)."""
    from bot.desk import Desk
    from bot.store.opening import open_store
    from bot.terminal import Terminal
    from flows.book import load
    from flows.machine import Tree
    from probes.replies import load_own

    logging.basicConfig(level=logging.CRITICAL)  # what goes wrong is said to the person, with a reference
    support = found.support_channel
    owner = f"terminal:{getpass.getuser()}"
    looker = Looker(place, load_own(found.rules) if found.rules else None)
    tree = Tree(load(found.pages))
    store = await open_store(database)
    front = Terminal(stdin, sys.stdout, os.environ, support=support)
    desk = Desk(store, tree, looker, front, whose=owner, support=support)
    try:
        return await front.run(desk, owner, text)
    finally:
        await desk.close()
        await store.close()
