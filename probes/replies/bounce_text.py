"""Finds the recipients in bounces that are written for people: qmail, Exim, Sendmail, Exchange and many others."""

from __future__ import annotations

from probes.replies import bounce_words as words
from probes.replies.clean import folding, pattern, straightened, unwrapped
from probes.replies.facts import addresses
from probes.replies.message import Fields, grouped

MOST_LINES = 3000
"""Lines of a bounce in which recipients are looked for."""


def is_reply_subject(subject: str) -> bool:
    """Return whether a subject is that of an automatic answer or a receipt."""
    return bool(pattern(words.REPLY_SUBJECT).search(subject))


def is_delay(subject: str, human: str) -> bool:
    """Return whether a bounce only says that the mail waits."""
    if pattern(r"(?i)\(delay\)|delayed|^warning: |verz.gert|warning: could not send").search(subject):
        return True
    return bool(pattern(words.DELAY).search(human)) and not pattern(words.GIVEN_UP).search(subject + "\n" + human)


def looks_bounced(text: str) -> bool:
    """Return whether the words of a bounce occur in a text of some lines."""
    if text.count("\n") < 2 and len(text) < 250:
        return False
    low = straightened(text[:20000]).lower().translate(folding())
    return any(mark in low for mark in words.MARKS)


def without_copy(text: str) -> str:
    """Cut off the copy of the message that came back, unless nothing else would be left."""
    found = pattern(words.COPY).search(text)
    if found and len(text[: found.start()].strip()) > 60:
        return text[: found.start()]
    return text


def inline_groups(text: str) -> list[Fields]:
    """Return the groups of a delivery report that stands in a text as text."""
    low = text.lower()
    if "final-recipient" not in low and "original-recipient" not in low:
        return []
    text = "\n".join(line.strip("> |*").rstrip() if line[:1] not in " \t" else line for line in text.splitlines())
    groups = []
    for group in grouped(text):
        if "final-recipient" in group or "original-recipient" in group:
            groups.append(group)
        elif groups and ("diagnostic-code" in group or "status" in group) and "diagnostic-code" not in groups[-1]:
            groups[-1] = {**group, **groups[-1]}
    return groups


def _usable(address: str, excluded: tuple[str, ...]) -> bool:
    low = address.lower().strip(".")
    if low in (e.lower() for e in excluded) or low.startswith(words.NOBODY):
        return False
    domain = low.rpartition("@")[2]
    return not pattern(r"^[\w.$-]{20,}@.*(?:prod\.outlook\.com|local|mail\.gmail\.com)$|^\d{8,}\.|^20\d{12}").search(
        low
    ) and bool(domain)


def recipients(human: str, excluded: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the recipients that a bounce written for people names, each with the lines that stand with it."""
    lines = straightened(unwrapped(human)).splitlines()[:MOST_LINES]
    found: list[tuple[str, list[str]]] = []
    open_block = False
    for line in lines:
        start = _recipient_line(line, excluded)
        if start:
            address, rest = start
            found.append((address, [rest] if rest else []))
            open_block = True
        elif found and open_block:
            if line.strip():
                found[-1][1].append(line.strip())
            elif found[-1][1]:
                open_block = False
    if found:
        merged: dict[str, tuple[str, list[str]]] = {}
        for address, said in found:
            merged.setdefault(address.lower(), (address, []))[1].extend(said)
        return [(address, "\n".join(said)) for address, said in merged.values()]
    text = " ".join(" ".join(lines).split())
    for each in words.INLINE:
        seen: dict[str, str] = {}
        for match in pattern("(?i)" + each).finditer(text):
            if _usable(match.group(1), excluded):
                seen.setdefault(match.group(1).strip(".").lower(), match.group(1).strip("."))
        if seen:
            return [(address, "") for address in list(seen.values())[:20]]
    return []


def _recipient_line(line: str, excluded: tuple[str, ...]) -> tuple[str, str] | None:
    if "@" not in line or len(line) > 2000:
        return None
    low = line.lstrip("> \t").lower()
    if low.startswith(
        (
            "from:",
            "von:",
            "sender:",
            "reply-to:",
            "message-id:",
            "de :",
            "de:",
            "da:",
            "cc:",
            "subject:",
            "return-path:",
            "reporting-mta",
            "x-",
        )
    ):
        return None
    for each in words.LINES:
        match = pattern("(?i)" + each).search(line)
        if match and _usable(match.group(1), excluded):
            return match.group(1).strip("."), (match.group(2) or "").strip()
    return None


def beside(human: str, known: tuple[str, ...]) -> str:
    """Return what a bounce of several recipients says to all of them: the text without the lines of each."""
    lows = tuple(address.lower() for address in known)
    lines = human.splitlines()[:MOST_LINES]
    return "\n".join(line for line in lines if "@" not in line or not any(low in line.lower() for low in lows))


def lone(human: str, excluded: tuple[str, ...]) -> list[str]:
    """Return the only address that a bounce names, where it names one."""
    named = [a for a in dict.fromkeys(x.lower() for x in addresses(human)) if _usable(a, excluded)]
    return named[:1] if len(named) == 1 else []
