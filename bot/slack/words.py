"""The Slack shell's words: those of the catalogue, and the sign of a check's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot import catalogue

SIGNS: Final[Mapping[str, str]] = {
    "waiting": "○",
    "running": "…",
    "good": "✓",
    "warning": "!",
    "fault": "✗",
    "not_tested": "–",
}
"""Sign of a check's state; the word beside it carries the meaning, the sign repeats it."""


def say(key: str, **values: object) -> str:
    """Return the sentence named `key`, filled; raises KeyError for a name or a value that is missing."""
    return catalogue.say("slack", key, **values)


def state(name: str) -> tuple[str, str]:
    """Return sign and word of a check's state; a state that is not known here is its own word."""
    return SIGNS.get(name, "·"), catalogue.catalogue()["states"].get(name, name)
