"""A conversation as one frozen snapshot, the events that move it and the effects that a move asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from probes.verdict import Verdict

BESIDE = ("domain", "talk")
"""What was seen and is no verdict about the failure: whose a domain is, and words that were no error text."""


class Status(StrEnum):
    """Where a conversation stands; `handed` means that a human is on it and the bot keeps silent."""

    OPEN = "open"
    HANDED = "handed"
    SOLVED = "solved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Stop:
    """A step that was left, and what was answered there, in the person's words."""

    step: str
    choice: str
    label: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The verdict of one look; `run` is its id, `step` the step that asked.

    `what` was looked at (see `Look`), or is talk: a text that was none of an error.
    """

    run: str
    step: str
    what: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that is known of one conversation; every change makes a new one with the next `revision`.

    `answers` maps a slot to its value; `earlier` keeps what was answered before Back as prefill;
    `run` is the look under way; `texts` are pasted texts, redacted; `pictures` are the platform's references;
    `mistakes` are those of the form just handed in, with what was typed in `typed`.
    """

    id: str
    owner: str
    pages: str
    step: str
    revision: int = 0
    status: Status = Status.OPEN
    trail: tuple[Stop, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()
    advised: tuple[str, ...] = ()
    run: str | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[tuple[str, str], ...] = ()
    """(field, sentence) of each mistake in the form just handed in."""
    notice: str | None = None
    """A sentence to be said once above the step (a step fell back, a secret was taken out, a picture was kept)."""
    locale: str = "en"
    started: float = 0.0
    """When it was opened, in seconds since the epoch."""

    @property
    def verdict(self) -> Verdict | None:
        """Return the newest verdict about the failure, or None where nothing was looked at."""
        return next((seen.verdict for seen in reversed(self.seen) if seen.what not in BESIDE), None)


# Events: what happened. Each is handed in with the revision that the person saw (see machine.advance).


@dataclass(frozen=True, slots=True)
class Opened:
    """The conversation was opened, perhaps with text after the command."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Chose:
    """A choice of the step was pressed."""

    choice: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A form was handed in; values as typed, by field name; an absent or empty one is "I don't know"."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pasted:
    """Words were typed or pasted where no form asked for them."""

    text: str


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture or another file that cannot be read was sent; `reference` is the platform's."""

    reference: str


@dataclass(frozen=True, slots=True)
class Saw:
    """A look ended."""

    run: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class WentBack:
    """Back was pressed."""


@dataclass(frozen=True, slots=True)
class StartedAgain:
    """Start again was pressed."""


@dataclass(frozen=True, slots=True)
class AskedHuman:
    """Talk to a human was pressed."""


@dataclass(frozen=True, slots=True)
class TriedLogin:
    """A login is tried outside of the conversation: the last look is to be made again, now with it."""


Event = Opened | Chose | Filled | Pasted | Pictured | Saw | WentBack | StartedAgain | AskedHuman | TriedLogin


# Effects: what is to be done, by the desk, after the new snapshot is kept.


@dataclass(frozen=True, slots=True)
class Show:
    """Show the step that the conversation is at."""


@dataclass(frozen=True, slots=True)
class Look:
    """Look, and hand in `Saw(run, ...)`.

    `what` is `probe` (the settings in the answers), `text` (the last text), `domain` (that of the person's own address)
    or `far` (where a returned mail failed).
    """

    run: str
    what: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the look of that run; its result is not wanted any more."""

    run: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the case to a human: answers, verdict, evidence, transcript."""


Effect = Show | Look | Cancel | HandOver
