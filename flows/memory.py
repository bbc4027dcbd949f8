"""What a conversation remembers of its way: leaving a step, going back, and pages that changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.conversation import Conversation, Seen, Status, Stop
from flows.model import Advise, Ask, Fill, Flow, Look
from probes.causes import Cause

LONGEST_TRAIL = 100
LONGEST_LABEL = 80
MOST_SEEN = 6
MOST_TEXTS = 20
MOST_PICTURES = 20
"""Bounds on what one snapshot keeps; the oldest goes first."""
ENDED = {Status.HANDED: "human", Status.SOLVED: "closed"}
"""The ways at whose step a conversation stands that is not the bot's any more."""


def left(conversation: Conversation, choice: str, label: str) -> Conversation:
    """Return the conversation with its step on the trail, as answered by `choice`."""
    stop = Stop(conversation.step, choice, short(label))
    return replace(conversation, trail=(*conversation.trail, stop)[-LONGEST_TRAIL:])


def short(label: str) -> str:
    """Return a label as the trail keeps it."""
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"


def stand(flow: Flow, trail: tuple[Stop, ...]) -> tuple[Stop, ...]:
    """Return the trail up to and with its last stop whose step still stands."""
    while trail and not isinstance(flow.steps.get(trail[-1].step), Ask | Fill | Advise):
        trail = trail[:-1]
    return trail


def back(flow: Flow, conversation: Conversation) -> Conversation:
    """Return the conversation at the last step that asked, what was answered there and since kept as prefill."""
    trail = stand(flow, conversation.trail)
    stop = trail[-1]
    slots = _slots_of(flow, stop)
    answers = {slot: value for slot, value in conversation.answers.items() if slot not in slots}
    taken = {slot: value for slot, value in conversation.answers.items() if slot in slots}
    return replace(
        conversation,
        step=stop.step,
        trail=trail[:-1],
        answers=answers,
        earlier={**conversation.earlier, **taken, stop.step: stop.choice},
        status=Status.OPEN,
        advised=_not_again(flow, stop, conversation.advised),
        run=None,
    )


def _slots_of(flow: Flow, stop: Stop) -> frozenset[str]:
    step, chosen = flow.steps[stop.step], flow.choice(stop.step, stop.choice)
    if isinstance(step, Fill):
        return frozenset(step.fields)
    kept = [step.keep] if isinstance(step, Ask) and step.keep else []
    return frozenset({*kept, *(chosen.sets if chosen else ())})


def _not_again(flow: Flow, stop: Stop, advised: tuple[str, ...]) -> tuple[str, ...]:
    """Forget the advice that Back left, up to the one that it returns to."""
    step = flow.steps[stop.step]
    if isinstance(step, Advise) and step.cause and step.cause in advised:
        return advised[: advised.index(step.cause) + 1]
    return advised


def with_human(flow: Flow, conversation: Conversation) -> bool:
    """Tell whether words are meant for a human: one has the case, or said that it is solved and is not answered yet."""
    asked = conversation.status is Status.OPEN and conversation.step == flow.ways.get("resolved")
    return asked or conversation.status is Status.HANDED


def heard(conversation: Conversation, text: str) -> Conversation:
    """Return the conversation with a text kept; it is free of secrets and not too long (see flows/careful.py)."""
    return replace(conversation, texts=(*conversation.texts, text)[-MOST_TEXTS:])


def pictured(conversation: Conversation, reference: str) -> Conversation:
    """Return the conversation with the reference of a picture kept."""
    return replace(conversation, pictures=(*conversation.pictures, reference)[-MOST_PICTURES:])


def saw(conversation: Conversation, seen: Seen) -> Conversation:
    """Return the conversation with what a look brought; its run is over."""
    return replace(conversation, seen=(*conversation.seen, seen)[-MOST_SEEN:], run=None)


def advised(conversation: Conversation, cause: Cause) -> Conversation:
    """Return the conversation with the advice about a cause given."""
    if cause in conversation.advised:
        return conversation
    return replace(conversation, advised=(*conversation.advised, cause.value))


def anew(conversation: Conversation, step: str) -> Conversation:
    """Return the conversation as it began; what was answered stays as prefill, pictures stay with the case."""
    return replace(
        conversation,
        step=step,
        status=Status.OPEN,
        trail=(),
        answers={},
        earlier={**conversation.earlier, **conversation.answers},
        texts=(),
        seen=(),
        advised=(),
        run=None,
    )


def settled(flow: Flow, conversation: Conversation, fell_back: str) -> Conversation:
    """Return the conversation as it stands on the pages of now: same revision, `fell_back` as notice where it moved."""
    if conversation.pages == flow.digest:
        return conversation
    kept = {**conversation.answers}
    earlier = {**conversation.earlier}
    for slots in (kept, earlier):
        for slot, values in _values(flow).items():
            if slot in slots and slots[slot] not in values:
                del slots[slot]
    moved = replace(conversation, pages=flow.digest, answers=kept, earlier=earlier)
    if _stands(flow, moved):
        return moved
    if way := ENDED.get(conversation.status):  # a human keeps the case, and what is solved stays solved
        return replace(moved, step=flow.ways[way])
    trail = stand(flow, moved.trail)
    if not trail:
        return replace(anew(moved, flow.ways["opens"]), notice=fell_back, mistakes=(), typed={})
    return replace(back(flow, replace(moved, trail=trail)), notice=fell_back, mistakes=(), typed={})


def _values(flow: Flow) -> Mapping[str, frozenset[str]]:
    return {slot: values for slot, values in flow.slots().items() if slot not in ("security", "login", "account")}


def _stands(flow: Flow, conversation: Conversation) -> bool:
    step = flow.steps.get(conversation.step)
    if isinstance(step, Look):
        return conversation.run is not None
    return isinstance(step, Ask | Fill | Advise)
