"""Every fault of Slack's that the field knows, injected by name: the conversation goes on, and what the person sees."""

from __future__ import annotations

import fake_blocks
import pytest
from handed_case import handed, words

PASSING = [
    ("chat.postMessage", "ratelimited:0"),
    ("chat.postMessage", "server_error"),
    ("chat.postMessage", "drop"),
    ("chat.postMessage", "drop_after_accept"),
    ("chat.postMessage", "channel_not_found"),
    ("chat.update", "ratelimited:0"),
    ("chat.update", "server_error"),
    ("chat.update", "drop"),
    ("chat.update", "drop_after_accept"),
    ("chat.update", "message_not_found"),
    ("chat.update", "cant_update_message"),
    ("chat.update", "edit_window_closed"),
    ("chat.update", "is_inactive"),
    ("users.info", "missing_scope"),
    ("users.info", "user_not_visible"),
]


@pytest.mark.parametrize(("method", "fault"), PASSING)
async def test_the_next_question_comes_once_whatever_slack_does(run, method, fault):
    async with run() as bot:
        ann = bot.person()
        if method == "users.info":
            bot.slack.fault(method, fault)
        await ann.command()
        await bot.quiet(ann)
        bot.slack.fault(method, fault)
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        asked = [message for message in ann.messages if "Which mail program" in words(message)]
        assert len(asked) == 1
        assert asked[0] is ann.messages[-1]


@pytest.mark.parametrize("fault", ["token_revoked", "account_inactive", "user_disabled", "missing_scope"])
async def test_what_lasts_costs_no_answer_and_the_step_comes_when_slack_lets_it(run, fault):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        bot.slack.fault("chat.postMessage", fault)
        status, _ = await ann.presses("I am not sure, please check")
        assert status == 200
        now = await bot.quiet(ann)
        assert [stop.label for stop in now.trail] == ["I am not sure, please check"]
        _, offer = await ann.command()
        await ann.presses("Go on", {"blocks": offer["blocks"], "channel": "C0TALK"})
        await bot.quiet(ann)
        assert "Which mail program" in words(ann.messages[-1])


async def test_progress_that_is_slowed_down_ends_in_the_verdict_all_the_same(run, look):
    async with run() as bot:
        ann = bot.person()
        bot.slack.fault("chat.update", *["ratelimited:0"] * 4)
        await ann.command("smtp.example.com:587")
        await bot.quiet(ann)
        assert fake_blocks.buttons(ann.messages[-1]["blocks"])
        assert "looking" not in words(ann.messages[-1])


@pytest.mark.parametrize("fault", ["ratelimited:0", "server_error", "drop", "missing_scope", "view_too_large"])
async def test_a_form_that_does_not_open_is_said_where_it_was_pressed(run, fault):
    async with run(support_channel="C0HELP", admins=("U0IT",)) as bot:
        bot.slack.channel("C0HELP")
        ann, ina = bot.person(), bot.person("U0IT")
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("I see an error message or code")
        await bot.quiet(ann)
        await ann.presses("I can copy or type its words")
        await bot.quiet(ann)
        bot.slack.fault("views.open", *[fault] * 3)
        await ann.presses("Fill in the form")
        await bot.quiet(ann)
        assert "did not open the form just now" in words(bot.slack.ephemerals[-1])
        bot.slack.faults.clear()
        await ann.presses("Fill in the form")
        await bot.quiet(ann)
        assert len(bot.slack.views) == 1
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
        bot.slack.fault("views.open", *[fault] * 3)
        await ina.presses("Ask a question", {**bot.slack.posted("C0HELP")[0], "channel": "C0HELP"})
        await bot.quiet(ann)
        assert "write into the thread of the case" in words(bot.slack.ephemerals[-1])


@pytest.mark.parametrize("fault", ["messages_tab_disabled", "user_disabled", "token_revoked", "missing_scope"])
async def test_where_the_direct_message_is_shut_it_is_said_where_the_command_was_typed(run, fault, caplog):
    async with run() as bot:
        ann = bot.person()
        bot.slack.fault("chat.postMessage", fault)
        await ann.command()
        await bot.quiet(ann)
        assert "could not write to you in our direct message" in words(bot.slack.ephemerals[-1])
        assert "For your IT" in words(bot.slack.ephemerals[-1])
        told = [record for record in caplog.records if "reference" in record.getMessage()]
        assert [record.exc_info for record in told] == [None]
        assert fault in told[0].getMessage()
        await ann.opens_home()
        await bot.quiet(ann)
        await ann.presses("smtp:start", bot.slack.homes["U0ANN"])
        await bot.quiet(ann)
        assert "could not write to you" in words(bot.slack.homes["U0ANN"])
        await ann.opens_home()
        await bot.quiet(ann)
        await ann.presses("Go on", bot.slack.homes["U0ANN"])
        await bot.quiet(ann)
        assert "What happens" in words(ann.messages[-1])


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize("fault", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_a_step_that_slack_does_not_take_as_it_is_drawn_is_drawn_plainly(run, method, fault):
    async with run() as bot:
        ann = bot.person()
        if method == "chat.postMessage":
            bot.slack.fault(method, fault)
        await ann.command()
        await bot.quiet(ann)
        if method == "chat.update":
            bot.slack.fault(method, fault)
            now = await bot.quiet(ann)
            await bot.half.front.show(now, bot.desk.screen(now), notes=await bot.store.surface(now.id), doubt=False)
        assert "What happens when you try to send?" in words(ann.messages[-1])
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        assert "Which mail program" in words(ann.messages[-1])


async def test_words_for_somebody_who_left_come_back_to_the_thread(run):
    async with run(support_channel="C0HELP", admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        said = len(ann.messages)
        bot.slack.fault("chat.postMessage", "user_disabled")
        await ina.writes("Try port 465", "C0HELP", case["ts"])
        await bot.quiet(ann)
        assert len(ann.messages) == said
        answer = bot.slack.posted("C0HELP")[-1]
        assert answer["thread_ts"] == case["ts"]
        assert "did not reach the person" in words(answer)
        assert "switched off" in words(answer)


async def test_words_of_the_person_for_an_archived_channel_come_back_to_them(run):
    async with run(support_channel="C0HELP", admins=("U0IT",)) as bot:
        ann, _, _ = await handed(bot)
        bot.slack.channel("C0HELP", archived=True)
        await ann.says("It is port 25")
        await bot.quiet(ann)
        assert "could not bring your words to your helpdesk" in words(ann.messages[-1])
        assert (await bot.quiet(ann)).texts == ("It is port 25",)


async def test_a_case_whose_message_was_deleted_is_posted_anew_with_the_next_words_and_can_be_answered(run):
    async with run(support_channel="C0HELP", admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        del bot.slack.messages["C0HELP"][case["ts"]]
        bot.slack.fault("chat.postMessage", "thread_not_found", "", "drop_after_accept")
        await ann.says("It is port 25")
        await bot.quiet(ann)
        again, carried = bot.slack.posted("C0HELP")
        assert "Open." in words(again)
        assert ("It is port 25" in words(carried), carried["thread_ts"]) == (True, again["ts"])
        await ina.writes("Take 465", "C0HELP", again["ts"])
        await ina.presses("Claim", {**again, "channel": "C0HELP"})
        await bot.quiet(ann)
        assert "Take 465" in "".join(map(words, ann.messages))
        assert "Claimed* by <@U0IT>" in words(bot.slack.posted("C0HELP")[0])
        await ann.says("It still hangs")
        await bot.quiet(ann)
        assert bot.slack.posted("C0HELP")[-1]["thread_ts"] == again["ts"]


async def test_words_for_a_direct_message_that_was_closed_open_it_anew(run):
    async with run(support_channel="C0HELP", admins=("U0IT",)) as bot:
        ann, ina, case = await handed(bot)
        bot.slack.fault("chat.postMessage", "channel_not_found")
        await ina.writes("Try port 465", "C0HELP", case["ts"])
        await bot.quiet(ann)
        assert "Try port 465" in words(ann.messages[-1])


@pytest.mark.parametrize("fault", ["messages_tab_disabled", "server_error", "ratelimited:0"])
async def test_a_press_whose_next_question_does_not_come_is_answered_where_it_was_made(run, fault):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        bot.slack.fault("chat.postMessage", *[fault] * 30)
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        assert len(ann.messages) == 1
        assert "Our conversation is kept there, and I try again" in words(bot.slack.ephemerals[-1])
        bot.slack.faults.clear()
        await bot.later(ann, 20)
        assert "Which mail program" in words(ann.messages[-1])


@pytest.mark.parametrize("fault", ["not_in_channel", "user_not_in_channel", "is_archived"])
async def test_a_mention_that_cannot_be_answered_there_is_answered_in_the_direct_message(run, fault):
    async with run() as bot:
        bot.slack.channel("C0TALK")
        ann = bot.person()
        bot.slack.fault("chat.postEphemeral", fault)
        await ann.mentions()
        await bot.half.listeners.replies.settled()
        assert "I help with mail that cannot be sent" in words(ann.messages[-1])


async def test_what_slack_never_said_before_is_tried_again_and_told_to_the_log_in_full(run, caplog):
    async with run() as bot:
        ann = bot.person()
        bot.slack.fault("chat.postMessage", "brand_new_error")
        await ann.command()
        await bot.quiet(ann)
        assert "What happens" in words(ann.messages[-1])
        (told,) = [record for record in caplog.records if "reference" in record.getMessage()]
        assert told.exc_info


async def test_app_home_is_drawn_later_as_it_is_then_where_slack_has_trouble(run):
    async with run() as bot:
        ann = bot.person()
        bot.half.listeners.patience = (0.0, 0.0)
        bot.slack.fault("views.publish", *["server_error"] * 4, "ratelimited:0")
        await ann.opens_home()
        await bot.half.listeners.replies.settled()
        assert "Mail that will not go out" in words(bot.slack.homes[ann.user])


async def test_an_app_home_that_lasts_shut_costs_one_line_in_the_log_and_no_second_try(run, caplog):
    async with run() as bot:
        ann = bot.person()
        bot.slack.fault("views.publish", "not_enabled")
        await ann.opens_home()
        await bot.half.listeners.replies.settled()
        assert bot.slack.count("views.publish") == 1
        assert "Home tab is switched off" in caplog.text
