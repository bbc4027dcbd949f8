"""What time does to a conversation in Slack, over restarts with the clock moved: it reminds, looks and tries again."""

from __future__ import annotations

import fake_blocks
import pytest

from probes.causes import Cause

HOUR, DAY = 3600, 86400


def words(message):
    return fake_blocks.texts(message["blocks"])


async def test_a_question_is_remembered_once_after_a_day_and_closed_after_a_week_over_restarts(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("It hangs or stays in the outbox")
        await bot.later(ann, DAY - HOUR)
        assert not any("still open" in words(m) for m in ann.messages)
    async with run() as bot:
        ann.push = bot.push
        await bot.later(ann, 2 * HOUR)
        assert "still open, at “Which mail program" in words(ann.messages[-1])
        await ann.presses("Go on")
        await bot.quiet(ann)
        assert "Which mail program" in words(ann.messages[-1])
        said = len(ann.messages)
    async with run() as bot:
        for _ in range(5):
            await bot.later(ann, DAY)
        assert len(ann.messages) == said
        now = await bot.later(ann, 2 * DAY)
        assert now.status == "closed"
        assert "closed this after a week of quiet" in words(ann.messages[-1])
        assert not fake_blocks.buttons(ann.messages[-1]["blocks"])
        assert len(ann.messages) == said
        ann.push = bot.push
        reminder = next(m for m in ann.messages if "still open" in words(m))
        await ann.presses("Go on", reminder)
        await bot.quiet(ann)
        assert "no open conversation" in words(bot.slack.ephemerals[-1])


@pytest.mark.parametrize(
    ("cause", "choice"),
    [
        (Cause.SERVER_TEMPORARILY_UNAVAILABLE, "out of order"),
        (Cause.GREYLISTED, "come back later"),
        (Cause.RATE_LIMITED, "Too many messages"),
        (Cause.CONNECTION_REFUSED, "takes nothing"),
        (Cause.TIMEOUT, "does not answer"),
    ],
)
async def test_it_is_told_once_that_it_works_again_over_a_restart(run, look, cause, choice):
    look.causes = [cause]
    async with run() as bot:
        ann = bot.person()
        await ann.command("smtp.example.com:587")
        await bot.quiet(ann)
        if "which mail program" in words(ann.messages[-1]):
            await ann.presses("Thunderbird")
            await bot.quiet(ann)
        assert choice in words(ann.messages[-1])
        await ann.presses("Tell me when it works again")
        await bot.quiet(ann)
        assert "I look again from time to time" in words(ann.messages[-1])
        assert "Did that help?" not in words(ann.messages[-1])
        said, looks = len(ann.messages), look.began
        await bot.later(ann, 310)
        assert (len(ann.messages), look.began) == (said, looks + 1)
    look.causes = [Cause.OK]
    async with run() as bot:
        await bot.later(ann, HOUR)
        assert look.began == looks + 2
        assert "All that I can test works now" in words(ann.messages[-1])
        assert len(ann.messages) == said + 1
        await bot.later(ann, 2 * HOUR)
        assert (len(ann.messages), look.began) == (said + 1, looks + 2)


async def test_a_case_that_an_archived_channel_did_not_take_is_handed_over_when_it_does(run):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP", archived=True)
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("Talk to a human")
        conversation = await bot.quiet(ann)
        seen = words(ann.messages[-1])
        assert "Nobody knows of your case yet" in seen
        assert conversation.id in seen
        assert "For your IT: The channel is archived" in seen
        assert "takes over" not in seen
        said = len(ann.messages)
        await bot.later(ann, 20)
        assert len(ann.messages) == said
    bot.slack.channel("C0HELP")
    async with run(support_channel="C0HELP") as bot:
        await bot.later(ann, 60)
        (case,) = bot.slack.posted("C0HELP")
        assert "Open." in words(case)
        assert "with the support team" in words(ann.messages[-1])
        assert "Nobody knows" not in words(ann.messages[-1])
        assert len(ann.messages) == said


async def test_after_an_hour_of_tries_the_person_is_told_that_there_are_no_more(run):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP", joined=False)
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        for _ in range(12):
            await bot.later(ann, 601)
        assert "I tried to reach your IT helpdesk for an hour" in words(ann.messages[-1])
        tries = bot.slack.count("chat.postMessage")
        await bot.later(ann, DAY)
        assert bot.slack.count("chat.postMessage") == tries


async def test_who_went_on_without_a_human_is_not_handed_over_later(run):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP", archived=True)
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        await ann.presses("Back")
        await bot.quiet(ann)
        bot.slack.channel("C0HELP")
        await bot.later(ann, 60)
        assert bot.slack.posted("C0HELP") == []
