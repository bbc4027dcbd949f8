"""The messages of steps: posted once, found again after a crash, edited in place, shrunk when they are over."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import message, shrunk, simple
from bot.slack.calls import QUIET, Calls, body
from bot.slack.faults import GONE, UNDRAWN, SlackFault
from bot.slack.notes import Older
from flows.screen import Screen

LOG = logging.getLogger(__name__)
STEP_EVENT = "smtp_help_step"
"""The event type of the metadata that every step's message carries."""
LOOKED_BACK = 30
"""Messages of the direct message that are searched for one that may have been posted before a crash."""
IN_FLIGHT = 1.0
"""Seconds within which a post arrives whose sender died, or was not answered."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A step's message that is there and was not noted; `title` is its first line."""

    ts: str
    revision: str
    title: str


def metadata(screen: Screen) -> dict[str, Any]:
    """Return what a step's message carries, by which it is found again."""
    payload = {"conversation": screen.conversation, "revision": screen.revision}
    return {"event_type": STEP_EVENT, "event_payload": payload}


class Steps:
    """Sends steps; newer blocks that Slack refuses once are given up for the life of this object."""

    def __init__(self, calls: Calls, *, new_blocks: bool = False) -> None:
        self._calls = calls
        self._new = new_blocks

    async def post(self, channel: str, screen: Screen, after: str) -> str:
        """Post the step and return its ts; where the answer was lost it is looked for, `after` the step before.

        Raises SlackFault.
        """
        try:
            return await self._post(channel, screen)
        except SlackFault as fault:
            if fault.refused:
                raise
        if ts := await self._found(channel, screen, after):
            return ts
        await asyncio.sleep(IN_FLIGHT)
        return await self._found(channel, screen, after) or await self._post(channel, screen)

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

    async def shrink(self, channel: str, ts: str, step: Older) -> bool:
        """Take the buttons off a step before; False where that can be done later, for it keeps nobody from the next."""
        drawn = shrunk(step.title, step.answer)
        try:
            await self._calls("chat.update", channel=channel, ts=ts, **body(drawn))
        except SlackFault as fault:
            LOG.info("a step that is over keeps its buttons: %s", fault)
            return fault.error in GONE
        return True

    async def strays(self, channel: str, conversation: str, after: str, *, dawdling: bool = False) -> list[Stray]:
        """Return the steps that were posted and not noted: those after the noted one, the oldest first.

        With `dawdling` what whoever died had just sent is given the time to arrive. Where Slack does not let us look
        there are none. Raises SlackFault where it can be looked for later.
        """
        found = await self._looked_for(channel, conversation, after)
        if dawdling and not found:
            await asyncio.sleep(IN_FLIGHT)
            found = await self._looked_for(channel, conversation, after)
        return found

    async def _looked_for(self, channel: str, conversation: str, after: str) -> list[Stray]:
        where: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": LOOKED_BACK}
        where |= {"oldest": after} if after else {}
        try:
            answer = await self._calls("conversations.history", **where)
        except SlackFault as fault:
            if not fault.lasting:
                raise
            LOG.warning("a message could not be looked for before it was posted again: %s", fault)
            return []
        found = []
        for each in answer.get("messages", ()):
            known = each.get("metadata") or {}
            mark = known.get("event_payload") or {}
            if known.get("event_type") == STEP_EVENT and mark.get("conversation") == conversation:
                title = str(each.get("text") or "").split("\n")[0]
                found.append(Stray(str(each["ts"]), str(mark.get("revision")), title))
        return sorted((one for one in found if one.ts > after), key=lambda one: one.ts)

    async def _found(self, channel: str, screen: Screen, after: str) -> str | None:
        strays = await self._looked_for(channel, screen.conversation, after)
        return next((one.ts for one in strays if one.revision == str(screen.revision)), None)

    async def _send(self, method: str, screen: Screen, **arguments: Any) -> dict[str, Any]:
        arguments["metadata"] = metadata(screen)
        try:
            return await self._calls(method, **body(message(screen, new=self._new)), **arguments)
        except SlackFault as fault:
            if fault.error not in UNDRAWN:
                raise
            if not self._new:
                LOG.error("Slack refused step %s as it is drawn; it is drawn plainly: %s", screen.step, fault)  # noqa: TRY400
                return await self._calls(method, **body(simple(screen)), **arguments)
            LOG.warning("Slack refused its newer blocks; classic ones are used from now on: %s", fault)
            self._new = False
        return await self._send(method, screen, **arguments)
