"""Decides what kind of text it is, and has it read; an admin's own rules go before those shipped."""

from __future__ import annotations

from probes.replies.clean import sound
from probes.replies.plain import Known, read_plain
from probes.replies.reading import Reading
from probes.replies.rulebook import Matcher, shipped


def read_with(text: str, matcher: Matcher) -> Reading:
    """Read any text by the rules of one matcher alone."""
    from probes.replies import bounce

    whole = bounce.read_message(text, matcher)
    if whole is not None:
        return whole
    return read_plain(sound(text), matcher)[0]


def read_text(text: str, own: Matcher | None = None) -> Reading:
    """Read any text; see `probes.replies.read`."""
    if own is not None:
        reading = read_with(text, own)
        if reading.rule is not None:
            return reading
    return read_with(text, shipped())


def read_live(  # noqa: PLR0917 - as `read_reply`, which names them
    code: int, text: str, stage: str, enhanced: str | None, host: str | None, own: Matcher | None = None
) -> Reading:
    """Read a live reply; see `probes.replies.read_reply`."""
    text = sound(text)
    known = Known(code, enhanced, stage, host, live=code >= 400)
    if own is not None:
        reading, weight = read_plain(text, own, known)
        if weight:
            return reading
    return read_plain(text, shipped(), known)[0]
