"""A verdict as the command line shows it: JSON for scripts (interface.md), a readable page, live progress."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from bot import __version__
from bot.catalogue import say
from flows.advice import Advice, advice
from flows.book import Book
from flows.wording import plain
from probes.causes import Cause, who
from probes.findings import Outcome, Report, Severity
from probes.runner import Hint, News, Started
from probes.verdict import Verdict

Tell = Callable[[News], None]
_COLOURS = {"fault": "31", "warning": "33", "good": "32", "dim": "2", "bold": "1"}


def _said(book: Book, verdict: Verdict, answers: Mapping[str, str]) -> Advice:
    return advice(book, verdict, program=answers.get("program", ""), answers=answers)


def as_dict(book: Book, verdict: Verdict, answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the keys that `check` and `explain` share."""
    said = _said(book, verdict, answers)
    return {
        "cause": str(verdict.cause),
        "confidence": str(verdict.confidence),
        "summary": said.summary,
        "advice": list(said.steps),
        "who": str(who(verdict.cause)),
        "evidence": list(said.evidence),
        "runners_up": [{"cause": str(one.cause), "confidence": str(one.confidence)} for one in verdict.runners_up],
    }


def as_json(book: Book, verdict: Verdict, answers: Mapping[str, str]) -> str:
    """Return `check --json`'s object, on one line."""
    works = verdict.works_with
    found = as_dict(book, verdict, answers) | {
        "works_with": {k: v for k, v in dataclasses.asdict(works).items() if v is not None} if works else None,
        "findings": [
            {"code": f.code, "severity": str(f.severity), "subject": f.subject, "evidence": dict(f.evidence)}
            for f in verdict.findings
        ],
        "not_tested": [{"check": one.check, "reason": plain(book.words.not_tested(one))} for one in verdict.not_tested],
        "transcript": [dataclasses.asdict(line) for line in verdict.transcript],
        "elapsed_ms": verdict.elapsed_ms,
        "looked_from": verdict.looked_from,
        "version": __version__,
    }
    return msgspec.json.encode(found).decode()


def _coloured() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if _coloured() else text


def printed(book: Book, verdict: Verdict, answers: Mapping[str, str]) -> str:
    """Return a page for a person: cause, steps, why, how sure."""
    said = _said(book, verdict, answers)
    width = max(20, min(shutil.get_terminal_size().columns, 100))

    def wrapped(text: str, first: str, rest: str = "") -> str:
        margin = rest or " " * len(first)
        return textwrap.fill(  # a name or an address stays in one piece, to be copied
            text, width, initial_indent=first, subsequent_indent=margin, break_on_hyphens=False, break_long_words=False
        )

    colour = "good" if verdict.cause in (Cause.OK, Cause.NOT_A_FAILURE) else "fault"
    lines = [_paint(wrapped(said.summary, ""), colour), ""]
    if said.steps:
        lines.append(_paint(say("report", "what_to_do"), "bold"))
        lines += [wrapped(step, f"  {number}. ") for number, step in enumerate(said.steps, 1)]
        lines.append("")
    if works := verdict.works_with:
        security = book.words.answer("security", works.security)
        seen = say("report", "seen_to_work", host=works.host, port=works.port, security=security)
        lines += [_paint(seen, "good"), ""]
    if said.evidence:
        lines.append(_paint(say("report", "why"), "bold"))
        lines += [wrapped(sentence, "  - ") for sentence in said.evidence]
        lines.append("")
    if said.not_tested:
        lines.append(_paint(say("report", "not_tested"), "bold"))
        lines += [wrapped(sentence, "  - ") for sentence in said.not_tested]
        lines.append("")
    sure = f"{said.sureness} ({verdict.cause}, {verdict.confidence})"
    others = [
        say(
            "report", "other", what=plain(book.words.cause(one.cause)).rstrip("."), cause=one.cause, sure=one.confidence
        )
        for one in verdict.runners_up[:3]
    ]
    lines.append(wrapped(sure, ""))
    if others:
        lines.append(say("report", "others"))
        lines += [wrapped(other, "  - ") for other in others]
    if verdict.looked_from:
        seconds = f"{verdict.elapsed_ms / 1000:.1f}"
        lines.append(_paint(say("report", "looked_from", place=verdict.looked_from, seconds=seconds), "dim"))
    return "\n".join(lines)


_MARKS = {"good": "+", "fault": "x", "warning": "!", "blind": "-"}


@contextlib.contextmanager
def progress(book: Book, *, shown: bool) -> Iterator[Tell | None]:
    """Show the checks as they run, on standard error and only where that is a terminal; gone when it ends."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    state: dict[str, str] = {}
    hints: dict[str, str] = {}

    def drawn() -> Text:
        rows = Text()
        for check, mark in state.items():
            style = {"+": "green", "x": "red", "!": "yellow", "-": "dim"}.get(mark, "dim")
            rows.append(f" {mark} {book.words.check(check)}\n", style=style)
            if check in hints:
                rows.append(f"   {hints[check]}\n", style="yellow")
        return rows

    with Live(drawn(), console=Console(stderr=True), transient=True, refresh_per_second=12) as live:

        def tell(news: News) -> None:
            match news:
                case Started(check):
                    state[check] = "."
                case Hint(check, finding):
                    hints[check] = book.words.finding(finding)
                case Report():
                    hints.pop(news.check, None)
                    state[news.check] = _MARKS[_worst(news)]
            live.update(drawn())

        yield tell


def _worst(report: Report) -> str:
    if report.outcome is not Outcome.DONE:
        return "blind"
    if not report.findings and report.works_with is None:
        return "blind"
    severities = {finding.severity for finding in report.findings}
    if Severity.FAULT in severities:
        return "fault"
    return "warning" if Severity.WARNING in severities else "good"
