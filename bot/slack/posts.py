"""Messages that are posted once: each carries its name as metadata, and is looked for before it is posted again."""

from __future__ import annotations

import logging
from typing import Any

from bot.slack.blocks import Drawn
from bot.slack.calls import QUIET, Calls, body
from bot.slack.faults import SlackFault

LOG = logging.getLogger(__name__)
POST_EVENT = "smtp_help_post"
"""The event type of the metadata of messages that are no steps."""
PAGE = 200
"""Messages that are looked through at a time; a busy support channel grows by many while a replica is away."""


def metadata(conversation: str, name: str) -> dict[str, Any]:
    """Return what a message carries, by which it is found again."""
    return {"event_type": POST_EVENT, "event_payload": {"conversation": conversation, "name": name}}


async def post_once(
    calls: Calls, channel: str, drawn: Drawn, conversation: str, name: str, *, thread: str = "", again: bool
) -> tuple[str, str] | None:
    """Post a message and return its channel and ts; with `again` one that is there already is looked for first.

    Returns None where Slack does not let us look at all, and nothing was posted: then it is for the caller to say that
    it may be a copy. Raises SlackFault.
    """
    known = metadata(conversation, name)
    if again:
        found = await _found(calls, channel, thread, known)
        if found is None:
            return None
        if found:
            return channel, found
    where: dict[str, Any] = {"thread_ts": thread} if thread else {}
    answer = await calls(
        "chat.postMessage", repeat=False, channel=channel, metadata=known, **where, **body(drawn), **QUIET
    )
    return str(answer["channel"]), str(answer["ts"])


async def _found(calls: Calls, channel: str, thread: str, known: dict[str, Any]) -> str | None:
    """Return the ts of the message, an empty text where it is not there, None where we cannot look."""
    where: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": PAGE}
    method = "conversations.history"
    if thread:
        method, where["ts"] = "conversations.replies", thread
    try:
        async for answer in calls.pages(method, **where):
            for each in answer.get("messages", ()):
                if each.get("metadata") == known:
                    return str(each["ts"])
    except SlackFault as fault:
        if not fault.lasting:
            raise  # it can be looked for later, and need not be posted for a copy
        LOG.warning("a message could not be looked for before it was posted again: %s", fault)
        return None
    return ""
