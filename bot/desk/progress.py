"""The rows of a look under way: one a check, from what the checks themselves report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flows.screen import Progress
from flows.wording import plain
from flows.words import BEHIND, Words
from probes.findings import Finding, Outcome, Report, Severity
from probes.verdict import NotTested

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from flows.conversation import Conversation
    from probes.runner import News  # it loads the network, which the desk does not need
    from probes.verdict import Verdict

    Looker = Callable[[Conversation, str, Callable[[News], None]], Awaitable[Verdict]]

AT_ONCE = 2
"""Seconds of a look that nobody needs to count."""
_WORST_FIRST = (Severity.FAULT, Severity.WARNING, Severity.GOOD)


class Rows:
    """The list of checks as it grows."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._rows: dict[str, Progress] = {}
        self.ended = False
        self.seconds = 0
        """How long the look has taken so far; told from the first few seconds on."""

    def tell(self, news: News) -> None:
        """Take in that a check has begun, what it waits for, or that it has ended."""
        if isinstance(news, Report):
            self._rows[news.check] = self._ended(news)
            return
        hint = getattr(news, "finding", None)  # the runner's `Hint`, whose module the desk does not load
        detail = self._words.finding(hint) if hint is not None else ""
        self._rows[news.check] = Progress(news.check, self._words.check(news.check), "running", detail)

    def drawn(self) -> tuple[Progress, ...]:
        """Return the rows in the order of the words' list, so that they read from the name to the mailbox."""
        order = list(self._words.labels["checks"])
        place = {check: number for number, check in enumerate(order)}
        rows = sorted(self._rows.values(), key=lambda row: place.get(row.check, len(order)))
        return tuple(self._still(row) if row.state == "running" and not self.ended else row for row in rows)

    def _still(self, row: Progress) -> Progress:
        if self.seconds < AT_ONCE:
            return row
        so_far = plain(self._words.shell("so_far", seconds=str(self.seconds)))
        return replace(row, detail=f"{row.detail} {so_far}".strip())

    def clear(self) -> None:
        """Forget all: nobody wants to see them any more."""
        self._rows.clear()

    def _ended(self, report: Report) -> Progress:
        label = self._words.check(report.check)
        if report.outcome is not Outcome.DONE:
            missed = NotTested(report.check, report.reason or "crashed", report.evidence)
            why = "" if missed.reason in BEHIND else self._words.not_tested(missed)
            return Progress(report.check, label, "not_tested", why)
        worst = self._worst(report.findings)
        if worst is None:
            # It looked and there was nothing to say: no provider known, nothing better to be had.
            return Progress(report.check, label, "good" if report.works_with else "not_tested")
        if worst.severity in (Severity.GOOD, Severity.INFO):
            return Progress(report.check, label, "good", self._words.finding(worst))
        return Progress(report.check, label, worst.severity.value, self._words.finding(worst))

    def _worst(self, findings: tuple[Finding, ...]) -> Finding | None:
        return next((f for severity in _WORST_FIRST for f in findings if f.severity is severity), None)
