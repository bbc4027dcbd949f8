"""Tells what a bounce says from what it repeats: the copy of the mail, its formulas, the report below its words."""

from __future__ import annotations

from probes.replies import bounce_words as words
from probes.replies.bounce_text import MOST_LINES, marked
from probes.replies.clean import pattern

MARKS_TRIED = 6
HEADS_TRIED = 12


def _goes_on(below: str) -> bool:
    """Return whether what looks like the mark of a copy has the bounce itself below it."""
    return bool(pattern(words.SAID_NEXT).search(below) or pattern(words.FORWARDED).search(below[:200]))


def without_copy(text: str) -> str:
    """Cut off the copy of the message that came back; what a person forwards under the same words is kept."""
    for number, found in enumerate(pattern(words.COPY).finditer(text)):
        before = text[: found.start()]
        if _goes_on(text[found.end() : found.end() + 600]):
            continue
        if len(before.strip()) > 12 and (marked(before) or not marked(text[found.end() : found.end() + 3000])):
            return before
        if number == MARKS_TRIED:
            break
    for number, found in enumerate(pattern(words.HEADS_AGAIN).finditer(text)):
        if number == HEADS_TRIED:
            break
        if marked(text[: found.start()]):
            return text[: found.start()]
    return text


def without_formulas(text: str) -> str:
    """Take out what mail systems say in every bounce, and the lines of the mail itself that are told again."""
    if "retry timeout exceeded" in text and pattern(r"(?:^|\s)[45]\d\d[ -]").search(text):
        text = pattern(r":\s+retry timeout exceeded").sub("", text)
    if "remote_host_said" in text.lower():
        text = text.replace("_", " ").replace("/", " ")
    if "<-" in text or "->" in text or "<<" in text or ">>" in text:
        text = pattern(words.SAID).sub("", pattern(words.WENT_WELL).sub("", text))
    return str(pattern(words.FORMULAS).sub(" ", pattern(words.TOLD_AGAIN).sub("", text)))


def innermost(text: str) -> str:
    """Return the reply that an Exchange of old put in brackets (`<host #5.7.1 smtp;550 ...>`), else nothing."""
    found = pattern(words.BRACKETED).search(text)
    return str(found.group(1)).strip() if found else ""


def above_report(text: str) -> str:
    """Return what stands above a delivery report that was pasted as text."""
    found = pattern(words.REPORT).search(text)
    return text[: found.start()] if found else text


def said_below(text: str) -> str:
    """Return the lines below the mark of a copy that say of an address why it failed: a few systems put them there."""
    return "\n".join(line for line in text.splitlines()[:MOST_LINES] if pattern(words.SAID_BELOW).search(line))
