"""What App Home shows to somebody: their conversations with the verdicts, and for IT the queue, counts and texts."""

from __future__ import annotations

import logging
from typing import Any

from bot.desk import Desk
from bot.slack.faults import SlackFault
from bot.slack.home import MOST_COUNTS, MOST_RECENT, MOST_UNREAD, MOST_WAITING, ForIt, home
from bot.slack.marks import Mark
from bot.slack.people import People
from bot.slack.reading import Who
from flows.conversation import Conversation
from flows.wording import plain
from probes.causes import Cause

LOG = logging.getLogger(__name__)


async def published(desk: Desk, people: People, person: Who, note: str = "") -> dict[str, Any]:
    """Return the view for `views.publish`."""
    current = await desk.current(person.owner)
    going = (Mark(current.id, current.revision), desk.screen(current).title) if current else None
    kept = await desk.recent(person.owner, MOST_RECENT + 1)
    recent = [(each.started, desk.screen(each).title, _verdict(desk, each)) for each in kept if each != current]
    return home(going=going, recent=recent, note=note, it=await _for_it(desk, people, person))


async def _link(desk: Desk, conversation: str) -> str:
    return (await desk.surface(conversation)).get("support_link", "")


def _verdict(desk: Desk, conversation: Conversation) -> str:
    verdict = conversation.verdict
    return plain(desk.tree.book.words.cause(verdict.cause)) if verdict else ""


async def _for_it(desk: Desk, people: People, person: Who) -> ForIt | None:
    try:
        if not await people.is_it(person):
            return None
    except SlackFault as fault:
        LOG.warning("whether somebody belongs to IT could not be found out: %s", fault)
        return None
    queue, counts, unread = await desk.casework.overview(MOST_WAITING + 1, MOST_UNREAD)
    words = desk.tree.book.words
    return ForIt(
        queue=[
            (handed, each.owner, _verdict(desk, each) or words.shell("nothing_seen"), await _link(desk, each.id))
            for handed, each in queue
        ],
        counts=[(plain(words.cause(Cause(cause))), count) for cause, count in list(counts.items())[:MOST_COUNTS]],
        unread=[each.text for each in unread],
    )
