"""How a sender and a recipient are said in MAIL and RCPT, and what no server that lacks SMTPUTF8 can be told; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from probes.target import Target, domain_of


@dataclass(frozen=True, slots=True)
class Envelope:
    """MAIL and RCPT as they are said (`rcpt` empty without a recipient); `unsayable` is sender, recipient or empty."""

    mail: str
    rcpt: str = ""
    unsayable: str = ""


def sayable(address: str) -> str:
    """Return an address with its domain in A-labels, as any server can read it (RFC 5891); its local part stays."""
    local, at, _ = address.rpartition("@")
    return address if address.isascii() or not at else f"{local}@{domain_of(address)}"


def envelope(target: Target, known: Mapping[str, str]) -> Envelope:
    """Say both addresses to a server that offers `known` (RFC 1870 for SIZE, RFC 6531 section 3.2 for SMTPUTF8)."""
    sender, recipient = sayable(target.sender or ""), sayable(target.recipient or "")
    wide = not (sender + recipient).isascii()
    unsayable = ""
    if wide and "smtputf8" not in known:
        unsayable = "recipient" if sender.isascii() else "sender"
    size = f" SIZE={target.message_size}" if target.message_size and "size" in known else ""
    utf8 = " SMTPUTF8" if wide and not unsayable else ""
    return Envelope(f"MAIL FROM:<{sender}>{size}{utf8}", f"RCPT TO:<{recipient}>" if recipient else "", unsayable)
