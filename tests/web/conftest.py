"""A desk with real probes on the practice range, and the page beside it: no Slack, everything else as it is wired."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.desk import Desk
from bot.ledger.audit import Audit
from bot.ledger.keeping import Ledger
from bot.ledger.limits import Limits
from bot.looking import Looker
from bot.practice.range import Range
from bot.store.budgets import Budgets
from bot.store.links import Links
from bot.store.opening import open_store
from bot.web.attempts import Attempts, LoginLooker
from bot.web.doorway import Doorway
from bot.web.login import LoginPage
from bot.web.offer import Offer
from bot.web.site import serving
from flows.book import load
from flows.machine import Tree
from probes.vantage import Vantage

OWNER = "slack:T1:UANN"


class Drawn:
    """A front that keeps the newest screen of each conversation, dressed as Slack's front dresses it."""

    def __init__(self):
        self.offer = None
        self.screens = {}

    async def show(self, conversation, screen, **_):
        self.screens[conversation.id] = await self.offer(conversation, screen)

    async def progress(self, conversation, screen):
        pass

    async def hand_over(self, conversation, case):
        return "A human has it."


class Clock:
    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@dataclass
class Place:
    practice: Range
    desk: Desk
    front: Drawn
    where: str
    clock: Clock
    store: Any
    page: LoginPage
    folder: Path
    numbers: Any

    async def look(self, name):
        """Open a conversation about a practice server and wait for the look to end."""
        wrong = self.practice.servers[name]
        text = f"{wrong.host}:{wrong.port} {wrong.user_name or wrong.sender}"
        opened = await self.desk.open(f"k{next(self.numbers)}", OWNER, text)
        await self.desk.settled(opened.conversation.id)
        return await self.desk.load(opened.conversation.id)

    def link(self, conversation):
        """Return the link that the conversation shows now, as the test's client reaches it."""
        shown = self.front.screens[conversation.id].link
        assert shown, f"no link at {conversation.step}"
        return shown.replace("http://localhost", self.where)


def vantage(practice):
    host, port = practice.nameserver.rsplit(":", 1)
    return Vantage(
        nameservers=((host, int(port)),),
        ca_file=Path(practice.ca_file),
        allow_networks=tuple(map(ipaddress.ip_network, practice.networks)),
        routes=practice.routes,
        name="here",
    )


@pytest.fixture(scope="session")
def tree():
    return Tree(load())


@pytest.fixture
def placed(tree, tmp_path):
    @asynccontextmanager
    async def running(*only, public_url="http://localhost", proxies=(), limits=None):
        async with Range.start(true_ports=False, only=only) as practice:
            store, clock, front, attempts = await open_store(tmp_path / "kept.db"), Clock(), Drawn(), Attempts()
            here = vantage(practice)
            ledger = Ledger(
                look=Looker(here),
                budgets=Budgets(store),
                limits=limits or Limits(),
                audit=Audit(tmp_path / "audit.jsonl"),
                clock=clock,
            )
            links = Links(store)
            front.offer = Offer(links, public_url, clock)
            desk = Desk(store, tree, LoginLooker(ledger, here, attempts), front, whose="slack:T1:", clock=clock)
            networks = tuple(map(ipaddress.ip_network, proxies))
            page = LoginPage(
                desk=desk, links=links, attempts=attempts, doorway=Doorway(public_url, networks), clock=clock
            )
            try:
                async with serving(page.routes(), "127.0.0.1", 0) as where:
                    yield Place(practice, desk, front, where, clock, store, page, tmp_path, itertools.count())
            finally:
                await desk.close()
                await store.close()

    return running


@pytest.fixture
async def browser():
    """A browser without JavaScript: it keeps cookies (of 127.0.0.1 too) and follows nothing by itself."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


@pytest.fixture
def quiet():
    return asyncio.sleep
