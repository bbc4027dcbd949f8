"""What the desk does after the commit: show, look, cancel, hand over, once each and again after a crash."""

import asyncio
import logging

from bot.desk import Desk, Result
from bot.desk.watched import shown
from bot.front import Turn
from bot.store.opening import open_store
from flows.conversation import AskedHuman, Chose, Filled, Pasted, Show, StartedAgain, Status, WentBack
from flows.screen import Kind
from probes.causes import Cause, Confidence
from probes.findings import Finding, Outcome, Report, Severity
from probes.runner import Started
from probes.verdict import Verdict

GOOD = {"server": "smtp.example.com", "port": "587"}


async def at_look(desk, turn):
    opened = await desk.open("o1", "test:ann")
    form = await desk.take(turn(opened, Chose("hangs")))
    return await desk.take(turn(form, Filled(GOOD)))


async def until(true):
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is waited for happens in a fake, and has no event
            await asyncio.sleep(0.005)


async def test_a_look_ends_in_the_advice_for_its_cause(desk, looks, front, turn, store):
    looking = await at_look(desk, turn)
    assert looking.screen.kind is Kind.LOOK
    await desk.settled(looking.conversation.id)
    assert front.shown[-1].title == "The port is blocked."
    assert looks.begun == [(looking.conversation.run, "probe")]
    assert await store.unfinished(looking.conversation.id) == ()


async def test_a_pasted_text_is_looked_at_as_a_text(desk, looks, turn):
    opened = await desk.open("o1", "test:ann")
    await desk.take(turn(opened, Pasted("421 busy")))
    await desk.settled(opened.conversation.id)
    assert [what for _, what in looks.begun] == ["text"]


async def test_progress_is_drawn_as_it_comes_and_its_last_state_always(desk, looks, front, turn):
    fault = Finding("port_filtered", Severity.FAULT, "192.0.2.1:25", {"port": "25"})
    good = Finding("connected", Severity.GOOD, "192.0.2.1:587")
    looks.told = (
        Started("names"),
        Started("reach"),
        Started("login"),
        Started("envelope"),
        Report("names", Outcome.DONE, (good,)),
        Report("reach", Outcome.DONE, (good, fault)),
        Report("login", Outcome.BLIND, reason="no_password"),
        Report("envelope", Outcome.DONE),
    )
    looking = await at_look(desk, turn)
    await desk.settled(looking.conversation.id)
    rows = {row.check: row for row in front.progressed[-1].progress}
    assert list(rows) == ["names", "reach", "login", "envelope"]
    assert [row.state for row in rows.values()] == ["good", "fault", "not_tested", "not_tested"]
    assert "192.0.2.1:25" in rows["reach"].detail or "25" in rows["reach"].detail
    assert all(screen.kind is Kind.LOOK for screen in front.progressed)
    assert len(front.progressed) <= len(looks.told)


async def test_going_back_from_a_look_cancels_it_and_nothing_of_it_comes_later(desk, looks, front, turn, store):
    looks.ends.clear()
    looking = await at_look(desk, turn)
    await until(lambda: looks.begun)
    back = await desk.take(turn(looking, WentBack()))
    await desk.settled(looking.conversation.id)
    assert looks.cancelled == [looking.conversation.run]
    assert back.screen.kind is Kind.FILL
    assert front.shown[-1].kind is Kind.FILL
    assert await store.unfinished(looking.conversation.id) == ()
    assert (await desk.load(looking.conversation.id)).seen == ()


async def test_checking_again_is_a_new_run(desk, looks, front, turn):
    looking = await at_look(desk, turn)
    await desk.settled(looking.conversation.id)
    now = await desk.load(looking.conversation.id)
    await desk.take(Turn("again", now.id, "test:ann", Chose("check"), now.revision))
    await desk.settled(now.id)
    runs = [run for run, _ in looks.begun]
    assert len(set(runs)) == 2
    assert len((await desk.load(now.id)).seen) == 2


async def test_a_look_that_breaks_is_a_look_that_saw_nothing(desk, looks, front, turn, caplog):
    looks.error = ZeroDivisionError("a bug")
    looking = await at_look(desk, turn)
    await desk.settled(looking.conversation.id)
    assert front.shown[-1].title == "I cannot tell."
    assert (await desk.load(looking.conversation.id)).verdict.cause is Cause.UNKNOWN
    assert any("reference" in r.message for r in caplog.records)


async def test_a_human_gets_the_case_and_the_person_hears_where_the_answer_comes(desk, front, turn, store):
    looking = await at_look(desk, turn)
    await desk.settled(looking.conversation.id)
    now = await desk.load(looking.conversation.id)
    await desk.take(Turn("h", now.id, "test:ann", AskedHuman(), now.revision))
    await desk.settled(now.id)
    (case,) = front.cases
    assert (case.owner, case.conversation) == ("test:ann", now.id)
    assert "blocked" in case.headline
    assert ("What happens?", "It hangs") in case.answers
    assert (front.shown[-1].kind, front.shown[-1].notice) == (Kind.HANDED, "Somebody answers here today.")
    assert await store.unfinished(now.id) == ()


async def test_a_human_can_be_had_with_nothing_answered(desk, front, turn):
    opened = await desk.open("o1", "test:ann")
    await desk.take(turn(opened, AskedHuman()))
    await desk.settled(opened.conversation.id)
    assert front.cases[0].headline


async def test_what_is_written_to_a_human_is_kept_and_answered_with_silence(desk, front, turn):
    opened = await desk.open("o1", "test:ann")
    await desk.take(turn(opened, AskedHuman()))
    await desk.settled(opened.conversation.id)
    shown = len(front.shown)
    outcome = await desk.take(turn(opened, Pasted("one more thing"), revision=None))
    await desk.settled(opened.conversation.id)
    assert outcome.result is Result.TAKEN
    assert len(front.shown) == shown
    assert (await desk.load(opened.conversation.id)).texts == ("one more thing",)


async def test_a_front_that_stumbles_is_tried_again(desk, front, turn, caplog):
    front.fails.extend([OSError("away"), OSError("away")])
    opened = await desk.open("o1", "test:ann")
    await desk.settled(opened.conversation.id)
    assert [s.title for s in front.shown] == ["What happens?"]


async def test_a_case_that_cannot_be_handed_over_is_told_with_its_reference(make, front, turn, caplog):
    desk = make(support="#mail-help")
    opened = await desk.open("o1", "test:ann")
    await desk.settled(opened.conversation.id)
    front.fails.extend([OSError("away")] * 6)  # three times the screen, three times the case
    await desk.take(turn(opened, AskedHuman()))
    await desk.settled(opened.conversation.id)
    notice = front.shown[-1].notice
    assert "#mail-help" in notice
    assert any(r.levelno == logging.ERROR and r.message.split(":")[0].split()[-1] in notice for r in caplog.records)


async def test_what_a_front_did_not_take_is_shown_and_handed_over_later(make, front, turn, store, caplog):
    now = [1000.0]
    desk = make(clock=lambda: now[0])
    opened = await desk.open("o1", "test:ann")
    await desk.settled(opened.conversation.id)
    front.fails.extend([OSError("away")] * 9)  # the screen, the case, and the screen that says so
    await desk.take(turn(opened, AskedHuman()))
    await desk.settled(opened.conversation.id)
    assert (len(front.shown), front.cases) == (1, [])
    now[0] += 14.0
    await desk.sweep.once()
    await desk.settled(opened.conversation.id)
    assert (len(front.shown), front.cases) == (1, [])
    now[0] += 2.0
    await desk.sweep.once()
    await desk.settled(opened.conversation.id)
    assert len(front.cases) == 1
    assert front.shown[-1].notice == "Somebody answers here today."
    assert await store.unfinished(opened.conversation.id) == ()


async def test_a_front_that_never_manages_to_show_leaves_the_conversation_whole(desk, front, turn, store, caplog):
    front.fails.extend([OSError("away")] * 3)
    opened = await desk.open("o1", "test:ann")
    await desk.settled(opened.conversation.id)
    assert front.shown == []
    (left,) = await store.unfinished(opened.conversation.id)
    assert left.effect == Show()
    assert (await desk.take(turn(opened, Chose("hangs")))).result is Result.TAKEN


async def test_many_quick_turns_show_the_newest_last(desk, front, turn):
    opened = await desk.open("o1", "test:ann")
    for _ in range(5):
        now = await desk.load(opened.conversation.id)
        await desk.take(Turn(f"x{now.revision}", now.id, "test:ann", StartedAgain(), now.revision))
    await desk.settled(opened.conversation.id)
    assert front.shown[-1].revision == (await desk.load(opened.conversation.id)).revision
    revisions = [s.revision for s in front.shown]
    assert revisions == sorted(revisions)


async def test_what_a_process_left_undone_is_done_by_the_next(make, store, looks, front, turn):
    looks.ends.clear()
    first = make()
    looking = await at_look(first, turn)
    await until(lambda: looks.begun)
    await first.close()
    assert looks.cancelled == [looking.conversation.run]
    looks.ends.set()
    second = make()
    assert await second.resume() == 1
    await second.settled(looking.conversation.id)
    assert front.shown[-1].title == "The port is blocked."
    assert len((await second.load(looking.conversation.id)).seen) == 1
    assert await store.unfinished(looking.conversation.id) == ()


async def test_the_look_of_a_killed_process_is_looked_again_and_its_result_counts_once(make, looks, front, turn, tree):
    looks.ends.clear()
    killed = make()
    looking = await at_look(killed, turn)
    await until(lambda: looks.begun)
    other = make()
    assert await other.resume() >= 1
    await until(lambda: len(looks.begun) == 2)
    looks.ends.set()
    await other.settled(looking.conversation.id)
    await killed.settled(looking.conversation.id)
    now = await other.load(looking.conversation.id)
    assert [seen.run for seen in now.seen] == [looking.conversation.run]


async def test_effects_of_other_platforms_owners_are_left_alone(make, looks, turn):
    looks.ends.clear()
    first = make()
    await at_look(first, turn)
    await first.close()
    assert await make(whose="slack:").resume() == 0


async def test_a_look_over_which_processes_die_again_and_again_is_given_up_and_told(make, store, looks, front, turn):
    looks.ends.clear()
    dying = make()
    looking = await at_look(dying, turn)
    await until(lambda: looks.begun)
    await dying.close()
    for n in range(6):
        await store.take_up(by=f"dead{n}", now=1, until=0, whose="test:", everything=True)
    last = make(support="#mail-help")
    await last.resume()
    await last.settled(looking.conversation.id)
    assert "#mail-help" in front.shown[-1].notice
    assert await store.unfinished(looking.conversation.id) == ()
    assert len(looks.begun) == 1


async def test_closing_is_quick_even_where_a_front_hangs(store, tree, looks):
    class Hanging:
        async def show(self, conversation, screen, **_):
            await asyncio.Event().wait()

        progress = hand_over = show

    desk = Desk(store, tree, looks, Hanging(), whose="test:")
    opened = await desk.open("o1", "test:ann")
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await desk.close(within=0.05)
    assert len(await store.unfinished(opened.conversation.id)) == 1


class Shared:
    """A store that says that others share it, as PostgreSQL does."""

    shared = True

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)


async def test_a_dead_replicas_look_is_taken_over_when_its_lease_runs_out(make, store, looks, front, turn, tmp_path):
    looks.ends.clear()
    dead = make(store=Shared(store), lease=0.3)
    looking = await at_look(dead, turn)
    await until(lambda: looks.begun)
    alive = make(store=Shared(store), lease=0.3)
    await alive.resume()
    await until(lambda: len(looks.begun) == 2)  # the dead one never renewed its lease
    looks.ends.set()
    await alive.settled(looking.conversation.id)
    assert len((await alive.load(looking.conversation.id)).seen) == 1


async def test_a_living_replica_keeps_its_look(make, store, looks, turn):
    looks.ends.clear()
    now = 1000.0
    one, two = (make(store=Shared(store), lease=100.0, clock=lambda: now) for _ in range(2))
    looking = await at_look(one, turn)
    await until(lambda: looks.begun)
    for _ in range(20):  # four leases long
        now += 20.0
        await one.sweep.once()
        await two.sweep.once()
    looks.ends.set()
    await one.settled(looking.conversation.id)
    await two.settled(looking.conversation.id)
    assert len(looks.begun) == 1
    assert (await two.load(looking.conversation.id)).status is Status.OPEN


async def test_a_database_in_a_directory_of_its_own_is_all_that_a_restart_needs(tmp_path, tree, looks, front, turn):
    store = await open_store(tmp_path / "own" / "a.db")
    desk = Desk(store, tree, looks, front, whose="test:")
    opened = await desk.open("o1", "test:ann")
    await desk.close()
    await store.close()
    store = await open_store(tmp_path / "own" / "a.db")
    desk = Desk(store, tree, looks, front, whose="test:")
    await desk.resume()
    assert (await desk.current("test:ann")).id == opened.conversation.id
    assert (await desk.take(turn(opened, Chose("hangs")))).result is Result.TAKEN
    await desk.close()
    await store.close()


async def test_progress_shows_that_time_goes_on_while_nothing_else_changes(desk, front):
    now = (await desk.open("o1", "test:ann")).conversation
    await desk.settled(now.id)

    async def look(conversation, what, tell):
        tell(Started("reach"))
        while not any("s so far" in row.detail for screen in front.progressed for row in screen.progress):
            await asyncio.sleep(0.05)
        tell(Report("reach", Outcome.DONE, (Finding("connected", Severity.GOOD, "192.0.2.1:587"),)))
        return Verdict(cause=Cause.OK, confidence=Confidence.CERTAIN)

    async with asyncio.timeout(20):
        assert (await shown(desk, front, look, now, "probe", still=0.1)).cause is Cause.OK
    told = [screen.progress[0].detail for screen in front.progressed]
    assert "2 s so far" in told
    assert "so far" not in told[-1]
    assert len(set(told)) == len(told)
