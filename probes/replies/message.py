"""Takes a mail message apart: what a person reads of it and its delivery report (RFC 3464, 6522)."""

from __future__ import annotations

import email
import email.header
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from probes.replies.clean import bounded, pattern, sound
from probes.replies.pasted import FIELD, KNOWN, head_mended

_OF_A_REPORT = frozenset(
    ("final-recipient", "original-recipient", "reporting-mta", "action", "diagnostic-code", "status")
)
"""Fields of a delivery report; one that comes again begins what is said of the next recipient (RFC 3464, 2.1)."""
_BEGINS_A_REPORT = frozenset(("final-recipient", "original-recipient", "reporting-mta", "diagnostic-code"))
DEPTH = 6
MOST_OF_A_REPORT = 20_000
"""Letters of an attachment without a kind in which a delivery report is looked for."""

Fields = dict[str, str]


@dataclass(slots=True)
class Parts:
    """What was found in a message: `groups` are the fields of its delivery reports, `receipts` of its receipts."""

    headers: Fields = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    groups: list[Fields] = field(default_factory=list)
    receipts: list[Fields] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    original: Fields = field(default_factory=dict)

    @property
    def human(self) -> str:
        """Return what a person reads: the plain text, else the HTML without its tags."""
        plain = "\n".join(self.texts)
        return plain if plain.strip() else "\n".join(self.html)


def is_message(text: str) -> bool:
    """Return whether `text` begins as a mail message does: at least two header fields, one of them well known."""
    names: list[str] = []
    empty = 0
    for number, line in enumerate(text[:4000].splitlines()[:40]):
        if number == 0 and line.startswith(("From ", ">From ")):
            continue
        if not line.strip():
            break
        if line[0] in " \t" and names:
            continue
        if ":" not in line[:42] or not pattern(FIELD).search(line):
            break
        name, _, value = line.partition(":")
        names.append(name.lower())
        empty += not value.strip() and name.lower() in (
            "from",
            "to",
            "subject",
            "date",
            "von",
            "an",
            "betreff",
            "datum",
        )
    if empty > 1 or not _BEGINS_A_REPORT.isdisjoint(names):
        return False
    return len(names) >= 2 and len(KNOWN.intersection(names)) >= 2


def _decoded_words(value: str) -> str:
    if "=?" not in value:
        return value
    pieces = []
    try:
        for data, charset in email.header.decode_header(value):
            pieces.append(decoded(data, charset or "utf-8") if isinstance(data, bytes) else data)
    except (email.errors.HeaderParseError, ValueError):
        return value
    return "".join(pieces)


def raw_header(value: object) -> str:
    """Return a header's value as it was written, letters that were never encoded included, on one line, decoded."""
    data = str(value).encode("utf-8", "surrogateescape")
    return _decoded_words(" ".join(decoded(data, "utf-8").split()))


_WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932", "iso-2022-jp": "iso2022_jp_ext", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "iso-8859-1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8", "big5": "big5hkscs", "iso-8859-8-i": "iso-8859-8",
}  # fmt: skip
"""What mail programs write under a charset's name that is more than the name says."""


def decoded(data: bytes, *charsets: str) -> str:
    """Decode by the first charset that fits; Latin 1 fits always."""
    for each in charsets:
        try:
            return data.decode(_WIDER.get(each.lower(), each))
        except (LookupError, UnicodeError):
            continue
    return data.decode("latin-1")


def payload_text(part: Message) -> str:
    """Return the text of a part, its transfer encoding and charset undone."""
    found = part.get_payload(decode=True)
    data = found if isinstance(found, bytes) else b""
    charset = _charset(part)
    how = str(part.get("content-transfer-encoding", "")).strip().lower()
    if how in ("base64", "quoted-printable") or charset.startswith(("iso-2022", "utf-16")):
        return decoded(data, charset, "utf-8", "cp1252")
    return _mended(decoded(data, "utf-8", charset, "cp1252"), charset)


_OTHER_LETTERS = (
    "shift", "sjis", "x-sjis", "euc", "gb", "big5", "ks_c", "koi8", "windows-125", "iso-8859-5", "iso-8859-7",
    "iso-8859-2",
)  # fmt: skip


def _mended(text: str, charset: str) -> str:
    """Read anew what was kept as Western letters, byte for byte, though it says that it has others."""
    if text.isascii() or not charset.lower().startswith(_OTHER_LETTERS) or charset.lower() == "windows-1252":
        return text
    for kept in ("latin-1", "cp1252"):
        try:
            return text.encode(kept).decode(_WIDER.get(charset.lower(), charset))
        except (LookupError, UnicodeError):
            continue
    return text


def _charset(part: Message) -> str:
    return part.get_content_charset() or "utf-8"


_MAILTO = r"""(?is)<a\s[^<>]*href\s*=\s*["']?mailto:([^"'\s<>?]+)[^<>]*>((?:\s*<[a-z/][^<>]*>)*[^<>@]*)</a>"""
"""A link to an address whose words do not show it."""


def stripped_html(text: str) -> str:
    """Return the words of an HTML text, a line for each block."""
    from html import unescape

    text = pattern(r"(?is)<(?:style|script|head)\b[^>]*>.*?</(?:style|script|head)>").sub(" ", text)
    if "mailto:" in text.lower():
        text = pattern(_MAILTO).sub(lambda link: link.group(2) + f"&lt;{link.group(1)}&gt;", text)
    text = pattern(r"(?i)<(?:br|/p|/div|/tr|/li|/h\d|/td|/table|p|hr)\b[^>]*>").sub("\n", text)
    return unescape(pattern(r"<[a-zA-Z/!][^<>]*>").sub(" ", text))


def grouped(text: str) -> list[Fields]:
    """Return the field groups of a delivery report given as text (RFC 3464, 2.1)."""
    groups: list[Fields] = []
    current: Fields = {}
    name = ""
    for line in text.splitlines():
        if not line.strip():
            if current:
                groups.append(current)
            current, name = {}, ""
        elif line[0] in " \t" and name:
            current[name] += " " + line.strip()
        elif pattern(r"^[A-Za-z][A-Za-z-]{1,40}:").search(line):
            name, _, value = line.partition(":")
            name = name.strip().lower()
            if name in current and name in _OF_A_REPORT:
                groups.append(current)
                current = {}
            current[name] = value.strip()
        elif name:
            current[name] += " " + line.strip()
    return [*groups, current] if current else groups


def parts_of(part: Message) -> Iterator[Message]:
    """Yield the parts of a part; a mail that was encoded as a whole (RFC 2046, 5.2.1 forbids it) is decoded."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return
    how = str(part.get("content-transfer-encoding", "")).strip().lower()
    for each in (one for one in payload if isinstance(one, Message)):
        if part.get_content_type() == "message/rfc822" and how in ("base64", "quoted-printable") and not each.keys():
            each["Content-Transfer-Encoding"] = how
            found = each.get_payload(decode=True)
            yield email.message_from_bytes(found if isinstance(found, bytes) else b"")
        else:
            yield each


def _report(part: Message) -> list[Fields]:
    subs = list(parts_of(part))
    groups = [{k.lower(): raw_header(v) for k, v in sub.raw_items()} for sub in subs]
    raw = [sub.get_payload(decode=True) for sub in subs]
    stray = "\n\n".join(decoded(data, "utf-8") for data in raw if isinstance(data, bytes))
    return [group for group in groups if group] + grouped(stray)


def _is_bounce(part: Message) -> bool:
    if part.get_content_type() == "multipart/report":
        return True
    sender = str(part.get("from", "")).lower() + str(part.get("return-path", "x"))
    return any(word in sender for word in ("mailer-daemon", "postmaster", "<>", "mail delivery", "microsoftexchange"))


def _headers(part: Message) -> Fields:
    return {k.lower(): raw_header(v) for k, v in reversed(list(part.raw_items()))}


def _take(part: Message, found: Parts, depth: int) -> None:
    kind = part.get_content_type()
    found.kinds.add(kind)
    if depth > DEPTH:
        return
    if kind in ("message/delivery-status", "message/global-delivery-status"):
        found.groups += _report(part)
    elif kind == "message/disposition-notification":
        found.receipts += _report(part)
    elif kind in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
        inner = list(parts_of(part))
        if inner and _is_bounce(inner[0]) and not found.groups:
            found.headers.update(_headers(inner[0]))
            _take(inner[0], found, depth + 1)
        elif not found.original:
            raw = inner[0] if inner else email.message_from_string(payload_text(part))
            found.original = _headers(raw)
    elif part.is_multipart():
        for each in parts_of(part):
            _take(each, found, depth + 1)
    elif kind == "text/html":
        found.html.append(stripped_html(payload_text(part)))
    elif kind.startswith(("text/", "multipart/")):
        found.texts.append(payload_text(part))
    elif kind == "application/octet-stream" and not found.groups:  # a report that a mail program kept under no name
        said = payload_text(part)[:MOST_OF_A_REPORT]
        found.groups += grouped(said) if "final-recipient:" in said.lower() else []


_OPENED = r"(?m)^--([^\r\n]{1,120}?)[ \t]*\r?\n(?:[ \t]*\r?\n)?content-[a-z-]+:"


def _bounded_anew(message: Message, lines: str) -> Message:
    """Return a message of several parts whose boundary was lost, damaged or wrongly named, read by the one it shows."""
    if message.is_multipart() or message.get_content_maintype() == "message":
        return message
    found = pattern("(?i)" + _OPENED).search(sound(lines))
    head, _, body = lines.replace("\r\n", "\n").partition("\n\n")
    told = message.get_content_maintype() == "multipart"
    if not found or (not told and ("content-type" in message or not body.lstrip().startswith("--" + found.group(1)))):
        return message
    kind = message.get_content_type() if told else "multipart/mixed"
    kept = [f"{k}: {v}" for k, v in email.message_from_string(head).raw_items() if k.lower() != "content-type"]
    boundary = found.group(1).replace('"', "")
    made = "\n".join([*kept, f'Content-Type: {kind}; boundary="{boundary}"', "", body])
    return email.message_from_bytes(made.encode("utf-8", "surrogateescape"))


def taken_apart(text: str) -> Parts:
    """Take a message apart; never raises, what cannot be read is left out."""
    found = Parts()
    lines = bounded(text)
    if any("\ud800" <= letter < "\udc80" or "\udcff" < letter <= "\udfff" for letter in lines):
        lines = sound(lines)
    if lines.startswith((">From ", "From ")):
        lines = lines.partition("\n")[2]
    lines = head_mended(lines)
    try:
        message = _bounded_anew(email.message_from_bytes(lines.encode("utf-8", "surrogateescape")), lines)
        found.headers = _headers(message)
        _take(message, found, 0)
    except (LookupError, ValueError, RecursionError, AttributeError, TypeError, AssertionError):
        found.texts.append(sound(lines))
    return found
