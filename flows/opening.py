"""Tell what a text after `/smtp-help`, or one typed in between, says: settings, words of an error, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from probes.target import Mistake, address_mistake, clean, field_text, parse_host, parse_port, split_host_port

LONGEST_FACTS = 6
"""Words; more than that are a sentence."""

SECURITY = {"starttls": "starttls", "tls": "tls", "ssl": "tls", "ssl/tls": "tls", "none": "none"}
HOSTLIKE = re.compile(r"(?i)(?:smtps?|submissions?)://\S+|https?://\S+|\[[0-9a-f:.]+\](?::\S*)?|localhost(?::\S*)?")
DOTTED = re.compile(r"[^\s@:/]+(?:\.[^\s@:/]+)+\.?(?::[^\s:/@]*)?")

LONGEST_TALK = 12
"""Words of a sentence in which somebody says that they cannot send mail."""
TECHNICAL = re.compile(r"[\d<>@:/\\=\"'\n_-]|\.\S")
"""What only an error or a setting has in it."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What was understood: slots, the text where it is words of an error, and mistakes in what looks like settings."""

    answers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    mistakes: tuple[Mistake, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)


def opened(text: str) -> Opening:
    """Read an opening text; a few words that are all settings are settings, all else is a text to be read."""
    words = clean(text).split()
    if not words:
        return Opening()
    found = [] if len(words) > LONGEST_FACTS else [_fact(word, first=index == 0) for index, word in enumerate(words)]
    if not found or not all(found):
        return Opening(text=clean(text))
    answers: dict[str, str] = {}
    mistakes: list[Mistake] = []
    typed: dict[str, str] = {}
    for facts in found:
        for name, value in facts.items():
            slot = name if name not in answers else {"mail_address": "recipient"}.get(name, name)
            mistake = _mistake(slot, value)
            if mistake:
                mistakes.append(mistake)
                typed[slot] = value
            else:
                answers[slot] = value
    return Opening(answers, "", tuple(mistakes), typed)


def chatty(text: str) -> bool:
    """Tell whether a text is how people talk, so that a question is the answer to it where it names no cause."""
    return len(text.split()) <= LONGEST_TALK and plain_words(text)


def plain_words(text: str) -> bool:
    """Tell whether nothing in a text is as only an error or a setting has it, however long it is."""
    return not TECHNICAL.search(clean(text).replace("n't", "nt").replace("I'", "I"))


def _fact(word: str, *, first: bool) -> dict[str, str]:
    text = field_text(word)
    if text.lower() in SECURITY and not first:
        return {"security": SECURITY[text.lower()]}
    if text.isdigit() and not first:
        return {"port": text}
    if "@" in text and "://" not in text:
        return {"mail_address": text}
    if HOSTLIKE.fullmatch(text) or DOTTED.fullmatch(text):
        host, port = split_host_port(text)
        return {"server": host, "port": port} if port else {"server": host}
    return {}


def _mistake(slot: str, value: str) -> Mistake | None:
    if slot == "server":
        return parse_host(value).mistake
    if slot == "port":
        port = parse_port(value)
        return port if isinstance(port, Mistake) else None
    return address_mistake(slot, value) if slot == "mail_address" else None
