"""A conversation in Slack from the command to the case, over signed HTTP and over a WebSocket."""

from __future__ import annotations

import asyncio

import fake_blocks
import pytest

from probes.causes import Cause

ASK = "What happens when you try to send?"


def words(message):
    return fake_blocks.texts(message["blocks"])


def labels(message):
    return [each["text"]["text"] for _, each in fake_blocks.buttons(message["blocks"]) if "text" in each]


async def at_the_form(bot, person):
    """Bring somebody to the settings form and open it; returns the view."""
    await person.command("ann@example.com")
    await bot.quiet(person)
    for label in ("I am not sure, please check", "Thunderbird"):
        await person.presses(label)
        await bot.quiet(person)
    await person.presses("Fill in the form")
    await bot.quiet(person)
    return list(bot.slack.views.values())[-1]


async def at_the_verdict(bot, person):
    view = await at_the_form(bot, person)
    await person.submits(view, server="smtp.example.com", port="587")
    await bot.quiet(person)


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])
async def test_a_command_is_acknowledged_with_a_pointer_and_asks_in_the_direct_message(run, socket):
    async with run(socket=socket) as bot:
        ann = bot.person()
        status, ack = await ann.command()
        assert status == 200
        assert ack["response_type"] == "ephemeral"
        assert "slack://app?team=T0HOME" in ack["text"]
        await bot.quiet(ann)
        (asked,) = ann.messages
        assert ASK in words(asked)
        assert "Talk to a human" in labels(asked)
        assert asked["metadata"]["event_type"] == "smtp_help_step"


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])
async def test_a_form_with_mistakes_names_the_fields_and_the_mended_one_leads_to_a_verdict(run, socket):
    async with run(socket=socket) as bot:
        ann = bot.person()
        view = await at_the_form(bot, ann)
        _, answer = await ann.submits(view, server="smtp example com", port="99999", mail_address="ann@@example.com")
        assert answer["response_action"] == "errors"
        assert set(answer["errors"]) == {"server", "port", "mail_address"}
        _, answer = await ann.submits(view, server="smtp.example.com", port="587", mail_address="ann@example.com")
        assert answer == ""
        await bot.quiet(ann)
        verdict = ann.messages[-1]
        assert "smtp.example.com" in words(verdict)
        assert "1. " in words(verdict)
        assert {"I changed it, check again", "Back", "Start again", "Talk to a human"} <= set(labels(verdict))
        assert [labels(message) for message in ann.messages[:-1]] == [[]] * (len(ann.messages) - 1)


async def test_what_was_mistyped_is_still_there_when_the_form_is_opened_again(run):
    async with run() as bot:
        ann = bot.person()
        view = await at_the_form(bot, ann)
        await ann.submits(view, server="smtp example com")
        await ann.closes(view)
        await bot.quiet(ann)
        assert "has a space" in words(ann.messages[-1])
        await ann.presses("Fill in the form")
        await bot.quiet(ann)
        again = list(bot.slack.views.values())[-1]
        fields = {block["block_id"]: block["element"] for block in again["blocks"] if block["type"] == "input"}
        assert fields["server"]["initial_value"] == "smtp example com"


async def test_the_same_mistake_made_twice_is_named_twice_and_an_other_one_in_between_too(run):
    async with run() as bot:
        ann = bot.person()
        view = await at_the_form(bot, ann)
        for wrong in ("a b", "http://x.example.com/y", "a b"):
            _, answer = await ann.submits(view, server=wrong)
            assert wrong.split()[0][:4] in answer["errors"]["server"]
        _, repeated = await ann.again()
        assert repeated == answer


async def test_the_checks_of_a_look_are_one_message_that_is_edited_at_most_once_a_second(run, look):
    async with run(between=1.0) as bot:
        ann = bot.person()
        view = await at_the_form(bot, ann)
        look.go_on.clear()
        await ann.submits(view, server="smtp.example.com")
        looking = await bot.slack.until(lambda: next((m for m in ann.messages if "looking*" in words(m)), None))
        assert "Talk to a human" in labels(looking)
        look.go_on.set()
        await bot.quiet(ann)
        assert "✓ 3 fine" in words(looking)
        assert labels(looking) == []
        times = looking["edits"]
        assert all(later - sooner > 0.9 for sooner, later in zip(times, times[1:], strict=False))
        assert ann.messages[-1]["ts"] > looking["ts"]


async def test_check_again_looks_once_more_below_and_says_what_is_found_then(run, look):
    look.causes = [Cause.CERTIFICATE_EXPIRED, Cause.RELAY_DENIED]
    async with run() as bot:
        ann = bot.person()
        await at_the_verdict(bot, ann)
        first = words(ann.messages[-1])
        await ann.presses("I changed it, check again")
        await bot.quiet(ann)
        assert "I changed it, check again" in words(ann.messages[-2])
        await ann.presses("Fill in the form")
        await bot.quiet(ann)
        await ann.submits(list(bot.slack.views.values())[-1], port="465")
        await bot.quiet(ann)
        assert look.began == 2
        assert words(ann.messages[-1]) != first


async def test_back_goes_to_the_step_before_with_its_answer_marked(run):
    async with run() as bot:
        ann = bot.person()
        await at_the_form(bot, ann)
        await ann.presses("Back")
        await bot.quiet(ann)
        assert "Which mail program" in words(ann.messages[-1])
        assert ann.button(ann.messages[-1], "Thunderbird")["style"] == "primary"
        assert "You went back." in words(ann.messages[-2])


async def test_start_again_asks_the_first_question(run):
    async with run() as bot:
        ann = bot.person()
        await at_the_form(bot, ann)
        await ann.presses("Start again")
        await bot.quiet(ann)
        assert ASK in words(ann.messages[-1])


async def test_an_old_button_is_answered_kindly_and_leads_to_the_open_step(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        first = ann.messages[0]
        old = ann.button(first, "It hangs or stays in the outbox")
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        before = await bot.desk.current(ann.owner)
        status, _ = await ann.clicks(old, first)
        await bot.quiet(ann)
        assert status == 200
        (answer,) = bot.slack.ephemerals
        assert "step is over" in answer["text"]
        assert await bot.desk.current(ann.owner) == before
        await ann.presses("Go on", answer)
        await bot.quiet(ann)
        assert "Which mail program" in words(ann.messages[-1])
        assert sum("Talk to a human" in labels(message) for message in ann.messages) == 1


async def test_the_same_click_delivered_twice_is_one_turn(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        kept, posted = await bot.desk.current(ann.owner), len(ann.messages)
        await ann.again()
        await bot.quiet(ann)
        assert await bot.desk.current(ann.owner) == kept
        assert len(ann.messages) == posted
        assert bot.slack.ephemerals == []


async def test_a_double_click_is_one_answer_and_no_reproach(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        asked = ann.messages[0]
        pressed = ann.button(asked, "I am not sure, please check")
        await asyncio.gather(
            ann.clicks(pressed, asked, at="1700000000.10"), ann.clicks(pressed, asked, at="1700000000.30")
        )
        await bot.quiet(ann)
        assert len(ann.messages) == 2
        assert bot.slack.ephemerals == []


async def test_a_conversation_goes_on_after_a_restart_where_it_was(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
    async with run() as bot:
        ann.push = bot.push
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        assert "Which mail program" in words(ann.messages[-1])
        assert labels(ann.messages[0]) == []


async def test_a_look_that_a_stop_cut_short_is_done_again_after_the_restart(run, look):
    async with run() as bot:
        ann = bot.person()
        view = await at_the_form(bot, ann)
        look.go_on.clear()
        await ann.submits(view, server="smtp.example.com")
        await bot.slack.until(lambda: "looking*" in words(ann.messages[-1]))
        posted = len(ann.messages)
    look.go_on.set()
    async with run() as bot:
        await bot.quiet(ann)
        assert len(ann.messages) == posted + 1
        assert "I changed it, check again" in labels(ann.messages[-1])


async def test_a_human_gets_the_case_with_nothing_answered_at_all(run):
    async with run(support_channel="C0HELP", support_hours="Mon-Fri 9-17") as bot:
        bot.slack.channel("C0HELP")
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        (case,) = bot.slack.posted("C0HELP")
        assert "<@U0ANN>" in words(case)
        assert "Your case is with the support team." in words(ann.messages[-1])
        assert "Mon-Fri 9-17" in words(ann.messages[-1])


async def test_a_case_has_answers_and_evidence_and_the_pasted_text_in_its_thread(run):
    async with run(support_channel="C0HELP", it_group="S0GROUP1") as bot:
        bot.slack.channel("C0HELP")
        ann = bot.person()
        await at_the_verdict(bot, ann)
        await ann.says("550 5.7.1 <!channel> relaying denied")
        await bot.quiet(ann)
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        case, *thread = bot.slack.posted("C0HELP")
        assert "Thunderbird" in words(case)
        assert "<!subteam^S0GROUP1>" in words(case)
        assert "<!channel>" not in words(case)
        assert all(message["thread_ts"] == case["ts"] for message in thread)
        assert "relaying denied" in "".join(map(words, thread))


async def test_the_newest_step_stands_below_what_was_pasted(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.says("535 5.7.8 Error: authentication failed")
        await bot.quiet(ann)
        newest = list(bot.slack.messages[ann.dm].values())[-1]
        assert newest is ann.messages[-1]
        assert "Talk to a human" in labels(newest)
        assert sum("Talk to a human" in labels(message) for message in ann.messages) == 1


async def test_a_screenshot_is_answered_and_kept_with_the_case(run):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP")
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        picture = {"id": "F1", "mimetype": "image/png", "name": "shot.png", "permalink": "https://files.example/F1"}
        await ann.says("", files=[picture])
        conversation = await bot.quiet(ann)
        assert conversation.pictures == ("https://files.example/F1",)
        assert "picture" in words(ann.messages[-1]).lower()
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        assert "https://files.example/F1" in "".join(map(words, bot.slack.posted("C0HELP")))
