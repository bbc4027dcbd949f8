"""Small answers that belong to no step: where the press was made if Slack lets us, else in the direct message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import aiohttp

from bot.slack.blocks import Drawn
from bot.slack.calls import body as drawn_body
from bot.slack.delivery import SlackFront
from bot.slack.faults import SlackFault
from bot.slack.reading import Body

LOG = logging.getLogger(__name__)
GRACE = 1.5
"""Seconds that answers under way have at the end."""


class Replies:
    """Answers in tasks of its own, held until they end: a listener acknowledges and is done."""

    def __init__(self, front: SlackFront, session: aiohttp.ClientSession) -> None:
        self._front = front
        self._session = session
        self._tasks: set[asyncio.Task[None]] = set()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the acknowledgement; what it raises is logged."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SlackFault as fault:
            LOG.warning("an answer did not reach the person: %s", fault)
        except Exception:
            LOG.exception("an answer broke")

    async def settled(self) -> None:
        """Wait until all answers are out."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Give what is under way a moment, then end it: all that a process waits for fits into ten seconds."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=GRACE)
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def answer(self, body: Body, owner: str, drawn: Drawn, *, replace: bool = False) -> None:
        """Answer a press: only its reader sees it; `replace` puts it in the place of the message that was pressed.

        Slack's `response_url` takes five answers within thirty minutes; past that, or without one (App Home), it
        goes into the direct message.
        """
        url = str(body.get("response_url") or "")
        if url and await self._by_url(url, drawn, replace=replace):
            return
        await self._front.tell(owner, drawn)

    async def whisper(self, channel: str, user: str, drawn: Drawn, *, thread: str = "") -> None:
        """Say something in a channel that only its reader sees. Raises SlackFault where the bot may not write there."""
        where: dict[str, Any] = {"channel": channel, "user": user, **({"thread_ts": thread} if thread else {})}
        await self._front.calls("chat.postEphemeral", repeat=False, **where, **drawn_body(drawn))

    async def where_pressed(self, body: Body, drawn: Drawn) -> None:
        """Answer a press or a command there alone; where Slack gave no way back to it, there is none."""
        if url := str(body.get("response_url") or ""):
            await self._by_url(url, drawn, replace=False)

    async def _by_url(self, url: str, drawn: Drawn, *, replace: bool) -> bool:
        payload = {"response_type": "ephemeral", "replace_original": replace, **drawn_body(drawn)}
        try:
            async with self._session.post(url, json=payload) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError) as reason:
            LOG.warning("a response_url did not answer (%s)", type(reason).__name__)
            return False
