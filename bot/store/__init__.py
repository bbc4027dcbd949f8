"""What is kept, as words: the desk knows this protocol alone, and nothing here loads a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flows.conversation import Conversation, Effect


class StoreError(Exception):
    """The database cannot be used; the text is one sentence for the person, with what to do."""


class Moved(Exception):  # noqa: N818 - DESIGN.md's name; it is news, not an error
    """Somebody else saved this conversation first; load it again."""


@dataclass(frozen=True, slots=True)
class Change:
    """A snapshot to keep; `before` is the revision that it follows, None for a conversation that is new."""

    conversation: Conversation
    before: int | None
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """An effect noted with the snapshot of `revision` and not done yet; `tries` counts how often it was taken up."""

    number: int
    conversation: str
    revision: int
    effect: Effect
    tries: int = 0


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

    async def take_up(
        self, *, by: str, now: float, until: float, whose: str, everything: bool = False
    ) -> tuple[Pending, ...]:
        """Take, in order, the effects of owners beginning with `whose` whose lease ran out (or all but our own)."""

    async def renew(self, by: str, until: float) -> None:
        """Prolong the lease on all that `by` has taken."""

    async def give_back(self, by: str) -> None:
        """End the lease on all that `by` has taken, so that another can take it up at once."""

    async def done(self, numbers: Sequence[int]) -> None:
        """Strike out effects."""

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
