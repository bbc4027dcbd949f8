"""How a conversation begins in Slack, the words that are answered without one, and the way to the direct message."""

from __future__ import annotations

from collections import OrderedDict

from bot.catalogue import meaning
from bot.desk import Desk, Outcome, Result
from bot.front import Turn
from bot.slack import reading
from bot.slack.blocks import Drawn
from bot.slack.delivery import SlackFront
from bot.slack.gate import House
from bot.slack.home import note, pointer
from bot.slack.marks import Mark
from bot.slack.notes import below
from bot.slack.people import People
from bot.slack.reading import Body, Who
from bot.slack.replies import Replies
from bot.slack.words import say
from bot.typed import pressed, says_nothing
from flows.conversation import AskedHuman, Conversation, Event, Status

DELIVERIES_KEPT = 10_000
MOST_CASES = 200
"""Conversations of one person whose cases are marked when they are deleted."""


class Openings:
    """What commands, messages, mentions and the shortcut share."""

    def __init__(self, desk: Desk, front: SlackFront, *, house: House, people: People, replies: Replies) -> None:
        self._desk, self._front = desk, front
        self._house = house
        self._people = people
        self._replies = replies
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def opened(self, key: str, person: Who, text: str = "") -> Outcome:
        """Open a conversation; the language of the person's profile is asked for after the acknowledgement."""
        outcome = await self._desk.open(key, person.owner, text)
        if outcome.result is Result.TAKEN and outcome.conversation:
            self._replies.later(self._speaks(person, outcome.conversation.id))
        return outcome

    async def begun(self, key: str, person: Who, text: str) -> Outcome:
        """Open a conversation with what was written where none was open: a greeting says nothing, `human` asks one."""
        human = bool(meaning(text, ("human",)))
        outcome = await self.opened(key, person, "" if human or says_nothing(text) else text)
        if human and outcome.conversation and not outcome.said:
            outcome = await self._desk.take(Turn(f"{key} human", outcome.conversation.id, person.owner, AskedHuman()))
        return outcome

    def pressed(self, text: str, current: Conversation) -> Event | None:
        """Return what was pressed where somebody typed the words of a button; what a human is to read is no press."""
        return None if current.status is Status.HANDED else pressed(text, self._desk.screen(current))

    async def _speaks(self, person: Who, conversation: str) -> None:
        if locale := (await self._people.known(person.user)).locale:
            await self._desk.speaks(conversation, locale)

    async def show_again(self, body: Body, now: Conversation) -> None:
        """Draw the open step anew at the bottom of the direct message; say where it was pressed if that is shut."""
        key = reading.key(body)
        await self._desk.show_again(key, now.id, notes=below(key))
        await self.told_if_shut(body, now)

    async def told_if_shut(self, body: Body, now: Conversation) -> None:
        """Say where it was pressed if the direct message takes nothing."""
        if why := await self.shut(now):
            await self._replies.where_pressed(body, note(say("shut", why=why)))

    async def shut(self, now: Conversation) -> str:
        """Wait until the newest step was drawn; return why it could not be, or an empty text."""
        await self._desk.settled(now.id)
        return str(self._front.shut.get(now.owner) or "")

    def word(self, text: str, now: Conversation | None) -> str:
        """Return which word a text is that is answered without a conversation, an empty text where it is none.

        It is `help`, `status` or `forget`; `leave`, unless a human has the case; `thanks` where none is open.
        """
        word = meaning(text, ("help", "forget", "status", "thanks", "leave"))
        kept = now is not None and (word == "thanks" or (word == "leave" and now.status is Status.HANDED))
        return "" if kept else word

    async def answered(self, person: Who, word: str) -> Drawn:
        """Do what such a word asks for, and draw the answer."""
        match word:
            case "help":
                return note(say("help"), start=True)
            case "forget":
                count = await self._forgotten(person.owner)
                return note(say("forgotten", count=count) if count else say("forgotten_none"))
            case "status":
                now = await self._desk.current(person.owner)
                if now is None:
                    return note(say("nothing_open"), start=True)
                word = f"status_{'open' if now.status is Status.OPEN else await self._where(now)}"
                return note(say(word, title=self._desk.screen(now).title), resume=Mark(now.id, now.revision))
            case "leave":
                now = await self._desk.current(person.owner)
                if now is None:
                    return note(say("nothing_open"), start=True)
                await self._desk.expire(now.id, say("closed_asked"), 0)
                return note(say("left"), start=True)
            case _:
                return note(say("welcome"), start=True)

    async def _forgotten(self, owner: str) -> int:
        """Delete all that is kept of a person; where it stood they see that, and the humans where a case did."""
        kept = [await self._desk.surface(each.id) for each in await self._desk.recent(owner, MOST_CASES)]
        count = await self._desk.forget(owner)
        for notes in kept:
            self._replies.later(self._front.forgotten(owner, notes))
        return count

    async def words(self, message: Body) -> str:
        """Return all words of a message, with the names of the people in them; the bot's own is left out."""
        names = await self._people.named(message.get("text"))
        return reading.words(message, {**names, self._house.bot_user: ""})

    async def _where(self, now: Conversation) -> str:
        """Tell whether the case is with a human, or waits for one: no channel is there, or none takes it yet."""
        return "handed" if (await self._desk.surface(now.id)).get("support_ts") else "waiting"

    async def offer(self, current: Conversation) -> Drawn:
        """Draw the choice between going on with what is open and starting anew."""
        watching = current.step == self._desk.tree.book.flow.ways.get("watching")
        word = "going_watching" if watching else "going"
        if current.status is Status.HANDED:
            word = f"going_{await self._where(current)}"
        title = self._desk.screen(current).title
        return note(say(word, title=title), resume=Mark(current.id, current.revision), anew=True)

    def pointer(self, body: Body, word: str) -> Drawn:
        """Draw the way to the direct message."""
        app = self._house.app or str(body.get("api_app_id") or "")
        return pointer(word, self._house.team, app)

    async def once(self, key: str) -> bool:
        """Tell whether this is the first of its deliveries, to any replica; for answers that change no conversation."""
        if key in self._seen:
            return False
        first = await self._desk.first(f"once {key}")
        self._seen[key] = None
        while len(self._seen) > DELIVERIES_KEPT:
            self._seen.popitem(last=False)
        return first
