"""`smtp-help serve`: the Slack bot, over Socket Mode or HTTP as the environment says."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from bot.commands.looking import WrongCall, complain, settings
from bot.settings import Settings
from bot.store import StoreError, default_path
from flows.pages import PageError


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this shape
    """Serve until SIGTERM or Ctrl-C; 2 where the set-up is wrong, 1 where it broke while running."""
    from bot.slack.faults import SlackFault

    try:
        found = settings()
        logging.basicConfig(level=found.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        return asyncio.run(_serve(found))
    except SlackFault as wrong:
        # A connection that went deaf is no wrong set-up: whoever supervises starts it again.
        return min(complain(wrong), 1) if wrong.error == "deaf" else complain(wrong)
    except (WrongCall, PageError, StoreError, ValueError) as wrong:
        return complain(wrong)
    except OSError as wrong:
        place = f"{found.listen_host}:{found.listen_port}"
        return complain(f"{place} cannot be listened on: {wrong.strerror}. Set SMTP_HELP_LISTEN to another.")


async def _serve(found: Settings) -> int:
    import os

    from bot.desk import Desk
    from bot.looking import Looker
    from bot.slack.app import connected
    from bot.store.opening import open_store
    from flows.book import load
    from flows.machine import Tree
    from probes.replies import load_own

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    tree = Tree(load(found.pages))
    looker = Looker(found.vantage(), load_own(found.rules) if found.rules else None)
    store = await open_store(found.database_url or default_path(os.environ, Path.home()))
    try:
        async with connected(found, store) as slack:
            desk = Desk(store, tree, looker, slack.front, whose=slack.whose, support="")
            slack.attach(desk)
            await desk.resume()
            try:
                await slack.serve(stop, host=found.listen_host, port=found.listen_port, ready=_ready)
            finally:
                await desk.close()
    finally:
        await store.close()
    return 0


def _ready(where: str) -> None:
    print(f"smtp-help serves Slack: {where}", file=sys.stderr, flush=True)
