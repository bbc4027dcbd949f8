"""A database that somebody else keeps locked: each press and each word is answered in time, and it heals by itself."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager

import fake_blocks

IN_TIME = 3.0
"""Seconds after which Slack shows an error of its own."""


def words(message):
    return fake_blocks.texts(message["blocks"])


@contextmanager
def locked(folder):
    other = sqlite3.connect(folder / "kept.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_whatever_is_pressed_while_the_database_is_locked_is_answered_in_time(run, tmp_path):
    async with run(support_channel="C0HELP") as bot:
        bot.slack.channel("C0HELP")
        ann, bob = bot.person(), bot.person("U0BOB")
        for each in (ann, bob):
            await each.command()
            await bot.quiet(each)
        asked = ann.messages[-1]
        with locked(tmp_path):
            for does in (
                lambda: ann.presses("It hangs or stays in the outbox", asked),
                lambda: ann.presses("Talk to a human", asked),
                lambda: ann.command("smtp.example.com"),
                lambda: ann.explains("550 5.1.1 User unknown"),
            ):
                began = time.monotonic()
                status, _ = await does()
                assert (status, time.monotonic() - began < IN_TIME) == (200, True)
            await bot.half.listeners.replies.settled()
            said = [words(each) for each in bot.slack.ephemerals if "cannot save anything" in words(each)]
            assert len(said) == 3  # the command had it in its acknowledgement
        await ann.presses("Talk to a human", asked)
        assert (await bot.quiet(ann)).status == "handed"
        assert len(bot.slack.posted("C0HELP")) == 1


async def test_whoever_writes_while_the_database_is_locked_hears_so_once_and_is_answered_afterwards(run, tmp_path):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        with locked(tmp_path):
            status, _ = await ann.says("status")
            assert status == 500
            status, _ = await ann.push(*ann.last, headers={"X-Slack-Retry-Num": "1"})
            assert status == 500
            await bot.half.listeners.replies.settled()
            assert [words(each) for each in ann.messages if "what you wrote waits" in words(each)] == [
                words(ann.messages[-1])
            ]
        status, _ = await ann.push(*ann.last, headers={"X-Slack-Retry-Num": "2"})
        assert status == 200
        await bot.half.listeners.replies.settled()
        assert "Your conversation stands at" in words(ann.messages[-1])
