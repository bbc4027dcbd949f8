"""Numbers for Prometheus (text exposition format 0.0.4): looks by cause, seconds by stage, what waits, Slack's faults.

Labels are words of ours alone: no name, address or text of anybody ever is one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from probes.causes import Cause
from probes.findings import Line
from probes.verdict import Verdict

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram's buckets, in seconds."""
STAGES = (
    "connect",
    "tls",
    "greeting",
    "ehlo",
    "helo",
    "starttls",
    "ehlo_tls",
    "auth",
    "mail_from",
    "rcpt_to",
    "quit",
    "whole",
)


class Histogram:
    """How often it took how long."""

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def took(self, seconds: float) -> None:
        """Count one."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class Numbers:
    """What this process has counted since it began."""

    def __init__(self) -> None:
        self._causes: Counter[Cause] = Counter()
        self._stages = {stage: Histogram() for stage in STAGES}

    def looked(self, verdict: Verdict) -> None:
        """Take in what a look came to."""
        self._causes[verdict.cause] += 1
        self._stages["whole"].took(verdict.elapsed_ms / 1000)
        for stage, seconds in durations(verdict.transcript):
            if stage in self._stages:
                self._stages[stage].took(seconds)

    def text(self, *, waiting: int | None, slack: Mapping[str, int]) -> str:
        """Return all numbers; `waiting` are the effects not done yet (None: the database does not say)."""
        lines = ["# HELP smtp_help_checks_total Looks that ended, by cause.", "# TYPE smtp_help_checks_total counter"]
        lines += [f'smtp_help_checks_total{{cause="{cause}"}} {self._causes[cause]}' for cause in Cause]
        lines += [
            "# HELP smtp_help_stage_seconds How long a stage of a look took.",
            "# TYPE smtp_help_stage_seconds histogram",
        ]
        for stage, histogram in self._stages.items():
            lines += _histogram("smtp_help_stage_seconds", stage, histogram)
        lines += [
            "# HELP smtp_help_slack_errors_total Calls of Slack's that failed, by kind.",
            "# TYPE smtp_help_slack_errors_total counter",
        ]
        lines += [f'smtp_help_slack_errors_total{{kind="{_word(kind)}"}} {slack[kind]}' for kind in sorted(slack)]
        if waiting is not None:
            lines += [
                "# HELP smtp_help_queue_depth Effects that are noted and not done yet, of all replicas.",
                "# TYPE smtp_help_queue_depth gauge",
                f"smtp_help_queue_depth {waiting}",
            ]
        return "\n".join(lines) + "\n"


def durations(transcript: Sequence[Line]) -> Iterable[tuple[str, float]]:
    """Yield each stage of a transcript with its seconds, from the end of the one before to its last line."""
    before = 0
    for stage in dict.fromkeys(line.stage for line in transcript):
        times = [line.at_ms for line in transcript if line.stage == stage]
        yield stage, max(0, times[-1] - before) / 1000
        before = times[-1]


def _histogram(name: str, stage: str, histogram: Histogram) -> list[str]:
    label, total, lines = f'stage="{stage}"', 0, []
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), histogram.buckets, strict=True):
        total += count
        lines.append(f'{name}_bucket{{{label},le="{bound}"}} {total}')
    return [*lines, f"{name}_sum{{{label}}} {histogram.seconds:.3f}", f"{name}_count{{{label}}} {total}"]


def _word(kind: str) -> str:
    """Return a kind as a label: Slack's error names are words, and nothing else gets in."""
    return "".join(letter for letter in kind if letter.isascii() and (letter.isalnum() or letter == "_"))[:60]
