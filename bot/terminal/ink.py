"""Texts on their way to a terminal: what could move its cursor is taken out, stars and backticks become styles."""

from __future__ import annotations

import re
import unicodedata

from rich.text import Text

_SPANS = re.compile(r"`([^`\n]*)`|(?<![\w*])\*([^*\s](?:[^*\n]*[^*\s])?)\*(?![\w*])")
_COMMAND = re.compile(r"[A-Za-z][\w-]*(?: [\w.:\[\]%-]+)*? --?[A-Za-z][\w-]*(?: [\w.:\[\]%-]+)*")
_BETWEEN = " .,;"
"""What stands between a command and the next words, and would stand alone when the command has its own line."""
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_ALLOWED_FORMAT = frozenset("\u200c\u200d\ufe0f")
"""Joiners that scripts and emoji need; every other invisible character could hide or turn round what is read."""


def harmless(text: str) -> str:
    """Return `text` without control, bidirectional and other invisible characters; line ends stay."""
    text = _LINE_ENDS.sub("\n", text.replace("\t", "    "))
    return "".join(c for c in text if c == "\n" or c in _ALLOWED_FORMAT or unicodedata.category(c)[0] != "C")


def one_line(text: str) -> str:
    """Return `text` harmless and on one line."""
    return " ".join(harmless(text).split())


def inked(text: str, style: str = "") -> Text:
    """Return a text of the pages with its bold and its code in styles; nothing else in it is a command."""
    text = harmless(text)
    drawn = Text(style=style)
    end = 0
    for span in _SPANS.finditer(text):
        drawn.append(text[end : span.start()])
        if span[1] is not None:
            drawn.append(span[1], "code")
        else:
            drawn.append(_SPANS.sub(lambda inner: inner[1] or inner[0], span[2]), "strong")
        end = span.end()
    drawn.append(text[end:])
    return drawn


def pieces(text: str) -> list[tuple[str, bool]]:
    """Return a text taken apart at the commands in it: (words or command, whether it is a command).

    A command is a span of code with an option, such as `nc -vz HOST 25`: a line to copy, which must not be wrapped.
    """
    found: list[tuple[str, bool]] = []
    end = 0
    for span in _SPANS.finditer(text):
        if span[1] is not None and _COMMAND.fullmatch(span[1]):
            found += [(text[end : span.start()].strip(_BETWEEN), False), (harmless(span[1]), True)]
            end = span.end()
    found.append((text[end:].strip(_BETWEEN) if end else text, False))
    return [(piece, command) for piece, command in found if piece]
