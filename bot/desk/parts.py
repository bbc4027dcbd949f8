"""What the desk's parts have in common: the loop as they see it, and what a change is to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from bot.store import Change
from flows.conversation import Conversation, Effect, Show
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

    async def save(self, key: str | None, *changes: Change) -> bool:
        """Save and let the noted effects begin; False where the key was claimed before. Raises `Moved`."""

    async def alter(self, conversation: str, change: Following, done: int) -> None:
        """Save what follows from the newest snapshot and strike out an effect."""

    async def expire(self, conversation: str, notice: str, done: int) -> None:
        """Close a conversation and strike out an effect."""

    def reference(self, reason: BaseException) -> str:
        """Log an error under a short word, and return that."""

    def screen(self, conversation: Conversation, progress: Sequence[Progress] = ()) -> Screen:
        """Return what is to be seen."""


def noticed(now: Conversation, notice: str) -> tuple[Conversation, tuple[Effect, ...]]:
    """Return what follows where a sentence is to be said above the step."""
    return replace(now, revision=now.revision + 1, notice=notice), (Show(),)
