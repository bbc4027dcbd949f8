"""What a tree is made of: five kinds of step, frozen, with no expressions; knows no YAML and no machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from probes.causes import Cause

Sentence = tuple[str, ...]
"""A sentence and its alternatives: the first whose placeholders are all known is said, none of them else."""

FIELDS = ("mail_address", "server", "port", "security", "login", "user_name", "recipient", "sender", "text")
"""What a form may ask for, in the order in which it asks."""

WAYS = ("opens", "human", "pasted", "pictured", "tried", "closed")
"""The steps that are reached from everywhere: where it opens, a human, a pasted text, a picture, the result of a look
from the person's side, and the good end."""
MORE_WAYS = ("watching", "resolved")
"""Ways that only the desk takes: a look that is repeated until it changes, and a human who says that it is solved."""

RESERVED = ("back", "again", "human")
"""Names of the footer's buttons, which no choice may bear."""

DERIVED = (
    "cause",
    "next_cause",
    "text_cause",
    "finding",
    "server_kind",
    "domain_kind",
    "recipient_kind",
    "sends_by_smtp",
    "names_server",
    "tool_sees",
    "looked",
    "mended",
)
"""What a `go` may branch on beside a slot of the answers; see flows/told.py."""

OPENING_SLOTS = ("opened", "account", *FIELDS[:-1])
"""Slots that an opening text or a form fills without a question that keeps them."""


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to press: what it says, where it leads, and which slots it sets besides."""

    name: str
    say: str
    then: str
    at: Where
    sets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question with choices; the chosen name is kept in the slot `keep`, where there is one."""

    name: str
    at: Where
    text: Sentence
    more: tuple[Sentence, ...] = ()
    choices: tuple[Choice, ...]
    keep: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A form of fields out of FIELDS."""

    name: str
    at: Where
    text: Sentence
    more: tuple[Sentence, ...] = ()
    fields: tuple[str, ...]
    then: str
    offers: str = "typed"
    """What fills it in beforehand: what was `typed`, or above that what was `seen` to work."""
    lines: Mapping[str, Where] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look; `then` maps a cause or a finding's code to a step, first come first served."""

    name: str
    at: Where
    text: Sentence
    more: tuple[Sentence, ...] = ()
    what: str
    then: Mapping[str, str]
    otherwise: str
    lines: Mapping[str, Where] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advise:
    """What to do about a cause (or about none), and what can be answered to it; without choices it is an end."""

    name: str
    at: Where
    text: Sentence
    more: tuple[Sentence, ...] = ()
    cause: Cause | None = None
    steps: tuple[Sentence, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """A branch without a question: by value to a step, or to the step of `page` that bears the value's name."""

    name: str
    at: Where
    on: str
    to: Mapping[str, str]
    page: str | None = None
    otherwise: str
    lines: Mapping[str, Where] = field(default_factory=dict)
    """Where each way out is written down, by the name of its branch."""


Step = Ask | Fill | Look | Advise | Go


@dataclass(frozen=True, slots=True)
class Flow:
    """All pages: `steps` by full name (`page.step`), the global ways, and a digest that changes with any of it."""

    steps: Mapping[str, Step]
    ways: Mapping[str, str]
    ways_at: Mapping[str, Where]
    digest: str

    def choice(self, step: str, name: str) -> Choice | None:
        """Return a step's choice of that name, or None."""
        found = self.steps.get(step)
        choices = found.choices if isinstance(found, Ask | Advise) else ()
        return next((choice for choice in choices if choice.name == name), None)

    def slots(self) -> Mapping[str, frozenset[str]]:
        """Return every slot that a question keeps or a choice sets, with the values that it can have."""
        values: dict[str, set[str]] = {}
        for step in self.steps.values():
            if isinstance(step, Ask) and step.keep:
                values.setdefault(step.keep, set()).update(choice.name for choice in step.choices)
            for choice in step.choices if isinstance(step, Ask | Advise) else ():
                for slot, value in choice.sets.items():
                    values.setdefault(slot, set()).add(value)
        return {slot: frozenset(found) for slot, found in values.items()}


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out of a step as its page writes it: what it is called, where it leads, and its line."""

    label: str
    then: str
    at: Where


def page_steps(flow: Flow, page: str) -> Mapping[str, str]:
    """Return the steps of a page: name within the page -> full name."""
    prefix = f"{page}."
    return {name.removeprefix(prefix): name for name in flow.steps if name.startswith(prefix)}


def exits(flow: Flow, step: Step) -> Iterator[Exit]:
    """Yield each way out of a step; of a `go` with a page also those to the steps of that page."""
    match step:
        case Ask() | Advise():
            yield from (Exit(choice.say, choice.then, choice.at) for choice in step.choices)
        case Fill():
            yield Exit("", step.then, step.lines["then"])
        case Look():
            yield from (Exit(code, then, step.lines[code]) for code, then in step.then.items())
            yield Exit("otherwise", step.otherwise, step.lines["otherwise"])
        case Go():
            yield from (Exit(value, then, step.lines[value]) for value, then in step.to.items())
            if step.page:
                steps = page_steps(flow, step.page)
                yield from (Exit(name, then, step.at) for name, then in steps.items() if name not in step.to)
            yield Exit("otherwise", step.otherwise, step.lines["otherwise"])
        case _:
            assert_never(step)


def dangling(flow: Flow) -> Iterator[Exit]:
    """Yield each way out, the global ways included, that leads to a step which does not exist."""
    for step in flow.steps.values():
        yield from (out for out in exits(flow, step) if out.then not in flow.steps)
    yield from (Exit(way, to, flow.ways_at[way]) for way, to in flow.ways.items() if to not in flow.steps)
