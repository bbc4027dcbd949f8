"""When a delivery is acknowledged: with words, without, or only after its work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.blocks import Drawn
from bot.slack.calls import body as drawn_body
from bot.slack.clicks import Ack
from bot.slack.reading import Body
from bot.store import StoreError

Next = Callable[[], Awaitable[Any]]
RETRIED = "x-slack-retry-num"
"""What Slack adds to an event that it sends again: at once, after a minute, after five."""


async def told(ack: Ack, drawn: Drawn) -> None:
    """Acknowledge a command with words that only its sender sees."""
    await ack(response_type="ephemeral", **drawn_body(drawn))


async def acknowledged(ack: Ack) -> None:
    """Acknowledge, and do nothing."""
    await ack()


async def nothing_more() -> None:
    """The work was done before bolt acknowledged."""


def before_ack(
    work: Callable[[Body], Awaitable[None]], unsaved: Callable[[Body, StoreError], None]
) -> Callable[..., Awaitable[None]]:
    """Return a middleware that works first: what it raises is a 500 to Slack, which sends the event again.

    `unsaved` is told once of an event that the database did not take.
    """

    async def working(body: dict[str, Any], next_: Next, request: AsyncBoltRequest) -> None:
        try:
            await work(body)
        except StoreError as reason:
            if RETRIED not in request.headers:
                unsaved(body, reason)
            raise
        await next_()

    return working
