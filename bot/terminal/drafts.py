"""Forms begun and not handed in, kept so that a kill loses nothing typed; what looks like a secret is never kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.catalogue import say
from bot.terminal.forms import TEXT, Form
from flows.careful import careful
from flows.conversation import Conversation, Event, Filled, Pasted
from flows.words import Words

NOTE = "terminal.forms."
"""The front's notes with them, and a number each: JSON in pieces, by step `{"typed": {field: value}, "at": field}`."""
PIECE = 1000
"""Characters that fit into one note."""


@dataclass(slots=True)
class Drafts:
    """The forms of one conversation by the steps that ask them."""

    forms: dict[str, Form] = field(default_factory=dict)
    pieces: int = 0

    def form(self, step: str) -> Form:
        """Return the form of a step, begun or new."""
        return self.forms.setdefault(step, Form())

    def notes(self) -> dict[str, str | None]:
        """Return the notes to be kept, without secrets; None for those that are not needed any more."""
        begun = {step: {"typed": _safe(form), "at": form.at} for step, form in self.forms.items() if form.typed}
        written = json.dumps(begun) if begun else ""
        pieces = [written[at : at + PIECE] for at in range(0, len(written), PIECE)]
        notes: dict[str, str | None] = {f"{NOTE}{number}": None for number in range(self.pieces)}
        self.pieces = len(pieces)
        return {**notes, **{f"{NOTE}{number}": piece for number, piece in enumerate(pieces)}}

    def taken(self, step: str, event: Event, now: Conversation) -> bool:
        """Forget the form of a step that was handed in, or what a pasted text put into it since; tell if so."""
        form = self.form(step)
        before = len(form.typed)
        if isinstance(event, Filled):
            form.typed.clear()
        elif isinstance(event, Pasted):
            for name in now.typed:
                form.typed.pop(name, None)
        if len(form.typed) == before:
            return False
        form.at = ""
        return True

    def asked(self, words: Words, known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return (question, answer) of all that was typed and is not `known` from before, without secrets."""
        return tuple(
            (f"{words.label('fields', name) or name} ({say('terminal', 'unfinished')})", words.answer(name, value))
            for form in self.forms.values()
            for name, value in _safe(form).items()
            if value and name != TEXT and known.get(name) != value
        )

    def texts(self) -> tuple[str, ...]:
        """Return the texts that were typed into fields for words, without secrets."""
        return tuple(text for form in self.forms.values() if (text := _safe(form).get(TEXT)))


def _safe(form: Form) -> dict[str, str]:
    event, _ = careful(Filled(form.typed))
    return dict(event.values) if isinstance(event, Filled) else {}


def read(notes: Mapping[str, str]) -> Drafts:
    """Return the drafts in a front's notes; none where they are not whole."""
    pieces = [notes[name] for number in range(len(notes)) if (name := f"{NOTE}{number}") in notes]
    try:
        kept = json.loads("".join(pieces) or "{}")
        forms = {step: Form(dict(form["typed"]), form["at"]) for step, form in kept.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        forms = {}
    return Drafts(forms, len(pieces))
