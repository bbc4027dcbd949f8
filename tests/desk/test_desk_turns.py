"""What becomes of an event: taken once, in order, from its owner, at the step that was seen."""

import asyncio
import logging
from dataclasses import replace

import pytest

from bot.desk import Result
from bot.front import Turn
from bot.store import Change, Moved
from bot.store.opening import open_store
from flows.conversation import AskedHuman, Chose, Filled, Pasted, StartedAgain, Status, WentBack
from flows.screen import Kind

GOOD = {"server": "smtp.example.com", "port": "587"}


async def test_a_conversation_opens_with_its_question(desk, front):
    outcome = await desk.open("o1", "test:ann", locale="de", surface={"channel": "D1"})
    await desk.settled(outcome.conversation.id)
    assert (outcome.result, outcome.screen.title) == (Result.TAKEN, "What happens?")
    assert [s.title for s in front.shown] == ["What happens?"]
    assert (await desk.load(outcome.conversation.id)).locale == "de"
    assert await desk.surface(outcome.conversation.id) == {"channel": "D1"}
    assert await desk.found_at("channel", "D1") == outcome.conversation.id


async def test_opening_anew_closes_what_was_open_and_leaves_what_a_human_has(desk, front, turn):
    first = await desk.open("o1", "test:ann")
    handed = await desk.take(turn(first, AskedHuman()))
    await desk.settled(handed.conversation.id)  # what a human has moves once more when the case is handed over
    second = await desk.open("o2", "test:ann")
    third = await desk.open("o3", "test:ann")
    kept = {c.id: c.status for c in await desk.recent("test:ann")}
    assert kept == {
        handed.conversation.id: Status.HANDED,
        second.conversation.id: Status.CLOSED,
        third.conversation.id: Status.OPEN,
    }
    assert (await desk.current("test:ann")).id == third.conversation.id


async def test_the_same_opening_twice_is_one_conversation(desk):
    first = await desk.open("o1", "test:ann")
    again = await desk.open("o1", "test:ann")
    assert (again.result, again.conversation.id) == (Result.DOUBLE, first.conversation.id)
    assert len(await desk.recent("test:ann")) == 1


async def test_a_choice_leads_on(desk, front, turn):
    opened = await desk.open("o1", "test:ann")
    outcome = await desk.take(turn(opened, Chose("hangs")))
    await desk.settled(opened.conversation.id)
    assert (outcome.result, outcome.screen.kind) == (Result.TAKEN, Kind.FILL)
    assert front.shown[-1] == outcome.screen


async def test_one_delivery_twice_moves_once_and_answers_with_what_is_to_be_seen(desk, turn):
    opened = await desk.open("o1", "test:ann")
    click = turn(opened, Chose("hangs"))
    first, second = await desk.take(click), await desk.take(click)
    assert (second.result, second.said, second.screen) == (Result.DOUBLE, "", first.screen)
    assert (await desk.load(opened.conversation.id)).revision == opened.conversation.revision + 1


async def test_two_clicks_at_once_on_one_button_move_once(desk, turn):
    opened = await desk.open("o1", "test:ann")
    outcomes = await asyncio.gather(*(desk.take(turn(opened, Chose("hangs"))) for _ in range(5)))
    assert sorted(o.result for o in outcomes) == [Result.OVER] * 4 + [Result.TAKEN]
    assert all(o.screen.title == "Your settings" for o in outcomes)


async def test_a_click_on_an_old_button_is_answered_kindly_with_the_present_step(desk, turn):
    opened = await desk.open("o1", "test:ann")
    now = await desk.take(turn(opened, Chose("hangs")))
    old = turn(opened, Chose("fine"))
    outcome = await desk.take(old)
    assert (outcome.result, outcome.screen) == (Result.OVER, now.screen)
    assert "over" in outcome.said
    assert (await desk.take(old)).result is Result.DOUBLE


async def test_a_choice_that_is_not_there_is_over_too(desk, turn):
    opened = await desk.open("o1", "test:ann")
    assert (await desk.take(turn(opened, Chose("gone")))).result is Result.OVER


async def test_a_typed_text_carries_no_revision_and_counts_always(desk, turn):
    opened = await desk.open("o1", "test:ann")
    await desk.take(turn(opened, Chose("hangs")))
    outcome = await desk.take(turn(opened, Pasted("timed out"), revision=None))
    assert outcome.result is Result.TAKEN


async def test_nobody_moves_somebody_elses_conversation(desk, turn):
    opened = await desk.open("o1", "test:ann")
    outcome = await desk.take(turn(opened, Chose("hangs"), owner="test:eve"))
    assert (outcome.result, outcome.conversation, outcome.screen) == (Result.STRANGER, None, None)
    assert (await desk.load(opened.conversation.id)).revision == opened.conversation.revision


async def test_a_conversation_that_is_gone_is_said_to_be(desk, turn):
    opened = await desk.open("o1", "test:ann")
    assert await desk.forget("test:ann") == 1
    outcome = await desk.take(turn(opened, Chose("hangs")))
    assert outcome.result is Result.MISSING
    assert outcome.said


async def test_a_form_with_a_mistake_can_be_sent_again_from_the_same_window(desk, turn):
    opened = await desk.open("o1", "test:ann")
    form = await desk.take(turn(opened, Chose("hangs")))
    for wrong in ("five", "0", "99999"):
        outcome = await desk.take(turn(form, Filled({**GOOD, "port": wrong})))
        by_name = {i.name: i for i in outcome.screen.inputs}
        assert (outcome.result, by_name["port"].value, by_name["server"].value) == (Result.TAKEN, wrong, GOOD["server"])
        assert by_name["port"].mistake
    outcome = await desk.take(turn(form, Filled(GOOD)))
    assert (outcome.result, outcome.screen.kind) == (Result.TAKEN, Kind.LOOK)
    assert (await desk.take(turn(form, Filled(GOOD)))).result is Result.OVER


async def test_a_form_from_before_another_step_is_over_even_where_a_form_is_shown_again(desk, turn):
    opened = await desk.open("o1", "test:ann")
    form = await desk.take(turn(opened, Chose("hangs")))
    wrong = await desk.take(turn(form, Filled({"port": "five"})))
    back = await desk.take(turn(wrong, WentBack()))
    assert (await desk.take(turn(form, Filled(GOOD)))).result is Result.OVER
    again = await desk.take(turn(back, Chose("hangs")))
    await desk.take(turn(again, Filled({"port": "six"})))
    assert (await desk.take(turn(form, Filled(GOOD)))).result is Result.OVER


async def test_somebody_with_a_human_already_is_told_so(desk, turn):
    opened = await desk.open("o1", "test:ann")
    await desk.take(turn(opened, AskedHuman()))
    await desk.settled(opened.conversation.id)
    outcome = await desk.take(turn(opened, AskedHuman(), revision=None))
    assert outcome.result is Result.OVER
    assert "human" in outcome.said


async def test_two_processes_on_one_database_move_a_conversation_once(make, store, tmp_path, turn):
    other_store = await open_store(tmp_path / "desk.db")
    one, two = make(), make(store=other_store)
    opened = await one.open("o1", "test:ann")
    clicks = [turn(opened, Chose("hangs")) for _ in range(10)]
    outcomes = await asyncio.gather(*((one, two)[n % 2].take(click) for n, click in enumerate(clicks)))
    assert sorted(o.result for o in outcomes) == [Result.OVER] * 9 + [Result.TAKEN]
    texts = [turn(opened, Pasted(f"text {n}"), revision=None) for n in range(6)]
    outcomes = await asyncio.gather(*((one, two)[n % 2].take(text) for n, text in enumerate(texts)))
    assert {o.result for o in outcomes} == {Result.TAKEN}
    assert sorted((await one.load(opened.conversation.id)).texts) == [f"text {n}" for n in range(6)]
    await two.close()
    await other_store.close()


class Broken:
    """A tree of which one event breaks."""

    def __init__(self, tree, event):
        self._tree, self._event = tree, event

    def __getattr__(self, name):
        return getattr(self._tree, name)

    def advance(self, conversation, event):
        if isinstance(event, self._event):
            raise ZeroDivisionError("a bug")
        return self._tree.advance(conversation, event)


async def test_a_bug_is_told_with_a_reference_that_is_in_the_log_and_the_conversation_survives(
    make, tree, turn, caplog
):
    desk = make(tree=Broken(tree, Chose), support="#mail-help")
    opened = await desk.open("o1", "test:ann")
    with caplog.at_level(logging.ERROR):
        outcome = await desk.take(turn(opened, Chose("hangs")))
    assert outcome.result is Result.FAILED
    assert outcome.reference in outcome.said
    assert "#mail-help" in outcome.said
    assert outcome.screen == opened.screen
    assert any(outcome.reference in r.message and r.exc_info[0] is ZeroDivisionError for r in caplog.records)
    assert (await desk.take(turn(opened, StartedAgain()))).result is Result.TAKEN


async def test_a_human_is_reached_even_where_the_tree_is_broken(make, tree, turn, front):
    desk = make(tree=Broken(tree, AskedHuman))
    opened = await desk.open("o1", "test:ann")
    outcome = await desk.take(turn(opened, AskedHuman()))
    await desk.settled(opened.conversation.id)
    assert outcome.result is Result.TAKEN
    assert [c.conversation for c in front.cases] == [opened.conversation.id]
    assert (await desk.load(opened.conversation.id)).status is Status.HANDED


async def test_a_database_that_fails_is_told_and_nothing_moves(desk, store, turn, caplog):
    opened = await desk.open("o1", "test:ann")
    await desk.settled(opened.conversation.id)
    await store.door.do(__import__("sqlalchemy").text("alter table outbox rename to away"))
    outcome = await desk.take(turn(opened, Chose("hangs")))
    assert outcome.result is Result.FAILED
    assert "save" in outcome.said
    failed = await desk.open("o2", "test:bob")
    assert (failed.result, failed.conversation) == (Result.FAILED, None)
    await store.door.do(__import__("sqlalchemy").text("alter table away rename to outbox"))
    assert (await desk.take(turn(opened, Chose("hangs")))).result is Result.TAKEN


async def test_a_step_that_is_gone_from_the_pages_leads_to_one_that_stands(desk, store, tree):
    gone = replace(tree.begin("c9", "test:ann"), step="small.gone", revision=4, pages="old")
    await store.save(None, [Change(gone, None)], by="", now=0, until=0)
    outcome = await desk.take(Turn("k", "c9", "test:ann", Chose("hangs"), 4))
    assert outcome.result is Result.TAKEN
    assert outcome.screen.title == "What happens?"
    assert outcome.screen.notice


@pytest.mark.parametrize("text", ["", "535 5.7.8 authentication failed", "smtp.example.com:587", "ann@example.com"])
async def test_it_opens_with_any_text(desk, text):
    assert (await desk.open("o1", "test:ann", text)).result is Result.TAKEN


async def test_an_old_button_that_asks_for_a_human_gets_one(desk, turn):
    opened = await desk.open("o", "test:ann")
    await desk.take(turn(opened, Chose("hangs")))
    outcome = await desk.take(turn(opened, AskedHuman()))
    assert (outcome.result, outcome.conversation.status) == (Result.TAKEN, Status.HANDED)
    again = await desk.take(turn(opened, AskedHuman()))
    assert (again.result, "human already" in again.said) == (Result.OVER, True)
    solved = await desk.open("p", "test:ann")
    await desk.take(turn(solved, Chose("fine")))
    assert (await desk.take(turn(solved, AskedHuman()))).result is Result.OVER


async def test_a_step_that_cannot_be_shown_again_is_no_silent_end(desk, make, store):
    class Overtaken:
        """A store in which somebody else is always first."""

        def __getattr__(self, name):
            return getattr(store, name)

        async def save(self, *_, **__):
            raise Moved("somebody was first")

    opened = await desk.open("o1", "test:ann")
    await desk.settled(opened.conversation.id)
    with pytest.raises(RuntimeError, match="saved first"):
        await make(store=Overtaken()).show_again("s1", opened.conversation.id, notes={})
