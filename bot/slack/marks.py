"""What travels in a button or a form and comes back: the conversation, the revision that was shown, and the choice."""

from __future__ import annotations

import json
from dataclasses import dataclass

PREFIX = "smtp:"
CHOOSE, PICK, FILL = "smtp:choose", "smtp:pick", "smtp:fill"
BACK, AGAIN, HUMAN = "smtp:back", "smtp:again", "smtp:human"
START, RESUME, ANEW = "smtp:start", "smtp:resume", "smtp:anew"
FORM, EXPLAIN = "smtp:form", "smtp:explain"
CLAIM, ASK, RESOLVE, REOPEN = "smtp:case:claim", "smtp:case:ask", "smtp:case:resolve", "smtp:case:reopen"
QUESTION = "smtp:question"
COMMAND = "/smtp-help"
FOOTER = {"back": BACK, "again": AGAIN, "human": HUMAN}
"""The action of each name in a screen's footer."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The value of a button or the private metadata of a form (at most 150 characters for an option of a menu)."""

    conversation: str
    revision: int
    choice: str = ""

    def __str__(self) -> str:
        return json.dumps([self.conversation, self.revision, self.choice], separators=(",", ":"))


def read(text: str | None) -> Mark | None:
    """Read a mark; None where it is none of ours, or one of an older shape."""
    try:
        conversation, revision, choice = json.loads(text or "")
        return Mark(str(conversation), int(revision), str(choice))
    except (ValueError, TypeError):
        return None
