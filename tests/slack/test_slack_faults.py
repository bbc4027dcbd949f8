"""Every fault of Slack's that the field knows, injected by name: the conversation goes on, and what the person sees."""

from __future__ import annotations

import fake_blocks
import pytest


def words(message):
    return fake_blocks.texts(message["blocks"])


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
