"""From a verdict to words: summary, steps, evidence, sureness; the same in the conversation and in `check`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.book import Book
from flows.model import Advise, Look
from flows.values import Facts, shipped_facts, values
from flows.wording import all_worded, plain, worded
from probes.causes import Cause, Confidence, who
from probes.findings import Finding, Severity
from probes.verdict import Verdict

MOST_EVIDENCE = 8
WAITS = "mail_delayed"
"""The finding that a mail has not failed: what its cause is mended by would be done in vain."""
_OF_OURS = ("control_reached", "something_answers")
_PLUMBING = ("resolver_answers", "no_control", "no_default_route")
"""Of our own network, and of no use to anybody else where it did not decide."""
_OF_THE_NETWORK = (Cause.NO_NETWORK, Cause.TIMEOUT, Cause.PORT_BLOCKED, Cause.DNS_FAILURE, Cause.UNKNOWN)
"""Causes for which it matters whether our own network works."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a person reads of a verdict."""

    summary: str
    steps: tuple[str, ...]
    evidence: tuple[str, ...]
    sureness: str
    not_tested: tuple[str, ...]


def advice(
    book: Book,
    verdict: Verdict,
    *,
    program: str = "",
    answers: Mapping[str, str] | None = None,
    facts: Facts = shipped_facts,
    marked: bool = False,
) -> Advice:
    """Return a verdict in words; plain text, or with `marked` the marks of a Screen (stars and backticks)."""
    known = values(book, answers or {}, verdict, program=program, facts=facts)
    cause, why = book.words.cause(verdict.cause, known), evidence(book, verdict)
    waiting = _while_waiting(book) if any(finding.code == WAITS for finding in verdict.findings) else None
    step = waiting or step_for(book, verdict.cause)
    said = Advice(
        summary=worded(step.text, known) or cause,
        steps=all_worded(step.steps, known),
        evidence=(cause, *why) if waiting and verdict.cause is not Cause.UNKNOWN else why,
        sureness=sureness(book, verdict),
        not_tested=book.words.all_not_tested(verdict.not_tested),
    )
    if marked:
        return said
    return Advice(
        plain(said.summary),
        tuple(map(plain, said.steps)),
        tuple(map(plain, said.evidence)),
        plain(said.sureness),
        tuple(map(plain, said.not_tested)),
    )


def sureness(book: Book, verdict: Verdict) -> str:
    """Return how sure a verdict is: what was read in words was not seen, and what is not known is not weighed."""
    if verdict.cause is Cause.UNKNOWN:
        return book.words.shell("sure_of_nothing")
    if verdict.quote and verdict.confidence is Confidence.CERTAIN:
        return book.words.shell("sure_by_words")
    return book.words.confidence(verdict.confidence)


def step_for(book: Book, cause: Cause) -> Advise:
    """Return the advice of a cause: the first step of the page `advice` that bears it, else any that names it."""
    steps = [step for step in book.flow.steps.values() if isinstance(step, Advise) and step.cause is cause]
    named = book.flow.steps.get(f"advice.{cause.value}")
    if isinstance(named, Advise):
        return named
    return steps[0] if steps else Advise(name="", at=book.flow.ways_at["human"], text=())


def _while_waiting(book: Book) -> Advise | None:
    """Return the advice to which the pages lead after a text that says that a mail only waits."""
    looks = (step for step in book.flow.steps.values() if isinstance(step, Look) and step.what == "text")
    step = next((book.flow.steps[look.then[WAITS]] for look in looks if WAITS in look.then), None)
    return step if isinstance(step, Advise) else None


def evidence(book: Book, verdict: Verdict) -> tuple[str, ...]:
    """Return why: what decided first, then other faults, warnings and what is well; then the words that decided."""
    network = verdict.cause in _OF_THE_NETWORK
    weight = {Severity.FAULT: 0, Severity.WARNING: 1, Severity.GOOD: 2, Severity.INFO: 3}
    telling = [finding for finding in verdict.findings if _tells(finding) or (network and finding.code in _OF_OURS)]
    others: list[Finding] = sorted(telling, key=lambda finding: weight[finding.severity])
    decided = [finding for finding in verdict.decided_by if network or finding.code not in (*_OF_OURS, *_PLUMBING)]
    said = [book.words.finding(finding) for finding in (*decided, *others)]
    if verdict.quote:
        said.insert(0, worded((book.words.shell("quoted"),), {"quote": verdict.quote}) or "")
    return tuple(dict.fromkeys(said))[:MOST_EVIDENCE]


def _tells(finding: Finding) -> bool:
    """Tell whether a finding is worth a sentence where it did not decide: not that something else is as it may be."""
    if finding.code in _OF_OURS or finding.code in _PLUMBING:
        return False
    return finding.severity is not Severity.INFO or finding.code.startswith(
        ("provider_", "login_expected", "hosted_by_")
    )


def who_mends(book: Book, cause: Cause) -> str:
    """Return who is asked first to mend a cause, as a sentence; empty where it is the reader."""
    return book.words.label("who", who(cause).value)


def difference(book: Book, before: Verdict, after: Verdict) -> tuple[str, ...]:
    """Return what is different between two looks, in sentences; one sentence where nothing is."""
    was, now = _said(book, before), _said(book, after)
    gone = [said for key, said in was.items() if key not in now]
    new = [said for key, said in now.items() if key not in was]
    if before.cause is after.cause and not gone and not new:
        return (book.words.shell("same_as_before"),)
    said = []
    if before.cause is not after.cause:
        said.append(f"{book.words.shell('was_before')} {book.words.cause(before.cause)}")
    said.extend(f"{book.words.shell('gone')} {sentence}" for sentence in gone[:4])
    said.extend(f"{book.words.shell('new')} {sentence}" for sentence in new[:4])
    return tuple(said)


def _said(book: Book, verdict: Verdict) -> dict[tuple[str, str], str]:
    telling = (Severity.FAULT, Severity.WARNING)
    return {(f.code, f.subject): book.words.finding(f) for f in verdict.findings if f.severity in telling}
