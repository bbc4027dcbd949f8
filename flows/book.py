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

    def answer(self, slot: str, value: str) -> str:
        """Return an answer as a person reads it; that of a mail program by its name."""
        program = self.programs.get(value) if slot == "program" else None
        return program.label if program else self.words.answer(slot, value)


def load(folder: Path | None = None) -> Book:
    """Read the shipped data, or the pages of `folder` with the shipped words; raises PageError."""
    return Book(pages.load(folder), words.load(), programs.load())
