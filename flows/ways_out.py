"""What a step's ways out do to the cursor of one event: conditions read it, callbacks remember or append effects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import assert_never

from flows import memory
from flows.book import Book
from flows.conversation import Conversation, Effect, HandOver, Status
from flows.conversation import Look as LookEffect
from flows.model import Advise, Ask, Fill, Flow, Go, Look, Step, page_steps
from flows.told import branch_value, matches, target

CHOSE = "chose."


@dataclass(slots=True)
class Cursor:
    """What one event moves over the machine; thrown away when it stands still."""

    state: str
    conversation: Conversation
    run: str
    shown: frozenset[str] = frozenset()
    """Questions that are not passed over again in this event."""
    effects: list[Effect] = field(default_factory=list)


Condition = Callable[[Cursor], bool]
Callback = Callable[[Cursor], None]


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way out of a step: the trigger that takes it, where it leads, and under which conditions."""

    trigger: str
    dest: str
    conditions: tuple[Condition, ...] = ()
    callbacks: tuple[Callback, ...] = ()


def ways_out(book: Book, step: Step) -> Iterator[WayOut]:
    """Yield the ways out of a step; of those with the same trigger the first whose conditions hold is taken."""
    match step:
        case Ask():
            for choice in step.choices:
                keep = partial(_keep, {**({step.keep: choice.name} if step.keep else {}), **choice.sets})
                yield WayOut(CHOSE + choice.name, choice.then, (), (keep,))
                if step.keep:
                    answered = partial(_branches, book, step.keep, choice.name)
                    yield WayOut("go", choice.then, (answered,), (keep,))
        case Advise():
            for choice in step.choices:
                yield WayOut(CHOSE + choice.name, choice.then, (), (partial(_keep, choice.sets),))
        case Fill():
            yield WayOut("fill", step.then)
        case Look():
            for code, to in step.then.items():
                yield WayOut("see", to, (partial(_has, code),))
            yield WayOut("see", step.otherwise)
            if step.what == "probe":
                yield WayOut("go", step.otherwise, (_cannot_look,))
        case Go():
            for value, to in _branches_of(book.flow, step).items():
                condition = partial(_found, value) if step.on == "finding" else partial(_branches, book, step.on, value)
                yield WayOut("go", to, (condition,))
            yield WayOut("go", step.otherwise)
        case _:
            assert_never(step)


def _branches_of(flow: Flow, step: Go) -> Mapping[str, str]:
    """Return value -> step; what a page writes down goes before the page that it names."""
    if step.page is None:
        return step.to
    return {**page_steps(flow, step.page), **step.to}


def _branches(book: Book, on: str, value: str, cursor: Cursor) -> bool:
    return branch_value(cursor.conversation, on, book.programs) == value


def _found(code: str, cursor: Cursor) -> bool:
    verdict = cursor.conversation.verdict
    return verdict is not None and any(finding.code == code for finding in verdict.findings)


def _has(code: str, cursor: Cursor) -> bool:
    verdict = cursor.conversation.verdict
    return verdict is not None and matches(verdict, code)


def _cannot_look(cursor: Cursor) -> bool:
    return target(cursor.conversation) is None


def _keep(slots: Mapping[str, str], cursor: Cursor) -> None:
    now = cursor.conversation
    cursor.conversation = replace(now, answers={**now.answers, **slots})


def went_back(flow: Flow, cursor: Cursor) -> None:
    """Move the cursor to the last step that asked."""
    cursor.conversation = memory.back(flow, cursor.conversation)
    cursor.state = cursor.conversation.step
    cursor.shown = frozenset({cursor.state})


def looked_at(flow: Flow, conversation: Conversation) -> Look | None:
    """Return the step of the last look at a server, where it still stands."""
    steps = (flow.steps.get(seen.step) for seen in reversed(conversation.seen) if seen.what == "probe")
    return next((step for step in steps if isinstance(step, Look) and step.what == "probe"), None)


def looks_again(flow: Flow, cursor: Cursor) -> None:
    """Move the cursor to the last look at a server, which begins anew."""
    step = looked_at(flow, cursor.conversation)
    if step is not None:  # pragma: no branch - the machine raises WrongTurn where there was no look
        cursor.state = step.name
        entered(flow, step, cursor)


def entered(flow: Flow, step: Step, cursor: Cursor) -> None:
    """Note what entering a step asks for; only where the cursor stands still it counts."""
    now = cursor.conversation
    cursor.effects.clear()
    cursor.conversation = now = replace(now, step=step.name, run=None)
    if isinstance(step, Look) and (step.what != "probe" or target(now)):
        cursor.conversation = replace(now, run=cursor.run)
        cursor.effects.append(LookEffect(cursor.run, step.what))
    elif isinstance(step, Advise) and step.cause:
        cursor.conversation = memory.advised(now, step.cause)
    if step.name == flow.ways["human"]:
        cursor.conversation = replace(cursor.conversation, status=Status.HANDED)
        cursor.effects.append(HandOver())
    elif step.name == flow.ways["closed"]:
        cursor.conversation = replace(cursor.conversation, status=Status.SOLVED)
