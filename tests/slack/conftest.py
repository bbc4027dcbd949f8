"""The bot as it is wired for real, against the fake Slack: real bolt, real desk, real tree, a real SQLite file."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from fake_people import HttpPush, Person, SocketPush
from fake_slack import APP_TOKEN, SECRET, TOKEN, FakeSlack

from bot.desk import Desk
from bot.settings import Settings
from bot.slack.app import connected
from bot.store.opening import open_store
from flows.book import load
from flows.machine import Tree
from probes.causes import Cause, Confidence
from probes.findings import Finding, Outcome, Report, Severity
from probes.runner import Started
from probes.verdict import Verdict


class Scripted:
    """A look that tells of the given checks and ends in the given causes, one after the other."""

    def __init__(self):
        self.causes = [Cause.CERTIFICATE_EXPIRED]
        self.checks = ("names", "reach", "greeting")
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.began = 0

    async def __call__(self, conversation, what, tell):
        self.began += 1
        for check in self.checks:
            tell(Started(check))
            await asyncio.sleep(0)
            await self.go_on.wait()
            tell(Report(check, Outcome.DONE, (Finding("seen", Severity.GOOD, check),)))
        cause = self.causes.pop(0) if len(self.causes) > 1 else self.causes[0]
        return Verdict(cause=cause, confidence=Confidence.CERTAIN)


@dataclass
class Bot:
    """A running bot and the way to it."""

    slack: FakeSlack
    half: Any
    desk: Desk
    store: Any
    push: Any
    said: str

    def person(self, user="U0ANN", **more):
        return Person(self.slack, self.push, user, **more)

    async def show(self, conversation, screen, *, doubt=False):
        """Draw a screen as the desk does; in `doubt` as after a crash."""
        async with self.store.alone(conversation.id):
            drawing = await self.store.drawing(conversation.id, "the test")
            shown = await self.half.front.show(conversation, screen, notes=drawing.notes, doubt=doubt)
            await self.store.done((), notes={conversation.id: shown.notes})

    async def later(self, person, seconds):
        """Move the clock, ring what came due, and wait until it is done."""
        self.slack.moved += seconds
        await self.desk.sweep.once()
        return await self.quiet(person)

    async def quiet(self, person):
        """Wait until nothing is under way for somebody, and return their newest conversation."""
        for _ in range(2):  # an answer may have moved the conversation: a file that was read
            await self.half.listeners.replies.settled()
            for each in await self.desk.recent(person.owner):
                await self.desk.settled(each.id)
        await self.half.listeners.replies.settled()
        return await self.desk.current(person.owner) or next(iter(await self.desk.recent(person.owner)), None)


@pytest.fixture(scope="session")
def tree():
    return Tree(load())


@pytest.fixture
async def slack():
    async with FakeSlack.start() as fake:
        yield fake
        assert fake.broken_rules == []


@pytest.fixture
def look():
    return Scripted()


@pytest.fixture
def run(slack, tree, look, tmp_path, monkeypatch):
    """Start a bot: `async with run() as bot`; a second one goes on with the first one's database, or the one named."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)

    @asynccontextmanager
    async def running(*, socket=False, looker=None, between=0.05, pages=None, database=None, **settings):
        tokens = {"slack_app_token": APP_TOKEN} if socket else {"slack_signing_secret": SECRET}
        wanted = Settings(slack_bot_token=TOKEN, slack_api_url=slack.api_url, **{**tokens, **settings})
        store = await open_store(database or tmp_path / "kept.db")
        stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
        try:
            async with connected(wanted, store, between_edits=between) as half:
                wiring = {"whose": half.whose, "patience": (0.01, 0.02), "clock": slack.now}
                desk = Desk(store, pages or tree, looker or look, half.front, **wiring)
                half.attach(desk)
                serving = asyncio.create_task(half.serve(stop, port=0, ready=ready.set_result))
                try:
                    await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
                    if serving.done():
                        serving.result()
                    await desk.resume()
                    if socket:
                        await slack.until(lambda: len(slack.connections) == 2)
                    push = SocketPush(slack) if socket else HttpPush(ready.result())
                    yield Bot(slack, half, desk, store, push, ready.result())
                finally:
                    stop.set()
                    await asyncio.gather(serving, return_exceptions=True)
                    await desk.close()
        finally:
            await store.close()

    logging.getLogger("bot.slack.wire").setLevel(logging.INFO)
    return running
