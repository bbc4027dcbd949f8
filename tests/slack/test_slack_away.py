"""The database away, full or locked under a running bot: a plain word, nothing half-done, and on again by itself."""

from __future__ import annotations

import asyncio
import resource
import sqlite3

import fake_blocks

PRESSED = "I am not sure, please check"


def words(message):
    return fake_blocks.texts(message["blocks"])


async def opened(bot):
    ann = bot.person()
    await ann.command()
    await bot.quiet(ann)
    return ann


async def pressed_in_vain(bot, ann):
    """Press, and be told in plain words that it was not kept; nothing has moved."""
    before = await bot.desk.load((await bot.desk.current(ann.owner)).id)
    status, _ = await ann.presses(PRESSED)
    assert status == 200
    await bot.half.listeners.replies.settled()
    said = bot.slack.ephemerals[-1]["text"]
    assert "reference" in said
    assert "Traceback" not in said
    assert "sqlite" not in said.lower()
    assert await bot.desk.load(before.id) == before
    assert len(ann.messages) == 1


async def pressed_and_taken(bot, ann):
    await ann.presses(PRESSED, ann.messages[0])
    now = await bot.quiet(ann)
    assert [stop.label for stop in now.trail] == [PRESSED]
    assert len(ann.messages) == 2


async def test_a_file_that_somebody_else_locks_is_said_and_it_goes_on_once_they_let_go(run, tmp_path):
    async with run() as bot:
        ann = await opened(bot)
        other = sqlite3.connect(tmp_path / "kept.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await pressed_in_vain(bot, ann)
        other.execute("ROLLBACK")
        other.close()
        await pressed_and_taken(bot, ann)


async def test_a_disk_that_takes_nothing_more_is_said_and_it_goes_on_once_there_is_room(run, tmp_path):
    async with run() as bot:
        ann = await opened(bot)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        full = max(file.stat().st_size for file in tmp_path.glob("kept.db*"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (full, hard))
        try:
            await pressed_in_vain(bot, ann)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await pressed_and_taken(bot, ann)


async def test_what_could_not_be_noted_after_the_acknowledgement_is_drawn_once_all_the_same(run, tmp_path):
    async with run() as bot:
        ann = await opened(bot)
        other = sqlite3.connect(tmp_path / "kept.db", isolation_level=None)
        post = bot.slack.do_chat_postMessage

        def locks(**arguments):
            other.execute("BEGIN IMMEDIATE")
            return post(**arguments)

        bot.slack.do_chat_postMessage = locks
        await ann.presses(PRESSED)
        await bot.quiet(ann)
        bot.slack.do_chat_postMessage = post
        other.execute("ROLLBACK")
        other.close()
        now = await bot.desk.current(ann.owner)
        async with asyncio.timeout(20):
            while await bot.store.unfinished(now.id):  # noqa: ASYNC110 - the sweep takes it up when its lease runs out
                await asyncio.sleep(0.05)
        assert len(ann.messages) == 2
        assert [bool(fake_blocks.buttons(each["blocks"])) for each in ann.messages] == [False, True]
        assert (await bot.desk.surface(now.id))["ts"] == ann.messages[1]["ts"]
