"""A conversation in words for the human who takes it over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flows.advice import Advice, advice
from flows.conversation import Conversation
from flows.machine import Tree
from flows.model import Ask, Fill
from flows.screens import answered
from flows.wording import plain
from probes.causes import Cause
from probes.verdict import Verdict

KINDS = ("text", "probe", "far")
"""What is looked at for a cause; the newest of each kind goes with the case."""


@dataclass(frozen=True, slots=True)
class Brief:
    """All that a human needs: one line, (question, answer) pairs, evidence, texts, pictures and the transcript."""

    headline: str
    answers: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    transcript: str = ""


def _weighed(said: Advice, verdict: Verdict) -> tuple[str, ...]:
    return (f"{said.sureness} ({verdict.cause}, {verdict.confidence})", *said.evidence, *said.not_tested)


def _besides(tree: Tree, now: Conversation) -> Iterator[str]:
    """Say what the newest text and the newest look at each kind of server brought, beside the newest of all."""
    newest = {seen.what: seen.verdict for seen in now.seen if seen.what in KINDS}
    for verdict in newest.values():
        if verdict is not now.verdict and verdict.cause is not Cause.UNKNOWN:
            said = advice(tree.book, verdict, answers=now.answers)
            yield from (f"{said.summary} {said.sureness} ({verdict.cause}, {verdict.confidence})", *said.evidence)


def brief(tree: Tree, conversation: Conversation) -> Brief:
    """Return the case in plain words; every part of it may be empty but the headline."""
    now = tree.settled(conversation)
    words, verdict = tree.book.words, now.verdict
    steps = tree.book.flow.steps
    kept = {step.keep for stop in now.trail if isinstance(step := steps.get(stop.step), Ask)}
    told = {slot: value for slot, value in now.answers.items() if slot not in kept}
    slots = tuple((words.label("fields", slot), tree.book.answer(slot, value)) for slot, value in told.items())
    pressed = zip(now.trail, answered(tree, now), strict=True)
    # A form's line says its fields once more; they stand one by one below.
    said_below = [stop.step for stop in now.trail if isinstance(steps.get(stop.step), Fill)]
    lines = (line for stop, line in pressed if stop.choice != "human" and stop.step not in said_below)
    asked = (*lines, *(pair for pair in slots if pair[0]))
    if verdict is None:
        return Brief(words.shell("nothing_seen"), asked, (), now.texts, now.pictures)
    said = advice(tree.book, verdict, answers=now.answers)
    heard = next((seen.verdict.transcript for seen in reversed(now.seen) if seen.verdict.transcript), ())
    wire = (f"{line.at_ms:>6} ms {line.stage:<10} {line.direction} {line.text}" for line in heard)
    return Brief(
        headline=plain(said.summary),
        answers=asked,
        evidence=tuple(dict.fromkeys((*_weighed(said, verdict), *_besides(tree, now)))),
        texts=now.texts,
        pictures=now.pictures,
        transcript="\n".join(wire),
    )
