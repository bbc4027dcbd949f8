"""The only user of `transitions`: one flat machine a tree, built once; `advance` is pure and the whole engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar, assert_never, cast

from transitions import EventData, Machine, State

from flows import memory
from flows.book import Book
from flows.careful import careful, noticed
from flows.conversation import (
    AskedHuman,
    Cancel,
    Chose,
    Conversation,
    Effect,
    Event,
    Filled,
    Opened,
    Pasted,
    Pictured,
    Saw,
    Seen,
    Show,
    StartedAgain,
    Status,
    TriedLogin,
    WentBack,
)
from flows.filling import read_form
from flows.model import Advise, Ask, Fill, Go, Look, dangling
from flows.named import named
from flows.opening import Opening, chatty, opened
from flows.pages import PageError
from flows.told import domain_kind
from flows.ways_out import CHOSE, Cursor, entered, looked_at, looks_again, ways_out, went_back
from probes.causes import Cause

LABEL_LENGTH = 80
UNTOLD = ("auto", "unknown")
"""Answers of a form that say nothing, and so are not repeated."""
GLOBAL = {"again": "opens", "human": "human", "paste": "pasted", "picture": "pictured", "tried": "tried"}
"""Triggers that are possible at every step, and the way that each leads to."""
NOT_PRESSED = frozenset({"go", "tried", "tries_login"})
"""Triggers that no button is for."""


class WrongTurn(Exception):  # noqa: N818 - a name of the house: nobody's error, a click on something that is over
    """The event is not possible where the conversation stands; nothing has changed."""


class Tree:
    """A book's pages as a machine; holds no conversation."""

    def __init__(self, book: Book) -> None:
        """Build the machine; raises PageError where a way leads to a step that does not exist."""
        for out in dangling(book.flow):
            raise PageError(out.at, f"the step “{out.then}” does not exist")
        self.book = book
        self._machine = _built(book)
        self._triggers = {name: frozenset(self._machine.get_triggers(name)) for name in book.flow.steps}

    def begin(self, id: str, owner: str, *, locale: str = "en", started: float = 0.0) -> Conversation:  # noqa: A002 - the field's name
        """Return a conversation that nothing was said in yet; hand it `Opened(text)` next."""
        flow = self.book.flow
        return Conversation(id, owner, flow.digest, flow.ways["opens"], locale=locale, started=started)

    def settled(self, conversation: Conversation) -> Conversation:
        """Return the conversation as it stands on the pages of now, with the same revision."""
        settled = memory.settled(self.book.flow, conversation, self.book.words.shell("fell_back"))
        if settled is conversation or not isinstance(self.book.flow.steps[settled.step], Go):
            return settled
        cursor = Cursor(settled.step, settled, "")
        self._travel(cursor)
        return replace(cursor.conversation, step=cursor.state)

    def looking(self, conversation: Conversation) -> str | None:
        """Return what the look under way looks at, `probe` or `text`, or None where none is under way."""
        step = self.book.flow.steps.get(conversation.step)
        return step.what if isinstance(step, Look) and conversation.run is not None else None

    def possible(self, conversation: Conversation) -> frozenset[str]:
        """Return what can happen now: choices by name, and fill, see, back, again, human, paste, picture."""
        conversation = self.settled(conversation)
        found = {trigger.removeprefix(CHOSE) for trigger in self._triggers[conversation.step]} - NOT_PRESSED
        if not memory.stand(self.book.flow, conversation.trail):
            found.discard("back")
        if conversation.status is Status.CLOSED:
            return frozenset({"again"})
        if conversation.status is Status.HANDED:
            found.discard("human")
        return frozenset(found)

    def advance(self, conversation: Conversation, event: Event) -> tuple[Conversation, tuple[Effect, ...]]:
        """Return the next snapshot and what is to be done about it; raises WrongTurn where the event cannot be."""
        before = conversation
        conversation = self.settled(conversation)
        cancel = (Cancel(before.run),) if before.run else ()
        revision = before.revision + 1
        if conversation.step != before.step and isinstance(event, Chose | Filled | Saw | WentBack):
            return replace(conversation, revision=revision), (*cancel, Show())  # what was pressed is gone
        if conversation.pages != before.pages and isinstance(event, Chose) and self._gone(conversation.step, event):
            notice = self.book.words.shell("choice_gone")
            return replace(conversation, revision=revision, notice=notice), (*cancel, Show())
        # A notice and the mistakes of a form are said once; reading is over too soon for anybody to see one.
        reading = isinstance(event, Saw) and self.looking(conversation) == "text"
        said = conversation.notice if reading else None
        still = replace(conversation, revision=revision, notice=said, mistakes=(), typed={})
        cursor = Cursor(still.step, still, f"{still.id}.{revision}")
        event, secret = careful(event)
        self._apply(cursor, event)
        if secret:
            cursor.conversation = noticed(cursor.conversation, self.book.words.shell("secret_removed"))
        if conversation.status is Status.HANDED and isinstance(event, Pasted | Pictured):
            # A human is on it: kept for them, and silent, but for a secret that was taken out.
            return cursor.conversation, ((Show(),) if cursor.conversation.notice else ())
        self._travel(cursor)
        moved = replace(cursor.conversation, step=cursor.state)
        if moved.run == before.run or isinstance(event, Saw):
            cancel = ()
        return moved, (*cancel, Show(), *cursor.effects)

    def _gone(self, step: str, event: Chose) -> bool:
        return CHOSE + event.choice not in self._triggers[step]

    def _apply(self, cursor: Cursor, event: Event) -> None:
        now = cursor.conversation
        if now.status is Status.CLOSED and not isinstance(event, StartedAgain):
            raise WrongTurn("the conversation is closed")
        match event:
            case Opened(text):
                self._open(cursor, text)
            case Chose(choice):
                chosen = self.book.flow.choice(now.step, choice)
                cursor.conversation = memory.left(now, choice, chosen.say if chosen else choice)
                self._trigger(cursor, CHOSE + choice)
            case Filled(values):
                self._fill(cursor, values)
            case Pasted(text):
                self._paste(cursor, text)
            case Pictured(reference):
                cursor.conversation = memory.pictured(now, reference)
                if not self._passed_on(cursor):
                    self._aside(cursor, "picture", self.book.words.shell("a_picture"))
            case Saw(run, verdict):
                if run != now.run:
                    raise WrongTurn("that look is over")
                step = self.book.flow.steps[now.step]
                what = step.what if isinstance(step, Look) else "probe"
                cursor.conversation = memory.saw(now, Seen(run, now.step, what, verdict))
                if (
                    now.answers.get("opened") == "words"
                    and verdict.cause is Cause.UNKNOWN
                    and "server" not in verdict.named
                ):
                    cursor.conversation = noticed(cursor.conversation, self.book.words.shell("so_i_ask"))
                if self._talk(cursor):
                    return
                cursor.conversation, tried = named(cursor.conversation, verdict, self.book.words)
                self._trigger(cursor, "tried" if tried else "see")
            case WentBack():
                if not memory.stand(self.book.flow, now.trail):
                    raise WrongTurn("there is nothing before this")
                self._trigger(cursor, "back")
            case StartedAgain():
                cursor.conversation = memory.anew(now, now.step)
                self._trigger(cursor, "again")
            case AskedHuman():
                if now.status is Status.HANDED:
                    raise WrongTurn("a human has it already")
                self._aside(cursor, "human", self.book.words.shell("human"))
            case TriedLogin():
                if now.status is not Status.OPEN or looked_at(self.book.flow, now) is None:
                    raise WrongTurn("there is no look to make again")
                cursor.conversation = memory.left(now, "tries_login", self.book.words.shell("a_login"))
                self._trigger(cursor, "tries_login")
            case _:
                assert_never(event)

    def _open(self, cursor: Cursor, text: str) -> None:
        now = cursor.conversation
        if now.revision != 1:
            raise WrongTurn("it is open already")
        opening = opened(text)
        if opening.text:
            self._paste(cursor, opening.text, aside=False)
        else:
            cursor.conversation = self._with_facts(now, opening)

    def _fill(self, cursor: Cursor, values: Mapping[str, str]) -> None:
        now, step = cursor.conversation, self.book.flow.steps[cursor.state]
        if not isinstance(step, Fill):
            raise WrongTurn("there is no form here")
        form = read_form(step.fields, values, now.answers, self.book.words)
        if form.mistakes:
            cursor.conversation = replace(now, mistakes=form.mistakes, typed=form.typed)
            cursor.shown = frozenset({cursor.state})
            return
        kept = {slot: value for slot, value in now.answers.items() if slot not in step.fields}
        told = [self.book.words.answer(slot, value) for slot, value in form.answers.items() if value not in UNTOLD]
        label = " · ".join(told) or self.book.words.shell("a_text" if form.text else "dont_know")
        now = memory.left(replace(now, answers={**kept, **form.answers}), "filled", _short(label))
        if form.text:
            now = memory.heard(now, form.text, self.book.words.shell("secret_removed"))
        cursor.conversation = now
        self._trigger(cursor, "fill")

    def _paste(self, cursor: Cursor, text: str, *, aside: bool = True) -> None:
        now, words = cursor.conversation, self.book.words
        if memory.with_human(self.book.flow, now):
            cursor.conversation = memory.heard(now, text, words.shell("secret_removed"))
            self._passed_on(cursor)
            return
        if aside and self._told(cursor, opened(text)):
            return
        now = self._talked(now, text)
        cursor.conversation = now = memory.heard(now, text, words.shell("secret_removed"))
        if aside:
            self._aside(cursor, "paste", now.texts[-1].strip().split("\n")[0])
        else:
            self._trigger(cursor, "paste")

    def _talked(self, now: Conversation, text: str) -> Conversation:
        """Note whether these words are the first, and talk; of later ones it is said where they are not understood."""
        kept = {name: value for name, value in now.answers.items() if (name, value) != ("opened", "words")}
        first = not (now.trail or now.texts or kept)
        return replace(now, answers={**kept, "opened": "words"} if first and chatty(text) else kept)

    def _talk(self, cursor: Cursor) -> bool:
        """Tell whether the words just read are no error text but talk, after which it goes on where they were said."""
        now, stop = cursor.conversation, cursor.conversation.trail[-1:]
        newest = now.seen[-1]
        unread = newest.what == "text" and newest.verdict.cause is Cause.UNKNOWN and not newest.verdict.named
        if not (
            unread and chatty(now.texts[-1]) and stop and stop[0].choice == "paste" and stop[0].step in self._triggers
        ):
            return False
        seen = (*now.seen[:-1], replace(newest, what="talk"))
        now = replace(now, step=stop[0].step, trail=now.trail[:-1], seen=seen)
        cursor.conversation = noticed(now, self.book.words.shell("talk"))
        cursor.state, cursor.shown = now.step, frozenset({now.step})
        return True

    def _passed_on(self, cursor: Cursor) -> bool:
        """Tell whether a human gets what was sent, and say so where the bot does not keep silent."""
        now = cursor.conversation
        if now.status is not Status.HANDED and memory.with_human(self.book.flow, now):
            cursor.conversation = noticed(now, self.book.words.shell("passed_on"))
        return memory.with_human(self.book.flow, now)

    def _told(self, cursor: Cursor, opening: Opening) -> bool:
        """Take settings that were typed where no form asked for them; into the form where one is open."""
        now, step = cursor.conversation, self.book.flow.steps[cursor.state]
        if not opening.answers and not opening.mistakes:
            return False
        if not opening.mistakes and self._readdressed(cursor, opening):
            return True
        wrong = tuple((mistake.field, self.book.words.mistake(mistake)) for mistake in opening.mistakes)
        typed = {**opening.answers, **opening.typed}
        if isinstance(step, Fill) and set(typed) <= set(step.fields):
            held = {slot: value for slot, value in now.answers.items() if slot in step.fields}
            notice = self.book.words.shell("put_in")
            cursor.conversation = replace(now, typed={**held, **typed}, mistakes=wrong, notice=notice)
            cursor.shown = frozenset({cursor.state})
            return True
        self._aside(cursor, "again", " · ".join(typed.values()))
        cursor.conversation = self._with_facts(cursor.conversation, opening)
        return True

    def _readdressed(self, cursor: Cursor, opening: Opening) -> bool:
        """Take an address that is typed under advice about a recipient as the recipient's."""
        now, step, trigger = cursor.conversation, self.book.flow.steps[cursor.state], CHOSE + "changed"
        about = isinstance(step, Advise) and (step.cause or "").startswith("recipient_")
        if not about or trigger not in self._triggers[step.name] or [*opening.answers] != ["mail_address"]:
            return False
        address, notice = opening.answers["mail_address"], self.book.words.shell("new_recipient")
        now = memory.left(now, "changed", _short(address))
        cursor.conversation = replace(now, answers={**now.answers, "recipient": address}, notice=notice)
        return self._trigger(cursor, trigger)

    def _with_facts(self, now: Conversation, opening: Opening) -> Conversation:
        answers = dict(opening.answers)
        kind = domain_kind(answers.get("mail_address", ""))
        if account := {"microsoft": "microsoft", "gmail": "gmail", "known": "provider"}.get(kind):
            answers["account"] = account
        if "server" in answers and not opening.mistakes:
            answers["opened"] = "server"
        notice = " ".join(self.book.words.mistake(mistake) for mistake in opening.mistakes) or now.notice
        earlier = {**now.earlier, **opening.typed}
        return replace(now, answers={**now.answers, **answers}, earlier=earlier, notice=notice)

    def _aside(self, cursor: Cursor, trigger: str, label: str) -> None:
        """Leave a step by a way that is open everywhere, so that Back leads to it again; ends what runs there."""
        now = cursor.conversation
        if isinstance(self.book.flow.steps[now.step], Ask | Fill | Advise) and now.status is Status.OPEN:
            now = memory.left(now, trigger, _short(label))
        cursor.conversation = replace(now, run=None, status=Status.OPEN)
        self._trigger(cursor, trigger)

    def _trigger(self, cursor: Cursor, name: str) -> bool:
        if name not in self._triggers[cursor.state]:
            raise WrongTurn(f"{name} is not possible at {cursor.state}")
        return bool(self._machine.events[name].trigger(cursor))

    def _travel(self, cursor: Cursor) -> None:
        """Go on until a step shows itself: over branches, questions already answered, and looks without a server."""
        while cursor.state not in cursor.shown and "go" in self._triggers[cursor.state]:
            if isinstance(self.book.flow.steps[cursor.state], Ask):
                cursor.shown |= {cursor.state}  # a circle of branches always has a question in it: see flows/proof.py
            if not self._trigger(cursor, "go"):
                return


def _short(label: str) -> str:
    return label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1].rstrip() + "…"


Answer = TypeVar("Answer")


def _built(book: Book) -> Machine:
    flow = book.flow
    states = [State(name, on_enter=[_on_cursor(partial(entered, flow, step))]) for name, step in flow.steps.items()]
    machine = Machine(model=None, states=states, initial=flow.ways["opens"], auto_transitions=False, send_event=True)
    for step in flow.steps.values():
        for out in ways_out(book, step):
            conditions: list[str | Callable[..., bool | None]] = [_on_cursor(test) for test in out.conditions]
            before: list[str | Callable[..., bool | None]] = [_on_cursor(does) for does in out.callbacks]
            machine.add_transition(out.trigger, step.name, out.dest, conditions=conditions, before=before)
    machine.add_transition("back", "*", None, after=[_on_cursor(partial(went_back, flow))])
    machine.add_transition("tries_login", "*", None, after=[_on_cursor(partial(looks_again, flow))])
    for trigger, way in GLOBAL.items():
        machine.add_transition(trigger, "*", flow.ways[way])
    return machine


def _on_cursor(does: Callable[[Cursor], Answer]) -> Callable[[EventData], Answer]:
    return lambda event: does(cast("Cursor", event.model))
