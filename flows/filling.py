"""Read a form that was handed in: slots to keep, or mistakes as sentences; what was typed is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.words import Words
from probes.target import Login, Mistake, Security, Target, address_mistake, clean, field_text, parse, split_host_port

STAND_IN = "missing.invalid"
"""In the place of a server that the person does not know, so that the other fields are read all the same."""

CHOICES = {"security": tuple(Security), "login": tuple(Login)}


@dataclass(frozen=True, slots=True)
class Form:
    """What a form said: `answers` by slot, `text` of a field for words, or `mistakes` as (field, sentence)."""

    answers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    mistakes: tuple[tuple[str, str], ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)


def read_form(fields: tuple[str, ...], values: Mapping[str, str], answers: Mapping[str, str], words: Words) -> Form:
    """Read the values of a form of `fields`; an absent or empty one means "I don't know"."""
    typed = {name: values[name] for name in fields if values.get(name)}
    given = {name: said for name, value in typed.items() if name != "text" and (said := field_text(value))}
    for name, allowed in CHOICES.items():
        if given.get(name) not in allowed:
            given.pop(name, None)
    text = clean(typed.get("text", ""))
    mistakes = _mistakes(fields, given, answers)
    if "text" in fields and not text:
        mistakes = (*mistakes, Mistake("text", "text_missing"))
    if mistakes:
        return Form(mistakes=tuple((wrong.field, words.mistake(wrong)) for wrong in mistakes), typed=typed)
    if server := given.get("server"):
        host, port = split_host_port(server)
        given["server"] = host
        if port and "port" not in given:
            given["port"] = port
    return Form(answers=given, text=text)


def _mistakes(fields: tuple[str, ...], given: Mapping[str, str], answers: Mapping[str, str]) -> tuple[Mistake, ...]:
    if "server" in fields or "port" in fields:
        server = given.get("server") or (STAND_IN if "server" in fields else answers.get("server") or STAND_IN)
        parsed = parse({**given, "server": server})
        return () if isinstance(parsed, Target) else parsed
    addresses = (address_mistake(name, given[name]) for name in ("mail_address", "sender") if name in given)
    return tuple(mistake for mistake in addresses if mistake)
