"""What the desk's parts have in common: the loop as they see it, and what a change is to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.store import Change
from flows.conversation import Cancel, Conversation, Effect, Show, Status
from flows.machine import Tree
from flows.screen import Progress, Screen

ATTEMPTS = 10
"""How often something is tried again where others save the same conversation first."""
UNNOTED = 0
"""The number of an effect that was begun and is noted nowhere."""
Following = Callable[[Conversation], tuple[Conversation, tuple[Effect, ...]] | None]
"""What follows from the newest snapshot; None where nothing does."""


class Loop(Protocol):
    """The desk, as its parts see it."""

    tree: Tree

    async def save(self, key: str | None, *changes: Change, surface: Mapping[str, str] | None = None) -> bool:
        """Save and let the noted effects begin; False where the key was claimed before. Raises `Moved`."""

    async def alter(self, conversation: str, change: Following, done: int) -> None:
        """Save what follows from the newest snapshot and strike out an effect."""

    async def expire(self, conversation: str, notice: str, done: int) -> None:
        """Close a conversation and strike out an effect."""

    async def current(self, owner: str) -> Conversation | None:
        """Return the owner's conversation that goes on, or that a human has."""

    async def surface(self, conversation: str) -> dict[str, str]:
        """Return a front's own notes on a conversation."""

    def lock(self, name: str) -> asyncio.Lock:
        """Return this process's lock for whatever bears a name."""

    def reference(self, reason: BaseException) -> str:
        """Log an error under a short word, and return that."""

    def screen(self, conversation: Conversation, progress: Sequence[Progress] = ()) -> Screen:
        """Return what is to be seen."""


def noticed(now: Conversation, notice: str) -> tuple[Conversation, tuple[Effect, ...]]:
    """Return what follows where a sentence is to be said above the step."""
    return replace(now, revision=now.revision + 1, notice=notice), (Show(),)


def closed(now: Conversation, notice: str | None) -> tuple[Conversation, tuple[Effect, ...]]:
    """Return what follows where a conversation ends."""
    cancel: tuple[Effect, ...] = (Cancel(now.run),) if now.run else ()
    return replace(now, revision=now.revision + 1, status=Status.CLOSED, run=None, notice=notice), (*cancel, Show())
