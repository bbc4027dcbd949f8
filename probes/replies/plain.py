"""Reads a text that is no mail message: the inside of a wrapper before it, and once more where that says little."""

from __future__ import annotations

from dataclasses import replace

from probes.causes import Cause, Confidence, RunnerUp
from probes.replies import codes, facts, quoted
from probes.replies.clean import Clean, clean, from_lines, pattern, rewrapped
from probes.replies.meant import OF_RECIPIENTS
from probes.replies.reading import WEIGHED, Reading
from probes.replies.rulebook import Matcher
from probes.replies.ruled import Known, permanent, quote_of, read_clean
from probes.replies.spelling import mended
from probes.replies.weighed import HEAVIEST, heavier

LONGEST_MENDED = 4000
"""A longer text that says nothing is not looked at for misspelt words."""
WEAK = 45
"""A reading that weighs no more is tried again with the misspelt words mended."""
QUOTED = 15
"""A quoted reply that weighs no more says less than the dialog around it."""
FIRM = 80
"""A dialog that says so much of itself means it, whatever it quotes."""

_NOT_OF_A_SENDER = OF_RECIPIENTS | {Cause.SPAM_OR_POLICY_REJECTED}
"""What a reply seems to say that a dialog names as the refusal of the sender."""
_OF_NAMES = frozenset((Cause.SERVER_NAME_WRONG, Cause.RECIPIENT_DOMAIN_INVALID, Cause.DNS_FAILURE, Cause.NO_ADDRESS))
_SAID_LOOSELY = {Cause.SENDER_NOT_ALLOWED: _NOT_OF_A_SENDER, **dict.fromkeys(_OF_NAMES, _OF_NAMES)}
"""What words cannot tell from a cause: whose name it is that was not found, for one, says who speaks and when."""


def _read_mended(made: Clean, matcher: Matcher) -> tuple[Reading, int, Clean] | None:
    """Return the reading of a text with its misspelt words mended, never sure, and that text; None for no such word."""
    words = mended(made.hay)
    if words is None:
        return None
    better = " ".join(words)
    text = from_lines([better])
    again, weight = read_clean(text, matcher)
    sure = Confidence.LIKELY if again.confidence is Confidence.CERTAIN else Confidence.POSSIBLE
    quote = _own_words(made.shown.split(" "), words, max(0, better.find(again.quote)), len(again.quote))
    hosts, addresses = facts.hosts(made.shown), facts.addresses(made.shown)
    return replace(again, confidence=sure, quote=quote, hosts=hosts, addresses=addresses), weight, text


def _own_words(theirs: list[str], words: list[str], start: int, size: int) -> str:
    """Return what the person wrote where `words`, joined by gaps, hold `size` letters from `start` on."""
    said = []
    at = 0
    for own, word in zip(theirs, words, strict=False):
        if at < start + size and at + len(word) > start:
            said.append(own)
        at += len(word) + 1
    return " ".join(said)


_HUMPS = r"([a-z])([A-Z])"
_ONE_WORD = r"(?i)start(tls)"
"""What is written like two words, and is one."""


def _parted(shown: str) -> str:
    """Return a text in which signs or capitals hold words together with them apart: mailbox_full, MailboxFull."""
    apart = shown.replace("_", " ")
    if pattern(r"[A-Z][a-z]+[A-Z][a-z]+[A-Z]|[a-z][A-Z][a-z]+[A-Z]").search(apart):
        apart = pattern(_HUMPS).sub(r"\1 \2", pattern(_ONE_WORD).sub(r" starttls ", apart))
    return apart


def _read_parted(made: Clean, apart: str, matcher: Matcher, known: Known | None) -> tuple[Reading, int]:
    """Return the reading of a text with its words `apart`, and what the person wrote as its quote."""
    again, weight = read_clean(from_lines([apart]), matcher, known)
    places = [at for at, letter in enumerate(made.shown) if letter not in " _"]
    wanted = again.quote.replace(" ", "").lower()
    at = "".join(made.shown[place] for place in places).lower().find(wanted)
    quote = made.shown[places[at] : places[at + len(wanted) - 1] + 1] if wanted and at >= 0 else again.quote
    return replace(again, quote=quote), weight


def _said_around(around: str, whole: Reading, matcher: Matcher) -> Reading:
    known = Known(whole.reply_code, whole.enhanced_code, whole.stage)
    return read_clean(from_lines([around]), matcher, known)[0]


def _read_quoted(made: Clean, whole: Reading, weight: int, matcher: Matcher) -> tuple[Reading, int] | None:
    """Return the reading of the reply that a dialog quotes, where the dialog's own words would decide without it."""
    parts = quoted.reply(made.shown) if weight < FIRM else None
    if parts is None and weight <= WEAK:
        parts = quoted.coded(made.shown)
    if parts is None:
        return None
    said, around = parts
    if whole.rule and whole.quote in said:
        return None
    code, enhanced = codes.codes(said)
    inner, heavy = read_clean(from_lines([said]), matcher, Known(code or whole.reply_code, enhanced, whole.stage))
    if heavy <= QUOTED or inner.rule == whole.rule or (whole.rule and not inner.failure):
        return None
    if whole.cause is Cause.SENDER_NOT_ALLOWED and inner.cause in _NOT_OF_A_SENDER:
        return None
    if heavy <= weight and _said_around(around, whole, matcher).cause is not whole.cause:
        return None
    return replace(inner, hosts=whole.hosts, addresses=whole.addresses, software=whole.software), heavy


def _weighed(text: Clean, own: str, reading: Reading, weight: int) -> Reading:
    """Return `reading`, or what the words of the text speak for where that is clearly something else.

    `own` is the text as the person wrote it.
    """
    found = heavier(text.hay, reading.cause, weight)
    if found is None or found.cause in _SAID_LOOSELY.get(reading.cause, ()):
        return reading
    others = tuple(each for each in reading.runners_up if each.cause is not found.cause)
    if reading.confidence is Confidence.CERTAIN:
        doubt = RunnerUp(found.cause, Confidence.POSSIBLE)
        return replace(reading, confidence=Confidence.LIKELY, runners_up=(doubt, *others))
    start, end = (len(text.hay[:at].encode()) for at in (found.start, found.end))
    quote = quote_of(text, start, end)
    words, theirs = text.shown.split(" "), own.split(" ")
    if len(words) == len(theirs):
        quote = _own_words(theirs, words, text.shown.find(quote), len(quote))
    before = (RunnerUp(reading.cause, Confidence.POSSIBLE),) if weight else ()
    return replace(
        reading,
        cause=found.cause,
        confidence=Confidence.POSSIBLE,
        quote=quote,
        rule=WEIGHED,
        permanent=permanent(None, reading.reply_code, reading.enhanced_code),
        runners_up=(*before, *others),
    )


def read_plain(text: str, matcher: Matcher, known: Known | None = None) -> tuple[Reading, int]:
    """Read a text that is no mail message by the rules, and by the weight of its words where no rule is sure."""
    made = clean(text)
    reading, weight, read = _by_rules(text, made, matcher, known)
    if matcher.weighs and known is None and reading.failure and weight <= HEAVIEST:
        reading = _weighed(read, made.shown, reading, weight)
    return reading, weight


def _by_rules(text: str, made: Clean, matcher: Matcher, known: Known | None) -> tuple[Reading, int, Clean]:
    """Read a text by the rules, once more with its words mended or joined where they say little; and what was read."""
    reading, weight = read_clean(made, matcher, known)
    if known is None and (inner := _read_quoted(made, reading, weight, matcher)):
        return *inner, made
    read = made
    if weight <= WEAK and len(made.hay) <= LONGEST_MENDED and (apart := _parted(made.shown)) != made.shown:
        parted = _read_parted(made, apart, matcher, known)
        reading, weight = parted if parted[1] > weight + 8 else (reading, weight)
    if weight <= WEAK and known is None and 8 < len(made.hay) <= LONGEST_MENDED:
        better = _read_mended(made, matcher)
        reading, weight, read = better if better and better[1] > weight + 8 else (reading, weight, made)
    if len(made.lines) == 1 or len(made.hay) > 5000:
        return reading, weight, read
    joined = rewrapped(text)
    if joined is None and weight > 30 and reading.confidence is not Confidence.POSSIBLE:
        return reading, weight, read
    sure = 10 if joined and len(made.lines) > 2 else 0
    joined = joined or "".join(line if len(line) > 15 else line + " " for line in made.lines)
    whole = clean(joined)
    again, more = read_clean(whole, matcher, known)
    return (again, more, whole) if more + sure > weight else (reading, weight, read)
