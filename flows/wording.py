"""Fill placeholders in sentences; a sentence whose placeholders are not all known gives way to its next alternative."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from flows.model import Sentence

PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
LONGEST_VALUE = 200
OURS = ("where.", "place.", "word.")
"""Placeholders whose values are our own words; all others came from a person or a server and are shown as code."""

CODE = re.compile(r"`([^`]*)`")
SPANS = re.compile(r"(`[^`]*`)")
BOLD = re.compile(r"\*([^*\s](?:[^*]*[^*\s])?)\*")


def placeholders(sentence: Sentence) -> Iterable[str]:
    """Yield every placeholder of a sentence and of its alternatives."""
    for alternative in sentence:
        yield from PLACEHOLDER.findall(alternative)


def _value(name: str, text: str) -> str:
    if name.startswith(OURS):
        return text
    shown = _one_line(text)
    return f"`{shown[:LONGEST_VALUE]}…`" if len(shown) > LONGEST_VALUE else f"`{shown}`"


def _one_line(text: str) -> str:
    """Return a value as it stands in a sentence: a server's line break would break the marks around it."""
    return " ".join(text.replace("`", "'").split())


def worded(sentence: Sentence, values: Mapping[str, str]) -> str | None:
    """Return the first alternative whose placeholders all have a value in `values`, filled; None where none has."""
    for alternative in sentence:
        if all(values.get(name) for name in PLACEHOLDER.findall(alternative)):
            return "".join(_filled(part, values) for part in SPANS.split(alternative))
    return None


def _filled(part: str, values: Mapping[str, str]) -> str:
    """Fill one part; within a code span of the page's own a value needs no marks of its own."""
    if part.startswith("`"):
        return PLACEHOLDER.sub(lambda match: _one_line(values[match[1]])[:LONGEST_VALUE], part)
    return PLACEHOLDER.sub(lambda match: _value(match[1], values[match[1]]), part)


def all_worded(sentences: Iterable[Sentence], values: Mapping[str, str]) -> tuple[str, ...]:
    """Return those of the sentences that can be said."""
    return tuple(said for sentence in sentences if (said := worded(sentence, values)) is not None)


def plain(text: str) -> str:
    """Take the marks off a worded text: backticks around code, stars around bold; stars within code stay."""
    parts = CODE.split(text)
    return "".join(part if index % 2 else BOLD.sub(r"\1", part) for index, part in enumerate(parts))
