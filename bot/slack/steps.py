"""The messages of steps: posted once, found again after a crash, edited in place, shrunk when they are over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from bot.slack.blocks import message, shrunk
from bot.slack.calls import QUIET, Calls, body
from bot.slack.faults import GONE, SlackFault
from bot.slack.notes import Notes
from flows.screen import Screen

LOG = logging.getLogger(__name__)
STEP_EVENT = "smtp_help_step"
"""The event type of the metadata that every step's message carries."""
LOOKED_BACK = 30
"""Messages of the direct message that are searched for one that may have been posted before a crash."""
BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format"})


def metadata(screen: Screen) -> dict[str, Any]:
    """Return what a step's message carries, by which it is found again."""
    payload = {"conversation": screen.conversation, "revision": screen.revision}
    return {"event_type": STEP_EVENT, "event_payload": payload}


class Steps:
    """Sends steps; newer blocks that Slack refuses once are given up for the life of this object."""

    def __init__(self, calls: Calls, notes: Notes, *, new_blocks: bool = False) -> None:
        self._calls = calls
        self._notes = notes
        self._new = new_blocks

    async def post(self, channel: str, screen: Screen, notes: Mapping[str, str]) -> str:
        """Post the step and return its ts; one that may have been posted before (a crash, a lost answer) is looked for.

        Raises SlackFault.
        """
        if notes.get("posting") == str(screen.revision):
            if ts := await self._found(channel, screen):
                return ts
        else:
            await self._notes.remember(screen.conversation, {"posting": str(screen.revision)})
        try:
            return await self._post(channel, screen)
        except SlackFault as fault:
            if fault.refused:
                raise
        if ts := await self._found(channel, screen):
            return ts
        await asyncio.sleep(0.5)
        return await self._post(channel, screen)

    async def _post(self, channel: str, screen: Screen) -> str:
        answer = await self._send("chat.postMessage", screen, repeat=False, channel=channel, **QUIET)
        return str(answer["ts"])

    async def update(self, channel: str, ts: str, screen: Screen, *, may_drop: bool = False) -> bool:
        """Edit the step in place; False where the message is gone. Raises SlackFault, and Dropped with `may_drop`."""
        try:
            await self._send("chat.update", screen, may_drop=may_drop, channel=channel, ts=ts)
        except SlackFault as fault:
            if fault.error in GONE:
                return False
            raise
        return True

    async def shrink(self, notes: Mapping[str, str], answer: str) -> None:
        """Take the buttons off the step before; a fault here keeps nobody from the next step."""
        if not notes.get("ts"):
            return
        drawn = shrunk(notes.get("title", ""), answer)
        try:
            await self._calls("chat.update", channel=notes["channel"], ts=notes["ts"], **body(drawn))
        except SlackFault as fault:
            LOG.info("a step that is over keeps its buttons: %s", fault)

    async def stray(self, channel: str, conversation: str, revision: str) -> tuple[str, str] | None:
        """Return ts and first line of a step that a process posted and did not live to note, or None."""
        where: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": LOOKED_BACK}
        try:
            answer = await self._calls("conversations.history", **where)
        except SlackFault as fault:
            LOG.info("a step that may be left over could not be looked for: %s", fault)
            return None
        for each in answer.get("messages", ()):
            mark = (each.get("metadata") or {}).get("event_payload") or {}
            if mark.get("conversation") == conversation and str(mark.get("revision")) == revision:
                return str(each["ts"]), str(each.get("text") or "").split("\n")[0]
        return None

    async def _found(self, channel: str, screen: Screen) -> str | None:
        """Look for the step's message by its metadata; None where it is not there or Slack does not let us look."""
        where: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": LOOKED_BACK}
        try:
            answer = await self._calls("conversations.history", **where)
        except SlackFault as fault:
            LOG.warning("a message could not be looked for before it was posted again: %s", fault)
            return None
        wanted = metadata(screen)
        return next((str(each["ts"]) for each in answer.get("messages", ()) if each.get("metadata") == wanted), None)

    async def _send(self, method: str, screen: Screen, **arguments: Any) -> dict[str, Any]:
        arguments["metadata"] = metadata(screen)
        try:
            return await self._calls(method, **body(message(screen, new=self._new)), **arguments)
        except SlackFault as fault:
            if not self._new or fault.error not in BAD_BLOCKS:
                raise
            LOG.warning("Slack refused its newer blocks; classic ones are used from now on: %s", fault)
            self._new = False
        return await self._calls(method, **body(message(screen)), **arguments)
