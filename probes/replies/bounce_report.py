"""Reads a bounce's delivery report: who was not reached and what is said of each (RFC 3464)."""

from __future__ import annotations

from dataclasses import dataclass

from probes.replies.message import Fields

_DONE = ("delivered", "relayed", "expanded", "deliverable")


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient with what was said of it; `delayed` where it may still arrive."""

    address: str
    text: str
    status: str = ""
    delayed: bool = False
    host: str = ""


def after_type(value: str) -> str:
    """Return a typed field's value without its type (`rfc822; a@b`, `smtp; 550 ...`; RFC 3464, 2.1.2)."""
    head, mark, rest = value.partition(";")
    kind = head.strip().lower()
    known = (
        "rfc822",
        "smtp",
        "dns",
        "x-",
        "unknown",
        "utf-8",
        "utf8",
        "notes",
        "x400",
        "esmtp",
        "lmtp",
        "local",
        "exim",
        "dovecot",
        "fax",
    )
    return rest.strip() if mark and (not kind or kind.startswith(known)) else value.strip()


def _address(value: str) -> str:
    """Return the address of a field; its type may be any word (`LOCAL;<ann>`, `system;<ann@example.com>`)."""
    kind, mark, rest = value.partition(";")
    if mark and not any(sign in kind for sign in "@=/<"):
        value = rest
    value = after_type(value).split(" (")[0].strip().strip("<> ")
    if not (value.startswith('"') and '"@' in value):  # a name in quotes is part of the address (RFC 5321, 4.1.2)
        value = value.strip("<>'\" ")
    return value.removeprefix("rfc822;").removeprefix("IMCEAEX-")


def _full(address: str) -> bool:
    name, _, domain = address.rpartition("@")
    return bool(name) and "." in domain and "/" not in name


def reported(groups: list[Fields]) -> tuple[list[Told], list[str]]:
    """Return those not delivered, and the addresses of those that were."""
    told: list[Told] = []
    done: list[str] = []
    for group in groups:
        final = _address(group.get("final-recipient", "")) or _address(group.get("x-actual-recipient", ""))
        original = _address(group.get("original-recipient", ""))
        address = final or original
        if not _full(address) and "@" in original:
            address = original
        if not address:
            continue
        action = group.get("action", "failed").lower().split("(")[0].strip().rstrip(".")
        status = group.get("status", "")
        if action in _DONE:
            done.append(address)
            continue
        text = after_type(group.get("diagnostic-code", "")) or group.get("x-supplementary-info", "")
        extra = " ".join(v for k, v in group.items() if k.startswith(("x-display-name", "x-notes")))
        host = after_type(group.get("remote-mta", ""))
        told.append(Told(address, f"{text} {extra}".strip(), status, action == "delayed", host))
    return [one for one in told if "@" in one.address] or told, done


def joined(told: list[Told], groups: list[Fields], beside: list[Told]) -> list[Told]:
    """Return those of a report that was pasted, and those whom only the words above it name: it may be cut off."""
    named = ("final-recipient", "original-recipient", "x-actual-recipient")
    known = {_address(group.get(name, "")).lower() for group in groups for name in named}
    return told + [one for one in beside if one.text and one.address.lower() not in known]
