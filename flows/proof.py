"""Prove a tree: every way leads somewhere, to advice or a human, and every word that a page uses exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flows.book import Book
from flows.model import (
    DERIVED,
    OPENING_SLOTS,
    Advise,
    Ask,
    Choice,
    Fill,
    Flow,
    Go,
    Look,
    Sentence,
    Step,
    Where,
    dangling,
    exits,
    page_steps,
)
from flows.programs import SETTINGS
from flows.values import ALWAYS, KNOWN
from flows.wording import placeholders
from probes.causes import Cause

LONGEST_LABEL = 75
"""Characters of a button's label (Slack's limit for plain text in a button)."""

SWORN = {
    "server_kind": ("missing", "own_computer", "given"),
    "domain_kind": ("missing", "microsoft", "gmail", "known", "unknown"),
    "sends_by_smtp": ("yes", "no", "unknown"),
    "recipient_kind": ("missing", "wrong", "taken", "fine"),
    "looked": ("yes", "no"),
    "mended": ("yes", "no"),
    "names_server": ("yes", "no"),
    "tool_sees": ("connected", "refused", "timed_out"),
    "cause": tuple(Cause),
    "next_cause": tuple(Cause),
    "text_cause": tuple(Cause),
    "opened": ("server", "words"),
    "account": ("microsoft", "gmail", "provider", "unknown"),
    "security": ("auto", "none", "starttls", "tls"),
    "login": ("yes", "no", "unknown"),
}
"""The values of what a `go` may branch on, where no question keeps it."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with the pages, and where."""

    where: Where
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


def prove(book: Book) -> tuple[Problem, ...]:
    """Return all that is wrong, in order of file and line; nothing means that the tree is sound."""
    flow = book.flow
    lost = [Problem(out.at, f"the step “{out.then}” does not exist") for out in dangling(flow)]
    found = [*lost, *_codes(book), *_said(book), *_labels(flow), *_causes(book), *_programs(book), *_ends(flow)]
    found += _watching(flow)
    if not lost:
        found += [*_reach(flow), *_circles(flow)]
    return tuple(sorted(set(found)))


def _reach(flow: Flow) -> Iterator[Problem]:
    reached: set[str] = set()
    waiting = list(flow.ways.values())
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(out.then for out in exits(flow, flow.steps[name]))
    for name, step in flow.steps.items():
        if name not in reached:
            yield Problem(step.at, f"nothing leads to the step “{name}”")
    # Backwards: from where is advice, a human or the good end still to be had by answering?
    good = {name for name, step in flow.steps.items() if isinstance(step, Advise)}
    grown = True
    while grown:
        more = {n for n, s in flow.steps.items() if n not in good and any(o.then in good for o in exits(flow, s))}
        grown = bool(more)
        good |= more
    for name in reached - good:
        yield Problem(
            flow.steps[name].at, f"the step “{name}” leads to no advice and to no human, only round and round"
        )


def _ends(flow: Flow) -> Iterator[Problem]:
    ends = {flow.ways["human"], flow.ways["closed"]}
    for name, step in flow.steps.items():
        last = isinstance(step, Advise) and not step.choices
        if last and name not in ends:
            yield Problem(step.at, f"the step “{name}” is a dead end: it needs choices, such as “Did that help?”")
        if isinstance(step, Ask) and not step.choices:
            yield Problem(step.at, f"the step “{name}” is a dead end: it asks and has no choices")
        if name in ends and not last:
            yield Problem(step.at, f"the step “{name}” is an end: it is an advise without choices")


def _watching(flow: Flow) -> Iterator[Problem]:
    step = flow.steps.get(flow.ways.get("watching", ""))
    if step is None:
        return
    ways = [flow.steps.get(choice.then) for choice in step.choices] if isinstance(step, Advise) else []
    if not any(isinstance(to, Look) and to.what == "probe" for to in ways):
        yield Problem(step.at, f"the step “{step.name}” is looked again from: it needs a choice that leads to a probe")


def _circles(flow: Flow) -> Iterator[Problem]:
    """Find circles of steps that ask nothing, which would go round for ever."""
    silent = {name: step for name, step in flow.steps.items() if isinstance(step, Go | Look)}
    done: set[str] = set()
    for start in silent:
        path: list[str] = []
        yield from _circle(flow, silent, start, path, done)


def _circle(flow: Flow, silent: Mapping[str, Step], name: str, path: list[str], done: set[str]) -> Iterator[Problem]:
    if name in path:
        ring = " → ".join([*path[path.index(name) :], name])
        yield Problem(flow.steps[name].at, f"a circle without a question: {ring}")
        return
    if name in done or name not in silent:
        return
    path.append(name)
    for out in exits(flow, silent[name]):
        yield from _circle(flow, silent, out.then, path, done)
    path.pop()
    done.add(name)


def _codes(book: Book) -> Iterator[Problem]:
    flow, known = book.flow, set(book.words.findings) | set(Cause)
    slots = flow.slots()
    for step in flow.steps.values():
        if isinstance(step, Look):
            for code in step.then:
                if code not in known:
                    yield Problem(
                        step.lines[code], f"“{code}” is no cause and no finding: words.yaml has no word for it"
                    )
        if isinstance(step, Go):
            yield from _branches(book, step, {name: set(values) for name, values in slots.items()})


def _branches(book: Book, step: Go, slots: dict[str, set[str]]) -> Iterator[Problem]:
    if step.on not in (*DERIVED, *OPENING_SLOTS, *slots):
        yield Problem(step.at, f"“{step.on}” is no slot: no question keeps it and nothing sets it")
        return
    if step.page is not None and not page_steps(book.flow, step.page):
        yield Problem(step.at, f"the page “{step.page}” does not exist")
    known = (
        set(book.words.findings) if step.on == "finding" else slots.get(step.on, set()) | set(SWORN.get(step.on, ()))
    )
    for value in step.to:
        if value not in known:
            yield Problem(step.lines[value], f"“{value}” is no value of “{step.on}”")


def _sentences(step: Step) -> Iterator[tuple[Sentence, bool]]:
    """Yield (sentence, whether it has to be said whatever is known)."""
    if isinstance(step, Go):
        return
    yield step.text, True
    yield from ((sentence, False) for sentence in step.more)
    if isinstance(step, Advise):
        yield from ((sentence, False) for sentence in step.steps)


def _said(book: Book) -> Iterator[Problem]:
    seen = {f"seen.{name}" for sentence in book.words.findings.values() for name in placeholders(sentence)}
    for step in book.flow.steps.values():
        for sentence, needed in _sentences(step):
            for name in placeholders(sentence):
                if name not in KNOWN and name not in seen:
                    yield Problem(step.at, f"the placeholder {{{name}}} of “{step.name}” is not known")
            if needed and not _always(sentence):
                yield Problem(
                    step.at, f"“{step.name}” says nothing where {sentence[-1]} cannot be filled: add a plainer one"
                )
        if isinstance(step, Advise) and step.cause and not any(_always(line) for line in step.steps):
            yield Problem(step.at, f"“{step.name}” has no step that can be said whatever is known")


def _always(sentence: Sentence) -> bool:
    return any(all(name in ALWAYS for name in placeholders((one,))) for one in sentence)


def _all_choices(flow: Flow) -> Iterable[Choice]:
    return (choice for step in flow.steps.values() if isinstance(step, Ask | Advise) for choice in step.choices)


def _labels(flow: Flow) -> Iterator[Problem]:
    for choice in _all_choices(flow):
        if len(choice.say) > LONGEST_LABEL:
            yield Problem(choice.at, f"the label “{choice.say}” has {len(choice.say)} characters; {LONGEST_LABEL} fit")
        if tuple(placeholders((choice.say,))):
            yield Problem(choice.at, f"the label “{choice.say}” has a placeholder; labels are said as they are")


def _causes(book: Book) -> Iterator[Problem]:
    steps = book.flow.steps
    for cause in Cause:
        step = steps.get(f"advice.{cause.value}")
        if not isinstance(step, Advise) or step.cause is not cause:
            where = step.at if step else book.flow.ways_at["opens"]
            yield Problem(
                where, f"the cause “{cause.value}” has no advice: a step advice.{cause.value} with that cause"
            )
        if cause.value not in book.words.causes:
            yield Problem(Where("flows/words.yaml", 1), f"the cause “{cause.value}” has no summary")


def _programs(book: Book) -> Iterator[Problem]:
    for step in book.flow.steps.values():
        if isinstance(step, Ask) and step.keep == "program":
            for choice in step.choices:
                if choice.name not in book.programs:
                    yield Problem(choice.at, f"the mail program “{choice.name}” has no file in flows/programs")
        if isinstance(step, Fill) and len(set(step.fields)) != len(step.fields):
            yield Problem(step.at, f"the form “{step.name}” asks for a field twice")
    for setting in SETTINGS:
        if not book.words.label("where", setting):
            yield Problem(Where("flows/words.yaml", 1), f"nothing is said where the place of “{setting}” is unknown")
