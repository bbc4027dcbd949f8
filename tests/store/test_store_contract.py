"""What every store keeps its word on, SQLite and PostgreSQL alike."""

import asyncio
from dataclasses import replace

import pytest

from bot.store import Change, Moved
from bot.store.opening import open_store
from flows.conversation import Cancel, Conversation, HandOver, Look, Seen, Show, Status, Stop
from probes.causes import Cause, Confidence, RunnerUp
from probes.findings import Finding, Line, Settings, Severity
from probes.verdict import NotTested, Verdict

VERDICT = Verdict(
    cause=Cause.PORT_BLOCKED,
    confidence=Confidence.LIKELY,
    decided_by=(Finding("port_filtered", Severity.FAULT, "192.0.2.1:25", {"port": "25"}),),
    runners_up=(RunnerUp(Cause.TIMEOUT, Confidence.POSSIBLE),),
    works_with=Settings("smtp.example.com", 587, "starttls", sender="ann@example.com"),
    not_tested=(NotTested("login", "no_password"),),
    transcript=(Line("greeting", 12, "<", "220 smtp.example.com ☃"),),
    quote="it said “no”",
)
ANN = Conversation(
    id="c1",
    owner="terminal:ann",
    pages="d1",
    step="start",
    trail=(Stop("start", "error", "I see an error"),),
    answers={"server": "smtp.example.com"},
    texts=("535 5.7.8 ✗",),
    seen=(Seen("r1", "look", "probe", VERDICT),),
    mistakes=(("port", "That is no number."),),
    started=12.5,
)
BY = {"by": "w1", "now": 100.0, "until": 110.0}


def following(conversation, **changes):
    return replace(conversation, revision=conversation.revision + 1, **changes)


async def keep(store, conversation, before=None, effects=(), key=None, **more):
    return await store.save(key, [Change(conversation, before, tuple(effects))], **{**BY, **more})


async def test_a_conversation_comes_back_as_it_was_kept(store):
    assert await keep(store, ANN) == ()
    assert await store.load("c1") == ANN
    assert await store.load("c2") is None


async def test_it_is_still_there_when_the_database_is_opened_again(store, database_url):
    await keep(store, ANN, effects=[Look("r1", "probe")])
    again = await open_store(database_url)
    assert await again.load("c1") == ANN
    assert [p.effect for p in await again.unfinished("c1")] == [Look("r1", "probe")]
    await again.close()


async def test_a_key_is_claimed_once_and_the_second_saving_changes_nothing(store):
    await keep(store, ANN, key="e1")
    assert not await store.claimed("e2")
    assert await keep(store, following(ANN, step="other"), before=0, effects=[Show()], key="e1") is None
    assert await store.load("c1") == ANN
    assert await store.unfinished("c1") == ()
    assert await store.claimed("e1")


async def test_a_snapshot_that_does_not_follow_the_kept_one_is_refused_and_leaves_no_trace(store):
    await keep(store, ANN)
    await keep(store, following(ANN, step="next"), before=0)
    with pytest.raises(Moved):
        await keep(store, following(ANN, step="late"), before=0, effects=[Show()], key="late", surface={"ts": "1"})
    assert (await store.load("c1")).step == "next"
    assert not await store.claimed("late")
    assert await store.unfinished("c1") == ()
    assert await store.surface("c1") == {}


async def test_a_new_conversation_never_takes_the_place_of_another(store):
    await keep(store, ANN)
    with pytest.raises(Moved):
        await keep(store, replace(ANN, step="other"))
    assert await store.load("c1") == ANN


async def test_a_change_of_two_conversations_is_kept_whole_or_not_at_all(store):
    await keep(store, ANN)
    new, closed = replace(ANN, id="c2"), following(ANN, status=Status.CLOSED)
    with pytest.raises(Moved):
        await store.save("k", [Change(new, None), Change(closed, 7)], **BY)
    assert await store.load("c2") is None
    await store.save("k", [Change(new, None), Change(closed, 0)], **BY)
    assert [c.id for c in await store.of_owner("terminal:ann")] == ["c1", "c2"]


async def test_twenty_at_once_with_one_key_are_one(store):
    await keep(store, ANN)
    twenty = [keep(store, following(ANN, step=f"s{n}"), before=0, effects=[Show()], key="click") for n in range(20)]
    outcomes = await asyncio.gather(*twenty, return_exceptions=True)
    assert [len(o) for o in outcomes if isinstance(o, tuple)] == [1]
    assert all(o is None or isinstance(o, tuple | Moved) for o in outcomes)
    assert len(await store.unfinished("c1")) == 1


async def test_twenty_at_once_with_keys_of_their_own_are_one_and_nineteen_moved(store):
    await keep(store, ANN)
    twenty = [keep(store, following(ANN, step=f"s{n}"), before=0, key=f"click{n}") for n in range(20)]
    outcomes = await asyncio.gather(*twenty, return_exceptions=True)
    assert sum(isinstance(o, Moved) for o in outcomes) == 19
    assert (await store.load("c1")).revision == 1


async def test_effects_come_in_order_and_each_is_struck_out_by_itself(store):
    effects = (Cancel("r0"), Show(), Look("r1", "text"), HandOver())
    noted = await keep(store, ANN, effects=effects)
    assert tuple(p.effect for p in noted) == effects
    assert await store.unfinished("c1") == noted
    await store.done([noted[0].number, noted[2].number])
    assert [p.effect for p in await store.unfinished("c1")] == [Show(), HandOver()]
    await keep(store, following(ANN), before=0, done=[noted[1].number, noted[3].number])
    assert await store.unfinished("c1") == ()


async def test_a_lease_keeps_others_away_until_it_runs_out(store):
    await keep(store, ANN, effects=[Look("r1", "probe")])
    other = {"by": "w2", "whose": "terminal:", "until": 120.0}
    assert await store.take_up(now=109.0, **other) == ()
    await store.renew([p.number for p in await store.unfinished("c1")], 115.0)
    assert await store.take_up(now=111.0, **other) == ()
    (taken,) = await store.take_up(now=116.0, **other)
    assert (taken.effect, taken.tries) == (Look("r1", "probe"), 1)
    assert await store.take_up(now=117.0, **{**other, "by": "w1"}) == ()


async def test_whoever_is_alone_takes_all_at_once_but_never_its_own_again(store):
    await keep(store, ANN, effects=[Show()])
    alone = {"now": 101.0, "until": 120.0, "whose": "terminal:", "everything": True}
    assert await store.take_up(by="w1", **alone) == ()
    assert len(await store.take_up(by="w2", **alone)) == 1


async def test_what_is_given_back_is_free_at_once(store):
    await keep(store, ANN, effects=[Show()])
    await store.give_back("w1")
    assert len(await store.take_up(by="w2", now=100.0, until=110.0, whose="terminal:")) == 1


async def test_effects_of_other_owners_are_left_alone(store):
    await keep(store, ANN, effects=[Show()])
    await keep(store, replace(ANN, id="c2", owner="slack:T1:U1"), effects=[HandOver()])
    taken = await store.take_up(by="w2", now=101.0, until=120.0, whose="slack:", everything=True)
    assert [p.conversation for p in taken] == ["c2"]
    odd = await store.take_up(by="w3", now=101.0, until=120.0, whose="%", everything=True)
    assert odd == ()


async def test_two_that_take_up_at_once_share_nothing(store):
    for n in range(10):
        await keep(store, replace(ANN, id=f"c{n}"), effects=[Show()])
    takers = [store.take_up(by=f"t{n}", now=200.0, until=300.0, whose="terminal:") for n in range(4)]
    taken = [p.number for some in await asyncio.gather(*takers) for p in some]
    assert len(taken) == len(set(taken)) == 10


async def test_a_front_keeps_notes_of_its_own(store):
    await keep(store, ANN, surface={"channel": "D1"})
    await store.remember("c1", {"ts": "1.2", "old": "0.1"})
    await store.remember("c1", {"ts": "1.3", "old": None})
    assert await store.surface("c1") == {"channel": "D1", "ts": "1.3"}
    assert await store.found_at("ts", "1.3") == "c1"
    assert await store.found_at("ts", "1.2") is None


async def test_an_owner_is_forgotten_with_all_that_was_kept(store):
    await keep(store, ANN, effects=[Show()], surface={"ts": "1"})
    await keep(store, replace(ANN, id="c2", owner="terminal:bob"))
    assert await store.forget("terminal:ann") == 1
    assert await store.of_owner("terminal:ann") == ()
    assert await store.unfinished("c1") == ()
    assert await store.surface("c1") == {}
    assert await store.load("c2") is not None
    await store.remember("c1", {"ts": "2"})  # a drawing that was under way
    assert await store.surface("c1") == {}


async def test_nothing_that_is_noted_while_an_owner_is_forgotten_stays(store):
    for number in range(20):
        one = f"c{number}"
        await keep(store, replace(ANN, id=one))
        noting = [store.remember(one, {f"note {each}": "yes"}) for each in range(4)]
        await asyncio.gather(*noting[:2], store.forget("terminal:ann"), *noting[2:])
        assert await store.surface(one) == {}


async def test_the_conversations_of_an_owner_come_newest_first(store):
    for n, touched in enumerate((30.0, 50.0, 40.0)):
        await keep(store, replace(ANN, id=f"c{n}"), now=touched)
    assert [c.id for c in await store.of_owner("terminal:ann")] == ["c1", "c2", "c0"]
    assert [c.id for c in await store.of_owner("terminal:ann", limit=1)] == ["c1"]


async def test_old_keys_and_old_conversations_are_tidied_away(store):
    await keep(store, ANN, key="old", now=10.0)
    await keep(store, replace(ANN, id="c2"), key="new", now=90.0)
    assert await store.tidy(keys_before=50.0) == 0
    assert not await store.claimed("old")
    assert await store.claimed("new")
    assert await store.tidy(keys_before=50.0, conversations_before=50.0) == 1
    assert await store.load("c1") is None
    assert await store.load("c2") is not None


async def test_two_that_open_one_database_at_once_both_can(database_url):
    first, second = await asyncio.gather(open_store(database_url), open_store(database_url))
    await keep(first, ANN)
    assert await second.load("c1") == ANN
    await first.close()
    await second.close()
