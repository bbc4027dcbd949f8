"""The streams of the command line: there is one of each, and signs that its encoding lacks are written plainly."""

from __future__ import annotations

import codecs
import io
import os
import sys

PLAIN = {"“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "·": "-", "–": "-"}
"""Signs of our own texts, and what is written where an encoding lacks them."""
PLAINLY = "plainly"
"""The name by which Python's codecs know that."""


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


def plainly(text: str, encoding: str) -> str:
    """Return a text as an encoding can write it."""
    codecs.register_error(PLAINLY, _plainly)
    return text.encode(encoding, PLAINLY).decode(encoding)


def opened() -> None:
    """Put nothing in the place of a stream that was closed before the start, and let none fail at a sign it lacks."""
    codecs.register_error(PLAINLY, _plainly)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - open until the end
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=PLAINLY)
