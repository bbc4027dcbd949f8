"""What is drawn on: a width, colours where they are wanted, signs that the encoding knows; all goes through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from bot.streams import plainly
from bot.terminal.ink import inked, pieces

WIDEST = 84
"""Columns beyond which a line of prose is hard to read."""

THEME = Theme(
    {
        "title": "bold",
        "strong": "bold",
        "code": "cyan",
        "quiet": "dim",
        "key": "bold cyan",
        "bar": "cyan",
        "good": "green",
        "warning": "yellow",
        "fault": "bold red",
        "not_tested": "dim",
        "running": "cyan",
        "waiting": "dim",
        "notice": "yellow",
    },
    inherit=False,
)

SIGNS = {"bar": "▌", "dot": "·", "prompt": "›", "good": "✓", "warning": "!", "fault": "✗", "not_tested": "–"}
PLAIN_SIGNS = {"bar": "#", "dot": "-", "prompt": ">", "good": "+", "warning": "!", "fault": "x", "not_tested": "-"}


class Paper:
    """A place to write; `fancy` allows colours and redrawing, else it is nothing but lines."""

    def __init__(self, out: TextIO, environ: Mapping[str, str]) -> None:
        self.fancy = out.isatty() and not environ.get("NO_COLOR") and environ.get("TERM", "dumb") != "dumb"
        speaks = _speaks(out)
        self.signs = SIGNS if speaks else PLAIN_SIGNS
        self.console = Console(
            file=out,
            theme=THEME,
            color_system="auto" if self.fancy else None,
            force_terminal=self.fancy,
            no_color=not self.fancy,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            safe_box=not speaks,
            width=self._columns(out, environ),
            _environ=dict(environ),
        )
        self._out = out
        self._speaks = speaks

    @staticmethod
    def _columns(out: TextIO, environ: Mapping[str, str]) -> int | None:
        if out.isatty():
            return None  # asked anew each time: windows change their size
        given = environ.get("COLUMNS", "")
        return max(20, int(given)) if given.isdigit() else 80

    @property
    def width(self) -> int:
        """Columns to write in."""
        return min(self.console.width, WIDEST)

    def say(self, text: str | Text, style: str = "", *, indent: int = 0, first: str = "") -> None:
        """Write a paragraph, wrapped; `first` stands before its first line and the others are indented like it."""
        drawn = inked(text, style) if isinstance(text, str) else text
        if not first:
            self._print(Padding(drawn, (0, 0, 0, indent)))
            return
        row = Table.grid(padding=0, pad_edge=False)
        row.add_column(width=len(first), no_wrap=True)
        row.add_column(overflow="fold")
        row.add_row(Text(first, _style_of_mark(first, style)), drawn)
        self._print(Padding(row, (0, 0, 0, indent)))

    def paragraph(self, text: str, *, indent: int = 0, first: str = "") -> None:
        """Write a paragraph of the pages; each command in it gets a line of its own, in one piece, to be copied."""
        parts = pieces(text)
        for number, (part, command) in enumerate(parts):
            if number == 0 and command:
                self.say(f"{first.rstrip()} ", indent=indent)
            if command:
                margin = indent + len(first)
                self.raw(" " * (margin if margin + len(part) < self.width else 0) + part, "code")
            else:
                follows = number + 1 < len(parts) and not part.endswith(":")
                self.say(
                    f"{part}:" if follows else part, indent=indent, first=first if number == 0 else " " * len(first)
                )

    def raw(self, text: str, style: str = "") -> None:
        """Write one line as it is, never wrapped."""
        self.console.print(Text(self._sayable(text), style), soft_wrap=True)

    def gap(self) -> None:
        """Write an empty line."""
        self.console.print()

    def _print(self, what: Padding) -> None:
        what.expand = False
        if self.fancy:
            self.console.print(what, width=self.width)
            return
        with self.console.capture() as caught:
            self.console.print(what, width=self.width)
        lines = (line.rstrip() for line in self._sayable(caught.get()).splitlines())
        self._out.write("".join(f"{line}\n" for line in lines))
        self._out.flush()

    def prompt(self, text: str) -> None:
        """Write what stands before the place to type, and stay on that line."""
        self._out.write(self._sayable(text))
        self._out.flush()

    def _sayable(self, text: str) -> str:
        if self._speaks:
            return text
        return plainly(text, self._out.encoding or "utf-8")


def _speaks(out: TextIO) -> bool:
    try:
        "".join(SIGNS.values()).encode(out.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _style_of_mark(mark: str, style: str) -> str:
    return "key" if mark.strip(" )").isalnum() else style or "bar"
