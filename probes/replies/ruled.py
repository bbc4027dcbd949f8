"""Reads one clean text by the rules: words before codes, and how sure they make."""

from __future__ import annotations

from dataclasses import dataclass, replace

from probes.causes import Cause, Confidence, RunnerUp
from probes.replies import codes, facts
from probes.replies.clean import Clean
from probes.replies.meant import contradicted, said_further_on, said_live, said_of_another
from probes.replies.providers import provider_of
from probes.replies.reading import Reading
from probes.replies.rulebook import NEAR, Context, Match, Matcher

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


def quote_of(text: Clean, start: int, end: int, code: int | None = None, enhanced: str | None = None) -> str:
    """Return the words between two byte places of a text with the rest of their sentence; without a place, the code."""
    if end <= start:
        shown = text.shown
        needle = enhanced or (str(code) if code else "")
        at = shown.find(needle) if needle else 0
        at = max(at, 0)
        return shown[at : at + 160].strip()
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


def permanent(best: Match | None, code: int | None, enhanced: str | None) -> bool | None:
    """Return whether a failure is for good, by the rule or by its codes; None where neither tells."""
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
                permanent=permanent(None, code, enhanced),
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
        permanent=permanent(best, context.reply_code, context.enhanced_code) if failure else None,
        reply_code=context.reply_code,
        enhanced_code=context.enhanced_code,
        stage=rule.stage or context.stage,
        quote=quote_of(text, best.start, best.end, context.reply_code, context.enhanced_code),
        rule=rule.name,
        runners_up=tuple(RunnerUp(cause, sure) for cause, sure in runners.items()),
        hosts=hosts,
        addresses=facts.addresses(text.shown),
        software=software,
    )
