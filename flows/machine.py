"""The only user of `transitions`: one flat machine a tree, built once; `advance` is pure and the whole engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar, assert_never, cast

from transitions import EventData, Machine, State

from flows import hearing, memory
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
from flows.hearing import Heard
from flows.model import Advise, Ask, Fill, Go, Look, dangling
from flows.pages import PageError
from flows.ways_out import CHOSE, Cursor, entered, looked_at, looks_again, ways_out, went_back
from probes.verdict import Verdict

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
        """Return what the look under way looks at (see flows/conversation.py), or None where none is under way."""
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
                if now.revision != 1:
                    raise WrongTurn("it is open already")
                self._hear(cursor, hearing.at_opening(self.book, now, text))
            case Chose(choice):
                chosen = self.book.flow.choice(now.step, choice)
                cursor.conversation = memory.left(now, choice, chosen.say if chosen else choice)
                self._trigger(cursor, CHOSE + choice)
            case Filled(values):
                self._fill(cursor, values)
            case Pasted(text):
                self._hear(cursor, hearing.in_between(self.book, now, text))
            case Pictured(reference):
                self._hear(cursor, hearing.pictured(self.book, now, reference))
            case Saw(run, verdict):
                self._see(cursor, run, verdict)
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
        now = memory.left(replace(now, answers={**kept, **form.answers}), "filled", label)
        if form.text:
            now = memory.heard(now, form.text)
        cursor.conversation = now
        self._trigger(cursor, "fill")

    def _see(self, cursor: Cursor, run: str, verdict: Verdict) -> None:
        now = cursor.conversation
        if run != now.run:
            raise WrongTurn("that look is over")
        step = self.book.flow.steps[now.step]
        what = step.what if isinstance(step, Look) else "probe"
        cursor.conversation = now = memory.saw(now, Seen(run, now.step, what, verdict))
        if what == "text":
            self._hear(cursor, hearing.was_read(self.book, now))
        else:
            self._trigger(cursor, "see")

    def _hear(self, cursor: Cursor, heard: Heard) -> None:
        cursor.conversation, cursor.state = heard.conversation, heard.conversation.step
        if heard.stays:
            cursor.shown = frozenset({cursor.state})
        elif heard.label is not None:
            self._aside(cursor, heard.trigger, heard.label)
        elif heard.trigger:
            self._trigger(cursor, heard.trigger)

    def _aside(self, cursor: Cursor, trigger: str, label: str) -> None:
        """Leave a step by a way that is open everywhere, so that Back leads to it again; ends what runs there."""
        now = cursor.conversation
        if isinstance(self.book.flow.steps[now.step], Ask | Fill | Advise) and now.status is Status.OPEN:
            now = memory.left(now, trigger, label)
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
