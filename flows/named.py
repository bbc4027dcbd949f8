"""Takes what a pasted text names over into the answers: it is not asked again, and what was answered still stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.careful import noticed
from flows.conversation import Conversation
from flows.words import Words

OF_SERVER = ("server", "port", "security")
OF_PERSON = ("mail_address", "sender", "login")
"""Slots that a text may name: what goes together with a server, and what it fills only where nothing was said yet."""


def named(conversation: Conversation, found: Mapping[str, str], words: Words) -> Conversation:
    """Take over what a text names, and say which server; what a tool printed of some other place is left aside.

    The newest words win over older settings of a server; of the person they only fill what was not said yet.
    """
    answers, earlier = dict(conversation.answers), dict(conversation.earlier)
    server, known = found.get("server", ""), answers.get("server", "")
    elsewhere = bool(known and server) and not _same(server, known)
    if elsewhere and "person_sees" in found:
        return conversation
    if elsewhere:
        earlier |= {slot: answers.pop(slot) for slot in (*OF_SERVER, "person_sees") if slot in answers}
    settings = {slot: found[slot] for slot in OF_SERVER if slot in found and answers.get(slot) != found[slot]}
    if known and not elsewhere:
        settings.pop("server", None)
    told = {slot: found[slot] for slot in ("person_sees", "recipient", "far_server") if slot in found}
    more = {slot: found[slot] for slot in OF_PERSON if slot in found and slot not in answers}
    now = replace(conversation, answers={**answers, **settings, **told, **more}, earlier=earlier)
    if not settings:
        return now
    said = ", ".join(f"{words.label('fields', slot)} {words.answer(slot, value)}" for slot, value in settings.items())
    return noticed(now, f"{words.shell('named')} {said}.")


def _same(server: str, known: str) -> bool:
    """Tell whether two names mean one server; a tool may print the address that the name led to."""
    return server.lower().rstrip(".") == known.lower().rstrip(".") or server.replace(".", "").isdigit()
