"""What is kept beside a snapshot as it moves: timers, the case, what a look ended in, what helped. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.store import Aside, CaseState, Change, Deed, Handed, Redraw, Relay, Timer
from flows.conversation import Chose, Conversation, Event, HandOver, Pasted, Pictured, Status
from flows.machine import Tree
from flows.memory import with_human
from flows.model import Advise
from probes.causes import Cause
from probes.replies.reading import WEIGHED

DAY = 86400.0
WEEK = 7 * DAY
FIRST_LOOK = 300.0
"""Seconds until the first look of those that are repeated; each wait is twice the one before."""
IDLE, EXPIRE, WATCH = "idle", "expire", "watch"
HUMAN = "human"
"""What an answer to “Did that help?” is about where it is no cause."""
ANSWERS = ("helped", "no")
SAME = "desk.form"
"""The note that keeps over which revisions the same was shown: a form whose mistakes changed, a case at a human's."""


def change(
    tree: Tree,
    before: Conversation | None,
    after: Conversation,
    effects: tuple[Deed, ...],
    *,
    now: float,
    event: Event | None = None,
) -> Change:
    """Return the change from one snapshot to the next with all that is kept beside it."""
    aside = Aside(
        timers=timers(tree, before, after, now),
        case=_case(before, after, effects, now),
        saw=_saw(before, after),
        helped=_helped(tree, before, event),
        unread=_unread(before, after),
    )
    if before and before.status is Status.HANDED and after.status is not Status.HANDED:
        effects = (*effects, Redraw())
    flow = tree.book.flow
    if before and with_human(flow, before) and with_human(flow, after):
        effects = (*effects, *_relayed(after, event))
    return Change(after, before.revision if before else None, effects, None if aside == Aside() else aside)


def timers(tree: Tree, before: Conversation | None, after: Conversation, now: float) -> dict[str, Timer | None]:
    """Return which timers begin and end: an idle one is reminded and closed, a repeated look goes on."""
    found: dict[str, Timer | None] = {}
    was, is_open = before is not None and before.status is Status.OPEN, after.status is Status.OPEN
    if is_open and not was:
        found[IDLE] = Timer(after.id, IDLE, now + DAY)
    elif was and not is_open:
        found |= {IDLE: None, EXPIRE: None}
    watching = tree.book.flow.ways.get("watching", "")
    if is_open and after.step == watching and (before is None or before.step != watching):
        found[WATCH] = Timer(after.id, WATCH, now + FIRST_LOOK, f"{now} {FIRST_LOOK}")
    elif before is not None and before.step == watching and (after.step != watching or not is_open):
        found[WATCH] = None
    return found


def _case(before: Conversation | None, after: Conversation, effects: tuple[Deed, ...], now: float) -> Handed | None:
    if HandOver() in effects:
        return Handed(after.id, CaseState.OPEN, now)
    if before and before.status is Status.HANDED and after.status is not Status.HANDED:
        return Handed(after.id, CaseState.RESOLVED, now, after.owner)  # the person took it back
    return None


def _saw(before: Conversation | None, after: Conversation) -> tuple[str, str] | None:
    if not after.seen or (before and before.seen[-1:] == after.seen[-1:]):
        return None
    return after.seen[-1].run, after.seen[-1].verdict.cause.value


def _unread(before: Conversation | None, after: Conversation) -> str:
    """Return the text that a look just could not read, or read without a rule."""
    if _saw(before, after) is None or after.seen[-1].what not in ("text", "talk") or not after.texts:
        return ""
    verdict = after.seen[-1].verdict
    weighed = any(finding.code == WEIGHED for finding in verdict.decided_by)
    return after.texts[-1] if weighed or verdict.cause is Cause.UNKNOWN else ""


def _helped(tree: Tree, before: Conversation | None, event: Event | None) -> tuple[str, str] | None:
    """Return what was said to “Did that help?”, and about what."""
    if before is None or not isinstance(event, Chose) or event.choice not in ANSWERS:
        return None
    if before.step == tree.book.flow.ways.get("resolved"):
        return HUMAN, event.choice
    step = tree.book.flow.steps.get(before.step)
    return (step.cause.value, event.choice) if isinstance(step, Advise) and step.cause else None


def _relayed(after: Conversation, event: Event | None) -> tuple[Relay, ...]:
    """Return what a human is to read of what the person sent them; secrets are taken out."""
    if isinstance(event, Pasted) and after.texts:
        return (Relay("human", after.owner, after.texts[-1]),)
    if isinstance(event, Pictured):
        return (Relay("human", after.owner, event.reference),)
    return ()


def still_shown(conversation: Conversation, notes: Mapping[str, str]) -> range:
    """Return the revisions that count as the present one, since nothing that can be pressed has changed over them."""
    now = range(conversation.revision, conversation.revision + 1)
    first, _, last = notes.get(SAME, "").partition(" ")
    return range(int(first), now.stop) if last == str(conversation.revision) else now
