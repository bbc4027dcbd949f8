"""Puts a mail together of parts, for what is no mail yet: an Outlook file, a lightened one."""

from __future__ import annotations

import email
from email.message import Message

DEPTH = 6
"""Mails within mails that are opened."""


def leaf(kind: str, text: str, name: str = "") -> Message:
    """Return a part that holds `text` as it is; of a report its groups of fields, as the writer wants them."""
    if kind == "message/delivery-status":
        return email.message_from_string(f"Content-Type: {kind}\n\n{text}")
    part = Message()
    part["Content-Type"] = f'{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "8bit"
    if name:
        part.add_header("Content-Disposition", "attachment", filename=name)
    part.set_payload(text)
    return part


def inside(mail: Message) -> Message:
    """Return `mail` as a part of another."""
    part = Message()
    part["Content-Type"] = "message/rfc822"
    part.set_payload([mail])
    return part
