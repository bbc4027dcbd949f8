"""All that is data, read once: the pages, the words and the mail programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flows import pages, programs, words
from flows.model import Flow
from flows.programs import Program
from flows.words import Words


@dataclass(frozen=True, slots=True)
class Book:
    """The tree's pages with the words and the mail programs that they speak of."""

    flow: Flow
    words: Words
    programs: Mapping[str, Program]


def load(folder: Path | None = None) -> Book:
    """Read the shipped data, or the pages of `folder` with the shipped words; raises PageError."""
    return Book(pages.load(folder), words.load(), programs.load())
