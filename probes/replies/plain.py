"""Reads one text that is no mail message: words before codes, the inside of a wrapper before the wrapper."""

from __future__ import annotations

from dataclasses import dataclass, replace

from probes.causes import Cause, Confidence, RunnerUp
from probes.replies import codes, facts, quoted
from probes.replies.clean import Clean, clean, from_lines, pattern, rewrapped
from probes.replies.meant import OF_RECIPIENTS, contradicted, said_further_on, said_live, said_of_another
from probes.replies.providers import provider_of
from probes.replies.reading import Reading
from probes.replies.rulebook import NEAR, Context, Match, Matcher
from probes.replies.spelling import mended

LONGEST_MENDED = 4000
"""A longer text that says nothing is not looked at for misspelt words."""
WEAK = 45
"""A reading that weighs no more is tried again with the misspelt words mended."""
QUOTED = 15
"""A quoted reply that weighs no more says less than the dialog around it."""
FIRM = 80
"""A dialog that says so much of itself means it, whatever it quotes."""
RIVAL = 22
"""One that weighs at most this much less takes the certainty away."""

_SURE_WITHOUT_CODE = frozenset(
    (
        Cause.OK,
        Cause.NOT_A_FAILURE,
        Cause.SERVER_NAME_WRONG,
        Cause.STARTTLS_NOT_OFFERED,
        Cause.CERTIFICATE_EXPIRED,
        Cause.CERTIFICATE_NAME_MISMATCH,
        Cause.CERTIFICATE_SELF_SIGNED,
    )
)
"""What a program finds out by itself; of all else a server speaks, and its words without its code are not certain."""

_NOT_OF_A_SENDER = OF_RECIPIENTS | {Cause.SPAM_OR_POLICY_REJECTED}
"""What a reply seems to say that a dialog names as the refusal of the sender."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows of a text already; it wins over what the text shows.

    `live` is true of a reply that we heard ourselves, `bounced` of what a mail system says of a
    mail that failed on its way.
    """

    reply_code: int | None = None
    enhanced_code: str | None = None
    stage: str | None = None
    host: str | None = None
    live: bool = False
    bounced: bool = False


def _quote(text: Clean, best: Match, code: int | None, enhanced: str | None) -> str:
    if best.end <= best.start:
        shown = text.shown
        needle = enhanced or (str(code) if code else "")
        at = shown.find(needle) if needle else 0
        at = max(at, 0)
        return shown[at : at + 160].strip()
    start, end = best.start, best.end
    left = max(text.data.rfind(b". ", 0, start), text.data.rfind(b": ", 0, start), text.data.rfind(b"; ", 0, start))
    left = left + 2 if left >= 0 and start - left < 80 else start
    right = min(
        (at for mark in (b". ", b"; ", b" (in reply") if (at := text.data.find(mark, end)) >= 0), default=end + 80
    )
    right = right + 1 if right - end < 80 else end
    while left == start and start > 0 and text.data[start - 1 : start].isalnum():
        left -= 1
        start -= 1
    while right < len(text.data) and right == end and text.data[right : right + 1].isalnum():
        right += 1
        end += 1
    return text.cut(left, right).strip()


def _permanent(best: Match | None, code: int | None, enhanced: str | None) -> bool | None:
    if best and best.rule.permanent is not None:
        return best.rule.permanent
    if code and code >= 400:
        return code >= 500
    if enhanced and enhanced[0] in "45":
        return enhanced[0] == "5"
    return None


def read_clean(text: Clean, matcher: Matcher, known: Known | None = None) -> tuple[Reading, int]:
    """Return the reading of a clean text and the weight of the rule that decided it (0 where none did)."""
    known = known or Known()
    found, software = matcher.candidates(text)
    code, enhanced = known.reply_code, known.enhanced_code
    if code is None and enhanced is None:
        code, enhanced = codes.codes(text.shown)
    elif enhanced is None:
        enhanced = codes.enhanced_code(text.shown, code)
    stage = known.stage or facts.stage(text.hay)
    providers = set(software)
    hosts = facts.hosts(text.shown)
    for host in (known.host, *hosts):
        if provider := provider_of(host):
            providers.add(provider)
    context = Context(code, enhanced, stage, frozenset(providers))
    matches = matcher.matches(text, found, context)
    if known.live:
        matches = said_live(matches, known.stage)
    if known.bounced:
        matches = said_further_on(matches)
    elif code is not None and text.shown.startswith(str(code)):
        matches = said_of_another(matches)
    made_by = ", ".join(sorted(software)) or None
    if not matches:
        return (
            Reading(
                permanent=_permanent(None, code, enhanced),
                reply_code=code,
                enhanced_code=enhanced,
                stage=stage,
                hosts=hosts,
                addresses=facts.addresses(text.shown),
                software=made_by,
            ),
            0,
        )
    reading = _reading(text, matches, context, hosts, made_by)
    if known.live and reading.confidence is Confidence.CERTAIN and contradicted(reading):
        reading = replace(reading, confidence=Confidence.LIKELY)
    return reading, matches[0].rule.weight


def _reading(
    text: Clean, matches: list[Match], context: Context, hosts: tuple[str, ...], software: str | None
) -> Reading:
    best = matches[0]
    rule = best.rule
    runners: dict[Cause, Confidence] = {}
    confidence = rule.confidence
    for match in matches[1:]:
        if match.rule.cause is rule.cause:
            continue
        if match.rule.weight >= rule.weight - RIVAL and confidence is Confidence.CERTAIN:
            confidence = Confidence.LIKELY
        if match.rule.weight >= rule.weight - NEAR:
            runners.setdefault(match.rule.cause, Confidence.POSSIBLE)
    for cause in rule.also:
        runners.setdefault(cause, Confidence.POSSIBLE)
    coded = context.reply_code is not None or context.enhanced_code is not None
    if confidence is Confidence.CERTAIN and not coded and rule.cause not in _SURE_WITHOUT_CODE:
        confidence = Confidence.LIKELY
    failure = rule.cause not in (Cause.OK, Cause.NOT_A_FAILURE)
    return Reading(
        cause=rule.cause,
        confidence=confidence,
        failure=failure,
        permanent=_permanent(best, context.reply_code, context.enhanced_code) if failure else None,
        reply_code=context.reply_code,
        enhanced_code=context.enhanced_code,
        stage=rule.stage or context.stage,
        quote=_quote(text, best, context.reply_code, context.enhanced_code),
        rule=rule.name,
        runners_up=tuple(RunnerUp(cause, sure) for cause, sure in runners.items()),
        hosts=hosts,
        addresses=facts.addresses(text.shown),
        software=software,
    )


def _read_mended(made: Clean, matcher: Matcher) -> tuple[Reading, int] | None:
    """Return the reading of a text with its misspelt words mended, never sure; None where that says no more."""
    words = mended(made.hay)
    if words is None:
        return None
    better = " ".join(words)
    again, weight = read_clean(from_lines([better]), matcher)
    if not weight:
        return None
    sure = Confidence.LIKELY if again.confidence is Confidence.CERTAIN else Confidence.POSSIBLE
    quote = _own_words(made.shown.split(" "), words, max(0, better.find(again.quote)), len(again.quote))
    hosts, addresses = facts.hosts(made.shown), facts.addresses(made.shown)
    return replace(again, confidence=sure, quote=quote, hosts=hosts, addresses=addresses), weight


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


def read_plain(text: str, matcher: Matcher, known: Known | None = None) -> tuple[Reading, int]:
    """Read a text that is no mail message; where nothing is found, once more with its broken words joined."""
    made = clean(text)
    reading, weight = read_clean(made, matcher, known)
    if known is None and (inner := _read_quoted(made, reading, weight, matcher)):
        return inner
    if weight <= WEAK and len(made.hay) <= LONGEST_MENDED and (apart := _parted(made.shown)) != made.shown:
        parted = _read_parted(made, apart, matcher, known)
        reading, weight = parted if parted[1] > weight + 8 else (reading, weight)
    if weight <= WEAK and known is None and 8 < len(made.hay) <= LONGEST_MENDED:
        better = _read_mended(made, matcher)
        reading, weight = better if better and better[1] > weight + 8 else (reading, weight)
    if len(made.lines) == 1 or len(made.hay) > 5000:
        return reading, weight
    joined = rewrapped(text)
    if joined is None and weight > 30 and reading.confidence is not Confidence.POSSIBLE:
        return reading, weight
    sure = 10 if joined and len(made.lines) > 2 else 0
    joined = joined or "".join(line if len(line) > 15 else line + " " for line in made.lines)
    again, heavier = read_clean(clean(joined), matcher, known)
    return (again, heavier) if heavier + sure > weight else (reading, weight)
