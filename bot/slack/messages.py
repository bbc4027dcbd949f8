"""What people write to the bot: words and files in the direct message, and a mention in a channel."""

from __future__ import annotations

import logging
import time
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any

from bot.catalogue import meaning
from bot.desk import Desk, Outcome
from bot.front import Turn
from bot.slack import marks, reading
from bot.slack.blocks import Drawn
from bot.slack.calls import QUIET
from bot.slack.calls import body as drawn_body
from bot.slack.cases import Cases
from bot.slack.clicks import failed
from bot.slack.delivery import SlackFront
from bot.slack.dropped import Dropped
from bot.slack.faults import SlackFault
from bot.slack.gate import Gate
from bot.slack.home import note
from bot.slack.notes import below
from bot.slack.openings import Openings
from bot.slack.reading import Body, Sent, Who
from bot.slack.replies import Replies
from bot.slack.text import DOTS, cut
from bot.slack.words import say
from bot.typed import says_nothing
from flows.conversation import Conversation, Pasted
from flows.memory import with_human

LOG = logging.getLogger(__name__)
QUOTED = 80
"""Characters by which a deleted message is told apart."""
FRESH = 86400.0
"""Seconds for which a message may be corrected or deleted so that others hear of it."""
A_MINUTE = 60.0
"""Seconds in which somebody who may not is told so once, however much they write."""
FOR_HUMANS = ("help", "thanks", "leave")
"""Words that a human who has the case is to read, though the bot would answer them else."""
KINDS = (None, "file_share", "thread_broadcast", "me_message")
"""The subtypes of messages that a person wrote; notices are none, and of edits and deletions see `amended`."""


class Messages:
    """Each word becomes one turn of the desk; a conversation is opened where none is."""

    def __init__(
        self,
        desk: Desk,
        front: SlackFront,
        *,
        gate: Gate,
        openings: Openings,
        cases: Cases,
        dropped: Dropped,
        replies: Replies,
    ) -> None:
        self._desk, self._front, self._gate = desk, front, gate
        self._openings, self._cases, self._dropped, self._replies = openings, cases, dropped, replies

    async def mention(self, body: Body) -> None:
        """Point to the direct message, where nobody else reads an address; only who mentioned the bot sees it.

        A file that comes with the mention is read there at once.
        """
        person, event = self._gate.person(body), body["event"]
        key = reading.key(body)
        thread = str(event.get("thread_ts") or "")
        if thread and await self._desk.found_at("support_ts", thread):
            return  # words in a case's thread come as a message, too, and are carried
        if person is None or not await self._openings.once(key):
            return
        said = await self._gate.refused(person, str(event.get("channel") or ""))
        drawn = note(said) if said else note(say("mention"), start=True)
        files = [] if said else [file for file in reading.files(event) if not file.gone]
        if files:
            outcome = await self._openings.opened(key, person)
            drawn = note(outcome.said) if outcome.said else self._openings.pointer(body, "pointer")
            if outcome.conversation:
                await self._dropped.take(outcome.conversation, key, files)
        there = self._replies.whisper(str(event.get("channel")), person.user, drawn, thread=thread)
        self._replies.later(there if said else self._or_told(there, person.owner, drawn))

    async def _or_told(self, there: Coroutine[Any, Any, None], owner: str, drawn: Drawn) -> None:
        """Answer a mention where it stood; where the bot may not write there, in the owner's direct message."""
        try:
            await there
        except SlackFault as fault:
            LOG.info("a mention was not answered where it stood: %s", fault)
            await self._front.tell(owner, drawn)

    async def message(self, body: Body) -> None:
        """Take words and files of the direct message, and those that are written in the thread of a case.

        Where a human has the case, what is corrected or deleted there is told to the other side, too.
        """
        delivered, body = body, amended(body)
        person, event = self._gate.person(body), body["event"]
        if person is None or event.get("subtype") not in KINDS:
            return
        if event.get("channel_type") in ("channel", "group"):
            await self._cases.written(body)
            return
        if event.get("channel_type") != "im":
            return
        key = reading.key(body)
        if body is not delivered:
            current = await self._desk.current(person.owner)
            if current is None or not self._with_human(current):
                return  # the bot goes by what was said first
        if said := await self._gate.refused(person):
            minute = int(time.time() // A_MINUTE)
            if await self._openings.once(f"refused {person.owner} {minute}"):
                self._replies.later(self._front.tell(person.owner, note(said)))
            return
        words, files = await self._openings.words(event), reading.files(event)
        text = words.removeprefix(marks.COMMAND).strip() or (words and DOTS)  # the command, sent as a message
        async with self._desk.alone(f"words {person.owner}"):  # of several lines the first opens, once
            current = await self._desk.current(person.owner)
            if not files and (word := self._word(text, current)):
                if await self._openings.once(key):  # first: what comes again may meet a newer conversation
                    self._replies.later(self._front.tell(person.owner, await self._openings.answered(person, word)))
            elif text or files:
                await self._took(key, person, current, text, files)
                await self._pointed_out_of(event)

    def _word(self, text: str, current: Conversation | None) -> str:
        """Return a word that is no part of a conversation; a human who has it is to read cries for help and thanks."""
        word = self._openings.word(text, current)
        return "" if word in FOR_HUMANS and current is not None and self._with_human(current) else word

    async def _took(
        self, key: str, person: Who, current: Conversation | None, text: str, files: Sequence[Sent]
    ) -> None:
        if current is None:
            opened = await self._openings.begun(key, person, text)
            self._say(person, opened)
            current, text = opened.conversation, ""
        if current is None:
            return
        if files:
            await self._desk.remember(current.id, below(key))
        await self._dropped.take(current, key, files)
        event = self._openings.pressed(text, current)
        if text and not event and (shown := self._only_shown(text, current)) is not None:
            await self._desk.show_again(key, current.id, notes=below(key), notice=shown or None)
        elif text:
            turn = Turn(key, current.id, person.owner, event or Pasted(text), notes=below(key))
            turn = replace(turn, revision=current.revision) if event else turn
            self._say(person, await self._desk.take(turn))

    def _only_shown(self, text: str, current: Conversation) -> str | None:
        """Return what is said above the step that is shown again where words say nothing; None where they do."""
        if self._with_human(current) or not says_nothing(text):
            return None
        watching = current.step == self._desk.tree.book.flow.ways.get("watching")
        waits = watching or self._desk.tree.looking(current) not in (None, "text")
        return "" if waits or meaning(text, ("hello", "thanks")) else say("press_one")

    def _with_human(self, current: Conversation) -> bool:
        return with_human(self._desk.tree.book.flow, current)

    async def _pointed_out_of(self, event: Body) -> None:
        """Say once in a thread of the direct message that the conversation goes on outside of it."""
        thread, channel = str(event.get("thread_ts") or ""), str(event.get("channel"))
        if thread and thread != event.get("ts") and await self._openings.once(f"thread {channel} {thread}"):
            arguments = {"channel": channel, "thread_ts": thread, **drawn_body(note(say("not_in_thread"))), **QUIET}
            self._replies.later(self._posted(arguments))

    async def _posted(self, arguments: dict[str, Any]) -> None:
        await self._front.calls("chat.postMessage", repeat=False, **arguments)

    def _say(self, person: Who, outcome: Outcome) -> None:
        if outcome.said:
            self._replies.later(self._front.tell(person.owner, failed(outcome)))


def is_written(event: Body) -> bool:
    """Tell whether an event is what a person wrote to the bot in their direct message."""
    return event.get("type") == "message" and event.get("channel_type") == "im" and event.get("subtype") in KINDS


def amended(body: Body) -> Body:
    """Return a fresh edit or deletion as a message of its writer that says so; any other delivery as it is."""
    event: Body = body["event"]
    before, after = event.get("previous_message") or {}, event.get("message") or {}
    was, now = str(before.get("text") or ""), str(after.get("text") or "")
    names = ", ".join(file.name for file in reading.files(before))
    deleted = event.get("subtype") == "message_deleted" or after.get("subtype") == "tombstone"
    edited = event.get("subtype") == "message_changed" and after.get("edited") and was != now
    if not (deleted or edited) or not (was or now or names) or not _fresh(before, event):
        return body
    gone = say("withdrawn", text=cut(was or names, QUOTED))
    words = gone if deleted or not now else say("corrected", text=now)
    where = {name: event.get(name) for name in ("channel", "channel_type", "event_ts")}
    what = {"text": words, "files": [], "attachments": []}  # what hangs at it was told the first time
    return {**body, "event": {**before, "subtype": None, **what, **where}}


def _fresh(message: Body, event: Body) -> bool:
    """Tell whether a message is of the last day: what retention deletes was taken long ago."""
    try:
        return float(event.get("event_ts") or 0) - float(message.get("ts") or 0) < FRESH
    except ValueError:
        return False
