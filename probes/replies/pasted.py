"""Makes what was pasted whole again: quoting signs, lost lines, heads whose fields or labels came apart."""

from __future__ import annotations

from urllib.parse import unquote

from probes.replies import pasted_words as words
from probes.replies.clean import pattern

FIELD = r"^[A-Za-z][A-Za-z0-9-]{1,40}:(?:[ \t].*|$)"
KNOWN = frozenset(
    (  # noqa: SIM905 - a list of words
        "received return-path from to subject date message-id mime-version content-type delivered-to auto-submitted cc"
        " x-failed-recipients reply-to sender content-transfer-encoding x-mailer precedence envelope-to references"
        " in-reply-to authentication-results dkim-signature arc-seal von an betreff datum"
    ).split()
)
HEAD_LINES = 120
"""Lines in which the head of a mail is mended."""
LONGESTFIELD = 3
"""Lines that go on a field, of which a paste may have lost the gap at the beginning."""


def head_mended(lines: str) -> str:
    """Give lines that go on a header field their gap again, where a paste lost it: the head would end at the first."""
    head = lines.replace("\r\n", "\n").split("\n", HEAD_LINES)
    at, mended = 0, False
    while at < len(head) and head[at].strip():
        run = at
        while (
            run < len(head)
            and head[run].strip()
            and head[run][0] not in " \t-"
            and not pattern(FIELD).search(head[run])
        ):
            run += 1
        if run == at:
            at += 1
            continue
        if not at or run - at > LONGESTFIELD or run == len(head) or not _is_field(head[run]):
            break
        head[at:run] = [" " + line for line in head[at:run]]
        at, mended = run, True
    return "\n".join(head) if mended else lines


def _is_field(line: str) -> bool:
    name = line.partition(":")[0].lower()
    return (name in KNOWN or name.startswith("x-")) and bool(pattern(FIELD).search(line))


def unquoted(text: str) -> str:
    """Take off the quoting signs where the whole paste is quoted."""
    lines = text.lstrip("\ufeff\r\n \t").splitlines()
    told = [line for line in lines[:60] if line.strip()]
    if len(told) > 3 and all(line.lstrip().startswith((">", "|")) for line in told):
        return "\n".join(line.lstrip().removeprefix(">").removeprefix("|").removeprefix(" ") for line in lines)
    return text.lstrip("\ufeff\r\n")


def in_lines(text: str) -> str:
    """Return a bounce whose lines were lost, or a head whose labels stand on lines of their own, in lines again."""
    if "@" in text and any(len(line) > words.LONG_LINE and "@" in line for line in text.split("\n", 200)[:200]):
        text = pattern(words.NEXT_ADDRESS).sub(r"\1\n\2\n", pattern(words.ANOTHER_ADDRESS).sub(r"\n\1\n\2", text))
        text = pattern(words.NEXT_LINE).sub(r"\n\1", text)
    if len(pattern(words.LONE_LABEL).findall(text)) > 1:
        text = pattern(words.LONE_LABEL).sub(r"\1: \2", text)
    return text


def addresses_mended(human: str) -> str:
    """Return a text whose addresses are whole: over two lines, with a word for the sign, within one of Exchange's."""
    if "<" in human:
        human = pattern(words.APART).sub(r"<\1>", human)
        human = pattern(words.BROKEN).sub(r"<\1\2\3\4", human)
    if " at " in human or "at)" in human or "at]" in human or "at}" in human:
        human = pattern(words.AT_IN_BRACKETS).sub(r"\1@\2", pattern(words.AT).sub(r"\1@\2", human))
    if "IMCEASMTP-" in human:
        human = pattern(words.WRAPPED).sub(lambda found: unquote(found.group(1).replace("+", "%")), human)
    return human
