"""What became of an event, and the few sentences that the desk itself says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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


OVER = "That step is over. Here is where we are now."
HANDED_ALREADY = "Your case is with a human already. They will answer you."
STRANGER = "This conversation belongs to somebody else. Start your own with /smtp-help."
MISSING = "I do not have this conversation any more. Start a new one, and I will look again."


def failed(reference: str, support: str) -> str:
    """Say that something broke here, with the way to a human."""
    human = f"ask {support}" if support else "press Talk to a human"
    return (
        f"Something went wrong on my side (reference {reference}). What you told me is safe. "
        f"Please try once more; if it happens again, {human} and give that reference."
    )


def unsaved(reference: str, support: str) -> str:
    """Say that the database does not answer."""
    human = f" Or ask {support}, and give that reference." if support else ""
    return (
        f"I cannot save anything just now (reference {reference}), so I stopped before your last answer. "
        f"Please try again in a minute.{human}"
    )


def not_handed(reference: str, support: str) -> str:
    """Say that the case did not reach a human."""
    where = f"Please write to {support} yourself" if support else "Please write to your IT helpdesk yourself"
    return f"I could not pass your case on (reference {reference}). {where}, and give that reference."


def look_failed(reference: str, support: str) -> str:
    """Say that a look was begun again and again and never came to an end."""
    human = f"ask {support}" if support else "press Talk to a human"
    return f"I could not finish looking (reference {reference}). Go back and try once more, or {human}."
