"""What a verdict is made from: what was told, what was found, and a row of the table for each cause that fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from probes.causes import Cause, Confidence
from probes.findings import Finding, Settings
from probes.target import Target


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
class Case:
    """What the rows of the table look at: findings by code, what was told, and what works beside the given settings."""

    told: Told
    target: Target
    findings: tuple[Finding, ...]
    blind: Mapping[str, str]
    works_with: Settings | None

    def find(self, *codes: str) -> tuple[Finding, ...]:
        """Return the findings of some codes, in the order in which they were found."""
        return tuple(finding for finding in self.findings if finding.code in codes)

    def given(self, *codes: str) -> tuple[Finding, ...]:
        """Return those of the given port."""
        return tuple(finding for finding in self.find(*codes) if finding.evidence.get("given") == "yes")

    def beside(self, *codes: str) -> tuple[Finding, ...]:
        """Return those of the other ports."""
        return tuple(finding for finding in self.find(*codes) if finding.evidence.get("given") == "no")


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate: the cause, how sure, and the findings that say so."""

    cause: Cause
    confidence: Confidence
    findings: tuple[Finding, ...]
