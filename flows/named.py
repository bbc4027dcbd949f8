"""Takes what a pasted text names over into the answers: it is not asked again, and what was answered still stands."""

from __future__ import annotations

from dataclasses import replace

from flows.book import Book
from flows.careful import noticed
from flows.conversation import Conversation
from flows.told import looks
from probes.causes import Cause
from probes.target import is_address
from probes.verdict import Verdict

OF_SERVER = ("server", "port", "security")
OF_PERSON = ("mail_address", "sender", "login", "program")
"""Slots that a text may name: what goes together with a server, and what it fills only where nothing was said yet."""


def named(conversation: Conversation, verdict: Verdict, book: Book) -> tuple[Conversation, bool]:
    """Take over what a text names, and say what; return also whether a tool saw the server that was looked at.

    The newest words win over older settings of a server; of the person they only fill what was not said yet. What a
    tool printed of some other place is left aside.
    """
    found, sees = verdict.named, "person_sees" in verdict.named
    if not found:
        return conversation, False
    answers, earlier = dict(conversation.answers), dict(conversation.earlier)
    server, known = found.get("server", ""), answers.get("server", "")
    elsewhere = bool(known and server) and not _same(server, known)
    if elsewhere and sees:
        return conversation, False
    if elsewhere:
        earlier |= {slot: answers.pop(slot) for slot in (*OF_SERVER, "person_sees") if slot in answers}
    settings = {slot: found[slot] for slot in OF_SERVER if slot in found and answers.get(slot) != found[slot]}
    if known and not elsewhere:
        settings.pop("server", None)
    told = {slot: found[slot] for slot in ("person_sees", "recipient", "far_server") if slot in found}
    more = {slot: found[slot] for slot in OF_PERSON if slot in found and slot not in answers}
    taken = settings | {slot: value for slot, value in more.items() if slot == "program"}
    now = replace(conversation, answers={**answers, **settings, **told, **more}, earlier=earlier)
    tried = sees and bool(looks(conversation))
    if not taken:
        return now, tried
    words = book.words
    said = ", ".join(f"{words.label('fields', slot)} {book.answer(slot, value)}" for slot, value in taken.items())
    unread = words.shell("not_read") + " " if settings and verdict.cause is Cause.UNKNOWN else ""
    return noticed(now, f"{unread}{words.shell('named')} {said}."), tried


def _same(server: str, known: str) -> bool:
    """Tell whether two names mean one server; a tool may print the address that the name led to."""
    led_to = is_address(server) and not is_address(known)
    return led_to or server.lower().rstrip(".") == known.lower().rstrip(".")
