"""Finds reply codes and enhanced codes (RFC 5321, RFC 3463), never the digits of an address, a date or a version."""

# ruff: noqa: E501 - patterns read better whole

from __future__ import annotations

from probes.replies.clean import pattern

_BOTH = r"(?:^|[^\w.@/-])([245][0-5]\d|57[17]|59[17])[ \-:,;(]{1,3}(?:[a-z ]{0,12})?[#(\[]?([245]\.[0-7]\.\d{1,3})(?:[^\w.]|\.(?:[^\d]|$)|$)"
_ENHANCED = r"(^|[^\w.@-]|\d{3}-)([245]\.[0-7]\.\d{1,3})(?:[^\w.@]|\.(?:[^\d\w]|$)|$)"
_SAID = (
    r"(?:said|says|responded|responds|response|antwort|reponse|respuesta|risposta|returned|error code|error|"
    r"fehler|errore|erreur|code|reply|reason|smtp;|status|server error|failed with|data|>)\W{1,4}"
    r"(?:was |is |with |the |code |smtp |error |\(code |from server |of |protocol )*\W{0,3}([45][0-5]\d|57[17]|59[17])(?:[^\w.%]|\.\s|\.?$)"
)
_PLAIN = r"(?:^|[^\w.@/:,$%#+-]|[:=] ?|\()([245][0-5]\d|57[17]|59[17])(?:[- :,;)]|$)"
_NOT_BEFORE = (
    "port",
    "ports",
    "line",
    "version",
    "id",
    "byte",
    "bytes",
    "after",
    "pid",
    "tcp",
    "in",
    "size",
    "row",
    "at",
    "of",
    "than",
    "to",
)
_NOT_AFTER = (
    "byte",
    "kb",
    "mb",
    "ms",
    "second",
    "recipient",
    "message",
    "k ",
    "minute",
    "hour",
    "day",
    "bytes",
    "line",
    "mails",
    "mail ",
)
_NOUN = r"(?:recipient|message|mail|line)\b"
"""After a number that opens a text or what was said, one of these begins a sentence; nothing is counted by it."""
_MAKERS = (
    "version",
    "exim",
    "postfix",
    "sendmail",
    "outlook",
    "mail",
    "v",
    "ver",
    "rev",
    "release",
    "build",
    "openssl",
    "mailer",
    "php",
    "python",
)


def _maker_before(text: str, at: int) -> bool:
    words = text[max(0, at - 24) : at].lower().split()
    return bool(words) and words[-1].strip("(/:") in _MAKERS


def enhanced_code(text: str, reply: int | None = None) -> str | None:
    """Return the enhanced code that `text` names, that of the class of `reply` first; None where there is none."""
    kept: str | None = None
    if "." not in text:
        return None
    for found in pattern(_ENHANCED).finditer(text):
        code: str = found.group(2)
        if _maker_before(text, found.start(2)):
            continue
        if code[0] == str(reply)[0] or (reply is None and code[0] != "2"):
            return code
        kept = kept or code
    return kept if kept and kept[0] != "2" else None


def _opens(text: str, at: int) -> bool:
    return text[:at].rstrip()[-1:] in ("", ":", ">", '"', "'", "(")


def _plain_code(text: str) -> int | None:
    for found in pattern(_PLAIN).finditer(text):
        at = found.start(1)
        before = text[max(0, at - 14) : at].lower().replace(":", " ").replace("=", " ").split()
        after = text[found.end(1) : found.end(1) + 12].lower().strip()
        counted = after.startswith(_NOT_AFTER) and not (_opens(text, at) and pattern(_NOUN).match(after))
        if (before and before[-1].strip("(") in _NOT_BEFORE) or counted:
            continue
        if found.group(1)[0] == "2" and found.start(1) > 0:
            continue
        return int(found.group(1))
    return None


def codes(text: str) -> tuple[int | None, str | None]:
    """Return the reply code and the enhanced code of a text in one line; the pair that stands together wins.

    >>> codes("host mx.example.org[192.0.2.5] said: 550 5.1.1 <a@example.org>: no such user")
    (550, '5.1.1')
    """
    if "5" not in text and "4" not in text and "2" not in text:
        return None, None
    both = None
    low = text.lower()
    for found in pattern(_BOTH).finditer(low):
        if found.group(1)[0] == found.group(2)[0] and found.group(1)[0] != "2":
            both = int(found.group(1)), found.group(2)
            break
    if both:
        return both
    said = pattern(_SAID).search(low)
    reply = int(said.group(1)) if said else _plain_code(text)
    return reply, enhanced_code(text, reply)


def parsed_reply(lines: list[str]) -> tuple[int | None, str | None, str]:
    """Return code, enhanced code and text of one reply as a server sent it, several lines joined (RFC 5321, 4.2)."""
    reply: int | None = None
    enhanced: str | None = None
    texts: list[str] = []
    for line in lines:
        head, rest = line[:3], line[4:]
        if len(head) == 3 and head.isascii() and head.isdigit() and line[3:4] in ("", " ", "-"):
            reply = reply if reply is not None else int(head)
        else:
            rest = line
        found = pattern(r"^#?([245]\.\d{1,3}\.\d{1,3})(?:[ ,;:-]|$)").search(rest.strip())
        if found:
            enhanced = enhanced or found.group(1)
            rest = rest.strip()[len(found.group(0)) :]
        texts.append(rest.strip())
    return reply, enhanced, " ".join(t for t in texts if t)
