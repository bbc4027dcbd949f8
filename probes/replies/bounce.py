"""Reads a whole bounce: each failed recipient with its own cause; what is only delayed is said to be so."""

from __future__ import annotations

from dataclasses import dataclass, replace

from probes.causes import Cause, Confidence
from probes.replies import bounce_copy, bounce_text, facts
from probes.replies import bounce_words as words
from probes.replies.bounce_report import Told, after_type, joined, reported
from probes.replies.clean import Clean, bounded, clean, pattern, sound
from probes.replies.events import Event, events
from probes.replies.message import Fields, Parts, is_message, taken_apart
from probes.replies.pasted import in_lines, unquoted
from probes.replies.plain import read_plain
from probes.replies.reading import FailedRecipient, Reading
from probes.replies.rulebook import Matcher
from probes.replies.ruled import Known, read_clean

WORDS = 50
"""A rule of at least this weight goes by clear words; below it more is read before it is believed."""

BOUNCED = Known(bounced=True)
MOST = 200
"""Recipients of one bounce that are read; a list of more is told by its first."""

_NOTHING_FAILED = frozenset({Cause.NOT_A_FAILURE, Cause.OK})
_DAEMONS = (
    "mailer-daemon", "postmaster", "mail delivery", "maildelivery", "mail-daemon", "mdaemon", "microsoftexchange",
    "<>", "<@>", "delivery subsystem", "mailerdaemon", "mmdf", "post_master", "delivery system",
)  # fmt: skip
"""Whose mail is a bounce until its words say otherwise."""
_DAEMONS_BEHIND_NOBODY = (
    "bounce", "mail system", "mailsystem", "mailer", "mail administrator", "notifier", "undeliver", "delivery",
    "mail server", "system administrator", "daemon",
)  # fmt: skip
"""Whose mail is one where it came from nobody (`Return-Path: <>`; RFC 5321, 4.5.5)."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a bounce says to people: to each recipient (by small letters), and to all of them with its weight."""

    each: dict[str, str]
    shared: tuple[Reading, int] | None


def _status(one: Told, text: Clean, matcher: Matcher) -> Known:
    """Return what the report's fields say beside its text; the text's own enhanced code goes before the field's."""
    status = one.status.split(" ")[0].strip()
    if status[:1] not in ("4", "5") or status.count(".") != 2:
        return Known(host=one.host or None, bounced=True)
    reading, _ = read_clean(text, matcher, BOUNCED)
    if reading.enhanced_code and not reading.enhanced_code.endswith(".0.0"):
        status = reading.enhanced_code
    return Known(reading.reply_code, status, host=one.host or None, bounced=True)


def _read_words(text: str, matcher: Matcher, known: Known = BOUNCED) -> tuple[Reading, int]:
    """Read what a bounce says to people, without what every bounce says."""
    inner = bounce_copy.innermost(text)
    if inner:
        reading, weight = read_clean(clean(inner), matcher, known)
        if weight >= WORDS:
            return reading, weight
    return read_clean(clean(bounce_copy.without_formulas(text)), matcher, known)


def _read_told(one: Told, beside: _Beside, matcher: Matcher) -> tuple[Reading, int]:
    """Read what was said of one recipient; where that is only a code, what the message says to people as well."""
    text = clean(bounce_copy.innermost(one.text) or bounce_copy.without_formulas(one.text) or one.status)
    reading, weight = read_clean(text, matcher, _status(one, text, matcher))
    if weight >= WORDS:
        return reading, weight
    options = [(reading, weight)]
    own = beside.each.get(one.address.lower(), "")
    if own:
        options.append(_read_words(own, matcher))
    if beside.shared and max(w for _, w in options) < WORDS:
        options.append(beside.shared)
    chosen, heavier = max(options, key=lambda option: option[1])
    if heavier == weight or chosen.cause in _NOTHING_FAILED:
        return reading, weight
    reply, enhanced = reading.reply_code or chosen.reply_code, reading.enhanced_code or chosen.enhanced_code
    if enhanced and enhanced.endswith(".0.0") and chosen.enhanced_code:
        enhanced = chosen.enhanced_code
    return replace(chosen, reply_code=reply, enhanced_code=enhanced), heavier


def _failed(one: Told, reading: Reading) -> FailedRecipient:
    permanent = reading.permanent
    if one.delayed:
        permanent = False
    elif permanent is None:
        permanent = not one.status.startswith("4")
    cause = Cause.UNKNOWN if reading.cause in _NOTHING_FAILED else reading.cause
    return FailedRecipient(
        one.address, cause, permanent, reading.reply_code, reading.enhanced_code, reading.quote or one.text[:160]
    )


def _is_reply(parts: Parts, human: str) -> bool:
    """Return whether a person's program answered by itself: out of office, a receipt, a complaint."""
    kinds = parts.kinds
    if "message/disposition-notification" in kinds or "message/feedback-report" in kinds:
        return not pattern(words.REJECTED_BY_FILTER).search(human)
    if parts.groups:
        return False
    head = parts.headers
    content = head.get("content-type", "").lower()
    if "disposition-notification" in content or "feedback-report" in content:
        return not pattern(words.REJECTED_BY_FILTER).search(human)
    if from_daemon(head) or "x-failed-recipients" in head:
        return False
    auto = head.get("auto-submitted", "").lower()
    return (
        auto.startswith("auto-replied")
        or any(name in head for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response"))
        or head.get("precedence", "").lower() in ("auto_reply", "auto-reply")
        or bounce_text.is_reply_subject(head.get("subject", ""))
    )


def from_daemon(head: Fields) -> bool:
    """Tell whether a mail with these header fields comes from a mail system, not from a person."""
    sender = head.get("from", "").lower()
    if "from" in head and not sender.strip(' <>"'):
        return True
    nobody = head.get("return-path", "").strip() == "<>"
    return any(d in sender for d in _DAEMONS) or (nobody and any(d in sender for d in _DAEMONS_BEHIND_NOBODY))


def _assembled(told: list[Told], human: str, matcher: Matcher, excluded: tuple[str, ...], subject: str = "") -> Reading:
    """Put the readings of all recipients together; the first that failed decides."""
    failed = ([one for one in told if not one.delayed] or told)[:MOST]
    known = {one.address.lower() for one in failed}
    whole, weight = _read_words(human, matcher)
    if not weight and subject and not pattern(words.SUBJECT_OF_ANOTHER).search(subject):
        whole, weight = _read_words(bounce_copy.without_copy(subject), matcher)
    shared = (whole, weight)
    each = {a.lower(): said for a, said in bounce_text.recipients(human, ())}
    if len(known) > 1 and (any(each.values()) or any(one.text or one.status for one in failed)):
        shared = _read_words(bounce_text.beside(human, tuple(known)), matcher)
    beside = _Beside(each, shared)
    results: dict[str, tuple[FailedRecipient, Reading, int]] = {}
    for one in failed:
        reading, weight = _read_told(one, beside, matcher)
        key = one.address.lower()
        if key not in results or weight > results[key][2]:
            results[key] = (_failed(one, reading), reading, weight)
    listed = [result[0] for result in results.values()]
    chosen = next((key for key, r in results.items() if r[0].cause is not Cause.UNKNOWN), next(iter(results)))
    _, reading, weight = results[chosen]
    first = next((one for one in failed if one.address.lower() == chosen), failed[0])
    around = f"{first.text}\n" + (beside.each.get(chosen, "") or (human if len(known) == 1 else ""))
    return replace(
        reading,
        stage=bounce_text.stage_said(" ".join(around.split())) or reading.stage,
        cause=listed[0].cause if reading.cause in _NOTHING_FAILED else reading.cause,
        failure=not all(one.delayed for one in told),
        permanent=any(r.permanent for r in listed),
        confidence=reading.confidence if weight else Confidence.POSSIBLE,
        recipients=tuple(listed),
        hosts=reading.hosts or whole.hosts,
        addresses=tuple(dict.fromkeys([r.address for r in listed] + [a for a in whole.addresses if a not in excluded])),
        software=reading.software or whole.software,
    )


def _nothing(rule: str, quote: str, software: str | None = None) -> Reading:
    return Reading(
        cause=Cause.NOT_A_FAILURE,
        confidence=Confidence.CERTAIN,
        failure=False,
        quote=" ".join(quote.split())[:160],
        rule=rule,
        software=software,
    )


def _plain_told(human: str, excluded: tuple[str, ...], head: Fields) -> list[Told]:
    delayed = bounce_text.is_delay(head.get("subject", ""), human)
    members = bounce_text.nameless(human, head.get("from", ""))
    if members:
        return [Told(address, human, "", delayed) for address in members]
    told = [Told(a, said, "", delayed) for a, said in bounce_text.recipients(human, excluded)]
    named = [a.strip(" <>") for a in head.get("x-failed-recipients", "").split(",") if "@" in a]
    if not named:
        return told
    said_of = {one.address.lower(): one.text for one in told}
    return [Told(a, said_of.get(a.lower(), ""), "", delayed) for a in dict.fromkeys(named)]


def _read_parts(parts: Parts, matcher: Matcher) -> Reading | None:
    head = parts.headers
    whole = in_lines(parts.human)
    human = bounce_copy.without_copy(whole)
    if _is_reply(parts, human):
        return _nothing("not_a_failure.report", head.get("subject", "") or whole)
    groups = parts.groups or parts.receipts or bounce_text.inline_groups(whole)
    told, done = reported(groups)
    excluded = tuple(facts.addresses(head.get("to", "")))
    if done and not told:
        return _nothing("not_a_failure.delivered", human or "Action: delivered")
    daemon = from_daemon(head)
    bounced = daemon or "x-failed-recipients" in head or bounce_text.marked(head.get("subject", "") + "\n" + human)
    if not told and bounced:
        told = _plain_told(human, excluded, head) or _hidden(parts, human, whole[len(human) :], excluded)
    if told:
        waits = all(one.delayed for one in told)
        quick = _read_words(human, matcher, Known())[0] if waits or not groups else None
        if quick and quick.cause is Cause.NOT_A_FAILURE:
            return replace(quick, recipients=())
        subject = head.get("subject", "") if not groups or len(human) < 80 else ""
        return _assembled(told, human, matcher, excluded, subject)
    known = BOUNCED if bounced and bounce_text.marked(human) else Known()
    reading, _ = _read_words(human or head.get("subject", ""), matcher, known)
    if reading.rule is None and head.get("subject"):
        reading, _ = _read_words(head["subject"] + "\n" + human, matcher, known)
    if reading.rule and reading.failure and not bounced:
        told = _plain_told(human, (*excluded, *facts.addresses(head.get("from", ""))), head)
    return _assembled(told, human, matcher, excluded, head.get("subject", "")) if told else reading


def _hidden(parts: Parts, human: str, copy: str, excluded: tuple[str, ...]) -> list[Told]:
    """Return the recipient where the words for people name none: of the mail that came back, or the only address."""
    subject = parts.headers.get("subject", "")
    delayed = bounce_text.is_delay(subject, human)
    named = bounce_text.lone(human, excluded) or bounce_text.lone(subject, excluded)
    inside = bounce_text.named_in(copy) + list(facts.addresses(parts.original.get("to", "")))
    named = named or [a for a in inside if a not in excluded] or bounce_text.in_return_path(excluded)
    return [Told(a, "", "", delayed) for a in named[:1]]


def _of_one(text: str, human: str, sender: tuple[str, ...], matcher: Matcher) -> Reading | None:
    """Read a bounce that was pasted in part, whose only address is its recipient; None where it names none or more."""
    named = bounce_text.lone(human, sender) or bounce_text.lone(text, sender)
    if not named:
        return None
    at = text.lower().find(named[0])
    if pattern(words.WHOM).search(text[:at].rpartition("\n")[2]):
        return None
    reading, _ = read_plain(text, matcher)
    delayed = bounce_text.is_delay("", human)
    one = _failed(Told(text[at : at + len(named[0])], "", "", delayed), reading)
    return replace(reading, recipients=(one,), failure=not delayed, permanent=one.permanent)


def _read_events(found: list[Event], matcher: Matcher) -> Reading:
    told = [Told(one.address, after_type(one.text), one.status, one.delayed) for one in found if not one.fine]
    return _assembled(told, "", matcher, ()) if told else _nothing("not_a_failure.event", found[0].text or "delivered")


def read_message(text: str, matcher: Matcher) -> Reading | None:
    """Read a whole message, a bounce pasted as text or a sending service's event; None where the text is neither."""
    text = bounded(text)
    if text.lstrip()[:1] in ("{", "[") and (posted := events(text)):
        return _read_events(posted, matcher)
    if is_message(sound(text[:4000])):
        return _read_parts(taken_apart(text), matcher)
    bare = unquoted(sound(text))
    if (bare != text or len(text) > 4000) and is_message(bare):
        return _read_parts(taken_apart(bare), matcher)
    text = bare
    if not bounce_text.looks_bounced(text):
        return None
    text = in_lines(text)
    human = bounce_copy.without_copy(text)
    sender = bounce_text.sent_to(text)
    groups = bounce_text.inline_groups(text)
    told, done = reported(groups)
    if done and not told:
        return _nothing("not_a_failure.delivered", human)
    if told:
        told = joined(told, groups, _plain_told(bounce_copy.above_report(human), sender, {}))
    else:
        told = _plain_told(human, sender, {})
    told = told or _plain_told(bounce_copy.said_below(text[len(human) :]), sender, {})
    if not told and bounce_text.still_waits(human):
        return replace(_read_words(human, matcher)[0], failure=False, permanent=False)
    return _assembled(told, human, matcher, ()) if told else _of_one(text, human, sender, matcher)
