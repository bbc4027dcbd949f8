"""A hand-over from both sides: the case's message and its buttons, the thread, who may, and its end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from handed_case import CHANNEL, asking, handed, head, labels, thread, words

from bot.store import Moved


async def test_a_hand_over_is_played_from_both_sides_to_its_end(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        assert labels(case) == ["Claim", "Ask a question", "Resolve"]
        assert "Open." in words(case)

        await ina.presses("Claim", head(bot))
        await bot.quiet(ann)
        assert "Claimed* by <@U0IT>" in words(head(bot))
        assert labels(head(bot)) == ["Ask a question", "Resolve"]
        assert "It has your case now. I keep silent" in words(ann.messages[-1])

        view = await asking(bot, ina)
        await ina.submits(view, question="Which <network> are you in?")
        await bot.quiet(ann)
        assert "<@U0IT> of your helpdesk writes:" in words(ann.messages[-1])
        assert "&lt;network&gt;" in words(ann.messages[-1])
        assert "<@U0IT> asks:" in thread(bot)[-1]

        said_by_the_bot = len(ann.messages)
        await ann.says("At home, as always")
        await bot.quiet(ann)
        assert len(ann.messages) == said_by_the_bot  # a human is on it, and the bot keeps silent
        await ann.says("At home, password: hunter2")
        await bot.quiet(ann)
        assert "took out what looked like a password" in words(ann.messages[-1])
        said_by_the_bot = len(ann.messages)
        assert "<@U0ANN> writes:" in thread(bot)[-1]
        assert "At home" in thread(bot)[-1]
        assert "hunter2" not in thread(bot)[-1]

        await ina.writes("Try port 465", CHANNEL, case["ts"])
        await ina.again()
        await bot.quiet(ann)
        assert [words(m) for m in ann.messages[said_by_the_bot:]] == [words(ann.messages[-1])]
        assert "Try port 465" in words(ann.messages[-1])

        await ina.presses("Resolve", head(bot))
        await bot.quiet(ann)
        assert "Resolved* by <@U0IT>" in words(head(bot))
        assert labels(head(bot)) == ["Ask a question", "Reopen"]
        assert "Did that help?" in words(ann.messages[-1])

        await ina.presses("Reopen", head(bot))
        await bot.quiet(ann)
        assert "Open." in words(head(bot))
        assert "goes to a human" in words(ann.messages[-1])

        await ina.presses("Resolve", head(bot))
        await bot.quiet(ann)
        await ann.presses("Yes, my mail goes again")
        conversation = await bot.quiet(ann)
        assert conversation.status == "solved"
        assert await bot.store.helped(conversation.id) == {"human": "helped"}
        assert (await bot.store.case(conversation.id)).state == "resolved"


async def test_no_after_a_resolution_brings_the_case_back_into_the_same_thread(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, _, _ = await handed(bot)
        await bot.person("U0IT").presses("Resolve", head(bot))
        await bot.quiet(ann)
        await ann.presses("No, not yet")
        conversation = await bot.quiet(ann)
        assert conversation.status == "handed"
        assert [m for m in bot.slack.posted(CHANNEL) if "thread_ts" not in m] == [bot.slack.posted(CHANNEL)[0]]
        assert "Asked for a human again" in thread(bot)[-1]
        assert labels(head(bot)) == ["Claim", "Ask a question", "Resolve"]
        assert await bot.store.helped(conversation.id) == {"human": "no"}


async def test_going_back_to_the_bot_closes_the_case_and_says_so_to_it(run):
    async with run(support_channel=CHANNEL) as bot:
        ann, _, _ = await handed(bot)
        await ann.presses("Back")
        await bot.quiet(ann)
        assert "<@U0ANN> went on without you" in words(head(bot))
        assert labels(head(bot)) == ["Ask a question", "Reopen"]


async def test_buttons_of_a_case_are_checked_on_the_server(run):
    async with run(support_channel=CHANNEL, it_group="S0ITGROUP") as bot:
        bot.slack.groups["S0ITGROUP"] = ["U0IT"]
        ann, _, case = await handed(bot)
        for label in ("Claim", "Resolve"):
            await ann.presses(label, head(bot))
            await bot.half.listeners.replies.settled()
            assert "for the people of your IT" in words(bot.slack.ephemerals[-1])
        await ann.presses("Ask a question", head(bot))
        await bot.half.listeners.replies.settled()
        assert "for the people of your IT" in words(bot.slack.ephemerals[-1])
        assert not any(v["callback_id"] == "smtp:question" for v in bot.slack.views.values())
        stranger = bot.person("U0FAR", team="T0FAR")
        await stranger.presses("Claim", head(bot))
        await bot.half.listeners.replies.settled()
        assert "only help people of the workspace" in words(bot.slack.ephemerals[-1])
        assert (await bot.store.case((await bot.quiet(ann)).id)).state == "open"
        await bot.person("U0IT").presses("Claim", head(bot))
        assert (await bot.store.case((await bot.quiet(ann)).id)).who == "slack:T0HOME:U0IT"


async def test_a_question_of_it_reaches_both_sides_once_where_the_process_died_right_after_it_was_kept(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, _ = await handed(bot)
        view = await asking(bot, ina)
        bot.desk._errands.begin = lambda effects: None
        await ina.submits(view, question="Which network are you in?")
        await bot.quiet(ann)
        assert not any("Which network" in text for text in [*thread(bot), *map(words, ann.messages)])
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        await bot.quiet(ann)
        assert ["<@U0IT> asks:" in text for text in thread(bot) if "Which network" in text] == [True]
        assert ["Which network" in words(m) for m in ann.messages].count(True) == 1


def outrun(bot, monkeypatch):
    """Let other processes save first, every time."""

    async def saves(*_, **__):
        raise Moved

    monkeypatch.setattr(bot.desk, "save", saves)


async def test_a_question_that_could_not_be_kept_stays_in_its_form(run, monkeypatch):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        _, ina, _ = await handed(bot)
        view = await asking(bot, ina)
        outrun(bot, monkeypatch)
        _, answer = await ina.submits(view, question="Which network are you in?")
        assert ["could not be kept" in said for said in answer["errors"].values()] == [True]


async def test_words_that_could_not_be_kept_are_not_acknowledged_so_that_they_come_again(run, monkeypatch):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        outrun(bot, monkeypatch)
        assert (await ina.writes("Try port 465", CHANNEL, case["ts"]))[0] == 500
        monkeypatch.undo()
        assert (await ina.again())[0] == 200
        await bot.quiet(ann)
        assert ["Try port 465" in words(each) for each in ann.messages].count(True) == 1


async def test_who_writes_while_the_case_is_being_deleted_hears_that_nobody_gets_it(run, monkeypatch):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        says = bot.desk.casework.say

        async def late(casework, *words, **named):
            await bot.store.forget(ann.owner)
            return await says(*words, **named)

        monkeypatch.setattr(type(bot.desk.casework), "say", late)
        await ina.writes("Try port 465", CHANNEL, case["ts"])
        await bot.quiet(ann)
        assert ["reached nobody" in each["text"] for each in bot.slack.ephemerals] == [True]


async def test_a_question_whose_form_was_open_when_somebody_left_it_is_refused_in_the_form(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, _ = await handed(bot)
        view = await asking(bot, ina)
        before = len(ann.messages)
        _, answer = await bot.person("U0BOB").submits(view, question="Let me see")
        assert answer["response_action"] == "errors"
        await bot.quiet(ann)
        assert len(ann.messages) == before


async def test_words_of_others_in_the_thread_are_not_passed_on_and_they_are_told(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, _, case = await handed(bot)
        before = len(ann.messages)
        await bot.person("U0BOB").writes("I know it better", CHANNEL, case["ts"])
        await bot.half.listeners.replies.settled()
        await bot.quiet(ann)
        assert len(ann.messages) == before
        assert "only those of your IT" in words(bot.slack.ephemerals[-1])


@pytest.mark.parametrize("more", [{"bot_id": "B0OTHER"}, {"subtype": "message_changed"}, {"channel_type": "mpim"}])
async def test_what_is_no_word_of_a_person_in_a_cases_thread_goes_nowhere(run, more):
    async with run(support_channel=CHANNEL) as bot:
        ann, _, case = await handed(bot)
        before = len(ann.messages)
        await bot.person("U0IT").writes("hello", CHANNEL, case["ts"], **more)
        await bot.quiet(ann)
        assert len(ann.messages) == before


async def test_two_claims_at_once_are_one(run):
    async with run(support_channel=CHANNEL) as bot:
        ann, _, _ = await handed(bot)
        first, second = bot.person("U0IT"), bot.person("U0IT2")
        shown = head(bot)
        await first.presses("Claim", shown)
        await second.presses("Claim", shown)
        await bot.half.listeners.replies.settled()
        await bot.quiet(ann)
        assert "Claimed* by <@U0IT>" in words(head(bot))
        assert "not possible any more" in words(bot.slack.ephemerals[-1])


@pytest.mark.parametrize("fault", ["drop", "drop_after_accept", "server_error", "ratelimited:0"])
async def test_words_are_carried_once_whatever_becomes_of_slacks_answer(run, fault):
    async with run(support_channel=CHANNEL) as bot:
        ann, _, case = await handed(bot)
        before = len(ann.messages)
        bot.slack.fault("chat.postMessage", fault)
        await bot.person("U0IT").writes("Try port 465", CHANNEL, case["ts"])
        await bot.quiet(ann)
        assert ["Try port 465" in words(m) for m in ann.messages[before:]] == [True]
        bot.slack.fault("chat.postMessage", fault)
        await ann.says("It works")
        await bot.quiet(ann)
        assert ["It works" in text for text in thread(bot)] == [True]


async def test_after_a_new_conversation_a_humans_words_make_the_case_the_one_that_is_answered(run):
    async with run(support_channel=CHANNEL) as bot:
        ann, _, case = await handed(bot)
        handed_one = await bot.quiet(ann)
        await ann.command("bob@example.com")
        await bot.quiet(ann)
        assert (await bot.desk.current(ann.owner)).id != handed_one.id
        await bot.person("U0IT").writes("Are you there?", CHANNEL, case["ts"])
        await bot.quiet(ann)
        await ann.says("Yes, I am")
        await bot.quiet(ann)
        assert "Yes, I am" in thread(bot)[-1]


async def test_app_home_shows_it_the_queue_the_counts_and_what_was_not_understood(run, look):
    look.causes = ["unknown"]
    from probes.causes import Cause

    look.causes = [Cause.UNKNOWN]
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        bot.slack.channel(CHANNEL)
        ann, ina = bot.person(), bot.person("U0IT")
        await ann.says("the flux capacitor <is> down, password: hunter2")
        await bot.quiet(ann)
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        await ina.opens_home()
        await ann.opens_home()
        await bot.half.listeners.replies.settled()
        seen = words(bot.slack.homes["U0IT"])
        assert "Handed over and not resolved" in seen
        assert "<@U0ANN>" in seen
        at = bot.slack.posted(CHANNEL)[0]["ts"]
        assert f"/archives/{CHANNEL}/p{at}|{datetime.now(UTC).strftime('%Y-%m-%d')}>" in seen
        assert "1 ×" in seen
        assert "flux capacitor" in seen
        assert "hunter2" not in seen
        assert "Handed over" not in words(bot.slack.homes["U0ANN"])
        assert [u.text for u in await bot.store.unread()][0].startswith("the flux capacitor")


async def test_the_language_of_the_profile_is_kept_with_the_conversation(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        assert (await bot.quiet(ann)).locale == "de-DE"
        await ann.presses("I am not sure, please check")
        assert (await bot.quiet(ann)).locale == "de-DE"


async def test_what_is_corrected_or_deleted_on_one_side_is_told_on_the_other(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        await ina.writes("Try port 456", CHANNEL, case["ts"])
        await bot.quiet(ann)
        wrong = max(bot.slack.messages[CHANNEL])
        before = len(ann.messages)
        await ina.edits("Try port 465", CHANNEL, wrong)
        await ina.again()
        await bot.quiet(ann)
        assert len(ann.messages) == before + 1
        assert "Corrected: Try port 465" in words(ann.messages[-1])
        assert "<@U0IT> of your helpdesk writes" in words(ann.messages[-1])
        await ina.edits("Try port 465", CHANNEL, wrong)  # a preview of a link changes no word
        await bot.quiet(ann)
        assert len(ann.messages) == before + 1
        await ina.deletes(CHANNEL, wrong)
        await bot.quiet(ann)
        assert 'deleted what I wrote here: "Try port 465"' in words(ann.messages[-1])

        await ann.says("I am at hme")
        await bot.quiet(ann)
        mine = max(ts for ts, m in bot.slack.messages[ann.dm].items() if m.get("user") == "U0ANN")
        await ann.edits("I am at home", ann.dm, mine)
        await bot.quiet(ann)
        assert "Corrected: I am at home" in thread(bot)[-1]
        await ann.deletes(ann.dm, mine)
        await bot.quiet(ann)
        assert "It no longer counts" in thread(bot)[-1]


async def test_what_retention_deletes_and_what_others_edit_is_told_to_nobody(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        await ina.writes("Try port 465", CHANNEL, case["ts"])
        await bot.quiet(ann)
        old, before = max(bot.slack.messages[CHANNEL]), len(ann.messages)
        bob = bot.person("U0BOB")
        await bob.writes("No, 25", CHANNEL, case["ts"])
        await bob.edits("No, 587", CHANNEL, max(bot.slack.messages[CHANNEL]))
        bot.slack.moved += 90 * 86400
        await ina.deletes(CHANNEL, old)
        await bot.quiet(ann)
        assert len(ann.messages) == before


async def test_the_bot_goes_by_what_was_said_first_as_long_as_no_human_is_on_it(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.says("something odd")
        now = await bot.quiet(ann)
        said = max(ts for ts, m in bot.slack.messages[ann.dm].items() if m.get("user") == "U0ANN")
        await ann.edits("something very odd", ann.dm, said)
        await ann.deletes(ann.dm, said)
        assert (await bot.quiet(ann)).revision == now.revision


async def test_who_puts_a_file_into_a_cases_thread_hears_that_the_person_may_not_open_it(run):
    async with run(support_channel=CHANNEL, admins=("U0IT",)) as bot:
        ann, _, case = await handed(bot)
        picture = bot.slack.file("settings.png", b"png", "image/png")
        await bot.person("U0IT").writes("Like this", CHANNEL, case["ts"], files=[picture], subtype="file_share")
        await bot.quiet(ann)
        assert "settings.png" in words(ann.messages[-1])
        assert "in a direct message too" in words(bot.slack.ephemerals[-1])


async def test_a_support_channel_that_does_not_answer_keeps_no_step_from_the_person(run):
    async with run(support_channel=CHANNEL) as bot:
        bot.slack.channel(CHANNEL)
        hangs, ann = asyncio.Event(), bot.person()
        await ann.command("ann@example.com")
        await bot.quiet(ann)

        def weather(method):
            theirs = bot.slack.calls[-1][1].get("channel") == CHANNEL
            return "", hangs if theirs and method != "conversations.replies" else 0, 0

        bot.slack.weather = weather
        await ann.presses("Talk to a human")
        await bot.slack.until(lambda: any(arguments.get("channel") == CHANNEL for _, arguments in bot.slack.calls))
        await ann.says("it began on Monday")
        for label, seen in (
            ("Start again", "What happens when"),
            ("I am not sure, please check", "Which mail program"),
        ):
            await bot.slack.until(lambda label=label: any(label in labels(m) for m in ann.messages), within=5)
            shown = next(m for m in ann.messages if label in labels(m))
            await ann.presses(label, shown)
            await bot.slack.until(lambda seen=seen: any(seen in words(m) for m in ann.messages), within=5)
        hangs.set()
        await bot.quiet(ann)
        assert [words(m) for m in bot.slack.posted(CHANNEL) if "thread_ts" not in m][0].count("Closed") == 1
