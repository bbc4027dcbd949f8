"""`smtp-help serve` as a process of its own, as an administrator runs it, with its log to read."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from fake_slack import APP_TOKEN, TOKEN

ROOT = Path(__file__).resolve().parents[2]


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "SMTP_HELP_", "PORT"))}
    return {**kept, **more}


def free_port():
    """Return a port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Served:
    def __init__(self, process):
        self.process = process
        self.log = []
        self._reading = asyncio.create_task(self._read())
        self._news = asyncio.Event()

    async def _read(self):
        async for line in self.process.stderr:
            self.log.append(line.decode(errors="replace"))
            self._news.set()

    async def line(self, words):
        """Wait for a line of its log."""
        async with asyncio.timeout(30):
            while not (found := next((line for line in self.log if words in line), "")):
                self._news.clear()
                await self._news.wait()
        return found

    async def end(self):
        if self.process.returncode is None:
            self.process.terminate()
        await asyncio.wait_for(self.process.wait(), 20)
        await self._reading
        return self.process.returncode


@asynccontextmanager
async def served(slack, database, **more):
    environ = environment(
        SLACK_BOT_TOKEN=TOKEN,
        SLACK_APP_TOKEN=APP_TOKEN,
        SLACK_API_URL=slack.api_url,
        SMTP_HELP_DATABASE_URL=str(database),
        **more,
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=ROOT, env=environ, stderr=asyncio.subprocess.PIPE, limit=2**20
    )
    bot = Served(process)
    try:
        try:
            await slack.until(lambda: len(slack.connections) == 2, within=30)
        except TimeoutError:
            raise AssertionError("".join(bot.log)) from None
        yield bot
    finally:
        await bot.end()


async def command(*arguments, stdin="", **environ):
    """Run a command of the console; return its status and all that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", *arguments),
        cwd=ROOT,
        env=environment(**environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(stdin.encode()), 60)
    return process.returncode, said.decode(errors="replace")
