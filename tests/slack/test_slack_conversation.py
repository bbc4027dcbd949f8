"""A conversation in Slack from the command to the case, over signed HTTP and over a WebSocket."""

from __future__ import annotations

import fake_blocks
import pytest


def words(message):
    return fake_blocks.texts(message["blocks"])


def labels(message):
    return [e["text"]["text"] for _, e in fake_blocks.buttons(message["blocks"]) if "text" in e]


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
        assert "What happens when you try to send?" in words(asked)
        assert "Talk to a human" in labels(asked)
        assert asked["metadata"]["event_type"] == "smtp_help_step"


async def test_a_pressed_step_shrinks_to_its_answer_and_the_next_stands_below(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        await ann.presses("It hangs or stays in the outbox")
        await bot.quiet(ann)
        first, second = ann.messages
        assert labels(first) == []
        assert "It hangs or stays in the outbox" in words(first)
        assert len(first["blocks"]) == 1
        assert "Back" in labels(second)
