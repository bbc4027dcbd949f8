"""Opens a file that somebody drops: `.eml`, Apple's `.emlx`, Outlook's `.msg`, text; by what it holds, not its name."""

# Pictures and documents are left out: they would take the place of the words (`clean.LIMIT`).

from __future__ import annotations

import email
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from probes.replies.clean import pattern
from probes.replies.compose import DEPTH, inside, leaf
from probes.replies.message import decoded, is_message, parts_of, payload_text, raw_header, stripped_html

MOST = 5 * 1024 * 1024
"""Bytes of a file that is opened."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARTS = 400
"""Parts of one mail that are looked at."""


class Refused(StrEnum):
    """Why a file was not opened."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_MAIL = "not_a_mail"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds, as `probes.replies.read` takes it; `refused` says why there is no text.

    `text` is a mail (RFC 5322 source, all of it Unicode) or plain text; it never holds a lone surrogate.
    """

    text: str = ""
    refused: Refused | None = None


def opened(data: bytes, name: str = "") -> Opened:
    """Return what the file `name` with the bytes `data` holds. Never raises, whatever the bytes are."""
    if len(data) > MOST:
        return Opened(refused=Refused.TOO_LARGE)
    if not data.strip():
        return Opened(refused=Refused.EMPTY)
    if data.startswith(OLE):
        from probes.replies.outlook import mail_of

        mail = mail_of(data)
        return Opened(_written(mail)) if mail else Opened(refused=_refused(name))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Opened(data.decode("utf-16", "replace").lstrip("\ufeff"))
    if _is_binary(data):
        return Opened(refused=_refused(name))
    data = _without_count(data.removeprefix(b"\xef\xbb\xbf"))
    start = data.lstrip()
    if is_message(start[:4000].decode("utf-8", "replace")):
        return Opened(_written(_parsed(start)))
    return Opened(decoded(data, "utf-8", "cp1252"))


def _refused(name: str) -> Refused:
    return Refused.DAMAGED if name.lower().endswith(".msg") else Refused.NOT_A_MAIL


def _is_binary(data: bytes) -> bool:
    head = data[:4096]
    odd = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1b\x08" for byte in head)
    return b"\0" in head or odd * 20 > len(head)


def _without_count(data: bytes) -> bytes:
    """Take off the length that Apple's `.emlx` opens with; a number before anything but a mail is a reply code."""
    first, _, rest = data.partition(b"\n")
    if not first.strip().isdigit() or len(first) > 11:
        return data
    return rest[: int(first)] if is_message(rest[:4000].decode("utf-8", "replace")) else data


def _parsed(data: bytes) -> Message:
    if data.startswith((b"From ", b">From ")):
        data = data.partition(b"\n")[2]
    return email.message_from_bytes(data)


def _written(mail: Message) -> str:
    """Return a mail as text in which every word is readable and nothing else takes room."""
    counted = [0]
    try:
        text = _lighter(mail, counted, 0).as_string()
    except (LookupError, ValueError, RecursionError, AttributeError, TypeError, AssertionError):
        text = "\n".join(payload_text(part) for part in mail.walk() if part.get_content_maintype() == "text")
    return text.encode("utf-8", "replace").decode("utf-8")


def _headed(part: Message, lighter: Message) -> Message:
    """Return `lighter` with the header fields of `part` before its own."""
    made = Message()
    for name, value in part.raw_items():
        if name.lower() not in ("content-type", "content-transfer-encoding", "content-disposition", "content-length"):
            made[name] = raw_header(value)
    for name, value in lighter.raw_items():
        made[name] = value
    made.set_payload(lighter.get_payload())
    return made


def _lighter(part: Message, counted: list[int], depth: int) -> Message:
    counted[0] += 1
    kind = part.get_content_type()
    held = part.get_payload()
    if isinstance(held, list):
        subs = list(parts_of(part))[: max(0, PARTS - counted[0])]
        made = Message()
        if kind in ("message/delivery-status", "message/disposition-notification"):
            made["Content-Type"] = kind
            made.set_payload([_fields(each) for each in subs])
        else:
            whole = f'{kind}; boundary="=_smtp_help_{counted[0]}"' + _report_type(part)
            made["Content-Type"] = kind if part.get_content_maintype() == "message" else whole
            made.set_payload([_lighter(each, counted, depth + 1) for each in subs] if depth < 4 * DEPTH else [])
        return _headed(part, made)
    if kind.startswith(("text/", "message/")):
        return _headed(part, leaf(kind, payload_text(part)))
    return _headed(part, _attached(part, kind, depth))


def _fields(group: Message) -> Message:
    """Return a group of a report's fields as it is."""
    made = Message()
    for name, value in group.raw_items():
        made[name] = raw_header(value)
    made.set_payload(payload_text(group))
    return made


def _report_type(part: Message) -> str:
    said = pattern(r"[^\w-]").sub("", str(part.get_param("report-type") or ""))
    return f"; report-type={said}" if said else ""


def _attached(part: Message, kind: str, depth: int) -> Message:
    """Open a mail that was attached as a file; of another file only the name is kept."""
    from probes.replies.outlook import mail_of

    name = raw_header(part.get_filename() or "")
    found = part.get_payload(decode=True)
    data = found if isinstance(found, bytes) else b""
    mail: Message | None = None
    if depth < DEPTH and data.startswith(OLE):
        mail = mail_of(data)
    elif depth < DEPTH and data and not _is_binary(data):
        text = payload_text(part)
        if is_message(text.lstrip()[:4000]):
            mail = _parsed(data.lstrip())
        elif len(text) < 20_000 or name.lower().endswith((".txt", ".dat", ".log", ".htm", ".html")):
            return leaf("text/plain", stripped_html(text) if "<html" in text[:500].lower() else text)
    if mail is not None:
        return inside(_lighter(mail, [0], depth + 1))
    return leaf(kind, "", name)
