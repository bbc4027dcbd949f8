"""Weigh what was told and what was found, and name one cause; pure, read from the first broken layer outwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from probes.case import Case, Row, Told
from probes.causes import Cause, Confidence, RunnerUp
from probes.findings import Finding, Line, Outcome, Report, Settings, Severity
from probes.layers import CERTAIN, LAYERS, LIKELY, PARTED, POSSIBLE, hints, port_25_unproven
from probes.target import Target

__all__ = ["NotTested", "Told", "Verdict", "verdict"]


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
    named: Mapping[str, str] = field(default_factory=dict)
    """Of a text that was read: what it names for the form, by slot; see probes/replies/named.py."""
    elapsed_ms: int = 0
    looked_from: str = ""


def verdict(
    told: Told, target: Target, reports: Sequence[Report], *, elapsed_ms: int = 0, looked_from: str = ""
) -> Verdict:
    """Name the first broken layer that explains what the person would see; `ok` where none is broken."""
    findings = tuple(finding for report in reports for finding in report.findings)
    blind = {report.check: report.reason or "" for report in reports if report.outcome is not Outcome.DONE}
    works_with = next((report.works_with for report in reports if report.works_with), None)
    case = Case(told, target, findings, blind, works_with)
    rows = [row for layer in LAYERS for row in layer(case)]
    # A recipient that cannot exist explains a failure for one recipient better than whatever is odd about the server.
    if told.scope == "one" and (named := [row for row in rows if row.cause in _RECIPIENT_CAUSES]):
        rows = named + [row for row in rows if row not in named]
    chosen = rows[0] if rows else _nothing_broken(case)
    others = [RunnerUp(row.cause, row.confidence) for row in (*rows[1:], *hints(case)) if row.cause is not chosen.cause]
    return Verdict(
        cause=chosen.cause,
        confidence=chosen.confidence,
        decided_by=chosen.findings or tuple(f for f in findings if f.severity is Severity.GOOD),
        findings=findings,
        runners_up=tuple({other.cause: other for other in reversed(others)}.values())[::-1],
        works_with=works_with if chosen.cause is not Cause.OK else None,
        not_tested=_no_network_tested(reports) if chosen.cause is Cause.NO_NETWORK else _not_tested(case, reports),
        transcript=next((r.transcript for r in reports if r.transcript), ()),
        elapsed_ms=elapsed_ms,
        looked_from=looked_from,
    )


_RECIPIENT_CAUSES = (Cause.RECIPIENT_SYNTAX, Cause.RECIPIENT_DOMAIN_INVALID, Cause.RECIPIENT_UNKNOWN)


def _nothing_broken(case: Case) -> Row:
    spoke = case.find("greeting")
    if case.blind.get("reach") or not spoke:
        return Row(Cause.UNKNOWN, POSSIBLE, ())
    whole = case.find("rcpt_accepted") and (case.find("login_worked") or case.target.login == "no")
    # A program that tries a broken address first does not see what we saw at another; nor does what we see here tell
    # what becomes of a message behind the server.
    parted = case.find(*PARTED, "recipient_mx_nowhere")
    return Row(Cause.OK, CERTAIN if whole and not parted else LIKELY, parted)


def _no_network_tested(reports: Sequence[Report]) -> tuple[NotTested, ...]:
    """Without a network nothing else was looked at, whatever the checks made of the silence."""
    return tuple(NotTested(r.check, "no_network") for r in reports if r.check not in ("controls", "provider"))


def _not_tested(case: Case, reports: Sequence[Report]) -> tuple[NotTested, ...]:
    """List what could not be looked at, and why; a check that only followed another's stop is said once."""
    missed = [NotTested("reach", "port_25_unproven")] if port_25_unproven(case) else []
    missed += [
        NotTested(report.check, report.reason or "crashed", report.evidence)
        for report in reports
        if report.outcome is not Outcome.DONE
    ]
    missed += [NotTested(part, reason) for report in reports for part, reason in report.not_tested]
    return tuple({entry.check: entry for entry in reversed(missed)}.values())[::-1]
