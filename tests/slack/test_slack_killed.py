"""`smtp-help serve` as a process of its own, killed without warning between two answers."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import fake_blocks
from fake_people import Person, SocketPush
from fake_slack import APP_TOKEN, TOKEN

ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def serving(slack, database, **more):
    """Run `serve` until the block ends, then kill it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "SMTP_HELP_", "PORT"))}
    environ = {
        **kept,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
        "SMTP_HELP_DATABASE_URL": str(database),
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=ROOT, env=environ, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def words(message):
    return fake_blocks.texts(message["blocks"])


async def test_a_conversation_goes_on_where_it_was_after_the_process_was_killed(slack, tmp_path):
    ann = Person(slack, SocketPush(slack))
    async with serving(slack, tmp_path / "kept.db"):
        await slack.until(lambda: len(slack.connections) == 2, within=30)
        await ann.command("ann@example.com")
        await slack.until(lambda: ann.messages)
        await ann.presses("I am not sure, please check")
        await slack.until(lambda: len(ann.messages) == 2)
    await slack.until(lambda: not slack.connections)
    async with serving(slack, tmp_path / "kept.db"):
        await slack.until(lambda: len(slack.connections) == 2, within=30)
        await ann.presses("Thunderbird")
        await slack.until(lambda: len(ann.messages) == 3)
        assert "Which settings" in words(ann.messages[-1])
        assert [bool(fake_blocks.buttons(message["blocks"])) for message in ann.messages] == [False, False, True]


async def test_a_wrong_token_ends_the_process_with_one_sentence_and_status_two(slack, tmp_path):
    async with serving(slack, tmp_path / "kept.db", SLACK_BOT_TOKEN="xoxb-wrong") as process:
        _, said = await process.communicate()
        assert process.returncode == 2
        assert len(said.decode().strip().splitlines()) == 1
        assert b"does not accept the token" in said


async def test_the_process_ends_cleanly_when_it_is_told_to(slack, tmp_path):
    async with serving(slack, tmp_path / "kept.db") as process:
        await slack.until(lambda: len(slack.connections) == 2, within=30)
        process.terminate()
        _, said = await asyncio.wait_for(process.communicate(), 10)
        assert process.returncode == 0
        assert b"Traceback" not in said
        assert b"Unclosed" not in said
