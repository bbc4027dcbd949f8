"""What the desk wants of a platform: to draw a screen, to keep progress alive, to hand a case to a human."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bot.store import Handed, Relay
from flows.conversation import Conversation, Event
from flows.screen import Screen


@dataclass(frozen=True, slots=True)
class Turn:
    """An event as it came in.

    `key` is the platform's own name of the delivery, claimed once, so that the same click twice is one turn;
    `revision` is the one that the pressed message showed, None where nothing was pressed (a typed text);
    `owner` is who did it (`slack:T1:U1`, `terminal:ann`), compared with the conversation's owner; `notes` are the
    front's own, kept where the event is taken.
    """

    key: str
    conversation: str
    owner: str
    event: Event
    revision: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """All that a human needs: (question, answer) pairs, the verdict in words, evidence, transcript and texts."""

    conversation: str
    owner: str
    headline: str
    answers: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    transcript: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a front wants to be noted of a step that it drew (None takes a note away).

    Unless it is `whole`, the step is there and something besides it is not done yet: it is drawn once more, later.
    """

    notes: Mapping[str, str | None]
    whole: bool = True


class Unreached(Exception):  # noqa: N818 - named as the house names its few exceptions
    """A platform did not take something: `str()` is a plain sentence, `lasting` says that trying at once is vain.

    Of one that is not `known` the log wants all there is to tell.
    """

    lasting = False
    known = True


class Front(Protocol):
    """A platform's own half. A call may come twice for one revision (after a crash) and must then do no harm."""

    async def show(
        self, conversation: Conversation, screen: Screen, *, notes: Mapping[str, str], doubt: bool
    ) -> Shown | None:
        """Draw the newest step; what was answered before shrinks to one line and loses its buttons.

        `notes` are those of the drawing before; in `doubt` an attempt was made after them that nobody noted, which may
        be on the screen. Nobody else draws this conversation meanwhile.
        """

    async def progress(self, conversation: Conversation, screen: Screen) -> None:
        """Draw a look under way again; may be merged with the next or dropped."""

    async def hand_over(self, conversation: Conversation, case: Case) -> str:
        """Give the case to a human; return one sentence on where and when the answer will come."""


@runtime_checkable
class Attentive(Protocol):
    """A platform on which people come back: it reminds them, and carries words between them and the humans.

    `again` says that the call may have been made before: what it posts is looked for first.
    """

    async def remind(self, conversation: Conversation, screen: Screen, words: str, *, again: bool) -> None:
        """Tell the person once about a conversation that waits."""

    async def relay(
        self, conversation: Conversation, relay: Relay, number: int, *, again: bool, case: Case, handed: Handed | None
    ) -> None:
        """Carry words from one side to the other, marked by who speaks; `number` is the relay's own.

        `case` and `handed` are for humans from whom the case's message was taken away.
        """

    async def redraw(self, conversation: Conversation, case: Case, handed: Handed) -> None:
        """Show to the humans how the case stands now."""
