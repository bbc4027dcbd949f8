"""Two replicas behind one Slack, which hands each delivery to either: a double click, several lines, two humans."""

from __future__ import annotations

import asyncio

import fake_blocks
import pytest
from test_slack_kills import TWO, database

CHANNEL = "C0HELP"


def words(message):
    return fake_blocks.texts(message["blocks"])


def steps(person):
    """Return the messages of a direct message that can be answered still."""
    return [each for each in person.messages if fake_blocks.buttons(each["blocks"])]


@pytest.fixture
async def replicas(run, slack):
    """Two bots that share one PostgreSQL."""
    slack.channel(CHANNEL)
    async with database() as url:
        more = {"database": url, "support_channel": CHANNEL, "admins": ("U0IT", "U0IT2")}
        async with run(**more) as one, run(**more) as two:
            yield one, two


async def quiet(replicas, person):
    for _ in range(2):
        for bot in replicas:
            now = await bot.quiet(person)
    return now


@TWO
async def test_a_double_click_that_two_replicas_get_is_one_answer_and_says_nothing_more(replicas):
    one, two = replicas
    ann, same = one.person(), two.person()
    await ann.command()
    await quiet(replicas, ann)
    shown = ann.messages[-1]
    for label in ("It hangs or stays in the outbox", "Thunderbird"):
        shown = ann.messages[-1]
        await asyncio.gather(ann.presses(label, shown), same.presses(label, shown))
        now = await quiet(replicas, ann)
    assert [stop.label for stop in now.trail] == ["It hangs or stays in the outbox", "Thunderbird"]
    assert len(steps(ann)) == 1
    assert one.slack.ephemerals == []


@TWO
@pytest.mark.parametrize("where", ["App Home", "the offer", "the command"])
async def test_a_double_click_that_opens_at_two_replicas_opens_one_conversation(replicas, where):
    one, two = replicas
    ann, same = one.person(), two.person()
    shown = None
    if where == "App Home":
        await ann.opens_home()
        await quiet(replicas, ann)
        shown = one.slack.homes[ann.user]
    elif where == "the offer":
        await ann.command()
        await quiet(replicas, ann)
        await ann.presses("I am not sure, please check")
        _, ack = await ann.command()
        shown = {"channel": "C0TALK", "blocks": ack["blocks"]}
    before = len(await one.desk.recent(ann.owner))
    label = {"App Home": "Start", "the offer": "Start anew"}.get(where)
    await asyncio.gather(*(each.presses(label, shown) if shown else each.command() for each in (ann, same)))
    await quiet(replicas, ann)
    assert len(await one.desk.recent(ann.owner)) == before + 1
    assert len(steps(ann)) == 1


@TWO
async def test_several_lines_that_two_replicas_get_are_one_conversation_and_all_of_them_are_heard(replicas):
    one, two = replicas
    ann, same = one.person(), two.person()
    await asyncio.gather(ann.says("error 17"), same.says("error 18"), ann.says("error 19"), same.says("error 20"))
    now = await quiet(replicas, ann)
    assert len(await one.desk.recent(ann.owner)) == 1
    assert set(now.texts) == {"error 17", "error 18", "error 19", "error 20"}
    assert len(steps(ann)) == 1


@TWO
async def test_a_delivery_that_two_replicas_get_is_taken_once(replicas):
    one, two = replicas
    ann, same = one.person(), two.person()
    await ann.says("human")
    now = await quiet(replicas, ann)
    await ann.says("error 17")
    same.last = ann.last
    await asyncio.gather(ann.again(), same.again(), ann.again())
    now = await quiet(replicas, ann)
    assert now.texts == ("error 17",)
    heads = [each for each in one.slack.posted(CHANNEL) if "thread_ts" not in each]
    assert len(heads) == 1
    assert ["error 17" in words(each) for each in one.slack.posted(CHANNEL)].count(True) == 1


@TWO
async def test_two_humans_who_claim_at_two_replicas_are_one_claim(replicas):
    one, two = replicas
    ann = one.person()
    await ann.says("human")
    await quiet(replicas, ann)
    head = {**one.slack.posted(CHANNEL)[0], "channel": CHANNEL}
    await asyncio.gather(one.person("U0IT").presses("Claim", head), two.person("U0IT2").presses("Claim", head))
    await quiet(replicas, ann)
    assert "Claimed" in words(one.slack.posted(CHANNEL)[0])
    assert ["not possible any more" in words(each) for each in one.slack.ephemerals] == [True]
    assert len(steps(ann)) == 1
