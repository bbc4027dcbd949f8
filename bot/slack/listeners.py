"""Slack's deliveries in, the desk's turns out: commands, words, pictures, shortcut, App Home; it decides nothing."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp

from bot.catalogue import meaning
from bot.desk import Desk, Outcome, Result
from bot.front import Turn
from bot.slack import marks, reading
from bot.slack.acks import acknowledged, before_ack, nothing_more, told
from bot.slack.calls import body as drawn_body
from bot.slack.cases import Cases
from bot.slack.clicks import Ack, Clicks, failed
from bot.slack.delivery import SlackFront
from bot.slack.dropped import Dropped
from bot.slack.faults import SlackFault
from bot.slack.files import Files
from bot.slack.gate import Gate, House
from bot.slack.home import note
from bot.slack.homes import published
from bot.slack.messages import Messages, is_written
from bot.slack.openings import Openings
from bot.slack.people import People
from bot.slack.reading import Body, Who
from bot.slack.replies import Replies
from bot.slack.words import say
from bot.store import StoreError
from flows.conversation import Status

LOG = logging.getLogger(__name__)
Listener = Callable[[Body, Ack], Awaitable[None]]
Next = Callable[[], Awaitable[Any]]
PATIENCE = (5.0, 30.0, 120.0)


class Listeners:
    """Reads what came in, asks the desk, acknowledges after its commit."""

    def __init__(
        self,
        desk: Desk,
        front: SlackFront,
        *,
        gate: Gate,
        house: House,
        session: aiohttp.ClientSession,
        people: People,
        files: Files,
    ) -> None:
        self._desk = desk
        self._front = front
        self._gate = gate
        self._house = house
        self._people = people
        self.patience: Sequence[float] = PATIENCE
        """Seconds until App Home is drawn again where Slack had trouble."""
        self.replies = Replies(front, session)
        self._openings = Openings(desk, front, house=house, people=people, replies=self.replies)
        self._clicks = Clicks(desk, front, gate, self.replies, self._openings)
        self._cases = Cases(
            desk, front, gate=gate, replies=self.replies, people=people, openings=self._openings, bot=house.bot_user
        )
        self._dropped = Dropped(desk, front, files, self.replies, f"slack:{house.team}:")
        self._messages = Messages(
            desk,
            front,
            gate=gate,
            openings=self._openings,
            cases=self._cases,
            dropped=self._dropped,
            replies=self.replies,
        )

    def register(self, app: AsyncApp) -> None:
        """Hang every listener into bolt; those of events work before bolt acknowledges, so that a crash is no loss."""
        app.command(marks.COMMAND)(self._safe(self._command))
        app.shortcut(marks.EXPLAIN)(self._safe(self._explain))
        app.action(marks.FILL)(self._safe(self._clicks.opened_form))
        app.action(marks.RESUME)(self._safe(self._clicks.resumed))
        for name in (marks.START, marks.ANEW):
            app.action(name)(self._safe(self._start))
        for name in (marks.CLAIM, marks.RESOLVE, marks.REOPEN):
            app.action(name)(self._safe(self._cases.pressed))
        app.action(marks.ASK)(self._safe(self._cases.asks))
        app.view(marks.QUESTION)(self._safe(self._cases.asked))
        app.view_closed(marks.QUESTION)(acknowledged)
        app.action(re.compile("^" + re.escape(marks.PREFIX)))(self._safe(self._clicks.pressed))
        app.view(marks.FORM)(self._safe(self._clicks.submitted))
        app.view_closed(marks.FORM)(acknowledged)
        for event, work in (
            ("message", self._messages.message),
            ("app_mention", self._messages.mention),
            ("app_home_opened", self._home_opened),
        ):
            app.event(event, middleware=[before_ack(work, self._unsaved)])(nothing_more)

    def resume(self) -> None:
        """Take up the files that a process that ended had not read."""
        self.replies.later(self._dropped.resume())

    def _safe(self, listener: Listener) -> Callable[..., Awaitable[None]]:
        async def listening(body: dict[str, Any], ack: Ack) -> None:
            try:
                await listener(body, ack)
            except Exception:
                word = secrets.token_hex(3).upper()  # the person gets it, the log has all the rest under it
                LOG.exception("reference %s", word)
                said = note(say("failed", reference=word))
                if body.get("command"):
                    await ack(response_type="ephemeral", **drawn_body(said))
                    return
                await ack()
                if person := self._gate.person(body):
                    self.replies.later(self.replies.answer(body, person.owner, said))

        return listening

    def _unsaved(self, body: Body, reason: StoreError) -> None:
        """Say in a direct message that what was written there is not kept yet; Slack brings it once more."""
        word, person = self._desk.reference(reason), self._gate.person(body)
        if person is not None and is_written(body["event"]):
            self.replies.later(self._front.tell(person.owner, note(say("unsaved_words", reference=word))))

    # The command

    async def _command(self, body: Body, ack: Ack) -> None:
        person = self._gate.person(body)
        if person is None:
            await ack()
            return
        if said := await self._gate.refused(person, str(body.get("channel_id") or "")):
            await told(ack, note(said))
            return
        text = reading.typed(body.get("text"))
        open_now = await self._desk.current(person.owner)
        if word := self._openings.word(text, open_now):
            await told(ack, await self._openings.answered(person, word))
            return
        if open_now and (event := self._openings.pressed(text, open_now)):  # as if its button had been
            turn = Turn(reading.key(body), open_now.id, person.owner, event, open_now.revision)
            await self._told(body, ack, await self._desk.take(turn))
            return
        current = open_now if not text or meaning(text, ("hello",)) else None
        if current and (current.trail or current.answers or current.status is Status.HANDED):
            await told(ack, await self._openings.offer(current))
        elif current:
            await told(ack, self._openings.pointer(body, "pointer"))
            self.replies.later(self._openings.show_again(body, current))
        else:
            await self._told(body, ack, await self._openings.begun(reading.key(body), person, text))

    async def _told(self, body: Body, ack: Ack, outcome: Outcome) -> None:
        await told(ack, note(outcome.said) if outcome.said else self._openings.pointer(body, "pointer"))
        if outcome.conversation:
            self.replies.later(self._openings.told_if_shut(body, outcome.conversation))

    # Start, the shortcut, App Home

    async def _start(self, body: Body, ack: Ack) -> None:
        """Open a conversation by a button: in App Home, a mention's answer, or the offer to start anew."""
        person = self._gate.person(body)
        said = say("stranger") if person is None else await self._gate.refused(person)
        if person is None or said:
            await ack()
            if person is not None and body.get("response_url"):
                self.replies.later(self.replies.answer(body, person.owner, note(said)))
            return
        outcome = await self._openings.opened(reading.key(body), person)
        await ack()
        if outcome.result is Result.FAILED:
            self.replies.later(self.replies.answer(body, person.owner, failed(outcome)))
        elif body.get("view"):
            self.replies.later(self._started(person, outcome))
        elif (body.get("container") or {}).get("is_ephemeral"):
            self.replies.later(
                self.replies.answer(body, person.owner, self._openings.pointer(body, "resumed"), replace=True)
            )

    async def _explain(self, body: Body, ack: Ack) -> None:
        """Open a conversation with the words of a message (the message shortcut)."""
        person = self._gate.person(body)
        if person is None:
            await ack()
            return
        message = body.get("message") or {}
        text, files = reading.words(message), reading.files(message)
        said = await self._gate.refused(person, str((body.get("channel") or {}).get("id") or ""))
        own = self._house.bot and message.get("bot_id") == self._house.bot
        if not said and (own or not (text or files)):
            said = say("shortcut_own" if own else "shortcut_empty")
        drawn, unsaved = note(said) if said else self._openings.pointer(body, "pointer"), False
        if not said:
            outcome = await self._openings.opened(reading.key(body), person, text)
            drawn, unsaved = note(outcome.said) if outcome.said else drawn, outcome.result is Result.FAILED
            if outcome.conversation and outcome.result is Result.TAKEN:
                await self._dropped.take(outcome.conversation, reading.key(body), files)
        await ack()
        if unsaved or await self._openings.once(reading.key(body)):
            self.replies.later(self.replies.answer({"response_url": body.get("response_url")}, person.owner, drawn))

    async def _home_opened(self, body: Body) -> None:
        person = self._gate.person(body)
        if person is None or self._gate.stranger(person) or (body["event"].get("tab") or "home") != "home":
            return
        self.replies.later(self._publish(person))

    async def _started(self, person: Who, outcome: Outcome) -> None:
        """Say in App Home that the conversation is in the direct message, or why it is not."""
        why = await self._openings.shut(outcome.conversation) if outcome.conversation else ""
        await self._publish(person, say("shut", why=why) if why else say("home_started"))

    async def _publish(self, person: Who, note_: str = "") -> None:
        """Draw App Home as it is now; where Slack or the database has trouble it is drawn later, as it is then."""
        for wait in (*self.patience, None):
            try:
                view = await published(self._desk, self._people, person, note_)
                await self._front.calls("views.publish", user_id=person.user, view=view)
            except (SlackFault, StoreError) as fault:
                if wait is None or (isinstance(fault, SlackFault) and fault.lasting):
                    raise
                LOG.info("App Home is drawn later: %s", fault)
                await asyncio.sleep(wait)
            else:
                return
