"""What became of an event, and the few sentences that the desk itself says; their words stand in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.catalogue import say
from flows.conversation import Conversation
from flows.screen import Screen


class Result(StrEnum):
    """What became of an event."""

    TAKEN = "taken"
    """It moved the conversation, which is saved."""
    DOUBLE = "double"
    """The same delivery was taken before; nothing is to be done."""
    OVER = "over"
    """An old button, or a choice that is not there any more."""
    STRANGER = "stranger"
    """The conversation is somebody else's."""
    MISSING = "missing"
    """No such conversation is kept."""
    FAILED = "failed"
    """An unexpected error; the conversation is as it was before."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event; `said` is to be told where it is not empty, `screen` is what is to be seen now."""

    result: Result
    conversation: Conversation | None = None
    screen: Screen | None = None
    said: str = ""
    reference: str = ""
    """Of FAILED: the short word under which the log has the whole story."""


def over() -> str:
    """Say that an old button was pressed."""
    return say("desk", "over")


def handed_already() -> str:
    """Say that a human has the case."""
    return say("desk", "handed_already")


def stranger() -> str:
    """Say that a conversation is somebody else's."""
    return say("desk", "stranger")


def missing() -> str:
    """Say that a conversation is not kept any more."""
    return say("desk", "missing")


def failed(reference: str, support: str) -> str:
    """Say that something broke here, with the way to a human."""
    return say("desk", "failed", reference=reference, human=_human(support))


def unsaved(reference: str, support: str) -> str:
    """Say that the database does not answer."""
    human = [say("desk", "unsaved_human", support=support)] if support else []
    return " ".join([say("desk", "unsaved", reference=reference), *human])


def not_handed(reference: str, support: str, case: str, why: str, *, over: bool) -> str:
    """Say that a case did not reach a human, and whether it is tried again; `why` is a sentence for the IT."""
    whom = support or say("desk", "helpdesk")
    said = say("desk", "not_handed_over" if over else "not_handed", support=whom, conversation=case)
    return f"{said} {say('desk', 'for_it', why=why, reference=reference)}"


def look_failed(reference: str, support: str) -> str:
    """Say that a look was begun again and again and never came to an end."""
    return say("desk", "look_failed", reference=reference, human=_human(support))


def broken_case(reference: str) -> str:
    """Return the heading of a case that could not be told as it should be."""
    return say("desk", "broken_case", reference=reference)


def _human(support: str) -> str:
    return say("desk", "ask", support=support) if support else say("desk", "press_human")
