"""A conversation as a screen: pure, in no platform's words; what can be pressed comes from the machine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from flows.advice import difference, evidence, step_for, sureness, who_mends
from flows.conversation import Conversation, Seen, Status
from flows.machine import Tree
from flows.model import Advise, Ask, Choice, Fill, Flow
from flows.screen import Input, Kind, Option, Progress, Screen
from flows.told import looks
from flows.values import Facts, advisable, shipped_facts, values
from flows.wording import all_worded, plain, worded
from probes.causes import Cause, Confidence, RunnerUp
from probes.target import Login, Security
from probes.verdict import Verdict

KINDS = {"mail_address": "mail", "sender": "mail", "port": "number", "security": "select", "login": "select"}
SELECTS: Mapping[str, tuple[str, ...]] = {
    "security": (Security.AUTO, Security.STARTTLS, Security.TLS, Security.NONE),
    "login": (Login.UNKNOWN, Login.YES, Login.NO),
}
FOOTER = ("back", "again", "human")
LONGEST_LABEL = 75
RECIPIENTS = ("recipient_failed", "recipients_more")
"""Findings that name whom a returned mail did not reach."""
HELPED = ("helped", "no")
"""The choices that answer “Did that help?”; what was answered is kept beside the conversation."""


def screen(
    tree: Tree,
    conversation: Conversation,
    progress: Sequence[Progress] = (),
    *,
    facts: Facts = shipped_facts,
) -> Screen:
    """Return the step that a conversation stands at, drawn; `progress` is the look's, where one is under way."""
    now = tree.settled(conversation)
    book, step = tree.book, tree.book.flow.steps[now.step]
    possible = tree.possible(now)
    verdict = _verdict(now, step)
    known = values(book, now.answers, verdict, facts=facts)
    body = list(all_worded(getattr(step, "more", ()), known))
    if isinstance(step, Advise) and step.cause:
        hint = _how_sure(step, verdict) is Confidence.POSSIBLE and step.cause is not Cause.UNKNOWN
        body.append(book.words.shell("best_guess") if hint else who_mends(book, step.cause))
    return Screen(
        conversation=now.id,
        revision=now.revision,
        step=now.step,
        kind=_kind(now, step),
        title=worded(getattr(step, "text", ()), known) or book.words.shell("untitled"),
        body=(*_different(tree, now, step), *_read(tree, now, step), *_came_back(tree, now), *filter(None, body)),
        steps=all_worded(step.steps, known) if isinstance(step, Advise) else (),
        evidence=_why(tree, now, step, verdict),
        sureness=_sureness(tree, step, verdict),
        asks=_asks(tree, now, step, possible),
        options=_options(step, now, possible),
        inputs=_inputs(tree, step, now, facts) if isinstance(step, Fill) else (),
        send=book.words.shell("send") if isinstance(step, Fill) else "",
        progress=tuple(progress),
        footer=tuple(Option(name, book.words.shell(name)) for name in FOOTER if name in possible),
        notice="" if tree.looking(now) == "text" else now.notice or "",
        answered=answered(tree, now),
    )


def _kind(now: Conversation, step: object) -> Kind:
    if now.status is Status.HANDED:
        return Kind.HANDED
    if now.status in (Status.SOLVED, Status.CLOSED):
        return Kind.CLOSED
    kinds = {Ask: Kind.ASK, Fill: Kind.FILL, Advise: Kind.ADVISE}
    return kinds.get(type(step), Kind.LOOK)


def _verdict(now: Conversation, step: object) -> Verdict | None:
    """Return the verdict that an advice speaks of: the newest that names its cause, else the newest of all."""
    if isinstance(step, Advise) and step.cause:
        named = (s.verdict for s in reversed(now.seen) if s.verdict.cause is step.cause or _second(s, step))
        return next(named, now.verdict)
    return now.verdict


def _second(seen: Seen, step: Advise) -> bool:
    return any(other.cause is step.cause for other in seen.verdict.runners_up)


def _why(tree: Tree, now: Conversation, step: object, verdict: Verdict | None) -> tuple[str, ...]:
    book = tree.book
    if isinstance(step, Ask) and not _fresh(now):
        return ()
    if not isinstance(step, Ask | Advise) or step.name in book.flow.ways.values():
        return ()
    listed = _came_back(tree, now)
    said = [line for line in evidence(book, verdict) if line not in listed] if verdict else []
    if isinstance(step, Advise) and step.cause and (verdict is None or verdict.cause is not step.cause):
        told = (line for stop, line in zip(now.trail, answered(tree, now), strict=True) if _asked(tree, stop.step))
        said = [book.words.shell("by_answers"), *(" ".join(line) for line in told), *said]
    if verdict:
        said.extend(book.words.all_not_tested(verdict.not_tested))
        said.extend(_pasted(tree, now, verdict))
    return tuple(said)


def _pasted(tree: Tree, now: Conversation, verdict: Verdict) -> Iterator[str]:
    """Say which words of the newest text told something, where a look at a server decided."""
    text = next((seen.verdict for seen in reversed(now.seen) if seen.what == "text"), None)
    if text is not None and text.quote and not verdict.quote:
        quoted = worded(("{quote}",), {"quote": text.quote}) or ""
        yield f"{tree.book.words.shell('your_words_say')} {quoted}"


def _asked(tree: Tree, step: str) -> bool:
    return isinstance(tree.book.flow.steps.get(step), Ask | Fill)


def _sureness(tree: Tree, step: object, verdict: Verdict | None) -> str:
    if not isinstance(step, Advise) or step.cause is None:
        return ""
    words = tree.book.words
    sure = _how_sure(step, verdict)
    if sure is Confidence.CERTAIN and step is not step_for(tree.book, step.cause):
        sure = Confidence.LIKELY  # it says where the fault sits, too, and that nobody saw
    if verdict and verdict.cause is step.cause and sure is verdict.confidence:
        return sureness(tree.book, verdict)
    return words.confidence(sure) if sure else words.shell("sure_by_answers")


def _asks(tree: Tree, now: Conversation, step: object, possible: Collection[str]) -> str:
    """Return "Did that help?" under the first advice that asks it; who has answered is not asked again."""
    steps = tree.book.flow.steps
    said = any(stop.choice in HELPED and isinstance(steps.get(stop.step), Advise) for stop in now.trail)
    asks_itself = [tree.book.flow.ways.get(way) for way in ("resolved", "watching")]
    if said or not possible or not isinstance(step, Advise) or step.name in asks_itself:
        return ""
    asked = step.choices and (step.cause or any(choice.name in HELPED for choice in step.choices))
    return tree.book.words.shell("did_that_help") if asked else ""


def _how_sure(step: Advise, verdict: Verdict | None) -> Confidence | None:
    weighed = (RunnerUp(verdict.cause, verdict.confidence), *verdict.runners_up) if verdict else ()
    return next((one.confidence for one in weighed if one.cause is step.cause), None)


def _different(tree: Tree, now: Conversation, step: object) -> tuple[str, ...]:
    """Say what a second look found different; only on the step right after it."""
    seen = looks(now)
    if len(seen) < 2 or not _fresh(now) or now.seen[-1].what != "probe" or not isinstance(step, Ask | Advise):
        return ()
    if len(now.seen) > 1 and "server" in now.seen[-2].verdict.named:
        return ()  # it may have been another server
    return difference(tree.book, seen[-2], seen[-1])


def _read(tree: Tree, now: Conversation, step: object) -> tuple[str, ...]:
    """Say what the pasted words mean, as long as questions follow and nothing else was looked at."""
    newest = now.seen[-1] if now.seen else None
    if newest is None or newest.what != "text" or not isinstance(step, Ask | Fill):
        return ()
    cause = newest.verdict.cause
    if cause in (Cause.UNKNOWN, Cause.OK, Cause.NOT_A_FAILURE) or "person_sees" in newest.verdict.named:
        return ()
    said = "your_words_hint" if newest.verdict.confidence is Confidence.POSSIBLE else "your_words_say"
    return (f"{tree.book.words.shell(said)} {tree.book.words.cause(cause)}",)


def _came_back(tree: Tree, now: Conversation) -> tuple[str, ...]:
    """Name the recipients of a returned mail and what each came back for, where there are several; right after it."""
    newest = now.seen[-1] if now.seen and _fresh(now) else None
    failed = [finding for finding in newest.verdict.findings if finding.code in RECIPIENTS] if newest else []
    if newest is None or newest.what != "text" or len(failed) < 2:
        return ()
    return tuple(tree.book.words.finding(finding) for finding in failed)


def _fresh(now: Conversation) -> bool:
    """Tell whether the step is the first after a look: the look's run bears the revision before this one."""
    return bool(now.seen) and now.seen[-1].run == f"{now.id}.{now.revision - 1}"


def _options(step: object, now: Conversation, possible: frozenset[str]) -> tuple[Option, ...]:
    if not isinstance(step, Ask | Advise):
        return ()
    picked = now.earlier.get(step.name) or (now.earlier.get(step.keep or "") if isinstance(step, Ask) else None)
    return tuple(Option(c.name, c.say[:LONGEST_LABEL], c.name == picked) for c in step.choices if c.name in possible)


def _inputs(tree: Tree, step: Fill, now: Conversation, facts: Facts) -> tuple[Input, ...]:
    words, wrong = tree.book.words, dict(now.mistakes)
    prefill = _prefill(step, now, facts)
    inputs = []
    for name in step.fields:
        value = prefill.get(name, "")
        options: tuple[Option, ...] = ()
        if name in SELECTS:
            value = value if value in SELECTS[name] else SELECTS[name][0]
            options = tuple(Option(one, words.label(name, one), one == value) for one in SELECTS[name])
        inputs.append(
            Input(
                name=name,
                label=words.label("fields", name),
                kind=KINDS.get(name, "text"),
                hint=words.label("hints", name),
                value=value,
                options=options,
                mistake=wrong.get(name, ""),
                required=name == "text",
            )
        )
    return tuple(inputs)


def _prefill(step: Fill, now: Conversation, facts: Facts) -> dict[str, str]:
    """Return values for the form: what was just typed, then what is known, then from before, then the provider's."""
    if now.typed:
        return dict(now.typed)
    known = values_of_provider(now, facts)
    works = now.verdict.works_with if now.verdict and step.offers == "seen" else None
    works = works if advisable(works, now.answers) else None
    seen = {"server": works.host, "port": str(works.port), "security": works.security} if works else {}
    return {**known, **now.earlier, **now.answers, **seen}


def values_of_provider(now: Conversation, facts: Facts) -> dict[str, str]:
    """Return the settings that the provider table knows for the mail address in hand."""
    address = now.answers.get("mail_address") or now.earlier.get("mail_address", "")
    found = facts(address.rpartition("@")[2].lower()) if address else {}
    given = {"server": found.get("host", ""), "port": found.get("port", ""), "security": found.get("security", "")}
    forms = {"full": address, "local": address.rpartition("@")[0]}
    given["user_name"] = forms.get(found.get("username_form", ""), "")
    return {name: value for name, value in given.items() if value}


def answered(tree: Tree, now: Conversation) -> tuple[tuple[str, str], ...]:
    """Return (question, answer) of the steps before, oldest first."""
    flow: Flow = tree.book.flow
    known = values(tree.book, now.answers, now.verdict)
    lines = []
    for stop in now.trail:
        step = flow.steps.get(stop.step)
        question = tree.book.words.shell("untitled") if step is None else _short(step, tree, known)
        lines.append((question, stop.label))
    return tuple(lines)


def _short(step: object, tree: Tree, known: Mapping[str, str]) -> str:
    if isinstance(step, Advise):
        follow: tuple[Choice, ...] = step.choices
        return tree.book.words.shell("did_that_help") if follow else ""
    return plain(worded(getattr(step, "text", ()), known) or "")
