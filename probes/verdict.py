"""Weigh what was told and what was found, and name one cause; pure, read from the first broken layer outwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from probes.causes import Cause, Confidence, RunnerUp
from probes.findings import Finding, Line, Settings


@dataclass(frozen=True, slots=True)
class Told:
    """What the person said: codes of the opening symptom, place and program, and whether a login is in use.

    `text_cause` is what a pasted text was read as; `person_sees` is what their own side tried (`connected`,
    `timed_out`, `refused`).
    """

    symptom: str = ""
    place: str = ""
    program: str = ""
    login: str = "unknown"
    ever_worked: str = ""
    scope: str = ""
    text_cause: Cause | None = None
    person_sees: str = ""


@dataclass(frozen=True, slots=True)
class NotTested:
    """A check that could not look; `reason` is a code with its sentence in words.yaml, `evidence` fills it."""

    check: str
    reason: str
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One cause, how sure, and all that speaks for it; `decided_by` are the findings that did."""

    cause: Cause
    confidence: Confidence
    decided_by: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()
    runners_up: tuple[RunnerUp, ...] = ()
    works_with: Settings | None = None
    not_tested: tuple[NotTested, ...] = ()
    transcript: tuple[Line, ...] = ()
    quote: str = ""
    """Of a text that was read: the words that decided."""
    elapsed_ms: int = 0
    looked_from: str = ""
