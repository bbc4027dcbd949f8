"""What Slack's half remembers of a conversation: where its newest step stands, and how that step was left."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.slack.blocks import looked
from bot.slack.words import say
from flows.conversation import Conversation, Status
from flows.screen import Kind, Progress, Screen


@dataclass(frozen=True, slots=True)
class Older:
    """A step before: its first line, and how it was left."""

    title: str
    answer: str

    def noted(self) -> str:
        """Return it as a note, within its 1000 characters."""
        return f"{self.title[:300]}\n{self.answer[:600]}"


BELOW = "below"
"""How the notes begin that something stands below the newest step, so that it is posted anew."""
MOST_BELOW = 64
OLDER = "older "
"""How the notes begin that name a step which has to shrink still, by its ts: the first line, and how it was left."""


class Notes(Protocol):
    """Where a front keeps what it posted; the store has it.

    Names: channel, ts, revision, step, kind, title, stops (answers given before), status, run: of the newest step;
    `below` and a number (something of the person's stands below it, see `below`); `older` and a ts (see OLDER);
    support_channel, support_ts, support_posting, support_thread (messages of the thread that were posted),
    support_done (`yes`, or `back` where the case was resolved or taken back since).
    """

    async def surface(self, conversation_id: str) -> dict[str, str]:
        """Return the notes of a conversation."""

    async def remember(self, conversation_id: str, values: Mapping[str, str | None]) -> None:
        """Merge notes; None deletes one."""

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Keep everybody else from drawing that conversation."""


def below(what: str) -> dict[str, str]:
    """Return the note that something, by its name, stands below the newest step.

    Each has its own, since what comes while a step is drawn is below that one, too; they stay few.
    """
    return {f"{BELOW} {zlib.crc32(what.encode()) % MOST_BELOW}": "yes"}


def belows(notes: Mapping[str, str]) -> list[str]:
    """Return the names of the notes that something stands below the newest step."""
    return [name for name in notes if name.partition(" ")[0] == BELOW]


def older(notes: Mapping[str, str]) -> dict[str, Older]:
    """Return the messages of steps before that have to shrink still, by their ts."""
    found = {}
    for name, value in notes.items():
        if name.startswith(OLDER):
            title, _, answer = value.partition("\n")
            found[name.removeprefix(OLDER)] = Older(title, answer)
    return found


def noted(conversation: Conversation, screen: Screen) -> dict[str, str | None]:
    """Return what must be known of this step once the next one is there."""
    return {
        "revision": str(screen.revision),
        "step": screen.step,
        "kind": screen.kind.value,
        "title": screen.title,
        "stops": str(len(conversation.trail)),
        "status": conversation.status.value,
        "pages": conversation.pages,
        "run": conversation.run,
    }


def in_place(notes: Mapping[str, str], conversation: Conversation, screen: Screen) -> bool:
    """Tell whether the newest message is this step's, so that it is edited instead of posted anew."""
    if not notes.get("ts") or belows(notes):
        return False
    unanswered = notes.get("stops") == str(len(conversation.trail)) and notes.get("status") == conversation.status
    same = notes.get("step") == screen.step and notes.get("kind") == screen.kind
    return notes.get("revision") == str(screen.revision) or (same and unanswered)


def left(notes: Mapping[str, str], now: Conversation, rows: Sequence[Progress] = ()) -> str:
    """Say in one line how the step in the notes was left; `rows` are the checks of a look that ended."""
    stops = int(notes.get("stops", 0))
    handed = now.status is Status.HANDED and notes.get("status") != Status.HANDED
    if handed and (len(now.trail) > stops or notes.get("kind") == Kind.LOOK):
        return say("asked_human")
    if notes.get("kind") == Kind.LOOK:
        over = notes.get("run") != now.run
        return (looked(rows) if over else "") or say("moved_on")
    if len(now.trail) > stops and now.trail[stops].step == notes.get("step"):
        return now.trail[stops].label
    changed = notes.get("pages", now.pages) != now.pages
    if len(now.trail) < stops and not changed:
        return say("went_back") if now.trail or now.step in now.earlier else say("started_again")
    return say("moved_on")
