"""A small tree, a front that remembers, and looks that end when the test says so."""

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass, field

import pytest

from bot.desk import Desk
from bot.front import Turn
from bot.store.opening import open_store
from flows.book import load
from flows.machine import Tree
from probes.causes import Cause, Confidence
from probes.verdict import Verdict

PAGES = {
    "ways": """
opens: small.what
human: small.human
pasted: small.read
pictured: small.what
tried: small.what
closed: small.solved
""",
    "small": """
what:
  ask: What happens?
  keep: symptom
  choices:
    hangs: {say: "It hangs", then: form}
    fine: {say: "Nothing any more", then: solved}

form:
  fill: Your settings
  fields: [mail_address, server, port]
  then: check

check:
  look: I am looking now
  what: probe
  then:
    port_blocked: blocked
  otherwise: other

read:
  look: I read what you sent
  what: text
  then:
    port_blocked: blocked
  otherwise: other

blocked:
  advise: The port is blocked.
  cause: port_blocked
  steps:
    - Use port 587.
  choices:
    "yes": {say: "Yes, that helped", then: solved}
    check: {say: "Check again", then: check}

other:
  advise: I cannot tell.
  choices:
    check: {say: "Check again", then: check}

human:
  advise: A human takes over.

solved:
  advise: Good.
""",
}

BLOCKED = Verdict(cause=Cause.PORT_BLOCKED, confidence=Confidence.LIKELY)


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / f"{name}.yaml").write_text(text)
    return Tree(load(folder))


@pytest.fixture
async def store(tmp_path):
    store = await open_store(tmp_path / "desk.db")
    yield store
    await store.close()


@dataclass
class Remembering:
    """A front that keeps what it was told; `fails` are raised one after another."""

    shown: list = field(default_factory=list)
    progressed: list = field(default_factory=list)
    cases: list = field(default_factory=list)
    fails: deque = field(default_factory=deque)

    async def show(self, conversation, screen, **_):
        await asyncio.sleep(0)
        if self.fails:
            raise self.fails.popleft()
        self.shown.append(screen)

    async def progress(self, conversation, screen):
        await asyncio.sleep(0)
        self.progressed.append(screen)

    async def hand_over(self, conversation, case):
        await asyncio.sleep(0)
        if self.fails:
            raise self.fails.popleft()
        self.cases.append(case)
        return "Somebody answers here today."


@dataclass
class Looks:
    """A look that waits for `ends`; `told` is told first."""

    verdict: Verdict = BLOCKED
    ends: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list = field(default_factory=list)
    cancelled: list = field(default_factory=list)
    told: tuple = ()
    error: Exception | None = None

    async def __call__(self, conversation, what, tell):
        self.begun.append((conversation.run, what))
        for news in self.told:
            tell(news)
            await asyncio.sleep(0)
        try:
            await self.ends.wait()
        except asyncio.CancelledError:
            self.cancelled.append(conversation.run)
            raise
        if self.error:
            raise self.error
        return self.verdict


@pytest.fixture
def front():
    return Remembering()


@pytest.fixture
def looks():
    looks = Looks()
    looks.ends.set()
    return looks


@pytest.fixture
async def make(store, tree, front, looks):
    made = []

    def make(**changes):
        parts = {"store": store, "tree": tree, "look": looks, "front": front, "whose": "test:", "patience": (0, 0)}
        desk = Desk(**{**parts, **changes})
        made.append(desk)
        return desk

    yield make
    for desk in made:
        await desk.close()


@pytest.fixture
def desk(make):
    return make()


@pytest.fixture
def turn():
    keys = (f"k{n}" for n in itertools.count())

    def turn(outcome, event, *, key=None, owner="test:ann", revision="now"):
        conversation = outcome.conversation
        revision = conversation.revision if revision == "now" else revision
        return Turn(key or next(keys), conversation.id, owner, event, revision)

    return turn
