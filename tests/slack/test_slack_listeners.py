"""What comes in beside clicks: words after the command, mentions, the shortcut, App Home, strangers, bots."""

from __future__ import annotations

import fake_blocks
import pytest
from fake_slack import BOT

ASK = "What happens when you try to send?"


def words(message):
    return fake_blocks.texts(message["blocks"])


async def test_help_is_answered_at_once_and_opens_nothing(run):
    async with run() as bot:
        ann = bot.person()
        _, ack = await ann.command("  Help? ")
        assert "I never need your password" in ack["text"]
        assert await bot.quiet(ann) is None
        assert ann.messages == []


async def test_status_says_where_the_conversation_stands(run):
    async with run() as bot:
        ann = bot.person()
        _, ack = await ann.command("status")
        assert "no open conversation" in ack["text"]
        await ann.command()
        _, ack = await ann.command("status")
        assert ASK in ack["text"]


async def test_forget_me_deletes_all_that_is_kept_of_the_person(run):
    async with run() as bot:
        ann, bob = bot.person(), bot.person("U0BOB")
        for person in (ann, bob):
            await person.command()
            await bot.quiet(person)
        _, ack = await ann.command("forget me")
        assert ack["text"].startswith("Deleted: 1 ")
        assert await bot.desk.recent(ann.owner) == ()
        assert len(await bot.desk.recent(bob.owner)) == 1
        _, ack = await ann.command("forget me")
        assert "nothing kept" in ack["text"]


async def test_a_click_after_forgetting_says_that_the_conversation_is_gone(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        shown = dict(ann.messages[-1])
        await ann.command("forget me")
        await ann.presses("I am not sure, please check", shown)
        await bot.quiet(ann)
        assert "do not have this conversation" in bot.slack.ephemerals[-1]["text"]
        await ann.presses("Start", bot.slack.ephemerals[-1])
        await bot.quiet(ann)
        assert ASK in words(ann.messages[-1])


async def test_the_command_offers_to_go_on_or_to_start_anew_where_something_was_answered(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("I am not sure, please check")
        before = await bot.quiet(ann)
        _, ack = await ann.command()
        offer = {"channel": "C0TALK", "blocks": ack["blocks"]}
        assert "Which mail program" in ack["text"]
        await ann.presses("Go on", offer)
        assert (await bot.quiet(ann)).id == before.id
        assert "Which mail program" in words(ann.messages[-1])
        await ann.presses("Start anew", offer)
        assert (await bot.quiet(ann)).id != before.id
        assert ASK in words(ann.messages[-1])
        assert sum(any(fake_blocks.buttons(m["blocks"])) for m in ann.messages) == 1


async def test_the_command_twice_with_nothing_answered_shows_the_first_question_again(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        first = await bot.quiet(ann)
        await ann.command()
        assert await bot.quiet(ann) == first
        assert sum(any(fake_blocks.buttons(m["blocks"])) for m in ann.messages) == 1


async def test_the_same_command_delivered_twice_opens_one_conversation(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command("ann@example.com")
        await bot.quiet(ann)
        await ann.again()
        await bot.quiet(ann)
        assert len(await bot.desk.recent(ann.owner)) == 1
        assert len(ann.messages) == 1


async def test_an_address_in_the_command_is_never_shown_to_the_channel(run):
    async with run() as bot:
        ann = bot.person()
        _, ack = await ann.command("ann@example.com")
        await bot.quiet(ann)
        assert "ann@example.com" not in str(ack)
        assert bot.slack.messages["C0TALK"] == {}


async def test_words_in_the_direct_message_open_a_conversation_once(run):
    async with run() as bot:
        ann = bot.person()
        await ann.says("hello")
        first = await bot.quiet(ann)
        posted = len(ann.messages)
        await ann.again()
        assert await bot.quiet(ann) == first
        assert len(await bot.desk.recent(ann.owner)) == 1
        assert len(ann.messages) == posted


async def test_a_mention_points_to_the_direct_message_for_the_mentioner_alone(run):
    async with run() as bot:
        bot.slack.channel("C0TALK")
        ann = bot.person()
        await ann.mentions("my address is ann@example.com")
        await ann.again()
        await bot.quiet(ann)
        (answer,) = bot.slack.ephemerals
        assert (answer["channel"], answer["user"]) == ("C0TALK", ann.user)
        assert "ann@example.com" not in answer["text"]
        await ann.presses("Start", answer)
        await bot.quiet(ann)
        assert ASK in words(ann.messages[-1])


async def test_the_shortcut_reads_the_error_in_somebodys_message(run):
    async with run() as bot:
        ann = bot.person()
        await ann.explains("smtp.example.com:587")
        conversation = await bot.quiet(ann)
        assert conversation.owner == ann.owner
        assert conversation.answers["server"] == "smtp.example.com"
        assert "direct message" in bot.slack.ephemerals[-1]["text"]


async def test_the_shortcut_on_a_message_without_words_says_so(run):
    async with run() as bot:
        ann = bot.person()
        await ann.explains("")
        assert await bot.quiet(ann) is None
        assert "no words" in bot.slack.ephemerals[-1]["text"]


async def test_app_home_starts_a_conversation_and_leads_back_to_it(run):
    async with run() as bot:
        ann = bot.person()
        await ann.opens_home()
        await bot.quiet(ann)
        await ann.presses("Start", bot.slack.homes[ann.user])
        first = await bot.quiet(ann)
        assert ASK in words(ann.messages[-1])
        home = bot.slack.homes[ann.user]
        assert "I wrote to you" in fake_blocks.texts(home["blocks"])
        await ann.presses("Go on", home)
        assert await bot.quiet(ann) == first
        assert len(ann.messages) == 2


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B0OTHER"},
        {"bot_id": BOT, "subtype": "bot_message", "user": None},
        {"user": "USLACKBOT"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"channel_type": "channel"},
    ],
    ids=str,
)
async def test_what_no_person_wrote_to_the_bot_is_ignored(run, event):
    async with run() as bot:
        ann = bot.person()
        status, _ = await ann.says("hello", **event)
        await bot.quiet(ann)
        assert status == 200
        assert ann.messages == []


async def test_an_action_of_an_older_version_leads_to_the_open_step(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        old = {"action_id": "smtp:probe_now", "type": "button", "value": "whatever", "block_id": "b"}
        status, _ = await ann.clicks(old, ann.messages[-1])
        await bot.quiet(ann)
        assert status == 200
        assert "step is over" in bot.slack.ephemerals[-1]["text"]
        assert ann.button(bot.slack.ephemerals[-1], "Go on")


async def test_a_late_press_of_the_form_button_gets_a_new_one(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command("ann@example.com")
        await bot.quiet(ann)
        for label in ("I am not sure, please check", "Thunderbird"):
            await ann.presses(label)
            await bot.quiet(ann)
        bot.slack.fault("views.open", "expired_trigger_id")
        await ann.presses("Fill in the form")
        await bot.quiet(ann)
        assert "press the button again" in words(ann.messages[-1])
        await ann.presses("Fill in the form")
        await bot.quiet(ann)
        assert len(bot.slack.views) == 1


async def test_a_form_of_a_step_that_is_over_says_so_and_keeps_the_conversation(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command("ann@example.com")
        await bot.quiet(ann)
        for label in ("I am not sure, please check", "Thunderbird", "Fill in the form"):
            await ann.presses(label)
            await bot.quiet(ann)
        view = list(bot.slack.views.values())[-1]
        await ann.presses("Start again")
        before = await bot.quiet(ann)
        _, answer = await ann.submits(view, server="smtp.example.com")
        assert answer["response_action"] == "errors"  # what was typed stays in sight
        assert ["Nothing was sent" in said for said in answer["errors"].values()] == [True]
        assert set(answer["errors"]) <= {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        assert await bot.quiet(ann) == before


async def test_a_database_that_does_not_answer_is_said_with_a_reference_and_no_traceback(run, tmp_path):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await bot.store.close()
        for file in tmp_path.glob("kept.db*"):
            file.write_bytes(b"this was a database once" * 500)
        status, _ = await ann.presses("I am not sure, please check")
        await bot.half.listeners.replies.settled()
        assert status == 200
        assert "reference" in bot.slack.ephemerals[-1]["text"]
