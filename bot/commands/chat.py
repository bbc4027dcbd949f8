"""`smtp-help chat`: the whole conversation in a terminal, kept in the database and taken up again when it broke off."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.commands.looking import WrongCall, complain, settings, vantage
from bot.looking import Looker
from bot.settings import Settings
from bot.store import StoreError, default_path
from flows.conversation import Status
from flows.pages import PageError
from probes.vantage import Vantage

if TYPE_CHECKING:
    from bot.terminal import Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What a conversation in the terminal is made of; `before` prints what goes before it."""

    settings: Settings
    vantage: Vantage
    database: str | Path
    stdin: TextIO
    text: str = ""
    again: str = "smtp-help chat"
    keeps: bool = True
    before: Callable[[Terminal], None] | None = None


def run(arguments: argparse.Namespace) -> int:
    """Talk; 0 where it came to its end or is kept for later, 130 after Ctrl-C, 2 where the set-up is wrong."""
    try:
        found = settings()
        place = vantage(arguments)
        state = default_path(os.environ, Path.home())
        talk = Talk(
            settings=found,
            vantage=place,
            database=found.database_url or state,
            stdin=sys.stdin,
            text=" ".join(arguments.text),
        )
        _log_to(state.with_name("smtp-help.log"), found.log_level)
        return asyncio.run(hold(talk))[0]
    except (WrongCall, PageError, StoreError, ValueError) as wrong:
        return complain(wrong)


def _log_to(file: Path, level: str) -> None:
    """Write what goes wrong beside the database: the person sees its reference alone."""
    handler: logging.Handler = logging.NullHandler()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    logging.basicConfig(level=max(logging.getLevelName(level), logging.WARNING), handlers=[handler])


async def hold(talk: Talk) -> tuple[int, bool]:
    """Hold one conversation; return the exit status, and whether it came to its end.

    Raises StoreError, PageError and ValueError (of one's own rules).
    """
    from bot.desk import Desk
    from bot.store.opening import open_store
    from bot.terminal import Terminal
    from flows.book import load
    from flows.machine import Tree

    found = talk.settings
    owner = f"terminal:{getpass.getuser()}"
    looker = Looker(talk.vantage)
    tree = Tree(load(found.pages))
    store = await open_store(talk.database)
    front = Terminal(
        talk.stdin, sys.stdout, os.environ, support=found.support_channel, again=talk.again, keeps=talk.keeps
    )
    desk = Desk(store, tree, looker, front, whose=owner, support=found.support_channel)
    try:
        if talk.before is not None:
            talk.before(front)
        status = await front.run(desk, owner, talk.text)
        last = await desk.recent(owner, 1)
        return status, bool(last) and last[0].status is Status.SOLVED
    finally:
        await desk.close()
        await store.close()
