"""A look under way, drawn as it goes on: each change is shown, and nothing of it after its end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.desk.parts import Loop
from bot.desk.progress import Rows
from bot.front import Front
from flows.conversation import Conversation
from flows.screen import Progress
from probes.causes import Cause, Confidence
from probes.verdict import Verdict

if TYPE_CHECKING:
    from bot.desk.progress import Looker
    from probes.runner import News  # it loads the network, which the desk does not need

STILL = 3.0
"""Seconds of quiet after which what runs still is drawn again, with the time that it took so far."""


async def shown(
    desk: Loop, front: Front, look: Looker, conversation: Conversation, what: str, *, still: float = STILL
) -> Verdict:
    """Look, and draw the checks meanwhile; a look that broke is one that saw nothing."""
    rows, changed = Rows(desk.tree.book.words), asyncio.Event()

    def tell(news: News) -> None:
        rows.tell(news)
        changed.set()

    drawing = asyncio.create_task(_draw(desk, front, conversation, rows, changed, still=still))
    try:
        return await look(conversation, what, tell)
    except asyncio.CancelledError:
        rows.clear()
        raise
    except Exception as reason:  # noqa: BLE001 - a look of ours that broke is a look that saw nothing
        desk.reference(reason)
        return Verdict(cause=Cause.UNKNOWN, confidence=Confidence.POSSIBLE)
    finally:
        # What is being drawn is finished first: an old list must not come after the step that follows it.
        rows.ended = True
        changed.set()
        await asyncio.wait([drawing], timeout=5.0)
        drawing.cancel()


async def _draw(
    desk: Loop, front: Front, conversation: Conversation, rows: Rows, changed: asyncio.Event, *, still: float
) -> None:
    drawn: tuple[Progress, ...] = ()
    clock = asyncio.get_running_loop().time
    began = clock()
    while not rows.ended or rows.drawn() != drawn:
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), still)
        rows.seconds = int(clock() - began)
        changed.clear()
        if rows.drawn() == drawn:
            continue
        drawn = rows.drawn()
        try:
            await front.progress(conversation, desk.screen(conversation, drawn))
        except Exception as reason:  # noqa: BLE001 - progress may be dropped
            desk.reference(reason)
