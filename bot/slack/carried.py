"""Words that are carried from one side of a case to the other: all of them, as they were written; they call nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from slack_sdk.models.blocks import (
    Block,
    RichTextBlock,
    RichTextElementParts,
    RichTextPreformattedElement,
    SectionBlock,
)

from bot.slack.blocks import Drawn, checked, markup, small
from bot.slack.case import mention
from bot.slack.text import bare, escaped, fitted, plain
from bot.slack.words import say

ROOM = 2900
"""Characters of one block; a message has one or two."""
MOST_PARTS = 8
MOST_PIECES = 10
FENCE = "```"
ADDRESS = re.compile(r"https?://(?:[^\s<>|&]|&amp;)*(?:[^\s<>|&.,;:!?'\")]|&amp;)")
"""A web address within escaped words, without the signs that end a sentence."""

Piece = tuple[str, bool]
"""Words, and whether they stood between fences of code."""


def said(who: str, word: str, text: str, *, links: bool = False) -> tuple[Drawn, ...]:
    """Draw words that are carried over, marked by who speaks, in as many messages as they need.

    `links` lets addresses be pressed.
    """
    heading = say(word, who=mention(who))
    parts = list(_packed(_pieces(text, links=links), links=links)) or [[]]
    kept, left = parts[:MOST_PARTS], sum(len(piece) for part in parts[MOST_PARTS:] for piece, _ in part)
    messages = []
    for number, part in enumerate(kept, 1):
        title = heading if len(kept) == 1 else f"{heading} ({say('case_part', part=number, parts=len(kept))})"
        blocks: list[Block] = [SectionBlock(text=markup(f"*{title}*"))]
        blocks += [
            _code(piece) if code else SectionBlock(text=markup(_quote(piece, links=links))) for piece, code in part
        ]
        if left and number == len(kept):
            blocks += [small(say("case_left_out", count=left))]
        words = fitted(bare("\n".join(piece for piece, _ in part)), 2000)
        messages.append(checked(Drawn(f"{title} {words}".strip(), [block.to_dict() for block in blocks])))
    return tuple(messages)


def _quote(text: str, *, links: bool) -> str:
    """Return a human's words as a quotation: Slack's formats are theirs to use, its mentions and links are not."""
    drawn = escaped(text)
    if links:
        drawn = ADDRESS.sub(r"<\g<0>>", drawn)
    return "\n".join(f"> {line}" if line else ">" for line in drawn.split("\n"))


def _code(text: str) -> Block:
    return RichTextBlock(elements=[RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=text)])])


def _packed(pieces: Iterable[Piece], *, links: bool) -> Iterator[list[Piece]]:
    """Put short pieces that follow each other into one message."""
    part: list[Piece] = []
    for piece in pieces:
        whole = [*part, piece]
        if part and (len(whole) > MOST_PIECES or sum(_size(each, links=links) for each in whole) > ROOM):
            yield part
            part = []
        part.append(piece)
    if part:
        yield part


def _size(piece: Piece, *, links: bool) -> int:
    return len(piece[0] if piece[1] else _quote(piece[0], links=links))


def _pieces(text: str, *, links: bool) -> Iterator[Piece]:
    """Yield the text in pieces that each fit into a block."""
    segments = plain(text).split(FENCE)
    if not len(segments) % 2:  # a fence that is never closed is none
        segments[-2:] = [FENCE.join(segments[-2:])]
    for number, segment in enumerate(segments):
        code = bool(number % 2)
        size = partial(_size_of, code=code, links=links)
        yield from ((piece.strip("\n"), code) for piece in _fitting(segment, size) if piece.strip())


def _size_of(text: str, *, code: bool, links: bool) -> int:
    return _size((text, code), links=links)


def _fitting(text: str, size: Callable[[str], int]) -> Iterator[str]:
    now = ""
    for line in text.splitlines(keepends=True):
        for bit in _bits(line, size):
            if now and size(now + bit) > ROOM:
                yield now
                now = ""
            now += bit
    yield now


def _bits(line: str, size: Callable[[str], int]) -> Iterator[str]:
    """Yield a line, in two halves of halves where it is too long, parted at a space where there is one."""
    if size(line) <= ROOM:
        yield line
        return
    middle = len(line) // 2
    space = line.rfind(" ", middle // 2, middle)
    at = space + 1 if space > 0 else middle
    yield from _bits(line[:at], size)
    yield from _bits(line[at:], size)
