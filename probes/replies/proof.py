"""Proves rules by their examples: each must be read as its rule's cause, its counter-examples must not be."""

from __future__ import annotations

from pathlib import Path

from probes.replies.reader import read_text, read_with
from probes.replies.rulebook import Book, Matcher, Rule
from probes.replies.sources import Problem, Source, Sources, book, notions, read_file, shipped


def _own(path: Path) -> Sources:
    found = Sources()
    found.words = shipped().words
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    for each in files:
        read_file(each, found)
    if path.is_dir() and not files:
        found.problems.append(Problem(str(path), 1, "no .yaml file is there"))
    return found


def load(path: str | Path) -> Matcher:
    """Return the rules of a file or folder ready for use; ValueError with file and line of the first mistake."""
    found = _own(Path(path))
    if found.problems:
        raise ValueError(str(found.problems[0]))
    return Matcher(book(found))


def matched(text: str, rule: Rule) -> bool:
    """Return whether `rule` alone, without the others, decides `text`."""
    return read_with(text, Matcher(Book((rule,)))).rule == rule.name


def _wrong(source: Source, matcher: Matcher) -> list[Problem]:
    rule = source.rule
    problems = []

    def say(text: str) -> None:
        problems.append(Problem(source.file, source.line, text))

    if not source.examples:
        say(f"{rule.name} has no example")
    for example in source.examples:
        reading = read_text(example, matcher)
        if reading.cause is not rule.cause:
            say(f"{rule.name}: its example {example[:70]!r} is read as {reading.cause.value} by {reading.rule}")
        if not matched(example, rule):
            say(f"{rule.name} does not match its own example {example[:70]!r}")
    for example in source.counter:
        reading = read_text(example, matcher)
        if reading.rule == rule.name:
            say(f"{rule.name} matches {example[:70]!r}, which it must not")
    return problems


def prove(path: str | Path | None = None) -> list[Problem]:
    """Return every problem of the rules in `path`, or of those shipped; an own rule that steals an example is one.

    The notions are proven among themselves: they are asked only where no rule knows a text.
    """
    theirs = shipped()
    if path is None:
        matcher = Matcher(book(theirs))
        found = theirs
    else:
        found = _own(Path(path))
        matcher = Matcher(book(found))
    problems = list(found.problems)
    for source in found.rules:
        problems += _wrong(source, matcher)
    return problems + (_wrong_notions() if path is None else _stolen(theirs, found, matcher))


def _wrong_notions() -> list[Problem]:
    found = notions()
    matcher = Matcher(book(found))
    problems = list(found.problems)
    for source in found.rules:
        problems += _wrong(source, matcher)
    return problems


def _stolen(theirs: Sources, found: Sources, matcher: Matcher) -> list[Problem]:
    places = {source.rule.name: source for source in found.rules}
    problems = []
    for source in theirs.rules:
        for example in source.examples:
            reading = read_text(example, matcher)
            thief = places.get(reading.rule or "")
            if thief is not None and reading.cause is not source.rule.cause:
                says = f"{thief.rule.name} takes {example[:70]!r} from {source.rule.name}"
                problems.append(Problem(thief.file, thief.line, says))
    return problems
