"""Reads Outlook's `.msg` files ([MS-OXMSG], through python-oxmsg) into a mail, a report's facts too.

What Outlook shows of a report it makes of fields that stand at each recipient; nothing of them is in the body.
"""

from __future__ import annotations

import email.parser
import io
import struct
from email.message import Message
from typing import TYPE_CHECKING

from probes.replies.compose import DEPTH, inside, leaf
from probes.replies.message import decoded

if TYPE_CHECKING:
    from oxmsg.storage import Storage

_TOP, _EMBEDDED, _SMALL = 32, 24, 8
"""Bytes before the properties: of a file's mail, of a mail inside, of a recipient and an attachment (2.4.1)."""
_CLASS, _SUBJECT, _HEADERS, _BODY, _HTML = 0x001A, 0x0037, 0x007D, 0x1000, 0x1013
_PAGE, _BODY_PAGE, _NUMBER = 0x3FFD, 0x3FDE, 0x0003
_SENDER_NAME, _SENDER, _SENDER_SMTP, _SHOWN_TO = 0x0C1A, 0x0C1F, 0x5D01, 0x0E04
_NAME, _ADDRESS, _SMTP = 0x3001, 0x3003, 0x39FE
_REPORT_TEXT, _SAID, _STATUS, _DIAGNOSIS, _REMOTE = 0x1001, 0x0C1B, 0x0C20, 0x0C05, 0x0C21
_FILE, _LONG_FILE, _DATA, _KIND = 0x3704, 0x3707, 0x3701, 0x370E
_INNER = "__substg1.0_3701000D"
_BROKEN = (
    ArithmeticError,
    ValueError,
    LookupError,
    struct.error,
    OSError,
    TypeError,
    AttributeError,
    MemoryError,
    RecursionError,
)
_DIAGNOSES = {0: "5.1.1", 1: "5.1.4", 3: "5.4.6", 4: "5.2.1", 5: "5.4.7", 7: "5.3.4"}
"""MAPI's own numbers (MAPI_DIAG_* of its header files) and what RFC 3463 calls the same."""
_ACTIONS = {"ndr": "failed", "dr": "delivered", "delayed": "delayed"}


def mail_of(data: bytes) -> Message | None:
    """Return the mail in the bytes of a `.msg` file; None for one that is broken or claims more than it is."""
    import olefile
    from oxmsg.storage import Storage

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            sizes = sum(ole.get_size(path) for path in ole.listdir(streams=True, storages=False))
            if sizes > len(data) or not ole.exists("__properties_version1.0"):
                return None
            storage = Storage.from_ole(ole)
    except _BROKEN:
        return None
    return _mail(storage, _TOP, 0)


class _Properties:
    """The properties of one storage; what is broken or absent reads as nothing.

    The library's own reading of them gives nothing at all where one of them, or the code page, is not known to it.
    """

    __slots__ = ("_numbers", "_storage")

    def __init__(self, storage: Storage, offset: int) -> None:
        self._storage = storage
        self._numbers: dict[int, int] = {}
        listed = self._stream("__properties_version1.0")[offset:]
        for at in range(0, len(listed) - 15, 16):
            kind, number, value = struct.unpack_from("<HH4xi", listed, at)
            if kind == _NUMBER:
                self._numbers[number] = value

    def text(self, *numbers: int) -> str:
        for number in numbers:
            found = self._bytes(number, 0x001F).decode("utf-16-le", "replace") or self._old(number)
            if found.strip("\0 "):
                return found.strip("\0")
        return ""

    def data(self, number: int) -> bytes:
        return self._bytes(number, 0x0102)

    def number(self, number: int) -> int | None:
        return self._numbers.get(number)

    def html(self) -> str:
        found = self.data(_HTML)
        return decoded(found, self._charset(_BODY_PAGE), "utf-8", "cp1252") if found else self.text(_HTML)

    def _old(self, number: int) -> str:
        found = self._bytes(number, 0x001E)
        return decoded(found, self._charset(_BODY_PAGE if number == _BODY else _PAGE), "utf-8", "cp1252")

    def _charset(self, number: int) -> str:
        page = self._numbers.get(number, self._numbers.get(_PAGE, 1252))
        return {65001: "utf-8", 20127: "ascii", 28591: "latin-1", 50220: "iso-2022-jp", 20866: "koi8-r"}.get(
            page, f"cp{page}"
        )

    def _bytes(self, number: int, kind: int) -> bytes:
        return self._stream(f"__substg1.0_{number:04X}{kind:04X}")

    def _stream(self, name: str) -> bytes:
        return next((stream.bytes_ for stream in self._storage.streams if stream.name == name), b"")


def _mail(storage: Storage, offset: int, depth: int) -> Message:
    held = _Properties(storage, offset)
    made = _headers(held)
    parts: list[Message | str] = [leaf("text/plain", held.text(_BODY))] if held.text(_BODY).strip() else []
    if html := held.html():
        parts.append(leaf("text/html", html))
    if text := held.text(_REPORT_TEXT):
        parts.append(leaf("text/plain", text))
    report = _report(storage, held)
    parts.extend(report)
    for each in storage.iter_attachment_storages():
        parts.extend(_attachment(each, depth))
    made["Content-Type"] = "multipart/report; report-type=delivery-status" if report else "multipart/mixed"
    made.set_payload(parts)
    return made


def _headers(held: _Properties) -> Message:
    made = Message()
    sent = email.parser.HeaderParser().parsestr(held.text(_HEADERS).lstrip("\r\n"))
    for name, value in sent.raw_items():
        if not name.lower().startswith(("content-", "mime-")):
            made[name] = " ".join(str(value).split())
    sender = held.text(_SENDER_SMTP, _SENDER)
    told = (
        ("Subject", held.text(_SUBJECT)),
        ("From", f"{held.text(_SENDER_NAME)} <{sender if '@' in sender else ''}>"),
        ("To", held.text(_SHOWN_TO)),
    )
    for name, value in told:
        if name not in made and value.strip(" <>"):
            made[name] = " ".join(value.split())
    kind = held.text(_CLASS).lower()
    if "oof" in kind and "auto-submitted" not in made:
        made["Auto-Submitted"] = "auto-replied"
    made["MIME-Version"] = "1.0"
    return made


def _report(storage: Storage, held: _Properties) -> list[Message]:
    """Return a report's part about its recipients, made of their properties."""
    kind = held.text(_CLASS).lower()
    if not kind.startswith("report."):
        return []
    ending = kind.rpartition(".")[2]
    if ending in ("ipnrn", "ipnnrn"):
        return [leaf("message/disposition-notification", "Disposition: automatic-action; displayed\n")]
    if ending not in _ACTIONS:
        return []
    groups = []
    for each in storage.iter_recipient_storages():
        one = _Properties(each, _SMALL)
        address = one.text(_SMTP, _ADDRESS, _NAME).strip("'\" ")
        fields = (
            ("Final-Recipient", f"rfc822; {address}"),
            ("Action", _ACTIONS[ending]),
            ("Status", _status(one)),
            ("Remote-MTA", one.text(_REMOTE)),
            ("Diagnostic-Code", one.text(_SAID, _REPORT_TEXT)),
        )
        groups.append("".join(f"{name}: {' '.join(value.split())}\n" for name, value in fields if value.strip()))
    return [leaf("message/delivery-status", "\n".join(groups))] if groups else []


def _status(one: _Properties) -> str:
    """Return the enhanced code: Outlook keeps 5.1.1 as the number 511; else what its own diagnosis stands for."""
    digits = str(one.number(_STATUS) or "")
    if len(digits) >= 3 and digits[0] in "245":
        return f"{digits[0]}.{digits[1]}.{digits[2:]}"
    diagnosis = one.number(_DIAGNOSIS)
    return _DIAGNOSES.get(-1 if diagnosis is None else diagnosis, "")


def _attachment(storage: Storage, depth: int) -> list[Message]:
    if depth >= DEPTH:
        return []
    for each in storage.storages:
        if each.name == _INNER:
            return [inside(_mail(each, _EMBEDDED, depth + 1))]
    one = _Properties(storage, _SMALL)
    name = one.text(_LONG_FILE, _FILE)
    data = one.data(_DATA)
    part = Message()
    part["Content-Type"] = one.text(_KIND).strip() or "application/octet-stream"
    part["Content-Transfer-Encoding"] = "8bit"
    if name:
        part.add_header("Content-Disposition", "attachment", filename=name)
    part.set_payload(data.decode("ascii", "surrogateescape"))
    return [part]
