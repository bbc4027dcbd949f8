"""Slack's deliveries in, the desk's turns out: commands, words, pictures, shortcut, App Home; it decides nothing."""

from __future__ import annotations

import logging
import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp

from bot.catalogue import meaning
from bot.desk import Desk, Outcome, Result
from bot.front import Turn
from bot.slack import marks, reading
from bot.slack.acks import acknowledged, before_ack, nothing_more, told
from bot.slack.blocks import Drawn
from bot.slack.calls import body as drawn_body
from bot.slack.cases import Cases
from bot.slack.clicks import Ack, Clicks, failed
from bot.slack.delivery import SlackFront
from bot.slack.gate import Gate, House
from bot.slack.home import note, pointer
from bot.slack.homes import published
from bot.slack.marks import Mark
from bot.slack.people import People
from bot.slack.reading import Body, Who
from bot.slack.replies import Replies
from bot.slack.words import say
from flows.conversation import Conversation, Pasted, Pictured, Status

LOG = logging.getLogger(__name__)
Listener = Callable[[Body, Ack], Awaitable[None]]
Next = Callable[[], Awaitable[Any]]
DELIVERIES_KEPT = 10_000
MESSAGE_KINDS = (None, "file_share", "thread_broadcast", "me_message")
"""The subtypes of messages that a person wrote; edits, deletions and notices are none."""


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
    ) -> None:
        self._desk = desk
        self._front = front
        self._gate = gate
        self._house = house
        self.replies = Replies(front, session)
        self._clicks = Clicks(desk, front, gate, self.replies)
        self._cases = Cases(desk, front, gate=gate, replies=self.replies, people=people, once=self._once)
        self._people = people
        self._seen: OrderedDict[str, None] = OrderedDict()

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
            ("message", self._message),
            ("app_mention", self._mention),
            ("app_home_opened", self._home_opened),
        ):
            app.event(event, middleware=[before_ack(work)])(nothing_more)

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
        if (drawn := await self._worded(person, text)) is not None:
            await told(ack, drawn)
            return
        current = await self._desk.current(person.owner) if not text else None
        if current and (current.trail or current.answers or current.status is Status.HANDED):
            await told(ack, self._offer(current))
        elif current:
            await told(ack, self._pointer(body, "pointer"))
            self.replies.later(self._front.show_again(current, self._desk.screen(current)))
        else:
            outcome = await self._opened(reading.key(body), person, text)
            await told(ack, note(outcome.said) if outcome.said else self._pointer(body, "pointer"))

    async def _opened(self, key: str, person: Who, text: str = "") -> Outcome:
        """Open a conversation; the language of the person's profile is asked for after the acknowledgement."""
        outcome = await self._desk.open(key, person.owner, text)
        if outcome.result is Result.TAKEN and outcome.conversation:
            self.replies.later(self._speaks(person, outcome.conversation.id))
        return outcome

    async def _speaks(self, person: Who, conversation: str) -> None:
        if locale := (await self._people.known(person.user)).locale:
            await self._desk.speaks(conversation, locale)

    async def _worded(self, person: Who, text: str) -> Drawn | None:
        """Answer the words `help`, `status` and `forget me`; None for any other text."""
        match meaning(text, ("help", "forget", "status")):
            case "help":
                return note(say("help"), start=True)
            case "forget":
                count = await self._desk.forget(person.owner)
                return note(say("forgotten", count=count) if count else say("forgotten_none"))
            case "status":
                now = await self._desk.current(person.owner)
                if now is None:
                    return note(say("nothing_open"), start=True)
                word = "status_handed" if now.status is Status.HANDED else "status_open"
                return note(say(word, title=self._desk.screen(now).title), resume=Mark(now.id, now.revision))
            case _:
                return None

    def _offer(self, current: Conversation) -> Drawn:
        title = self._desk.screen(current).title
        return note(say("going", title=title), resume=Mark(current.id, current.revision), anew=True)

    def _pointer(self, body: Body, word: str) -> Drawn:
        app = self._house.app or str(body.get("api_app_id") or "")
        return pointer(word, self._house.team, app)

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
        outcome = await self._opened(reading.key(body), person)
        await ack()
        if outcome.result is Result.FAILED:
            self.replies.later(self.replies.answer(body, person.owner, failed(outcome)))
        elif body.get("view"):
            self.replies.later(self._publish(person, say("home_started")))
        elif (body.get("container") or {}).get("is_ephemeral"):
            self.replies.later(self.replies.answer(body, person.owner, self._pointer(body, "resumed"), replace=True))

    async def _explain(self, body: Body, ack: Ack) -> None:
        """Open a conversation with the words of a message (the message shortcut)."""
        person = self._gate.person(body)
        if person is None:
            await ack()
            return
        message = body.get("message") or {}
        text = reading.words(message)
        said = await self._gate.refused(person, str((body.get("channel") or {}).get("id") or ""))
        if not said and not text:
            said = say("shortcut_empty")
        drawn = note(said) if said else self._pointer(body, "pointer")
        if not said:
            outcome = await self._opened(reading.key(body), person, text)
            drawn = note(outcome.said) if outcome.said else drawn
        await ack()
        if self._once(reading.key(body)):
            self.replies.later(self.replies.answer({"response_url": body.get("response_url")}, person.owner, drawn))

    async def _home_opened(self, body: Body) -> None:
        person = self._gate.person(body)
        if person is None or self._gate.stranger(person) or (body["event"].get("tab") or "home") != "home":
            return
        self.replies.later(self._publish(person))

    async def _publish(self, person: Who, note_: str = "") -> None:
        view = await published(self._desk, self._people, person, note_)
        await self._front.calls("views.publish", user_id=person.user, view=view)

    # Messages

    async def _mention(self, body: Body) -> None:
        """Point to the direct message, where nobody else reads an address; only who mentioned the bot sees it."""
        person, event = self._gate.person(body), body["event"]
        if person is None or not self._once(reading.key(body)):
            return
        said = await self._gate.refused(person, str(event.get("channel") or ""))
        drawn = note(said) if said else note(say("mention"), start=True)
        where = {"channel": event.get("channel"), "user": person.user}
        thread = {"thread_ts": event["thread_ts"]} if event.get("thread_ts") else {}
        self.replies.later(self._whisper({**where, **thread, **drawn_body(drawn)}))

    async def _whisper(self, arguments: dict[str, Any]) -> None:
        await self._front.calls("chat.postEphemeral", repeat=False, **arguments)

    async def _message(self, body: Body) -> None:
        """Take words and files of the direct message; a conversation is opened where none is."""
        person, event = self._gate.person(body), body["event"]
        if person is None or event.get("subtype") not in MESSAGE_KINDS:
            return
        if event.get("channel_type") in ("channel", "group"):
            await self._cases.written(body)
            return
        if event.get("channel_type") != "im":
            return
        key = reading.key(body)
        if said := await self._gate.refused(person):
            if self._once(f"refused {person.owner}"):
                self.replies.later(self._front.tell(person.owner, note(said)))
            return
        text, files = reading.typed(event.get("text")), reading.files(event)
        if (drawn := await self._worded(person, text)) is not None:
            if self._once(key):
                self.replies.later(self._front.tell(person.owner, drawn))
            return
        pictures = [each for each in files if not each.mail]
        if any(each.mail for each in files) and self._once(f"{key} mail"):
            self.replies.later(self._front.tell(person.owner, note(say("mail_file"))))
        if text or pictures:
            await self._took(key, person, text, [each.reference for each in pictures], str(event.get("ts") or ""))

    async def _took(self, key: str, person: Who, text: str, pictures: list[str], ts: str) -> None:
        current = await self._desk.current(person.owner)
        if current is None:
            opened = await self._opened(key, person, text)
            self._say(person, opened)
            current, text = opened.conversation, ""
        if current is None:
            return
        await self._desk.remember(current.id, {"below": ts or "yes"})
        for number, reference in enumerate(pictures):
            turn = Turn(f"{key} file {number}", current.id, person.owner, Pictured(reference))
            self._say(person, await self._desk.take(turn))
        if text:
            self._say(person, await self._desk.take(Turn(key, current.id, person.owner, Pasted(text))))

    def _say(self, person: Who, outcome: Outcome) -> None:
        if outcome.said:
            self.replies.later(self._front.tell(person.owner, failed(outcome)))

    def _once(self, key: str) -> bool:
        """Tell whether this is the first of its deliveries; for answers that change no conversation."""
        first = key not in self._seen
        self._seen[key] = None
        while len(self._seen) > DELIVERIES_KEPT:
            self._seen.popitem(last=False)
        return first
