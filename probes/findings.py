"""What a probe reports: codes with evidence and the outcome of looking, never prose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How a finding is coloured; branching is on its code alone."""

    GOOD = "good"
    INFO = "info"
    WARNING = "warning"
    FAULT = "fault"


class Outcome(StrEnum):
    """Whether the check could look: `blind` is our own failing and never a fault of the server."""

    DONE = "done"
    BLIND = "blind"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen.

    `subject` is what it was seen on (`smtp.example.com`, `192.0.2.1:587`, `bob@example.org`);
    `evidence` maps names to cleaned, bounded text and fills the sentence of that code.
    """

    code: str
    severity: Severity
    subject: str
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript: `at_ms` since the look began, `direction` one of `>`, `<`, `*`; no secrets."""

    stage: str
    at_ms: int
    direction: str
    text: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings that were seen to work; the last three only where they differ from the given ones."""

    host: str
    port: int
    security: str
    username: str | None = None
    sender: str | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one check brings back; `reason` is a code (`time_out`, `port_not_allowed`) of why it is blind or crashed.

    `not_tested` names parts that a check which did look could not look at: (part, reason).
    """

    check: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
    transcript: tuple[Line, ...] = ()
    works_with: Settings | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)
    not_tested: tuple[tuple[str, str], ...] = ()
