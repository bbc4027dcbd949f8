"""Time passes: a reminder after a day, the end after a week, a look again until it changes; all over restarts."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import flows
from flows.book import load
from flows.conversation import Chose, Pasted, Status
from flows.machine import Tree
from probes.causes import Cause, Confidence
from probes.findings import Finding, Severity
from probes.verdict import Verdict

DAY = 86400.0


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Attending:
    """A front on which people come back; keeps what it was told."""

    def __init__(self):
        self.shown, self.reminded = [], []

    async def show(self, conversation, screen, **_):
        self.shown.append(screen)

    async def progress(self, conversation, screen):
        pass

    async def hand_over(self, conversation, case):
        return "Somebody answers."

    async def remind(self, conversation, screen, words, *, again):
        self.reminded.append(words)

    async def relay(self, conversation, relay, number, *, again, case, handed):
        pass

    async def redraw(self, conversation, case, handed):
        pass


@pytest.fixture
def front():
    return Attending()


async def swept(desk, clock, seconds=0.0):
    """Move the clock, sweep, and wait for what rang."""
    clock.now += seconds
    await desk.sweep.once()
    while tasks := [task for _, task in desk._errands._looks.values()] + list(desk._errands._workers.values()):
        await asyncio.wait(tasks)


async def test_an_idle_conversation_is_reminded_once_after_a_day_and_closed_after_a_week(make, clock, front):
    desk = make(clock=clock)
    opened = await desk.open("o", "test:ann")
    await swept(desk, clock, DAY - 60)
    assert front.reminded == []
    await desk.close()
    desk = make(clock=clock)  # a restart in between
    await desk.resume()
    await swept(desk, clock, 120)
    assert len(front.reminded) == 1
    assert "What happens?" in front.reminded[0]
    for _ in range(5):
        await swept(desk, clock, DAY)
    assert len(front.reminded) == 1
    assert (await desk.load(opened.conversation.id)).status is Status.OPEN
    await desk.close()
    desk = make(clock=clock)
    await swept(desk, clock, DAY)
    now = await desk.load(opened.conversation.id)
    assert now.status is Status.CLOSED
    assert "a week of quiet" in now.notice
    assert await desk._store.timers(now.id) == ()


async def test_who_comes_back_in_time_is_not_reminded(make, clock, front, turn):
    desk = make(clock=clock)
    opened = await desk.open("o", "test:ann")
    clock.now += DAY - 60
    await desk.take(turn(opened, Chose("hangs")))
    await swept(desk, clock, 120)
    assert front.reminded == []
    await swept(desk, clock, DAY)
    assert len(front.reminded) == 1


async def test_what_a_human_has_or_is_solved_is_not_reminded(make, clock, front, turn, store):
    desk = make(clock=clock)
    opened = await desk.open("o", "test:ann")
    await desk.take(turn(opened, Chose("fine")))
    assert await store.timers(opened.conversation.id) == ()
    await swept(desk, clock, 8 * DAY)
    assert front.reminded == []


async def test_a_timer_rings_in_one_replica_only(make, clock, front, store):
    first, second = make(clock=clock), make(clock=clock)
    await first.open("o", "test:ann")
    clock.now += DAY + 1
    rung = await asyncio.gather(first.sweep.once(), second.sweep.once())
    assert sorted(rung) == [0, 1]
    await swept(first, clock)
    await swept(second, clock)
    assert len(front.reminded) == 1


async def test_a_reminder_that_a_killed_process_had_begun_comes_all_the_same(make, clock, front, store):
    desk = make(clock=clock)
    await desk.open("o", "test:ann")
    clock.now += DAY + 1
    await store.ring(by="dead", now=clock.now, until=clock.now + 6, whose="test:")
    clock.now += 10
    after = make(clock=clock)
    await after.resume()
    await swept(after, clock)
    assert len(front.reminded) == 1


async def test_conversations_beyond_the_retention_are_deleted_by_the_sweep(make, clock, front, store):
    desk = make(clock=clock, retention_days=30.0)
    opened = await desk.open("o", "test:ann")
    await desk.settled(opened.conversation.id)
    await swept(desk, clock, 29 * DAY)
    assert await desk.load(opened.conversation.id)
    clock.now += 40 * DAY
    await swept(desk, clock, 3601)
    assert await desk.load(opened.conversation.id) is None
    assert await store.timers(opened.conversation.id) == ()


def verdict(cause):
    return Verdict(cause=cause, confidence=Confidence.CERTAIN)


@pytest.fixture(scope="session")
def shipped():
    return Tree(load())


async def watching(desk, turn):
    """Bring somebody to "Tell me when it works again" over the shipped pages."""
    opened = await desk.open("o", "test:ann", "smtp.example.com:587")
    await desk.settled(opened.conversation.id)
    now = await desk.load(opened.conversation.id)
    assert now.verdict.cause is Cause.SERVER_TEMPORARILY_UNAVAILABLE
    outcome = await desk.take(turn(type(opened)(opened.result, now), Chose("tell_me")))
    await desk.settled(now.id)
    return outcome.conversation


async def test_it_looks_again_with_growing_waits_and_tells_once_when_it_changes(
    make, clock, front, looks, shipped, turn
):
    looks.verdict = verdict(Cause.SERVER_TEMPORARILY_UNAVAILABLE)
    desk = make(clock=clock, tree=shipped)
    now = await watching(desk, turn)
    assert "write to you when something changes" in front.shown[-1].title
    shown, looked = len(front.shown), len(looks.begun)
    waits = []
    for _ in range(4):
        (timer,) = [t for t in await desk._store.timers(now.id) if t.name == "watch"]
        waits.append(round(timer.due - clock.now))
        await swept(desk, clock, timer.due - clock.now)
        await desk.close()
        desk = make(clock=clock, tree=shipped)  # a restart after each look
        await desk.resume()
    assert waits == [300, 600, 1200, 2400]
    assert len(looks.begun) == looked + 4
    assert len(front.shown) == shown
    looks.verdict = verdict(Cause.OK)
    (timer,) = [t for t in await desk._store.timers(now.id) if t.name == "watch"]
    await swept(desk, clock, timer.due - clock.now)
    await desk.settled(now.id)
    assert len(front.shown) == shown + 1
    after = await desk.load(now.id)
    assert after.verdict.cause is Cause.OK
    assert after.step == "again.mended"
    assert "Send your message once more" in front.shown[-1].title
    assert [t.name for t in await desk._store.timers(now.id)] == ["idle"]
    assert front.reminded == []


async def test_what_does_not_change_for_a_day_is_said_once_and_then_left(make, clock, front, looks, shipped, turn):
    looks.verdict = verdict(Cause.SERVER_TEMPORARILY_UNAVAILABLE)
    desk = make(clock=clock, tree=shipped)
    now = await watching(desk, turn)
    began = clock.now
    while [t for t in await desk._store.timers(now.id) if t.name == "watch"]:
        await swept(desk, clock, 600)
        assert clock.now - began <= DAY + 1200
    assert clock.now - began >= DAY - 600
    assert len(looks.begun) <= 18
    assert len([words for words in front.reminded if "nothing has changed" in words]) == 1


async def test_going_on_ends_the_looking_again(make, clock, front, looks, shipped, turn):
    looks.verdict = verdict(Cause.SERVER_TEMPORARILY_UNAVAILABLE)
    desk = make(clock=clock, tree=shipped)
    now = await watching(desk, turn)
    await desk.take(turn(type("O", (), {"conversation": now})(), Chose("helped")))
    assert await desk._store.timers(now.id) == ()


def other_pages(folder, *changes):
    """Return the shipped tree with (file, old, new) exchanged in its pages."""
    pages = folder / "pages of the next release"
    shutil.copytree(Path(flows.__file__).parent / "pages", pages)
    for name, old, new in changes:
        text = (pages / name).read_text()
        assert old in text
        (pages / name).write_text(text.replace(old, new))
    return Tree(load(pages))


RENAMED = (
    ("ends.yaml", "\nwatching:", "\nlooks_out:"),
    ("ways.yaml", "ends.watching", "ends.looks_out"),
    ("again.yaml", "ends.watching", "ends.looks_out"),
)
GONE = (
    ("ways.yaml", "watching: ends.watching\n", ""),
    ("again.yaml", "ends.watching", "next.by_account"),
    ("ends.yaml", "\nwatching:", "\nlooked_out:"),
    ("again.yaml", "otherwise: next.by_account", "otherwise: ends.looked_out"),
)


async def test_it_is_looked_again_on_pages_where_the_step_has_another_name(
    make, clock, front, looks, shipped, turn, tmp_path
):
    looks.verdict = verdict(Cause.SERVER_TEMPORARILY_UNAVAILABLE)
    now = await watching(make(clock=clock, tree=shipped), turn)
    desk = make(clock=clock, tree=other_pages(tmp_path, *RENAMED))
    await swept(desk, clock, 301)
    assert [timer.name for timer in await desk._store.timers(now.id)] == ["watch", "idle"]
    looks.verdict = verdict(Cause.OK)
    await swept(desk, clock, 601)
    await desk.settled(now.id)
    assert "Send your message once more" in front.shown[-1].title
    assert front.shown[-1].notice == ""


async def test_where_newer_pages_do_not_look_again_that_is_said_once(
    make, clock, front, looks, shipped, turn, tmp_path
):
    looks.verdict = verdict(Cause.SERVER_TEMPORARILY_UNAVAILABLE)
    now = await watching(make(clock=clock, tree=shipped), turn)
    shown, looked = len(front.shown), len(looks.begun)
    desk = make(clock=clock, tree=other_pages(tmp_path, *GONE))
    await swept(desk, clock, 301)
    await desk.settled(now.id)
    assert len(looks.begun) == looked
    assert "do not look again by myself any more" in front.shown[-1].notice
    assert front.shown[-1].step == "advice.server_temporarily_unavailable"
    await swept(desk, clock, DAY / 2)
    assert len(front.shown) == shown + 1


async def test_who_went_on_after_the_pages_changed_is_not_looked_for_again(
    make, clock, front, looks, shipped, turn, tmp_path
):
    looks.verdict = verdict(Cause.SERVER_TEMPORARILY_UNAVAILABLE)
    now = await watching(make(clock=clock, tree=shipped), turn)
    desk = make(clock=clock, tree=other_pages(tmp_path, *RENAMED))
    await desk.take(turn(type("O", (), {"conversation": now})(), Chose("helped")))
    shown, looked = len(front.shown), len(looks.begun)
    await swept(desk, clock, 301)
    await desk.settled(now.id)
    assert (len(front.shown), len(looks.begun)) == (shown + 1, looked)


async def test_what_we_cannot_look_at_is_no_change(make, clock, front, looks, shipped, turn):
    looks.verdict = verdict(Cause.SERVER_TEMPORARILY_UNAVAILABLE)
    desk = make(clock=clock, tree=shipped)
    now = await watching(desk, turn)
    looks.verdict = verdict(Cause.NO_NETWORK)
    await swept(desk, clock, 301)
    assert (await desk.load(now.id)).step == "ends.watching"


async def test_a_text_that_was_only_weighed_is_kept_for_a_rule_to_be_written(make, looks, shipped, turn, store):
    weighed = Finding("weighed_words", Severity.INFO, "")
    looks.verdict = replace(verdict(Cause.MESSAGE_TOO_LARGE), decided_by=(weighed,))
    desk = make(tree=shipped)
    opened = await desk.open("o", "test:ann")
    await desk.take(turn(opened, Pasted("Kirje liian suuri palvelimelle"), revision=None))
    await desk.settled(opened.conversation.id)
    assert [u.text for u in await store.unread()] == ["Kirje liian suuri palvelimelle"]


async def test_counts_texts_and_answers_are_kept_beside_the_conversation(make, clock, looks, shipped, turn, store):
    looks.verdict = verdict(Cause.UNKNOWN)
    desk = make(clock=clock, tree=shipped)
    opened = await desk.open("o", "test:ann")
    await desk.take(turn(opened, Pasted("gibberish of a server"), revision=None))
    await desk.settled(opened.conversation.id)
    assert [u.text for u in await store.unread()] == ["gibberish of a server"]
    assert await store.counts("test:", clock.now - 1) == {"unknown": 1}
    assert await store.counts("slack:", clock.now - 1) == {}
    looks.verdict = verdict(Cause.SERVER_TEMPORARILY_UNAVAILABLE)
    other = await desk.open("o2", "test:ann", "smtp.example.com:587")
    await desk.settled(other.conversation.id)
    now = await desk.load(other.conversation.id)
    await desk.take(turn(type(other)(other.result, now), Chose("helped")))
    assert await store.helped(now.id) == {"server_temporarily_unavailable": "helped"}
    assert await desk.forget("test:ann") == 2
    assert await store.unread() == ()
    assert await store.counts("test:", 0) == {}
    assert await store.helped(now.id) == {}
