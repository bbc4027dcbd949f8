"""What a person sees at a step, in no platform's words: the desk shows it, Slack and the terminal draw it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a screen is, which decides how a platform draws it."""

    ASK = "ask"
    FILL = "fill"
    LOOK = "look"
    ADVISE = "advise"
    HANDED = "handed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to press: `name` travels in the button, `label` is read (at most 75 characters)."""

    name: str
    label: str
    picked: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A field of a form; `kind` is text, mail, number or select; `value` is prefilled; `mistake` is its error."""

    name: str
    label: str
    kind: str
    hint: str = ""
    value: str = ""
    options: tuple[Option, ...] = ()
    mistake: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """One check of a look: `state` is waiting, running, good, warning, fault or not_tested."""

    check: str
    label: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """One step, drawn. Texts use *stars* for bold and `backticks` for code and nothing else; they are not escaped."""

    conversation: str
    revision: int
    step: str
    kind: Kind
    title: str
    body: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    """Advice, to be numbered."""
    evidence: tuple[str, ...] = ()
    """Why, to be folded."""
    sureness: str = ""
    asks: str = ""
    """The question that the options of an advice answer; asked once in a conversation."""
    options: tuple[Option, ...] = ()
    inputs: tuple[Input, ...] = ()
    send: str = ""
    """The label of the form's button."""
    progress: tuple[Progress, ...] = ()
    footer: tuple[Option, ...] = ()
    """Back, Start again, Talk to a human: those that can be pressed here (names back, again, human)."""
    notice: str = ""
    answered: tuple[tuple[str, str], ...] = ()
    """(question, answer) of the steps before, one line each."""
    link: str = ""
    """The address of a page where a login can be tried once; put in by who shows the screen, and kept nowhere."""
