"""`smtp-help serve`: the Slack bot, over Socket Mode or HTTP, with the page and the numbers beside it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.commands.looking import WrongCall, complain, settings
from bot.settings import Settings
from bot.store import StoreError, default_path
from flows.pages import PageError

if TYPE_CHECKING:
    from aiohttp import web

    from bot.desk import Desk
    from bot.slack.app import Slack
    from bot.store import Store
    from bot.web.attempts import Attempts
    from bot.web.numbers import Numbers


class Taken(Exception):  # noqa: N818 - what it is
    """A place cannot be listened on; the text is one sentence that says what to set."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this shape
    """Serve until SIGTERM or Ctrl-C; 2 where the set-up is wrong, 1 where it broke while running."""
    from bot.logs import log_to
    from bot.slack.faults import SlackFault

    try:
        found = settings(Settings.slack_trouble)
        log_to(logging.StreamHandler(), found.log_level, secrets_of(found))
        return asyncio.run(_serve(found))
    except SlackFault as wrong:
        # A connection that went deaf is no wrong set-up: whoever supervises starts it again.
        return min(complain(wrong), 1 if wrong.error == "deaf" else 2)
    except (WrongCall, PageError, StoreError, Taken, ValueError) as wrong:
        return complain(wrong)
    except OSError as wrong:
        return complain(_taken("SMTP_HELP_LISTEN", found.listen_host, found.listen_port, wrong))


def secrets_of(found: Settings) -> tuple[str, ...]:
    """Return what must stand in no log: the tokens, the signing secret, the database's address and its password."""
    url = found.database_url
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        password = ""
    known = (found.slack_bot_token, found.slack_app_token, found.slack_signing_secret, password)
    return tuple(filter(None, (*known, url if password else "")))


async def _serve(found: Settings) -> int:
    import os

    from bot.desk import Desk
    from bot.ledger.audit import Audit
    from bot.ledger.keeping import Ledger
    from bot.ledger.places import Places
    from bot.looking import Looker
    from bot.slack.app import connected
    from bot.store.budgets import Budgets
    from bot.store.opening import open_store
    from bot.web.attempts import Attempts, LoginLooker
    from bot.web.numbers import Numbers
    from flows.book import load
    from flows.machine import Tree

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    tree, numbers, attempts = Tree(load(found.pages)), Numbers(), Attempts()
    place = found.vantage(found.own_rules())
    store = await open_store(found.database_url or default_path(os.environ, Path.home()))
    try:
        budgets = Budgets(store)
        leave = Places(budgets, found.limits)
        ledger = Ledger(
            look=Looker(place, leave),
            budgets=budgets,
            limits=found.limits,
            audit=Audit(found.audit_file),
            heard=numbers,
        )
        look = LoginLooker(ledger, place, attempts, leave)
        async with connected(found, store) as slack:
            desk = Desk(
                store, tree, look, slack.front, whose=slack.whose, support="", retention_days=found.retention_days
            )
            slack.attach(desk)
            async with AsyncExitStack() as beside:
                await _monitored(beside, found, store, slack, numbers=numbers)
                more = await _login_page(beside, found, store, slack, desk=desk, attempts=attempts)
                await desk.resume()
                try:
                    await slack.serve(stop, host=found.listen_host, port=found.listen_port, ready=_ready, more=more)
                finally:
                    await desk.close()
    finally:
        await store.close()
    return 0


async def _monitored(beside: AsyncExitStack, found: Settings, store: Store, slack: Slack, *, numbers: Numbers) -> None:
    """Serve health and numbers where that is asked for. Raises Taken."""
    if found.metrics_listen is None:
        return
    from bot.store.depth import waiting
    from bot.web.monitor import Monitor
    from bot.web.site import serving

    monitor = Monitor(
        numbers=numbers,
        waiting=lambda: waiting(store),
        slack=lambda: slack.front.calls.faults,
        serving=slack.reachable,
    )
    try:
        where = await beside.enter_async_context(serving(monitor.routes(), *found.metrics_listen))
    except OSError as wrong:
        raise _taken("SMTP_HELP_METRICS_LISTEN", *found.metrics_listen, wrong) from None
    print(f"smtp-help shows its numbers: {where}/metrics", file=sys.stderr, flush=True)


async def _login_page(
    beside: AsyncExitStack, found: Settings, store: Store, slack: Slack, *, desk: Desk, attempts: Attempts
) -> tuple[web.RouteDef, ...]:
    """Offer the page for logins where that is asked for; return its routes where Slack's HTTP is to serve them too."""
    if not found.public_url:
        return ()
    from bot.store.links import Links
    from bot.web.doorway import Doorway
    from bot.web.login import LoginPage
    from bot.web.offer import Offer
    from bot.web.site import serving

    links = Links(store)
    doorway = Doorway(found.public_url, found.trusted_proxies)
    routes = LoginPage(desk=desk, links=links, attempts=attempts, doorway=doorway).routes()
    slack.front.dress = Offer(links, found.public_url)
    if not found.slack_app_token:
        return routes
    where = await beside.enter_async_context(serving(routes, found.listen_host, found.listen_port))
    print(f"smtp-help shows the page for logins: {where}, as {found.public_url}", file=sys.stderr, flush=True)
    return ()


def _taken(name: str, host: str, port: int, wrong: OSError) -> Taken:
    return Taken(f"{host}:{port} cannot be listened on: {wrong.strerror}. Set {name} to another.")


def _ready(where: str) -> None:
    print(f"smtp-help serves Slack: {where}", file=sys.stderr, flush=True)
