"""The rules in use: one pass of RE2's Set over a text names the candidates, few of which are then looked at closely."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import re2

from probes.causes import Cause, Confidence
from probes.replies.clean import Clean

HEAD = 5
"""Letters of a word that the one pass looks for, since more take long to load; the whole word is looked for then."""
NO_CODE = "none"
"""Among the codes of a rule it stands for a text that shows no reply code."""
FEWER = 2
"""As many of a word that holds others than ours, which take two or three bytes each and tell more."""
NEAR = 25
"""A rule of another cause that weighs at most this much less is a runner-up."""


class Pattern(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A pattern on a clean text, all small letters; `atoms` are words of which each match holds one.

    It holds one of those `beside` them, too, which is quicker to see than that the pattern does not match.
    """

    text: str
    literal: bool
    atoms: tuple[str, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: words or codes that stand for a cause.

    `weight` orders rules that match the same text (a provider's own code 90, words 60, a hint 40, enhanced code 30,
    reply code 15, wrapper 10). `stages`, `codes` (prefixes), `enhanced` and `providers` are what it needs, where
    given; `together` must match too, `unless` must not. `also` are other causes that could be meant.
    """

    name: str
    cause: Cause
    weight: int
    confidence: Confidence
    patterns: tuple[Pattern, ...] = ()
    together: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    enhanced: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    also: tuple[Cause, ...] = ()
    stage: str | None = None
    permanent: bool | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """All rules, and the patterns that show a software or provider."""

    rules: tuple[Rule, ...]
    software: tuple[tuple[str, Pattern], ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a text beside its words."""

    reply_code: int | None
    enhanced_code: str | None
    stage: str | None
    providers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fits, and the byte places of the words that say so (0, 0 for a code alone)."""

    rule: Rule
    start: int
    end: int

    @property
    def rank(self) -> tuple[float, int]:
        """Order of matches: weight first, then the longer words, then the earlier ones."""
        return self.rule.weight + min(self.end - self.start, 60) / 100, -self.start


@cache
def _regex(text: str) -> Any:
    options = re2.Options()
    options.never_capture = True
    return re2.compile(text.encode(), options)


def _escaped(words: Iterable[str]) -> list[bytes]:
    """Return `words` as patterns that match themselves: escaped all at once, which takes a tenth of the time."""
    escaped: bytes = re2.escape("\n".join(words).encode())
    return escaped.split(b"\\\n")


_Ready = tuple[int, Cause, bool, bool, tuple[str, ...], Pattern, Rule]
"""A pattern made ready for the loop over candidates: its rule's weight and cause, whether the rule needs codes, stages
or providers (picky), and words more or none (guarded); then the words beside, the pattern and the rule themselves."""


def _ready(rule: Rule) -> Iterator[_Ready]:
    picky = bool(rule.codes or rule.enhanced or rule.stages or rule.providers)
    guarded = bool(rule.together or rule.unless)
    for each in rule.patterns:
        yield rule.weight, rule.cause, picky, guarded, each.beside, each, rule


class Matcher:
    """A book made ready: build it once, share it between threads."""

    def __init__(self, book: Book, weighs: bool = False) -> None:
        self._book = book
        self.weighs = weighs
        """Whether the words of a text count that no rule reads surely."""
        self._by_code: dict[str, list[Rule]] = {}
        options = re2.Options()
        options.max_mem = 64 << 20
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        self._patterns: list[_Ready] = []
        owners: dict[str, list[int]] = {}
        for rule in sorted(book.rules, key=lambda rule: -rule.weight):
            for number, each in enumerate(rule.patterns, start=len(self._patterns)):
                for atom in each.atoms:
                    owners.setdefault(atom, []).append(number)
            self._patterns.extend(_ready(rule))
            if not rule.patterns:
                for key in rule.enhanced or rule.codes:
                    self._by_code.setdefault(key, []).append(rule)
        for index, (_, each) in enumerate(book.software):
            for atom in each.atoms:
                owners.setdefault(atom, []).append(-1 - index)
        heads: dict[str, list[tuple[str, list[int]]]] = {}
        for atom, numbers in owners.items():
            heads.setdefault(atom[:HEAD] if atom.isascii() else atom[:FEWER], []).append((atom, numbers))
        self._heads = list(heads.values())
        for word in _escaped(heads):
            self._set.Add(word)
        self._usable = bool(owners)
        if owners:
            self._set.Compile()

    def candidates(self, text: Clean) -> tuple[list[int], set[str]]:
        """Return the numbers of patterns whose words may stand in `text`, heaviest first, and the software shown."""
        numbers: set[int] = set()
        hay, heads = text.hay, self._heads
        for head in (self._set.Match(text.data) or ()) if self._usable else ():
            for atom, owned in heads[head]:
                if atom in hay:
                    numbers.update(owned)
        found = sorted(numbers)
        if not found or found[0] >= 0:
            return found, set()
        shown = (self._book.software[-1 - number] for number in found if number < 0)
        software = {name for name, each in shown if _span(each, text.data)}
        return [number for number in found if number >= 0], software

    def matches(self, text: Clean, found: list[int], context: Context) -> list[Match]:
        """Return the candidates that fit `context` and really match, best first, and those that go by codes alone.

        Left out, since they change no reading: those that weigh more than `NEAR` less than the best, and those of a
        cause that a heavier rule names already.
        """
        fitting: list[Match] = []
        heaviest: dict[Cause, int] = {}
        least = -1
        data, hay = text.data, text.hay
        for number in found:
            weight, cause, picky, guarded, beside, each, rule = self._patterns[number]
            if weight < least:
                break
            if (cause in heaviest and weight < heaviest[cause]) or (picky and not _fits(rule, context)):
                continue
            if beside:
                for word in beside:
                    if word in hay:
                        break
                else:
                    continue
            span = _span(each, data)
            if span and not (guarded and not _beside(rule, data)):
                least = least if fitting else weight - NEAR
                fitting.append(Match(rule, *span))
                heaviest[cause] = weight
        fitting.extend(
            Match(rule, 0, 0) for rule in self._coded(context) if _fits(rule, context) and _beside(rule, data)
        )
        fitting.sort(key=lambda match: match.rank, reverse=True)
        return fitting

    def _coded(self, context: Context) -> Iterator[Rule]:
        if context.enhanced_code:
            yield from self._by_code.get(context.enhanced_code, ())
            yield from self._by_code.get("x" + context.enhanced_code[1:], ())
        if context.reply_code:
            yield from self._by_code.get(str(context.reply_code), ())


def _span(each: Pattern, data: bytes) -> tuple[int, int] | None:
    if each.literal:
        word = each.text.encode()
        at = data.find(word)
        return None if at < 0 else (at, at + len(word))
    found = _regex(each.text).search(data)
    return found.span() if found else None


def _has_code(rule: Rule, context: Context) -> bool:
    if context.reply_code:
        return str(context.reply_code).startswith(rule.codes)
    if NO_CODE not in rule.codes:
        return False
    return not context.enhanced_code or context.enhanced_code.startswith(tuple(code[0] for code in rule.codes))


def _fits(rule: Rule, context: Context) -> bool:
    if rule.codes and not _has_code(rule, context):
        return False
    if rule.enhanced:
        code = context.enhanced_code
        if not code or not (code in rule.enhanced or "x" + code[1:] in rule.enhanced):
            return False
    if rule.stages and context.stage not in rule.stages:
        return False
    return not rule.providers or bool(context.providers.intersection(rule.providers))


def _beside(rule: Rule, data: bytes) -> bool:
    if rule.together and not any(_regex(each).search(data) for each in rule.together):
        return False
    return not (rule.unless and any(_regex(each).search(data) for each in rule.unless))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the garbage collector off what stays for good: searching it over and over takes a third of the loading."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@cache
def shipped() -> Matcher:
    """Return the matcher of the rules that are shipped, loaded once from their compiled form."""
    return _loaded("rules.json")


@cache
def notions() -> Matcher:
    """Return the matcher of what is asked where no rule knows the words, loaded when it is first needed."""
    return _loaded("notions.json")


def _loaded(name: str) -> Matcher:
    """Load a compiled book; what it says is held against the weight of all words (`weighed`), notions' too."""
    path = Path(__file__).with_name(name)
    with _uncollected():
        return Matcher(msgspec.json.decode(path.read_bytes(), type=Book), weighs=True)
