"""Takes passwords, tokens and login strings out of a text before it is stored or shown (rule 8); pure."""

from __future__ import annotations

from collections.abc import Iterable

from probes.replies.clean import sound
from probes.replies.secret_names import MARK, Span, named
from probes.replies.secret_shapes import shaped
from probes.replies.secret_talk import said

__all__ = ["MARK", "redact"]

MOST_ROUNDS = 4
"""What is taken out may show what stood behind it; after so many rounds no text was seen to have more."""


def redact(text: str) -> tuple[str, bool]:
    """Return `text` without what looks like a secret, and whether anything was taken out.

    Secrets are values behind a name for one, `user:password@` in an address, what is said in a login, and tokens known
    by their shape. What only speaks of a password ("password incorrect") stays.
    """
    before = text = sound(text)
    rounds = MOST_ROUNDS
    while rounds and (shorter := _once(text)) != text:
        text, rounds = shorter, rounds - 1
    return text, text != before


def _once(text: str) -> str:
    for finder in (shaped, said, named):
        text = _without(text, finder(text))
    return text


def _without(text: str, spans: Iterable[Span]) -> str:
    """Return a text with a mark in place of each span; those that touch are one."""
    pieces, at = [], 0
    for start, end in sorted(set(spans)):
        if start >= at:
            pieces += [text[at:start], MARK]
        elif end <= at:
            continue
        at = end
    return "".join((*pieces, text[at:]))
