"""Finds the recipients in bounces that are written for people: qmail, Exim, Sendmail, Exchange and many others."""

from __future__ import annotations

from probes.replies import bounce_words as words
from probes.replies.clean import folding, pattern, straightened, unwrapped
from probes.replies.facts import addresses
from probes.replies.message import Fields, grouped
from probes.replies.pasted import addresses_mended

MOST_LINES = 3000
"""Lines of a bounce in which recipients are looked for."""


def is_reply_subject(subject: str) -> bool:
    """Return whether a subject is that of an automatic answer or a receipt."""
    return bool(pattern(words.REPLY_SUBJECT).search(subject))


def is_delay(subject: str, human: str) -> bool:
    """Return whether a bounce only says that the mail waits."""
    told = subject.partition(":")[0] if pattern(words.SUBJECT_OF_ANOTHER).search(subject) else subject
    if pattern(words.DELAYED_SUBJECT).search(told):
        return True
    if still_waits(human):
        return True
    return bool(pattern(words.DELAY).search(human)) and not pattern(words.GIVEN_UP).search(subject + "\n" + human)


def still_waits(human: str) -> bool:
    """Return whether a bounce says in so many words that it goes on trying."""
    return bool(pattern(words.STILL_WAITING).search(human))


def marked(text: str) -> bool:
    """Return whether the words of a bounce occur in a text."""
    low = " ".join(straightened(text[:20000]).lower().translate(folding()).split())
    return any(mark in low for mark in words.MARKS)


def looks_bounced(text: str) -> bool:
    """Return whether the words of a bounce occur in a text of some lines, or its usual words beside an address."""
    if text.count("\n") < 2 and len(text) < 250:
        return "@" in text and bool(pattern(words.SHORT).search(text))
    return marked(text) or names_whom(text)


def names_whom(text: str) -> bool:
    """Return whether a text names recipients below a line that says so, in any language, and a code beside it."""
    if "@" not in text or not pattern(words.CODE).search(text):
        return False
    return bool(pattern(words.BELOW_NAMED).search(straightened(text[:20000]).lower().translate(folding())))


def stage_said(text: str) -> str | None:
    """Return the stage at which the words of a mail system say that a mail failed, else None."""
    for stage, said in words.STAGES:
        if pattern(said).search(text):
            return stage
    return None


def named_in(text: str) -> list[str]:
    """Return the addresses that a mail's own head names as its recipients, where it stands in a text."""
    return _echoed(text.splitlines()[:MOST_LINES], ())


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


def sent_to(text: str) -> tuple[str, ...]:
    """Return to whom a bounce went that somebody forwards as text: its sender's address, which is no recipient."""
    found = pattern(words.FORWARDED).search(text)
    if not found:
        return ()
    for line in text[found.end() :].splitlines()[:8]:
        told = pattern(words.SENT_TO).search(line)
        if told:
            return addresses(told.group(1))
    return ()


def _usable(address: str, excluded: tuple[str, ...], named: bool = False) -> bool:
    """Return whether an address may be a recipient; one of a help desk where it is `named` as one."""
    low = address.lower().strip(".")
    if low in (e.lower() for e in excluded) or (low.startswith(words.NOBODY) and not named):
        return False
    domain = low.rpartition("@")[2]
    return not pattern(r"^[\w.$-]{20,}@.*(?:prod\.outlook\.com|local|mail\.gmail\.com)$|^\d{8,}\.|^20\d{12}").search(
        low
    ) and bool(domain)


def recipients(human: str, excluded: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the recipients that a bounce written for people names, each with the lines that stand with it."""
    human = addresses_mended(straightened(unwrapped(human)))
    lines = human.splitlines()[:MOST_LINES]
    if "*" in human:
        lines = [pattern(words.BOLD).sub(r"\1\2", line) for line in lines]
    signed = next((at for at, line in enumerate(lines) if pattern(words.SIGNED).search(line)), len(lines))
    named = _merged(lines[:signed], excluded)
    if not named:
        found = _ended(lines[:signed], excluded) or _inline(lines[:signed], excluded)
        named = [(address, "") for address in found]
    below = [line for line in lines[signed:] if named and pattern(words.SURELY).search(line)]
    named += _merged(below, excluded)
    named = named or _merged(lines[signed:], excluded) or [(a, "") for a in _echoed(lines, excluded)]
    if not named and excluded:  # somebody who writes to themselves
        named = _merged([line for line in lines if pattern(words.SURELY).search(line) or _labelled(line)], ())
    return named


def _labelled(line: str) -> bool:
    return len(line) < 300 and bool(pattern("(?i)" + words.LINES[words.LABELLED]).search(line))


def _merged(lines: list[str], excluded: tuple[str, ...]) -> list[tuple[str, str]]:
    merged: dict[str, tuple[str, list[str]]] = {}
    for address, said in _blocks(lines, excluded):
        merged.setdefault(address.lower(), (address, []))[1].extend(said)
    return [(address, "\n".join(said)) for address, said in merged.values()]


def nameless(human: str, sender: str) -> list[str]:
    """Return the members that AOL names without their domain, which is that of the bounce's own sender."""
    domain = sender.rpartition("@")[2].strip('<>" ').lower()
    if not domain.endswith("aol.com"):
        return []
    lines = human.splitlines()[:MOST_LINES]
    text = " ".join(human.split())
    said = pattern(words.NAMELESS).search(text) or any(line.rstrip().endswith(":") for line in lines)
    bare = [line.strip() for line in lines if pattern(r"^[ \t]+[\w.-]{3,40}$").search(line)]
    return [f"{name}@{domain}" for name in bare] if said else []


def _blocks(lines: list[str], excluded: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """Return each line that is about a recipient, with those that follow it up to an empty one.

    Where some are as Postfix and qmail write them, those of which nothing is said are of a signature or of help.
    """
    found: list[tuple[str, list[str]]] = []
    surely: list[str] = []
    open_block, in_dialogue, sender = False, False, False
    for line in lines:
        start = None if sender and line.strip() else _recipient_line(line, excluded)
        if start and open_block and pattern(words.ORIGINAL).search(line):
            start = None
        if not start and not open_block and "@" in line:
            start = _generated(line, excluded)
        if open_block and not start and in_dialogue and pattern(words.TRANSCRIPT).search(line):
            open_block = False
        if start:
            address, rest = start
            others, rest = _more(rest, excluded)
            found += [(each, [rest] if rest else []) for each in (address, *others)]
            if pattern(words.SURELY).search(line):
                surely.append(address)
            open_block, in_dialogue = True, bool(pattern(r"\.\.\. \S").search(line))
        elif found and open_block:
            if line.strip():
                found[-1][1].append(line.strip())
            elif found[-1][1] and not found[-1][1][-1].endswith(":"):
                open_block = False
        if line.strip():
            sender = bool(pattern(words.SENDER).search(line))
    if any(said for address, said in found if address in surely):
        return [(address, said) for address, said in found if said or address in surely]
    return found


def _more(rest: str, excluded: tuple[str, ...]) -> tuple[list[str], str]:
    """Return the recipients that stand on the same line as one, and what is left of the line."""
    others: list[str] = []
    while match := pattern("(?i)" + words.MORE).search(" " + rest) if "@" in rest else None:
        if _usable(match.group(1), excluded):
            others.append(match.group(1).strip("."))
        rest = (match.group(2) or "").strip()
    return others, rest


def _ended(lines: list[str], excluded: tuple[str, ...]) -> list[str]:
    found: dict[str, str] = {}
    for line in lines:
        match = pattern("(?i)" + words.ENDS).search(line) if "@" in line and len(line) < 300 else None
        if (
            match
            and _usable(match.group(2), excluded, named=True)
            and not pattern(words.NOT_ENDS).search(match.group(1))
        ):
            found.setdefault(match.group(2).lower(), match.group(2).strip("."))
    return list(found.values())


def _inline(lines: list[str], excluded: tuple[str, ...]) -> list[str]:
    text = " ".join(" ".join(lines).split())
    for number, each in enumerate(words.INLINE):
        seen: dict[str, str] = {}
        for match in pattern("(?i)" + each).finditer(text):
            asked = pattern(words.ASK).search(text[max(0, match.start(1) - 60) : match.start(1)])
            if not asked and _usable(match.group(1), excluded, named=number < words.NAMING_SENTENCES):
                others, _ = _more(text[match.end(1) : match.end(1) + 500].lstrip("'\")>"), excluded)
                for one in (match.group(1).strip("."), *others):
                    seen.setdefault(one.lower(), one)
        if seen:
            return list(seen.values())[:20]
    return []


def _echoed(lines: list[str], excluded: tuple[str, ...]) -> list[str]:
    found: dict[str, str] = {}
    for line in lines:
        match = pattern("(?i)" + words.ECHOED).search(line) if "@" in line and len(line) < 2000 else None
        if match and _usable(match.group(1), excluded):
            found.setdefault(match.group(1).lower(), match.group(1).strip("."))
    return list(found.values())[:20]


_NOT_RECIPIENTS = (
    "from:", "von:", "sender:", "reply-to:", "message-id:", "de :", "de:", "da:", "to:", "an:", "à :", "a:", "para:",
    "aan:", "per:", "cc:", "subject:", "return-path:", "reporting-mta", "x-",
)  # fmt: skip


def _generated(line: str, excluded: tuple[str, ...]) -> tuple[str, str] | None:
    match = pattern("(?i)" + words.GENERATED).search(line) if len(line) < 300 else None
    return (match.group(1).strip("."), "") if match and _usable(match.group(1), excluded) else None


def _recipient_line(line: str, excluded: tuple[str, ...]) -> tuple[str, str] | None:
    line = line.lstrip("> \t|")
    if "@" not in line or len(line) > 2000 or line.lower().startswith(_NOT_RECIPIENTS):
        return None
    for number, each in enumerate(words.LINES):
        match = pattern("(?i)" + each).search(line)
        if match and _usable(match.group(1), excluded, named=number in words.NAMING):
            before = line[: match.start(1)].strip(" \t<'\"")
            if number == words.SENTENCE and pattern(words.NOT_ENDS).search(before):
                continue
            telling = before if pattern(words.TELLING).search(before) else ""
            return match.group(1).strip("."), f"{telling} {(match.group(2) or '').strip()}".strip()
    return None


def beside(human: str, known: tuple[str, ...]) -> str:
    """Return what a bounce of several recipients says to all of them: the text without the lines of each."""
    lows = tuple(address.lower() for address in known)
    kept: list[str] = []
    theirs = False
    for line in human.splitlines()[:MOST_LINES]:
        if "@" in line and any(low in line.lower() for low in lows):
            theirs = True
        elif not line.strip():
            theirs = False
        if not theirs:
            kept.append(line)
    return "\n".join(kept)


def in_return_path(sent_to: tuple[str, ...]) -> list[str]:
    """Return the recipient that a list wrote into the address to which its bounces go (VERP: `list+ann=x.org@...`)."""
    for address in sent_to:
        found = pattern(words.VERP).search(address.rpartition("@")[0])
        if found:
            return [f"{found.group(1)}@{found.group(2)}"]
    return []


def lone(human: str, excluded: tuple[str, ...]) -> list[str]:
    """Return the only address that a bounce names, where it names one."""
    named = [a for a in dict.fromkeys(x.lower() for x in addresses(human)) if _usable(a, excluded)]
    return named[:1] if len(named) == 1 else []
