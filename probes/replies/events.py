"""Reads what sending services post to a program about a mail: Amazon SES, Mailgun, Postmark, SendGrid, SparkPost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

DEPTH = 8
"""Objects within objects that are opened."""
MOST = 400
"""Objects of one text that are looked at."""

_MARKS = (
    "notificationtype",
    "eventtype",
    "bounc",
    "complain",
    "deliver",
    "recordtype",
    "event-data",
    "message_event",
    'event"',
)
_ADDRESS = ("emailaddress", "email", "recipient", "rcpt_to", "to")
_SAID = (
    "diagnosticcode", "raw_reason", "reason", "details", "message", "description", "response", "smtpresponse", "error",
)  # fmt: skip
_STATUS = ("status", "enhanced-code", "code", "error_code")
_DELAYED = ("deferred", "delay", "deliverydelay", "deliverydelayed", "temporary", "softbounce")
_FINE = (
    "complaint", "delivery", "delivered", "send", "open", "click", "opened", "clicked", "spamreport", "spamcomplaint",
    "processed", "subscriptionchange", "accepted", "unsubscribe", "out_of_band_ok",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One recipient of an event; `fine` where the event tells of no failure."""

    address: str
    text: str
    status: str
    delayed: bool
    fine: bool


def events(text: str) -> list[Event]:
    """Return what a posted event says of each recipient; nothing where the text is none."""
    text = text.strip()
    if text[:1] not in ("{", "[") or not any(mark in text[:4000].lower() for mark in _MARKS):
        return []
    try:
        return _found(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return []


def _found(value: Any) -> list[Event]:
    made: dict[str, Event] = {}
    waiting: list[tuple[Any, str, int]] = [(value, "", 0)]
    for _ in range(MOST):
        if not waiting:
            break
        each, kind, depth = waiting.pop(0)
        if isinstance(each, str) and each[:1] == "{":
            try:
                each = msgspec.json.decode(each)
            except msgspec.DecodeError:
                continue
        if isinstance(each, list) and depth < DEPTH:
            waiting += [(one, kind, depth + 1) for one in each]
        elif isinstance(each, dict) and depth < DEPTH:
            kind = _kind(each) or kind
            event = _event(each, kind)
            if event:
                made.setdefault(event.address.lower(), event)
            waiting += [(one, kind, depth + 1) for name, one in each.items() if name.lower() not in ("mail", "headers")]
    return list(made.values())


def _kind(each: dict[str, Any]) -> str:
    for name in ("notificationType", "eventType", "event", "type", "Type", "RecordType", "bounceType", "severity"):
        value = each.get(name)
        if isinstance(value, str) and value.lower() not in ("notification", "permanent", "undetermined"):
            return value.lower().replace("_", "")
    return ""


def _event(each: dict[str, Any], kind: str) -> Event | None:
    low = {name.lower(): value for name, value in each.items()}
    address = next((v for name in _ADDRESS if isinstance(v := low.get(name), str) and "@" in v), "")
    if not address:
        return None
    inner = low.get("delivery-status")
    if isinstance(inner, dict):
        low = {**low, **{name.lower(): value for name, value in inner.items()}}
    said = " ".join(dict.fromkeys(str(low[name]) for name in _SAID if isinstance(low.get(name), str) and low[name]))
    status = next((str(v) for name in _STATUS if isinstance(v := low.get(name), (str, int)) and str(v)[:1] in "45"), "")
    if status.isdigit():
        said, status = f"{status} {said}", ""
    return Event(address, said, status, kind in _DELAYED, kind in _FINE)
