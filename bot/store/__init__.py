"""What is kept, as words: the desk knows this protocol alone, and nothing here loads a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from flows.conversation import Conversation, Effect


class StoreError(Exception):
    """The database cannot be used; the text is one sentence for the person, with what to do."""


class Moved(Exception):  # noqa: N818 - DESIGN.md's name; it is news, not an error
    """Somebody else saved this conversation first; load it again."""


class CaseState(StrEnum):
    """How a case stands that was handed to a human."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Handed:
    """A case that was handed to a human: how it stands, since when (seconds since the epoch), and whose it is."""

    conversation: str
    state: CaseState
    at: float = 0.0
    who: str = ""


@dataclass(frozen=True, slots=True)
class Timer:
    """Something to be done about a conversation at `due` (seconds since the epoch); `data` is the desk's own."""

    conversation: str
    name: str
    due: float
    data: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A pasted text that was not understood: when it came (seconds since the epoch), and the text, redacted."""

    at: float
    text: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Ring:
    """The effect of a timer that came due; `touched` is when the conversation was last moved."""

    name: str
    data: str = ""
    touched: float = 0.0


@dataclass(frozen=True, slots=True)
class Relay:
    """The effect that carries words: from a human to the person (`to` is `person`), or back (`to` is `human`).

    `echo` shows to all humans what one of them asked the person.
    """

    to: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Redraw:
    """The effect that shows to the humans how a case stands now."""


Deed = Effect | Ring | Relay | Redraw
"""All that may be noted to be done: what the tree asks for, and what the desk asks of itself."""


@dataclass(frozen=True, slots=True)
class Aside:
    """What is kept beside a snapshot, in the same transaction.

    `timers` are set, or taken away where the value is None; `case` becomes the case's state, and where `case_was` is
    given only if that was its state (else `Moved`); `saw` is (run, cause) of a look that ended; `helped` is (about
    what, answer); `unread` a text that was not understood.
    """

    timers: Mapping[str, Timer | None] = field(default_factory=dict)
    case: Handed | None = None
    case_was: CaseState | None = None
    saw: tuple[str, str] | None = None
    helped: tuple[str, str] | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A snapshot to keep; `before` is the revision that it follows, None for a conversation that is new."""

    conversation: Conversation
    before: int | None
    effects: tuple[Deed, ...] = ()
    aside: Aside | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """An effect noted with the snapshot of `revision` and not done yet; `tries` counts how often it was taken up."""

    number: int
    conversation: str
    revision: int
    effect: Deed
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is needed to draw a conversation: the newest snapshot, a front's notes, and the drawings that are noted.

    One drawing does for all that are noted. `doubt` says that one of them may have been begun before, by another
    process or by one that died, so that more may be seen than is noted.
    """

    conversation: Conversation
    notes: Mapping[str, str]
    shows: tuple[int, ...] = ()
    doubt: bool = False


class Store(Protocol):
    """Where conversations are kept. Every method may raise `StoreError`; times are seconds since the epoch."""

    shared: bool
    """True where other processes may do the same owners' effects, so that only leases that ran out are taken up."""

    async def save(
        self,
        key: str | None,
        changes: Sequence[Change],
        *,
        by: str,
        now: float,
        until: float,
        done: Sequence[int] = (),
        surface: Mapping[str, str] | None = None,
    ) -> tuple[Pending, ...] | None:
        """In one transaction: claim `key`, keep the snapshots, note their effects (taken by `by` until `until`).

        `done` are effects that this saving completes; `surface` belongs to the first conversation. Returns the noted
        effects in order, or None where `key` was claimed before and nothing was saved. Raises `Moved`.
        """

    async def claimed(self, key: str) -> bool:
        """Return whether the event of that key was taken before."""

    async def load(self, conversation: str) -> Conversation | None:
        """Return the newest snapshot."""

    async def of_owner(self, owner: str, limit: int = 10) -> tuple[Conversation, ...]:
        """Return an owner's conversations, the one touched last first."""

    async def forget(self, owner: str) -> int:
        """Delete all that is kept of an owner; return how many conversations that were."""

    async def tidy(self, *, keys_before: float, conversations_before: float | None = None) -> int:
        """Delete old event keys, and conversations not touched since; return how many conversations that were."""

    async def drawing(self, conversation: str, by: str) -> Drawing | None:
        """Return all that `by` needs to draw a conversation, in one reading."""

    async def take_up(
        self,
        *,
        by: str,
        now: float,
        until: float,
        whose: str,
        everything: bool = False,
        but: Collection[int] = (),
    ) -> tuple[Pending, ...]:
        """Take, in order, the effects of owners beginning with `whose` whose lease ran out, except `but`.

        `everything` takes those too whose lease did not, of all but `by`.
        """

    async def renew(self, numbers: Collection[int], until: float) -> None:
        """Prolong the lease on effects."""

    async def later(self, numbers: Collection[int], at: float) -> None:
        """Leave effects to whoever is there first from a time on."""

    async def give_back(self, by: str) -> None:
        """End the lease on all that `by` has taken, so that another can take it up at once."""

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Keep others out, of this process too, while something is done about `name`; one that dies lets go."""

    async def done(
        self,
        numbers: Collection[int],
        timers: Sequence[Timer] = (),
        notes: Mapping[str, Mapping[str, str | None]] | None = None,
    ) -> None:
        """Strike out effects, set what timers follow from them, merge a front's notes; all in one transaction."""

    async def ring(self, *, by: str, now: float, until: float, whose: str, most: int = 50) -> tuple[Pending, ...]:
        """Turn timers that came due into noted effects (`Ring`), once each; taken by `by` until `until`."""

    async def timers(self, conversation: str) -> tuple[Timer, ...]:
        """Return the timers of a conversation, the first due first."""

    async def case(self, conversation: str) -> Handed | None:
        """Return how a case stands, None where none was handed over."""

    async def queue(self, whose: str, limit: int = 20) -> tuple[tuple[Handed, Conversation], ...]:
        """Return the cases that nobody resolved yet, of owners beginning with `whose`, the oldest first."""

    async def counts(self, whose: str, since: float) -> dict[str, int]:
        """Return how many looks ended in which cause since a time, the most frequent first."""

    async def helped(self, conversation: str) -> dict[str, str]:
        """Return what was answered to “Did that help?”, by what it was about."""

    async def unread(self, limit: int = 100) -> tuple[Unread, ...]:
        """Return the pasted texts that were not understood, the newest first."""

    async def unfinished(self, conversation: str) -> tuple[Pending, ...]:
        """Return the effects of a conversation that are not done, in order."""

    async def surface(self, conversation: str) -> dict[str, str]:
        """Return a front's own notes on a conversation."""

    async def remember(self, conversation: str, notes: Mapping[str, str | None]) -> None:
        """Merge a front's notes; None takes one away."""

    async def found_at(self, name: str, value: str) -> str | None:
        """Return the conversation one of whose notes is `name` = `value`, the newest of them."""

    async def close(self) -> None:
        """Let go of the database."""


def default_path(environ: Mapping[str, str], home: Path) -> Path:
    """Return where the SQLite file lies: the user's state directory (XDG Base Directory Specification 0.8)."""
    state = Path(environ.get("XDG_STATE_HOME", ""))
    base = state if state.is_absolute() else home / ".local" / "state"
    return base / "smtp-help" / "smtp-help.db"
