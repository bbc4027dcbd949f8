"""Handing a case to the support channel, once, and saying where the answer comes from."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot.front import Case
from bot.slack import case as cases
from bot.slack.calls import QUIET, Calls, body
from bot.slack.faults import SlackFault
from bot.slack.notes import Notes
from bot.slack.words import say

LOG = logging.getLogger(__name__)


class Support:
    """The support channel: `channel` is its id or name, `hours` are words, `group` the id of a user group to tell."""

    def __init__(self, calls: Calls, notes: Notes, *, channel: str = "", hours: str = "", group: str = "") -> None:
        self._calls = calls
        self._notes = notes
        self._channel = channel
        self._hours = hours
        self._group = group

    async def hand_over(self, conversation_id: str, case: Case) -> str:
        """Post the case once, its texts and transcript in the thread; return the sentence for the person.

        What trying again cannot mend (no channel, not invited, a missing scope) is said to the person; what passes
        raises SlackFault, for the desk to try again.
        """
        if not self._channel:
            return say("nobody", conversation=case.conversation)
        notes = await self._notes.surface(conversation_id)
        try:
            if "support_ts" not in notes:
                notes = await self._head(conversation_id, case, notes)
            await self._thread(conversation_id, case, notes)
        except SlackFault as fault:
            if not fault.lasting:
                raise
            LOG.error("case %s could not be handed over: %s", case.conversation, fault)  # noqa: TRY400 - it is all told
            return say("unreachable", conversation=case.conversation, why=fault)
        return " ".join([say("handed"), *([say("handed_hours", hours=self._hours)] if self._hours else [])])

    async def _head(self, conversation_id: str, case: Case, notes: Mapping[str, str]) -> dict[str, str]:
        """Post the message of the channel; one that may have been posted before a crash says that it may be a copy."""
        drawn = cases.headline(case, group=self._group, again="support_posting" in notes)
        await self._notes.remember(conversation_id, {"support_posting": "yes"})
        try:
            answer = await self._calls("chat.postMessage", repeat=False, channel=self._channel, **body(drawn), **QUIET)
        except SlackFault as fault:
            if fault.refused:  # it was not posted, so the next attempt is no copy
                await self._notes.remember(conversation_id, {"support_posting": None})
            raise
        posted = {"support_channel": str(answer["channel"]), "support_ts": str(answer["ts"])}
        await self._notes.remember(conversation_id, posted)
        return {**notes, **posted}

    async def _thread(self, conversation_id: str, case: Case, notes: Mapping[str, str]) -> None:
        """Post what belongs into the thread, from where an earlier attempt stopped."""
        where: dict[str, Any] = {"channel": notes["support_channel"], "thread_ts": notes["support_ts"]}
        done = int(notes.get("support_thread", 0))
        for number, drawn in enumerate(cases.thread(case)[done:], done + 1):
            await self._calls("chat.postMessage", repeat=False, **where, **body(drawn), **QUIET)
            await self._notes.remember(conversation_id, {"support_thread": str(number)})
