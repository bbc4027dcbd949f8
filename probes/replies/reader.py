"""Decides what kind of text it is, and has it read; an admin's own rules go before those shipped."""

from __future__ import annotations

from probes.replies.clean import sound
from probes.replies.plain import read_plain
from probes.replies.reading import Reading
from probes.replies.rulebook import Matcher, notions, shipped
from probes.replies.ruled import Known

LONGEST_SENTENCE = 2000
"""A longer text is no dialog of a program, and not read by the notions that it is made of."""
UNSURE = 36
"""A reading by the rules that weighs no more is a mere hint; the notions say more."""


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
    from probes.replies import bounce

    whole = bounce.read_message(text, shipped())
    if whole is not None:
        return whole
    return _read_notions(sound(text))


def _read_notions(text: str) -> Reading:
    """Read a text by the rules, and by its notions where these say little and no server's code stands in it."""
    reading, weight = read_plain(text, shipped())
    coded = reading.reply_code is not None or reading.enhanced_code is not None
    if weight > (0 if coded else UNSURE) or len(text) > LONGEST_SENTENCE:
        return reading
    again, heavier = read_plain(text, notions())
    return again if heavier > weight else reading


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
