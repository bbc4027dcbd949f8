"""Text on its way into Slack: escaped, cut at a sentence, never a mention, a link or a format that we did not mean."""

from __future__ import annotations

import re

JOINER = "\N{WORD JOINER}"
"""Put beside a character that Slack would read as a format; it is not seen, and what we read back drops it."""

CODE = re.compile(r"(`[^`\n]+`)")
EDGE = re.compile(r"(?<!\w)([_~])(?=\S)|(?<=\S)([_~])(?!\w)")
EMOJI = re.compile(r":(?=[a-z0-9_+'-]{1,80}:)", re.IGNORECASE)
QUOTE = re.compile(r"^(?=&gt;)", re.MULTILINE)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SENTENCE = re.compile(r"[.;:!?](?=\s)|\n")
ENTITY = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
DOTS = "…"


def plain(text: str) -> str:
    """Return text without control characters, for `plain_text` and rich text, where Slack reads no format."""
    return CONTROL.sub("", text)


def escaped(text: str) -> str:
    """Escape the three characters that begin mentions, links and entities (Slack's message formatting)."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def marked(text: str) -> str:
    """Return a screen's text as Slack's markup: *stars* and `backticks` stay, nothing else is read as a format.

    Names with underscores, `:100:` and lines that begin with `>` stay what they are.
    """
    pieces = CODE.split(plain(text))
    return "".join(escaped(piece) if index % 2 else _disarmed(piece) for index, piece in enumerate(pieces))


def _disarmed(text: str) -> str:
    text = EDGE.sub(lambda found: f"{JOINER}{found[0]}{JOINER}", escaped(text))
    return QUOTE.sub(JOINER, EMOJI.sub(":" + JOINER, text))


def bare(text: str) -> str:
    """Return a screen's text without its stars and backticks, for places that know no format; not escaped."""
    return plain(re.sub(r"(?<!\w)\*(\S(?:[^*\n]*\S)?)\*(?!\w)", r"\1", text.replace("`", "")))


def cut(text: str, limit: int) -> str:
    """Shorten `text` to `limit` characters: after a sentence where one ends in the second half, else after a word."""
    if len(text) <= limit:
        return text
    if limit < 2:
        return text[:limit]
    head = text[: limit - 2]
    ends = [found.end() for found in SENTENCE.finditer(head) if found.end() >= limit // 2]
    if ends:
        return head[: ends[-1]].rstrip() + " " + DOTS
    word = head.rfind(" ")
    return (head[:word] if word >= limit // 2 else head).rstrip() + " " + DOTS


def fitted(text: str, limit: int) -> str:
    """Return `marked(text)` in at most `limit` characters, cut before it is escaped, a code span closed."""
    room = limit
    while True:
        piece = cut(text, room)
        if piece.count("`") % 2:
            piece = piece.removesuffix(DOTS).rstrip() + "` " + DOTS
        if len(drawn := marked(piece)) <= limit:
            return drawn
        room = min(room - 1, room * limit // len(drawn))
        if room < 1:
            return ""


def paragraphs(texts: tuple[str, ...], limit: int, *, between: str = "\n\n") -> tuple[str, ...]:
    """Return the texts as markup, joined into as few pieces of at most `limit` characters as they fit into."""
    pieces: list[str] = []
    for text in texts:
        drawn = fitted(text, limit)
        if not drawn.strip():
            continue
        if pieces and len(pieces[-1]) + len(between) + len(drawn) <= limit:
            pieces[-1] += between + drawn
        else:
            pieces.append(drawn)
    return tuple(pieces)


def unescaped(text: str) -> str:
    """Return what the person typed from the `text` of a payload, where Slack has escaped `&`, `<` and `>`."""
    return re.sub("&(?:lt|gt|amp);", lambda found: ENTITY[found[0]], text)
