"""A screen as lines: what happened, the question or the cause, what to do, how sure, and what can be typed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from bot.catalogue import catalogue, say
from bot.front import Case
from bot.terminal.ink import harmless, inked, one_line
from bot.terminal.paper import Paper
from flows.screen import Option, Progress, Screen
from flows.wording import plain

KEYS = {"back": "b", "again": "a", "human": "h"}
"""The footer's buttons by the letter that presses them."""

DETAILED = ("fault", "warning")
"""States whose reason is said at once; why something was not tested stands with the evidence."""


def draw(paper: Paper, screen: Screen) -> None:
    """Write a screen but for its form's fields and its look's list."""
    paper.gap()
    if screen.notice:
        paper.say(screen.notice, "notice", first=f"{paper.signs['warning']} ")
        paper.gap()
    paper.say(inked(screen.title, "title"), first=f"{paper.signs['bar']} ")
    for text in screen.body:
        paper.paragraph(text, indent=2)
    if screen.steps:
        paper.gap()
        paper.say(say("terminal", "what_to_do"), "strong", indent=2)
        for number, step in enumerate(screen.steps, 1):
            paper.paragraph(step, indent=2, first=f"{number:>2}. ")
    if screen.evidence or screen.sureness:
        paper.gap()
    if screen.evidence:
        paper.say(say("terminal", "why"), first="w  ", indent=3)
    if screen.sureness:
        paper.say(screen.sureness, "quiet", indent=2 if not screen.evidence else 6)
    if screen.options:
        paper.gap()
        if screen.asks:
            paper.say(screen.asks, "strong", indent=2)
        _options(paper, screen.options)


def _options(paper: Paper, options: Sequence[Option]) -> None:
    for number, option in enumerate(options, 1):
        label = inked(one_line(option.label))
        if option.picked:
            label.append("  " + say("terminal", "answered_before"), "quiet")
        paper.say(label, first=f"{number:>2}  ", indent=2)


def footer(paper: Paper, screen: Screen) -> None:
    """Write the keys that work here."""
    keys = [(KEYS[option.name], option.label) for option in screen.footer if option.name in KEYS]
    keys += [("?", say("terminal", "help")), ("q", say("terminal", "leave"))]
    line = Text()
    for key, label in keys:
        line.append(f"   {paper.signs['dot']}   " if line else "", "quiet")
        line.append(key, "key").append(f" {label}", "quiet")
    paper.gap()
    if len(line) + 2 > paper.width:
        line = Text()
        for key, label in keys:
            line.append("  " if line else "").append(key, "key").append(f" {label}", "quiet")
    paper.say(line, indent=2)


def why(paper: Paper, screen: Screen) -> None:
    """Write the evidence."""
    paper.gap()
    paper.say(say("terminal", "why"), "strong", indent=2)
    for sentence in screen.evidence:
        paper.say(sentence, indent=2, first=f"{paper.signs['dot']} ")


def live(paper: Paper, rows: Sequence[Progress]) -> Group:
    """Return the list of a look under way: a line a check, cut at the width so that it can be drawn over."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=2, justify="right")
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=paper.width - 4)
    for row in rows:
        sign: Text | Spinner = Text(paper.signs.get(row.state, " "), row.state)
        if row.state == "running":
            sign = Spinner("dots" if paper.signs["bar"] == "▌" else "line", style="running")
        label = Text(one_line(row.label), "quiet" if row.state in ("running", "waiting") else "")
        table.add_row(sign, label)
    return Group(table)


def ended(paper: Paper, rows: Sequence[Progress]) -> None:
    """Write the list of a look that has ended, with what is to be said about those that are not simply fine."""
    for row in rows:
        sign = paper.signs.get(row.state, paper.signs["dot"])
        line = Text().append(one_line(row.label)).append(f"  {_state(row)}", row.state)
        paper.say(line, row.state, first=f" {sign} ")
        if row.detail and row.state in DETAILED:
            paper.say(inked(row.detail), indent=5)


def _state(row: Progress) -> str:
    return catalogue()["states"].get(row.state, row.state)


def line_of(paper: Paper, row: Progress) -> None:
    """Write one check that has ended, where nothing can be drawn over."""
    paper.say(f"{_state(row)}: {one_line(row.label)}", indent=2)
    if row.detail and row.state in DETAILED:
        paper.say(inked(row.detail), indent=6)


def case(paper: Paper, given: Case) -> None:
    """Write a whole case as a block to copy: never wrapped, never styled."""
    paper.gap()
    paper.raw(say("terminal", "copy_from"), "quiet")
    for line in case_lines(given):
        paper.raw(harmless(line))
    paper.raw(say("terminal", "copy_to"), "quiet")


def case_lines(given: Case) -> list[str]:
    """Return a case as lines of plain text."""
    lines = [say("terminal", "case", conversation=given.conversation, headline=one_line(plain(given.headline)))]
    if given.answers:
        answers = (f"  {_question(ask)} {one_line(answer)}" for ask, answer in given.answers)
        lines += ["", say("terminal", "case_answers"), *answers]
    if given.evidence:
        lines += ["", say("terminal", "case_seen"), *(f"  {one_line(plain(sentence))}" for sentence in given.evidence)]
    for text in given.texts:
        lines += ["", say("terminal", "case_text"), *(f"  {line}" for line in harmless(text).splitlines())]
    if given.pictures:
        lines += ["", say("terminal", "case_pictures"), *(f"  {one_line(picture)}" for picture in given.pictures)]
    if given.transcript:
        said = (f"  {line}" for line in harmless(given.transcript).splitlines())
        lines += ["", say("terminal", "case_transcript"), *said]
    return lines


def _question(text: str) -> str:
    text = one_line(plain(text))
    return text if text.endswith(("?", ":")) else f"{text}:"
