"""Who may use the bot: people of the own workspace, in the channels and of the group that are allowed."""

from __future__ import annotations

import asyncio

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


async def test_who_is_taken_out_of_the_group_can_press_and_send_nothing_more(run, slack):
    slack.groups["S0MAIL"] = ["U0ANN"]
    async with run(allow_group="S0MAIL") as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
    slack.groups["S0MAIL"] = ["U0BOB"]
    async with run(allow_group="S0MAIL") as bot:
        ann = bot.person()
        before = await bot.quiet(ann)
        for label in ("Back", "Start again", "Talk to a human"):
            await ann.presses(label)
            assert await bot.quiet(ann) == before
            assert "not among them" in slack.ephemerals[-1]["text"]


async def test_a_form_that_was_open_when_somebody_was_taken_out_of_the_group_is_not_taken(run, slack):
    slack.groups["S0MAIL"] = ["U0ANN"]
    async with run(allow_group="S0MAIL") as bot:
        ann = bot.person()
        for answer in ("I am not sure, please check", "Thunderbird"):
            await ann.command() if not ann.messages else None
            await bot.quiet(ann)
            await ann.presses(answer)
        await bot.quiet(ann)
        await ann.presses("Fill in the form")
        await bot.quiet(ann)
        view = next(iter(slack.views.values()))
    slack.groups["S0MAIL"] = []
    async with run(allow_group="S0MAIL") as bot:
        ann = bot.person()
        before = await bot.quiet(ann)
        await ann.presses("Fill in the form")
        await bot.quiet(ann)
        assert len(slack.views) == 1
        _, answer = await ann.submits(view, server="smtp.example.com")
        assert "not among them" in str(answer["view"])
        assert await bot.quiet(ann) == before


@pytest.mark.parametrize("kind", ["single", "several"])
async def test_a_guest_of_the_workspace_is_helped_like_everybody(run, slack, kind):
    async with run() as bot:
        gus = bot.person("U0GUS")
        slack.guests["U0GUS"] = kind
        await gus.command()
        assert await bot.quiet(gus) is not None
        assert "What happens" in gus.messages[-1]["text"]


async def handed(bot):
    ann = bot.person()
    await ann.command()
    await bot.quiet(ann)
    await ann.presses("Talk to a human")
    await bot.quiet(ann)
    return ann, {**bot.slack.posted("C0HELP")[0], "channel": "C0HELP"}


async def test_where_nobody_is_named_the_members_of_the_support_channel_work_on_cases_and_no_others(run, slack):
    async with run(support_channel="C0HELP") as bot:
        slack.channel("C0HELP", members=["U0IT", "U0GUS"])
        slack.guests["U0GUS"] = "several"
        ann, case = await handed(bot)
        for who in ("U0PASSER", "U0GUS"):
            other = bot.person(who)
            await other.presses("Claim", case)
            await other.presses("Ask a question", case)
            await other.writes("give me your password", "C0HELP", case["ts"])
            await bot.quiet(ann)
            assert "people of your IT" in slack.ephemerals[-2]["text"]
            assert "not pass your words on" in slack.ephemerals[-1]["text"]
        assert (await bot.store.case((await bot.quiet(ann)).id)).state == "open"
        assert slack.views == {}
        await bot.person("U0IT").presses("Claim", case)
        await bot.quiet(ann)
        assert (await bot.store.case((await bot.quiet(ann)).id)).state == "claimed"
        assert slack.count("conversations.members") == 1


async def test_where_slack_does_not_tell_whether_somebody_is_a_guest_they_work_on_no_case(run, slack):
    async with run(support_channel="C0HELP") as bot:
        slack.channel("C0HELP", members=["U0GUS"])
        slack.guests["U0GUS"] = "several"
        ann, case = await handed(bot)
        slack.fault("users.info", "user_not_visible")
        await bot.person("U0GUS").presses("Claim", case)
        await bot.quiet(ann)
        assert "user_not_visible" in slack.ephemerals[-1]["text"]
        assert (await bot.store.case((await bot.quiet(ann)).id)).state == "open"


async def test_a_secret_in_a_question_of_it_goes_neither_to_the_person_nor_into_the_thread(run, slack):
    async with run(support_channel="C0HELP") as bot:
        slack.channel("C0HELP", members=["U0IT"])
        ann, case = await handed(bot)
        it = bot.person("U0IT")
        await it.presses("Ask a question", case)
        view = await slack.until(lambda: next(iter(slack.views.values()), None))
        await it.submits(view, question="your new password: Tr0ub4dor-and-3 works?")
        await it.writes("or else password: Tr0ub4dor-and-3", "C0HELP", case["ts"])
        await bot.quiet(ann)
        assert "[removed]" in repr(slack.posted("C0HELP"))
        assert "[removed]" in ann.messages[-1]["text"]
        assert "Tr0ub4dor" not in repr(slack.posted("C0HELP")) + repr(ann.messages)


async def test_forms_and_their_buttons_go_by_the_pace_of_a_person_too(run, slack):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        await ann.presses("Thunderbird")
        await bot.quiet(ann)
        before = slack.count("views.open")
        await asyncio.gather(*(ann.presses("Fill in the form") for _ in range(90)))
        await bot.quiet(ann)
        assert slack.count("views.open") - before <= 62


async def test_a_big_support_channel_is_read_page_by_page(run, slack):
    async with run(support_channel="C0HELP") as bot:
        slack.channel("C0HELP", members=[f"U{number:05}" for number in range(2500)] + ["U0IT"])
        ann, case = await handed(bot)
        await bot.person("U0IT").presses("Claim", case)
        await bot.quiet(ann)
        assert (await bot.store.case((await bot.quiet(ann)).id)).state == "claimed"
        assert slack.count("conversations.members") == 3


@pytest.mark.skipif(not SHARED.is_dir(), reason="what a missing scope is answered with (../shared/slack is not here)")
async def test_where_slack_does_not_tell_who_is_a_member_nobody_works_on_cases_and_the_scope_is_named(run, slack):
    async with run(support_channel="C0HELP") as bot:
        slack.channel("C0HELP")
        slack.scopes -= {"channels:read", "groups:read"}
        ann, case = await handed(bot)
        await bot.person("U0IT").presses("Claim", case)
        await bot.quiet(ann)
        assert "channels:read" in slack.ephemerals[-1]["text"]
        assert (await bot.store.case((await bot.quiet(ann)).id)).state == "open"


async def test_a_workflow_and_other_bots_are_ignored(run, slack):
    async with run() as bot:
        ann = bot.person()
        slack.channel("C0TALK")
        for more in ({"bot_id": "B0FLOW"}, {"subtype": "bot_message", "bot_id": "B0FLOW"}, {"user": "USLACKBOT"}):
            await ann.says("smtp.example.com", **more)
            await ann.mentions("help", **more)
        await bot.quiet(ann)
        assert ann.messages == []
        assert slack.ephemerals == []
