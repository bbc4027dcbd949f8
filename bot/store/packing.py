"""Snapshots and effects as JSON and back; what an older program wrote and nobody can read is None, never a crash."""

from __future__ import annotations

from typing import Any, assert_never

import msgspec

from bot.store import Deed, Redraw, Relay, Ring
from flows.conversation import Cancel, Conversation, HandOver, Look, Show

_EFFECTS: dict[str, type[Deed]] = {
    "show": Show,
    "look": Look,
    "cancel": Cancel,
    "hand_over": HandOver,
    "ring": Ring,
    "relay": Relay,
    "redraw": Redraw,
}


def pack(conversation: Conversation) -> str:
    """Return a snapshot as JSON."""
    return msgspec.json.encode(conversation).decode()


def unpack(text: str) -> Conversation | None:
    """Read a snapshot; fields that a newer program added are skipped."""
    try:
        return msgspec.json.decode(text, type=Conversation)
    except msgspec.DecodeError:
        return None


def pack_effect(effect: Deed) -> str:
    """Return an effect as JSON with its name under `do`."""
    match effect:
        case Show():
            name = "show"
        case Look():
            name = "look"
        case Cancel():
            name = "cancel"
        case HandOver():
            name = "hand_over"
        case Ring():
            name = "ring"
        case Relay():
            name = "relay"
        case Redraw():
            name = "redraw"
        case _:  # pragma: no cover - mypy proves it
            assert_never(effect)
    return msgspec.json.encode({"do": name} | msgspec.to_builtins(effect)).decode()


def unpack_effect(text: str) -> Deed | None:
    """Read an effect."""
    try:
        values: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
        return msgspec.convert(values, type=_EFFECTS[values["do"]])
    except (msgspec.DecodeError, KeyError):
        return None
