"""The desk's front for Slack: one writer a conversation, one edit a second, the newest wins, the last is drawn."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.front import Case, Shown
from bot.slack.blocks import Drawn
from bot.slack.calls import QUIET, Calls, Dropped, body
from bot.slack.carried import said
from bot.slack.case import person
from bot.slack.faults import CLOSED, SlackFault
from bot.slack.home import note
from bot.slack.marks import Mark
from bot.slack.notes import OLDER, Notes, Older, below, belows, in_place, left, noted, older
from bot.slack.steps import Steps, Stray
from bot.slack.support import Support, posted
from bot.slack.words import say
from bot.store import Handed, Relay
from flows.conversation import Conversation, Status
from flows.screen import Progress, Screen

LOG = logging.getLogger(__name__)
CARRIED = {
    "person": ("from_human", "not_delivered"),
    "human": ("from_person", "not_carried"),
    "echo": ("asks", ""),
}
"""How words are marked by where they go, and what their writer is told where they did not arrive."""
MOST_SHUT = 10_000
BETWEEN_EDITS = 1.0
"""Seconds between two edits of one message."""


@dataclass(slots=True, eq=False)
class _Live:
    """The one writer of a conversation's newest message."""

    newest: Screen | None = None
    run: str | None = None
    """The look whose progress that is; talk moves the conversation meanwhile, and its step is posted anew."""
    rows: tuple[Progress, ...] = ()
    edited: float = float("-inf")
    task: asyncio.Task[None] | None = None
    users: int = 0


class SlackFront:
    """Draws conversations into the direct messages of their owners, and hands cases to the support channel."""

    def __init__(
        self,
        calls: Calls,
        notes: Notes,
        *,
        support_channel: str = "",
        support_hours: str = "",
        it_group: str = "",
        new_blocks: bool = False,
        between_edits: float = BETWEEN_EDITS,
    ) -> None:
        self.calls = calls
        self._notes = notes
        self._steps = Steps(calls, new_blocks=new_blocks)
        self._support = Support(calls, notes, channel=support_channel, hours=support_hours, group=it_group)
        self._between = between_edits
        self._channels: dict[str, str] = {}
        self._lives: dict[str, _Live] = {}
        self.dress: Callable[[Conversation, Screen], Awaitable[Screen]] | None = None
        """What puts into a screen, as it is shown, what is kept nowhere (a one-time link)."""
        self.shut: OrderedDict[str, SlackFault] = OrderedDict()
        """Whose direct message takes nothing, and why; for the place where they pressed."""

    async def show(self, conversation: Conversation, screen: Screen, *, notes: Mapping[str, str], doubt: bool) -> Shown:
        """Draw the newest step at the bottom; the one before shrinks to its line. Raises SlackFault."""
        live = self._lives.setdefault(conversation.id, _Live())
        live.users += 1
        live.newest = None
        try:
            if self.dress is not None:
                screen = await self.dress(conversation, screen)
            if int(notes.get("revision", -1)) > screen.revision:
                return Shown({})
            drawn = await self._draw(conversation, screen, notes, live, doubt=doubt)
        except SlackFault as fault:
            self.shut[conversation.owner] = fault
            while len(self.shut) > MOST_SHUT:
                self.shut.popitem(last=False)
            raise
        else:
            self.shut.pop(conversation.owner, None)
            return drawn
        finally:
            live.users -= 1
            self._let_go(conversation.id, live)

    async def progress(self, conversation: Conversation, screen: Screen) -> None:
        """Keep the newest state of a look; one edit a second brings it to the screen, what is older is dropped."""
        live = self._lives.setdefault(conversation.id, _Live())
        live.newest, live.run, live.rows = screen, conversation.run, screen.progress
        if live.task is None or live.task.done():
            live.task = asyncio.create_task(self._follow(conversation.id, live), name=f"progress {conversation.id}")

    async def hand_over(self, conversation: Conversation, case: Case) -> str:
        """Post the case into the support channel, once; return where the answer comes from. Raises SlackFault."""
        return await self._support.hand_over(conversation.id, case)

    async def redraw(self, conversation: Conversation, case: Case, handed: Handed) -> None:
        """Show in the support channel how the case stands now. Raises SlackFault."""
        await self._support.redraw(conversation.id, case, handed)

    async def relay(
        self, conversation: Conversation, relay: Relay, number: int, *, again: bool, case: Case, handed: Handed | None
    ) -> None:
        """Carry words into the person's direct message, or into the thread of the case, once.

        Where Slack will not take them, whoever wrote them is told. Raises SlackFault for what passes.
        """

        async def to_human(drawn: Drawn, name: str, *, again: bool) -> None:
            await self._support.to_thread(conversation.id, drawn, name, again=again, case=case, handed=handed)

        async def to_person(drawn: Drawn, name: str, *, again: bool) -> None:
            await self._to_person(conversation, drawn, name, again=again)

        if relay.to == "human" and not await self._support.reads(conversation.id):
            nobody = note(say("nobody_reads", conversation=conversation.id))
            await self._to_person(conversation, nobody, "nobody", again=True)  # once in a conversation
            return
        there, back = (to_person, to_human) if relay.to == "person" else (to_human, to_person)
        word, returned = CARRIED[relay.to]
        try:
            for part, drawn in enumerate(said(relay.who, word, relay.text, links=relay.to == "person")):
                await there(drawn, f"relay {number} {part}" if part else f"relay {number}", again=again)
        except SlackFault as fault:
            if not fault.lasting:
                raise
            LOG.warning("words were not carried: %s", fault)
            if returned:
                await back(note(say(returned, why=fault)), f"returned {number}", again=again)

    async def forgotten(self, owner: str, notes: Mapping[str, str]) -> None:
        """Say in the message of a case, and at a step that was open, that all was deleted. Raises SlackFault."""
        if notes.get("status") in (Status.OPEN, Status.HANDED) and notes.get("ts"):
            await self._steps.shrink(
                notes["channel"], notes["ts"], Older(notes.get("title", ""), say("step_forgotten"))
            )
        if notes.get("support_ts"):
            await self._support.forgotten(owner, notes)

    async def _to_person(self, conversation: Conversation, drawn: Drawn, name: str, *, again: bool) -> None:
        async def post(channel: str) -> None:
            await posted(self.calls, channel, drawn, conversation.id, name, again=again)

        await self._direct(conversation.owner, post)
        await self._notes.remember(conversation.id, below(name))  # the newest step comes to the bottom when it moves

    async def _direct(self, owner: str, post: Callable[[str], Awaitable[None]]) -> None:
        """Post into the owner's direct message; one that was closed is opened anew. Raises SlackFault."""
        try:
            await post(await self.channel(owner))
        except SlackFault as fault:
            if fault.error not in CLOSED or owner not in self._channels:
                raise
            del self._channels[owner]
            await post(await self.channel(owner))

    async def remind(self, conversation: Conversation, screen: Screen, words: str, *, again: bool) -> None:
        """Post a reminder with the way back to the step, once. Raises SlackFault."""
        drawn = note(words, resume=Mark(conversation.id, screen.revision))
        await self._to_person(conversation, drawn, f"remind {screen.revision}", again=again)

    async def tell(self, owner: str, drawn: Drawn) -> None:
        """Post a message that belongs to no step into the owner's direct message. Raises SlackFault."""

        async def post(channel: str) -> None:
            await self.calls("chat.postMessage", repeat=False, channel=channel, **body(drawn), **QUIET)

        await self._direct(owner, post)

    async def channel(self, owner: str) -> str:
        """Return the id of the owner's direct message with the bot, opened where it is not. Raises SlackFault."""
        if owner not in self._channels:
            answer = await self.calls("conversations.open", users=person(owner))
            self._channels[owner] = str(answer["channel"]["id"])
        return self._channels[owner]

    async def close(self) -> None:
        """End the writers of progress; what they had not drawn is drawn by the next show."""
        tasks = [live.task for live in self._lives.values() if live.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _draw(
        self, conversation: Conversation, screen: Screen, notes: Mapping[str, str], live: _Live, *, doubt: bool
    ) -> Shown:
        """Bring the step to the bottom and shrink what is over, each where it is not so already."""
        channel = notes.get("channel") or await self.channel(conversation.owner)
        before, closed = notes.get("ts", ""), conversation.status is Status.CLOSED
        ts, strays = await self._drawn_before(channel, screen, notes, doubt=doubt)
        over = older(notes) | {one.ts: Older(one.title, say("moved_on")) for one in strays if one.ts != ts}
        at_once = set(over)
        if not (ts or strays or closed) and in_place(notes, conversation, screen):
            ts = before if await self._edited(live, channel, before, screen) else ""
        elif before and before != ts:
            line = (conversation.notice or say("closed")) if closed else left(notes, conversation, live.rows)
            over[before] = Older(notes.get("title", ""), line)
            # The pressed step shows its choice at once; a look that was edited just now waits, the verdict does not,
            # nor does a question wait where many edits have used up the budget.
            if closed or (not self._busy(live) and self.calls.ready("chat.update")):
                at_once.add(before)
        left_over = await self._shrunk(channel, {each: over[each] for each in at_once})
        if not ts and not (closed and (before or strays)):
            channel, ts = await self._posted(conversation, channel, screen, before)
        if late := over.keys() - at_once:
            await asyncio.sleep(self._busy(live))
            left_over |= await self._shrunk(channel, {each: over[each] for each in late})
        if ts != before:
            live.edited = float("-inf")
        if notes.get("run") != conversation.run:
            live.rows = ()
        now: dict[str, str | None] = {f"{OLDER}{each}": None for each in older(notes)}
        now |= {"channel": channel, "ts": ts or before, **dict.fromkeys(belows(notes)), **noted(conversation, screen)}
        now |= {f"{OLDER}{each}": step.noted() for each, step in left_over.items()}
        return Shown({name: value for name, value in now.items() if notes.get(name) != value}, whole=not left_over)

    async def _drawn_before(
        self, channel: str, screen: Screen, notes: Mapping[str, str], *, doubt: bool
    ) -> tuple[str, Sequence[Stray]]:
        """Return the message that shows the step already, if there is one, and in doubt those that nobody noted."""
        before = notes.get("ts", "")
        if older(notes) and notes.get("revision") == str(screen.revision) and not belows(notes):
            return before, ()  # what is left to be done is to shrink what was before
        strays = await self._steps.strays(channel, screen.conversation, before, dawdling=True) if doubt else ()
        return next((one.ts for one in reversed(strays) if one.revision == str(screen.revision)), ""), strays

    async def _edited(self, live: _Live, channel: str, ts: str, screen: Screen) -> bool:
        """Show the step in the place of its message; tell whether that is there still."""
        await asyncio.sleep(self._busy(live))
        edited = await self._steps.update(channel, ts, screen)
        if edited:
            live.edited = asyncio.get_running_loop().time()
        return edited

    async def _posted(self, conversation: Conversation, channel: str, screen: Screen, after: str) -> tuple[str, str]:
        try:
            return channel, await self._steps.post(channel, screen, after)
        except SlackFault as fault:
            if fault.error not in CLOSED:
                raise
            self._channels.pop(conversation.owner, None)  # the direct message was closed: it is opened anew
        channel = await self.channel(conversation.owner)
        return channel, await self._steps.post(channel, screen, after)

    async def _shrunk(self, channel: str, steps: Mapping[str, Older]) -> dict[str, Older]:
        """Shrink steps that are over; return those that could not be."""
        return {ts: step for ts, step in steps.items() if not await self._steps.shrink(channel, ts, step)}

    def _busy(self, live: _Live) -> float:
        return max(0.0, live.edited + self._between - asyncio.get_running_loop().time())

    async def _follow(self, conversation_id: str, live: _Live) -> None:
        """Bring the newest progress to the screen until there is none; dropped where no budget is left."""
        while live.newest is not None:
            await asyncio.sleep(self._busy(live))
            async with self._notes.alone(conversation_id):
                screen, live.newest = live.newest, None
                if screen is None:
                    break
                try:
                    await self._edit(conversation_id, screen, live.run)
                except Dropped:
                    if live.users == 0:  # nothing newer, and the step is not over
                        live.newest = screen
                except SlackFault as fault:
                    LOG.info("progress was not drawn: %s", fault)
                live.edited = asyncio.get_running_loop().time()

    async def _edit(self, conversation_id: str, screen: Screen, run: str | None) -> None:
        notes = await self._notes.surface(conversation_id)
        now = notes.get("revision") == str(screen.revision) or (run is not None and notes.get("run") == run)
        if notes.get("ts") and now:
            screen = replace(screen, revision=int(notes["revision"]))
            await self._steps.update(notes["channel"], notes["ts"], screen, may_drop=True)

    def _let_go(self, conversation_id: str, live: _Live) -> None:
        """Forget a writer that nobody uses; a look's is kept for its rows."""
        idle = live.task is None or live.task.done()
        if not live.users and idle and not live.rows and self._lives.get(conversation_id) is live:
            del self._lives[conversation_id]
