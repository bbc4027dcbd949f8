"""What a timer rings for: a reminder after a day, an end after a week, a look again at what passes by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.desk.asides import DAY, EXPIRE, FIRST_LOOK, IDLE, WATCH, WEEK
from bot.desk.parts import Loop
from bot.desk.patience import Patience
from bot.front import Attentive, Front
from bot.store import Pending, Ring, Store, Timer
from flows.conversation import Chose, Conversation, Effect, Saw, Show, Status
from flows.machine import WrongTurn
from flows.model import Advise, Look
from flows.told import looks
from flows.wording import plain
from probes.causes import Cause
from probes.verdict import Verdict

if TYPE_CHECKING:
    from bot.desk.progress import Looker

LONGEST_WAIT = 7200.0
"""Seconds between two looks of those that are repeated, at most: who waits hears within two hours that it works."""
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bells:
    """Answers timers."""

    desk: Loop
    store: Store
    look: Looker
    front: Front
    clock: Callable[[], float]
    patience: Patience

    async def rung(self, pending: Pending, ring: Ring) -> None:
        """Do what a timer asks for; what follows is saved together with striking it out."""
        now = await self.store.load(pending.conversation)
        if now is None or now.status is not Status.OPEN:
            await self.store.done([pending.number])
            return
        match ring.name:
            case "idle":
                await self._idle(pending, ring, now)
            case "expire":
                await self._expire(pending, ring, now)
            case "watch":
                await self._watch(pending, ring, now)
            case _:
                LOG.warning("a timer of a newer program rang: %s", ring.name)
                await self.store.done([pending.number])

    async def _idle(self, pending: Pending, ring: Ring, now: Conversation) -> None:
        due = ring.touched + DAY
        if due > self.clock():  # they were here meanwhile
            await self.store.done([pending.number], [Timer(now.id, IDLE, due)])
            return
        if self._at(now).step != self.desk.tree.book.flow.ways.get("watching"):
            await self._remind(now, self._reminder(now), pending)
        ends = max(ring.touched + WEEK, self.clock() + DAY)  # where nobody could remind in time, it comes late, too
        await self.store.done([pending.number], [Timer(now.id, EXPIRE, ends)])

    def _reminder(self, now: Conversation) -> str:
        """Return the name of the words that fit to where somebody left."""
        step = self.desk.tree.book.flow.steps.get(now.step)
        if now.step == self.desk.tree.book.flow.ways.get("resolved"):
            return "remind_resolved"
        return "remind_advice" if isinstance(step, Advise) and step.cause else "remind"

    async def _remind(self, now: Conversation, word: str, pending: Pending) -> None:
        front = self.front
        if not isinstance(front, Attentive):
            return
        drawn = self.desk.screen(now)
        words = plain(self.desk.tree.book.words.shell(word, title=plain(drawn.title)))
        await self.patience.called(lambda: front.remind(now, drawn, words, again=pending.tries > 0))

    async def _expire(self, pending: Pending, ring: Ring, now: Conversation) -> None:
        if ring.touched + WEEK > self.clock():
            await self.store.done([pending.number], [Timer(now.id, IDLE, ring.touched + DAY)])
            return
        await self.desk.expire(now.id, self.desk.tree.book.words.shell("expired"), pending.number)

    # Tell me when it works again

    async def _watch(self, pending: Pending, ring: Ring, now: Conversation) -> None:
        if self._choice(self._at(now)) is None:
            await self.desk.alter(now.id, self._stopped, pending.number)
            return
        verdict = await self.look(now, "probe", lambda _: None)
        if self._changed(now, verdict):
            await self.desk.alter(now.id, lambda newest: self._moved(newest, verdict), pending.number)
            return
        began, waited = _read(ring.data, self.clock())
        if self.clock() >= began + DAY:
            await self._remind(now, "watch_over", pending)
            await self.store.done([pending.number])
            return
        waits = min(2 * waited, LONGEST_WAIT)
        again = min(self.clock() + waits, began + DAY)
        await self.store.done([pending.number], [Timer(now.id, WATCH, again, f"{began} {waits}")])

    def _changed(self, now: Conversation, verdict: Verdict) -> bool:
        before = looks(now)
        could_not_look = verdict.cause in (Cause.UNKNOWN, Cause.NO_NETWORK)
        return not could_not_look and (not before or before[-1].cause is not verdict.cause)

    def _at(self, now: Conversation) -> Conversation:
        """Return a conversation whose step is gone where it is looked again: that has another name on newer pages."""
        flow = self.desk.tree.book.flow
        gone = now.pages != flow.digest and now.step not in flow.steps
        return replace(now, step=flow.ways["watching"]) if gone and "watching" in flow.ways else now

    def _choice(self, now: Conversation) -> str | None:
        """Return the choice that looks again at once; None where it is not looked again any more."""
        flow = self.desk.tree.book.flow
        step = flow.steps.get(now.step)
        if now.status is not Status.OPEN or now.step != flow.ways.get("watching") or not isinstance(step, Advise):
            return None
        looked = (c.name for c in step.choices if isinstance(to := flow.steps.get(c.then), Look) and to.what == "probe")
        return next(looked, None)

    def _moved(self, newest: Conversation, verdict: Verdict) -> tuple[Conversation, tuple[Effect, ...]] | None:
        """Go on as if the person had pressed "Look again now", and the look had ended."""
        newest = self._at(newest)
        choice = self._choice(newest)
        if choice is None:
            return None
        try:
            looking, _ = self.desk.tree.advance(newest, Chose(choice))
            return self.desk.tree.advance(looking, Saw(looking.run, verdict)) if looking.run else (looking, (Show(),))
        except WrongTurn:
            return None

    def _stopped(self, newest: Conversation) -> tuple[Conversation, tuple[Effect, ...]] | None:
        """Say that it is not looked again any more where newer pages have no place for it; else they went on."""
        if newest.status is not Status.OPEN or newest.pages == self.desk.tree.book.flow.digest:
            return None
        settled = self.desk.tree.settled(newest)
        notice = plain(self.desk.tree.book.words.shell("watch_stopped"))
        return replace(settled, revision=newest.revision + 1, notice=notice), (Show(),)


def _read(data: str, now: float) -> tuple[float, float]:
    try:
        began, waited = data.split()
        return float(began), float(waited)
    except ValueError:
        return now, FIRST_LOOK
