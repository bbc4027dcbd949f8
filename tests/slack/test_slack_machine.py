"""Random people over random pages, with duplicates, old buttons, kills at any instant and restarts: nothing breaks."""

import asyncio
import itertools
import logging
import os
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import fake_blocks
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.desk import Desk, Result
from bot.front import Turn
from bot.slack.delivery import SlackFront
from bot.store.opening import open_store
from flows.book import load
from flows.conversation import AskedHuman, Chose, Filled, Pasted, StartedAgain, Status, WentBack
from flows.machine import Tree
from probes.causes import Cause, Confidence
from probes.verdict import Verdict

OWNERS = ("slack:T:U0ANN", "slack:T:U0BOB")
FOOTER = {"back": WentBack(), "again": StartedAgain(), "human": AskedHuman()}
WAYS = "opens: p.q0\nhuman: p.human\npasted: p.read\npictured: p.q0\ntried: p.q0\nclosed: p.end\n"
END = """
human:
  advise: A human takes over.

end:
  advise: Good.

read:
  look: I read
  what: text
  otherwise: q0
"""


@st.composite
def pages(draw):
    """Draw a page of questions, forms, looks and advice, each of which leads anywhere."""
    asks, others = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    kinds = [draw(st.sampled_from(["fill", "look", "advise"])) for _ in range(others)]
    stands = [f"q{n}" for n in range(asks)] + [f"{k}{n}" for n, k in enumerate(kinds) if k == "advise"]
    names = stands + [f"{k}{n}" for n, k in enumerate(kinds) if k != "advise"] + ["human", "end"]
    lines = [END]
    for n in range(asks):
        choices = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
        lines.append(f"q{n}:\n  ask: Question {n}\n  choices:")
        lines += [f'    c{m}: {{say: "To {to}", then: {to}}}' for m, to in enumerate(choices)]
    for n, kind in enumerate(kinds):
        to, other = draw(st.sampled_from(stands)), draw(st.sampled_from(stands))
        lines += {
            "fill": [f"fill{n}:\n  fill: Form {n}\n  fields: [server, port]\n  then: {draw(st.sampled_from(names))}"],
            "look": [
                f"look{n}:\n  look: Looking {n}\n  what: probe\n  then:\n    port_blocked: {to}\n  otherwise: {other}"
            ],
            "advise": [
                (
                    f"advise{n}:\n  advise: Advice {n}\n  cause: port_blocked\n  steps:\n    - Do it.\n  choices:\n"
                    f'    helped: {{say: "Yes", then: end}}\n    "no": {{say: "No", then: {to}}}'
                )
            ],
        }[kind]
    return "\n".join(lines) + "\n"


class Life:
    """One process: it freezes for ever before or after one of its operations, as SIGKILL leaves it."""

    def __init__(self, after, *, before):
        self.left, self.before = after, before
        self.over = asyncio.Event()

    async def operation(self, does):
        if self.over.is_set():
            await asyncio.Event().wait()
        self.left -= 1
        if self.left == 0:
            if not self.before:
                await does()
            self.over.set()
            await asyncio.Event().wait()
        return await does()


class Mortal:
    """A store as a process that will die has it."""

    def __init__(self, store, life):
        self._store, self._life, self.shared = store, life, False

    def __getattr__(self, name):
        method = getattr(self._store, name)
        return lambda *args, **more: self._life.operation(lambda: method(*args, **more))

    def alone(self, name):
        return self._store.alone(name)


class Paper:
    """The messages, which outlive every process; `calls(life)` is the way to them of a process that will die."""

    def __init__(self):
        self.messages, self.stamps, self.ever, self.cases = {}, itertools.count(1), [], []

    def calls(self, life):
        return PaperCalls(self, life)

    def with_buttons(self):
        """Return conversation -> revisions of the steps that can be pressed."""
        found = defaultdict(list)
        for message in self.messages.values():
            mark = message["metadata"]["event_payload"]
            if "revision" in mark and fake_blocks.buttons(message["blocks"]):
                found[mark["conversation"]].append(mark["revision"])
        return found


class PaperCalls:
    """Slack's Web API as far as steps and cases need it; each call may be the last thing that a process does."""

    def __init__(self, paper, life):
        self.paper, self.life = paper, life

    def ready(self, method):
        return True

    async def __call__(self, method, **arguments):
        arguments.pop("repeat", None), arguments.pop("may_drop", None)

        async def done():
            return getattr(self, method.replace(".", "_"))(**arguments)

        return await self.life.operation(done)

    async def pages(self, method, **arguments):
        yield await self(method, **arguments)

    def conversations_open(self, users):
        return {"channel": {"id": f"D{users}"}}

    def conversations_history(self, channel, **_):
        return {"messages": [m for m in self.paper.messages.values() if m["channel"] == channel][::-1]}

    conversations_replies = conversations_history

    def chat_postMessage(self, channel, text, blocks, metadata, **_):  # noqa: N802 - Slack's name
        ts = f"1700000000.{next(self.paper.stamps):06d}"
        self.paper.messages[ts] = {"ts": ts, "channel": channel, "text": text, "blocks": blocks, "metadata": metadata}
        return {"ts": ts, "channel": channel}

    def chat_getPermalink(self, channel, message_ts):  # noqa: N802 - Slack's name
        return {"permalink": f"https://work.slack.test/archives/{channel}/p{message_ts}"}

    def chat_update(self, channel, ts, text, blocks, metadata=None, **_):
        self.paper.messages[ts] |= {"text": text, "blocks": blocks}
        self.paper.messages[ts] |= {"metadata": metadata} if metadata else {}
        return {}


class Conversations(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        logging.disable(logging.CRITICAL)
        self.loop = asyncio.new_event_loop()
        self.place = tempfile.TemporaryDirectory()
        self.keys, self.run_numbers = (f"k{n}" for n in itertools.count()), itertools.count()
        self.paper, self.acknowledged, self.last, self.revisions = Paper(), {}, None, {}
        self.ever = {}
        self.clock = 1_700_000_000.0

    def do(self, work):
        async def in_time():
            async with asyncio.timeout(20):
                return await work

        return self.loop.run_until_complete(in_time())

    @initialize(page=pages())
    def begin(self, page):
        folder = Path(self.place.name) / "pages"
        folder.mkdir()
        (folder / "ways.yaml").write_text(WAYS)
        (folder / "p.yaml").write_text(page)
        self.tree = Tree(load(folder))
        self.do(self.born(None, before=False))

    async def born(self, after, *, before):
        if not hasattr(self, "store"):
            self.store = await open_store(Path(self.place.name) / "kept.db")
        self.life = Life(after or 10**9, before=before)

        async def look(conversation, what, tell):
            await asyncio.sleep(0)
            causes = (Cause.PORT_BLOCKED, Cause.UNKNOWN)
            return Verdict(cause=causes[next(self.run_numbers) % 2], confidence=Confidence.LIKELY)

        store = Mortal(self.store, self.life)
        front = SlackFront(self.paper.calls(self.life), store, support_channel="C0HELP", between_edits=0.0)
        self.desk = Desk(
            store, self.tree, look, front, whose="slack:", lease=4000.0, clock=lambda: self.clock, patience=(0, 0)
        )
        if after is None:
            await self.desk.resume()

    async def killed(self):
        """End the process as it stands; the next one takes up what it left."""
        mine = asyncio.current_task()
        for task in [each for each in asyncio.all_tasks() if each is not mine]:
            task.cancel()
        await asyncio.sleep(0)
        await asyncio.gather(*(t for t in asyncio.all_tasks() if t is not mine), return_exceptions=True)
        await self.born(None, before=False)

    async def calm(self):
        while tasks := [*self.desk._errands._workers.values(), *(t for _, t in self.desk._errands._looks.values())]:
            await asyncio.wait(tasks)

    async def delivered(self, work):
        """Deliver; None where the process died before it acknowledged. What is left undone is taken up after."""
        task, death = asyncio.ensure_future(work()), asyncio.ensure_future(self.life.over.wait())
        await asyncio.wait([task, death], return_when=asyncio.FIRST_COMPLETED)
        outcome = task.result() if task.done() else None
        calm = asyncio.ensure_future(self.calm())
        await asyncio.wait([calm, death], return_when=asyncio.FIRST_COMPLETED)
        if self.life.over.is_set():
            await self.killed()
            await self.calm()
        death.cancel()
        return outcome

    def deliver(self, turn):
        outcome = self.do(self.delivered(lambda: self.desk.take(turn)))
        self.last = turn
        if outcome is None:
            return
        assert outcome.result is not Result.FAILED
        if turn.key in self.acknowledged:
            assert outcome.result is Result.DOUBLE
        self.acknowledged[turn.key] = (turn.conversation, outcome.conversation.revision if outcome.conversation else 0)

    @rule(owner=st.sampled_from(OWNERS), text=st.sampled_from(["", "smtp.example.com:587", "535 no", "x@y"]))
    def opens(self, owner, text):
        key = next(self.keys)
        outcome = self.do(self.delivered(lambda: self.desk.open(key, owner, text)))
        if outcome is not None:
            twice = Result.DOUBLE if not text and outcome.conversation.revision == 1 else Result.TAKEN
            assert outcome.result in (Result.TAKEN, twice)  # who opens twice in a moment means one
            self.acknowledged[key] = (outcome.conversation.id, outcome.conversation.revision)

    def press(self, screen, pick):
        owner = self.do(self.store.load(screen.conversation)).owner
        events = [Chose(each.name) for each in screen.options] + [FOOTER[each.name] for each in screen.footer]
        if screen.inputs:
            events.append(Filled({"server": "smtp.example.com", "port": ("587", "no port")[pick % 2]}))
        if events:
            event = events[pick % len(events)]
            self.deliver(Turn(next(self.keys), screen.conversation, owner, event, screen.revision))

    @rule(which=st.integers(0, 99), pick=st.integers(0, 99))
    def presses_the_newest(self, which, pick):
        if shown := [screens[-1] for screens in self.ever.values()]:
            self.press(shown[which % len(shown)], pick)

    @rule(which=st.integers(0, 999), pick=st.integers(0, 99))
    def presses_any_button_ever_shown(self, which, pick):
        if shown := [screen for screens in self.ever.values() for screen in screens]:
            self.press(shown[which % len(shown)], pick)

    @rule()
    def the_same_delivery_comes_again(self):
        if self.last:
            self.deliver(self.last)

    @rule(which=st.integers(0, 99), text=st.sampled_from(["550 no", "hello", "smtp.example.org:465"]))
    def pastes(self, which, text):
        if not self.ever:
            return
        screen = list(self.ever.values())[which % len(self.ever)][-1]
        owner = self.do(self.store.load(screen.conversation)).owner
        self.deliver(Turn(next(self.keys), screen.conversation, owner, Pasted(text)))

    @rule(after=st.integers(1, 14), before=st.booleans())
    def the_process_will_die(self, after, before):
        self.life.left, self.life.before = after, before

    @rule()
    def the_process_is_killed_now(self):
        self.do(self.killed())
        self.do(self.calm())

    @rule(seconds=st.sampled_from([60.0, 86_500.0, 700_000.0]))
    def time_passes(self, seconds):
        async def swept():
            await self.delivered(self.desk.sweep.once)

        self.clock += seconds
        self.last = None  # after a day its key is forgotten
        self.do(swept())

    @invariant()
    def all_is_well(self):
        if hasattr(self, "store"):
            self.do(self.held())

    async def held(self):
        for owner in OWNERS:
            kept = await self.store.of_owner(owner, 1000)
            assert sum(each.status is Status.OPEN for each in kept) <= 1
            for each in kept:
                assert each.revision >= self.revisions.get(each.id, 0), "a revision went back"
                self.revisions[each.id] = each.revision
                assert len({seen.run for seen in each.seen}) == len(each.seen), "a look counted twice"
                assert await self.store.unfinished(each.id) == (), "something was left undone"
                screen = self.desk.screen(each)
                screens = self.ever.setdefault(each.id, [])
                screens += [screen] if screen not in screens else []
                pressed = self.paper.with_buttons()[each.id]
                if each.status is Status.CLOSED:
                    assert pressed == [], "a closed conversation can be pressed"
                else:
                    assert len(pressed) == 1, f"{len(pressed)} steps can be pressed"
                    assert pressed[0] == each.revision or each.status is Status.HANDED, "an old step is shown"
                names = {option.name for option in screen.footer}
                assert each.status is not Status.OPEN or "human" in names, "no human can be reached"
                assert "again" in names
        marks = [str(message["metadata"]["event_payload"]) for message in self.paper.messages.values()]
        assert [mark for mark, times in Counter(marks).items() if times > 1] == [], "something was posted twice"
        for conversation, revision in self.acknowledged.values():
            assert (await self.store.load(conversation)).revision >= revision, "an acknowledged event is lost"

    def teardown(self):
        logging.disable(logging.NOTSET)

        async def end():
            if hasattr(self, "desk"):
                await self.killed()
                await self.desk.close()
                await self.store.close()

        self.loop.run_until_complete(end())
        self.loop.close()
        self.place.cleanup()


TestConversations = Conversations.TestCase
TestConversations.settings = settings(
    max_examples=int(os.environ.get("SMTP_HELP_TEST_EXAMPLES", "12")),
    stateful_step_count=20,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
