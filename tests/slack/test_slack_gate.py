"""Who may use the bot: people of the own workspace, in the channels and of the group that are allowed."""

from __future__ import annotations

import pytest
from fake_rules import SHARED


async def test_people_of_another_organisation_are_refused_kindly(run):
    async with run() as bot:
        ann, eve = bot.person(), bot.person("U0EVE", team="T0ELSE")
        _, ack = await eve.command()
        assert "people of the workspace" in ack["text"]
        await ann.command()
        await bot.quiet(ann)
        await eve.presses("I am not sure, please check", ann.messages[-1])
        await bot.quiet(ann)
        assert "people of the workspace" in bot.slack.ephemerals[-1]["text"]
        assert (await bot.desk.current(ann.owner)).trail == ()
        for _ in range(2):
            await eve.says("hello")
        await bot.quiet(eve)
        assert len(eve.messages) == 1


async def test_somebody_elses_button_does_nothing_to_their_conversation(run):
    async with run() as bot:
        ann, bob = bot.person(), bot.person("U0BOB")
        await ann.command("ann@example.com")
        before = await bot.quiet(ann)
        await bob.presses("I am not sure, please check", ann.messages[-1])
        await bot.quiet(bob)
        assert "somebody else" in bot.slack.ephemerals[-1]["text"]
        assert await bot.desk.current(ann.owner) == before


async def test_only_the_allowed_channels_and_the_direct_message_take_the_command(run):
    async with run(allow_channels=("C0MAIL",)) as bot:
        ann = bot.person()
        _, ack = await ann.command(channel="C0TALK")
        assert "not switched on in this channel" in ack["text"]
        assert await bot.quiet(ann) is None
        await ann.command(channel="C0MAIL")
        assert await bot.quiet(ann) is not None


async def test_only_the_allowed_group_is_helped(run):
    async with run(allow_group="S0MAIL") as bot:
        bot.slack.groups["S0MAIL"] = ["U0ANN"]
        ann, bob = bot.person(), bot.person("U0BOB")
        _, ack = await bob.command()
        assert "not among them" in ack["text"]
        await ann.command()
        assert await bot.quiet(ann) is not None
        assert bot.slack.count("usergroups.users.list") == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="what a missing scope is answered with (../shared/slack is not here)")
async def test_a_missing_scope_is_named_where_the_group_cannot_be_read(run):
    async with run(allow_group="S0MAIL") as bot:
        bot.slack.scopes.discard("usergroups:read")
        _, ack = await bot.person().command()
        assert "lacks the scope usergroups:read" in ack["text"]


async def test_a_mention_by_somebody_of_another_organisation_is_refused_for_them_alone(run):
    async with run() as bot:
        bot.slack.channel("C0TALK")
        eve = bot.person("U0EVE", team="T0ELSE")
        await eve.mentions()
        await bot.quiet(eve)
        assert "people of the workspace" in bot.slack.ephemerals[-1]["text"]
        assert bot.slack.ephemerals[-1]["user"] == eve.user
