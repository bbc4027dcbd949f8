"""Handing a case to the support channel, once; keeping its message true; carrying words into its thread."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot.front import Case
from bot.slack import case as cases
from bot.slack.blocks import Drawn
from bot.slack.calls import Calls, body
from bot.slack.faults import CLOSED, GONE, NO_THREAD, SlackFault
from bot.slack.notes import Notes
from bot.slack.posts import metadata, post_once
from bot.slack.words import say
from bot.store import CaseState, Handed

LOG = logging.getLogger(__name__)
HEAD = "case"


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

        A case that is in the channel already is told in its thread that a human is asked for again. Raises SlackFault;
        the desk says so to the person, and tries again.
        """
        if not self._channel:
            return say("nobody", conversation=case.conversation)
        notes = await self._notes.surface(conversation_id)
        try:
            if notes.get("support_done") == "back":
                await self._again(conversation_id, case, notes)
            elif "support_done" not in notes:
                again = "support_ts" in notes
                if not again:
                    notes = await self._head(conversation_id, case, notes)
                await self._thread(conversation_id, case, notes, again=again)
                await self._notes.remember(conversation_id, {"support_done": "yes"})
        except SlackFault as fault:
            LOG.error("case %s could not be handed over: %s", case.conversation, fault)  # noqa: TRY400 - it is all told
            raise
        return " ".join([say("handed"), *([say("handed_hours", hours=self._hours)] if self._hours else [])])

    async def reads(self, conversation_id: str) -> bool:
        """Tell whether somebody reads what is added to a case: there is a channel, or it is in one already."""
        return bool(self._channel or (await self._notes.surface(conversation_id)).get("support_ts"))

    async def _head(self, conversation_id: str, case: Case, notes: Mapping[str, str]) -> dict[str, str]:
        """Post the message of the channel; one that may have been posted before a crash is looked for.

        Where Slack does not let us look, it is posted all the same and says that it may be a copy.
        """
        before = "support_posting" in notes
        await self._notes.remember(conversation_id, {"support_posting": "yes"})
        drawn = cases.headline(case, group=self._group)
        try:
            at = await post_once(self._calls, self._channel, drawn, case.conversation, HEAD, again=before)
            if at is None:
                copy = cases.headline(case, group=self._group, again=True)
                at = await post_once(self._calls, self._channel, copy, case.conversation, HEAD, again=False)
        except SlackFault as fault:
            if fault.refused:  # it was not posted, so the next attempt is no copy
                await self._notes.remember(conversation_id, {"support_posting": None})
            raise
        posted = {"support_channel": (at or ("", ""))[0], "support_ts": (at or ("", ""))[1]}
        posted |= await self._link(posted["support_channel"], posted["support_ts"])
        await self._notes.remember(conversation_id, posted)
        return {**notes, **posted}

    async def _link(self, channel: str, ts: str) -> dict[str, str]:
        """Return the note with the address of a case's message; without one the case is not worse off."""
        try:
            answer = await self._calls("chat.getPermalink", channel=channel, message_ts=ts)
        except SlackFault as fault:
            LOG.info("the address of a case's message could not be had: %s", fault)
            return {}
        return {"support_link": str(answer.get("permalink") or "")}

    async def _thread(self, conversation_id: str, case: Case, notes: Mapping[str, str], *, again: bool) -> None:
        """Post what belongs into the thread, from where an earlier attempt stopped; its last post may not be noted."""
        channel, thread, done = notes["support_channel"], notes["support_ts"], int(notes.get("support_thread", 0))
        for number, drawn in enumerate(cases.thread(case)[done:], done + 1):
            name, before = f"thread {number}", again and number == done + 1
            await posted(self._calls, channel, drawn, case.conversation, name, thread=thread, again=before)
            await self._notes.remember(conversation_id, {"support_thread": str(number)})

    async def _again(self, conversation_id: str, case: Case, notes: Mapping[str, str]) -> None:
        """Say in the thread that the person is back; how often they were is a part of the message's name."""
        await self._draw(case, None, notes)
        times = notes.get("support_backs", "0")
        await self.to_thread(conversation_id, cases.back(case), f"back {times}", again=True, case=case, handed=None)
        done = {"support_done": "yes", "support_backs": str(int(times) + 1)}
        await self._notes.remember(conversation_id, done)

    async def redraw(self, conversation_id: str, case: Case, handed: Handed) -> None:
        """Show in the channel how the case stands now; a message that was deleted stays away. Raises SlackFault."""
        notes = await self._notes.surface(conversation_id)
        if notes.get("support_ts"):
            await self._draw(case, handed, notes)
            done = "back" if handed.state is CaseState.RESOLVED else "yes"
            await self._notes.remember(conversation_id, {"support_done": done})

    async def _draw(self, case: Case, handed: Handed | None, notes: Mapping[str, str]) -> None:
        drawn = cases.headline(case, handed, group=self._group)
        where: dict[str, Any] = {"channel": notes["support_channel"], "ts": notes["support_ts"]}
        try:
            await self._calls("chat.update", metadata=metadata(case.conversation, HEAD), **where, **body(drawn))
        except SlackFault as fault:
            if fault.error not in GONE | CLOSED:
                raise
            LOG.info("the message of case %s is gone: %s", case.conversation, fault)

    async def to_thread(
        self, conversation_id: str, drawn: Drawn, name: str, *, again: bool, case: Case, handed: Handed | None
    ) -> None:
        """Post into the case's thread, once; nothing where the case is in no channel. Raises SlackFault.

        Where somebody or Slack's retention took the thread away, or the support channel is another one now, the case is
        posted anew, so that it can be answered.
        """
        notes = await self._notes.surface(conversation_id)
        if not (ts := notes.get("support_ts")):
            return
        channel = notes["support_channel"]
        try:
            await posted(self._calls, channel, drawn, conversation_id, name, thread=ts, again=again)
        except SlackFault as fault:
            moved = fault.error in CLOSED and self._channel not in ("", channel)
            if not moved and fault.error not in NO_THREAD:
                raise
            LOG.info("the thread of case %s is gone: %s", conversation_id, fault)
            channel, ts = await self._head_anew(case, handed, self._channel if moved else channel, ts)
            await posted(self._calls, channel, drawn, conversation_id, name, thread=ts, again=True)

    async def _head_anew(self, case: Case, handed: Handed | None, channel: str, gone: str) -> tuple[str, str]:
        """Post the message of a case in the place of one that is gone, once; return where it is."""
        drawn, name = cases.headline(case, handed), f"{HEAD} after {gone}"
        at = await post_once(self._calls, channel, drawn, case.conversation, name, again=True)
        at = at or await post_once(self._calls, channel, drawn, case.conversation, name, again=False)
        channel, ts = at or (channel, gone)
        noted = {"support_channel": channel, "support_ts": ts, **await self._link(channel, ts)}
        await self._notes.remember(case.conversation, noted)
        return channel, ts

    async def forgotten(self, owner: str, notes: Mapping[str, str]) -> None:
        """Say in the message of a case that nothing of it is kept any more. Raises SlackFault."""
        where: dict[str, Any] = {"channel": notes["support_channel"], "ts": notes["support_ts"]}
        await self._calls("chat.update", **where, **body(cases.forgotten(owner)))


async def posted(
    calls: Calls, channel: str, drawn: Drawn, conversation: str, name: str, *, thread: str = "", again: bool
) -> None:
    """Post once; where Slack does not let us look whether it is there, once more is better than never."""
    if await post_once(calls, channel, drawn, conversation, name, thread=thread, again=again) is None:
        await post_once(calls, channel, drawn, conversation, name, thread=thread, again=False)
