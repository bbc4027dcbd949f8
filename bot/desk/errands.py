"""Do the effects in supervised tasks: in order for each conversation, looks beside them; strike out what is done."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, assert_never

from bot.desk import outcome as said
from bot.desk.bells import Bells
from bot.desk.runs import MOST_TRIES, Runs, noticed
from bot.front import Attentive, Case, Front, Unreached
from bot.store import Pending, Redraw, Relay, Ring, Store
from flows.conversation import Cancel, Conversation, Effect, HandOver, Look, Show, Status
from flows.handover import brief
from flows.machine import Tree
from flows.screen import Progress, Screen

if TYPE_CHECKING:
    from bot.desk.progress import Looker

UNNOTED = 0
"""The number of an effect that was begun and is noted nowhere."""
PUT_OFF, LONGEST_PUT_OFF, MOST_PUT_OFF = 15.0, 600.0, 10
"""Seconds until what a platform did not take is tried again, doubled each time; the longest wait; how many waits."""

T = TypeVar("T")
Following = Callable[[Conversation], tuple[Conversation, tuple[Effect, ...]] | None]


class Saving(Protocol):
    """What errands want of the desk."""

    tree: Tree

    async def alter(self, conversation: str, change: Following, done: int) -> None:
        """Save what follows from the newest snapshot and strike out an effect."""

    async def expire(self, conversation: str, notice: str, done: int) -> None:
        """Close a conversation and strike out an effect."""

    def reference(self, reason: BaseException) -> str:
        """Log an error under a short word."""

    def screen(self, conversation: Conversation, progress: Sequence[Progress] = ()) -> Screen:
        """Return what is to be seen."""


class Errands:
    """All effects under way in this process, which notes them as `name`."""

    def __init__(
        self,
        desk: Saving,
        store: Store,
        look: Looker,
        front: Front,
        *,
        name: str,
        patience: Sequence[float],
        support: str,
        clock: Callable[[], float],
    ) -> None:
        self._desk, self._store, self._look, self._front = desk, store, look, front
        self._name, self._clock = name, clock
        self._patience, self._support = tuple(patience), support
        self.known: set[int] = set()
        """The numbers of the effects under way; what is noted as this process's and not among them was lost here."""
        self._waiting: dict[str, deque[Pending]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._looks: dict[str, tuple[Pending, asyncio.Task[None]]] = {}
        self._closing = False
        self._runs = Runs(desk, store, look, front, support)
        self._bells = Bells(desk, store, look, front, clock, self._patiently)

    def begin(self, effects: Sequence[Pending]) -> None:
        """Queue effects; each conversation has one worker while there is something to do."""
        if self._closing:
            return
        for pending in effects:
            if pending.number in self.known:
                continue
            if pending.number != UNNOTED:
                self.known.add(pending.number)
            self._waiting.setdefault(pending.conversation, deque()).append(pending)
            if pending.conversation not in self._workers:
                self._workers[pending.conversation] = asyncio.create_task(self._work(pending.conversation))

    async def settled(self, conversation: str) -> None:
        """Wait until no effect of a conversation is under way."""
        while tasks := self._under_way(conversation):
            await asyncio.wait(tasks)

    def _under_way(self, conversation: str) -> list[asyncio.Task[None]]:
        looks = [task for pending, task in self._looks.values() if pending.conversation == conversation]
        return [*looks, *([self._workers[conversation]] if conversation in self._workers else [])]

    async def close(self, within: float) -> None:
        """Begin nothing more; looks are cancelled, what is being shown may finish for `within` seconds."""
        self._closing = True
        self._waiting.clear()
        looks = [task for _, task in self._looks.values()]
        for task in looks:
            task.cancel()
        tasks = [*looks, *self._workers.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1.0)

    async def _work(self, conversation: str) -> None:
        try:
            while queue := self._waiting.get(conversation):
                batch = list(queue)
                queue.clear()
                await self._do_all(batch)
        finally:
            self._waiting.pop(conversation, None)
            del self._workers[conversation]

    async def _do_all(self, batch: Sequence[Pending]) -> None:
        """Do effects in order; only the last drawing is done, and all that is done is struck out with it."""
        shows = [pending for pending in batch if isinstance(pending.effect, Show)]
        done: list[int] = []
        for pending in batch:
            try:
                done += await self._do(pending, shows)
            except Exception as reason:  # noqa: BLE001 - logged; its row stays, and is taken up when its lease runs out
                self._desk.reference(reason)
        with self._logged():
            await self._store.done([number for number in done if number != UNNOTED])
        self.known -= {each.number for each in batch} - {pending.number for pending, _ in self._looks.values()}

    async def _do(self, pending: Pending, shows: Sequence[Pending]) -> list[int]:
        """Do one effect; return the numbers of those that are done with it and not struck out yet."""
        match pending.effect:
            case Show():
                if pending is shows[-1]:
                    await self._show(pending, [each.number for each in shows])
            case Look():
                self._apart(pending.effect.run, pending, self._runs.looked(pending, pending.effect))
            case Ring():
                self._apart(f"ring {pending.number}", pending, self._rung(pending, pending.effect))
            case Cancel(run):
                return [*await self._cancelled(run), pending.number]
            case HandOver():
                async with self._store.alone(pending.conversation):
                    await self._hand_over(pending)
            case Relay() | Redraw():
                async with self._store.alone(pending.conversation):
                    return await self._attend(pending, pending.effect)
            case _:
                assert_never(pending.effect)
        return []

    def _apart(self, name: str, pending: Pending, work: Coroutine[Any, Any, None]) -> None:
        """Begin what takes long beside the rest, once."""
        if name in self._looks:
            work.close()
            return

        def over(_: asyncio.Task[None]) -> None:
            self._looks.pop(name, None)
            self.known.discard(pending.number)

        task = asyncio.create_task(work)
        self._looks[name] = (pending, task)
        task.add_done_callback(over)

    async def _show(self, pending: Pending, numbers: Sequence[int]) -> None:
        """Draw the newest step, and note it together with striking out; what cannot be drawn now is drawn later."""
        doubt = False
        for wait in (*self._patience, None):
            async with self._store.alone(pending.conversation):
                drawing = await self._store.drawing(pending.conversation, self._name)
                if drawing is None or not set(numbers) & set(drawing.shows):
                    await self._store.done(numbers if drawing is None else ())
                    return  # forgotten meanwhile, or drawn together with what followed
                now, in_doubt = drawing.conversation, drawing.doubt or doubt
                drawn = self._desk.screen(now)
                try:
                    shown = await self._front.show(now, drawn, notes=drawing.notes, doubt=in_doubt)
                except Exception as reason:  # noqa: BLE001 - a front is somebody else's network
                    self._desk.reference(reason)
                    doubt = True
                    lasts = isinstance(reason, Unreached) and reason.lasting and reason.known
                else:
                    notes = {now.id: shown.notes} if shown and shown.notes else {}
                    whole = shown is None or shown.whole
                    await self._store.done({*numbers, *drawing.shows} if whole else (), notes=notes)
                    if not whole:
                        await self._put_off(numbers, pending.tries)
                    return
            if wait is None or lasts:
                break
            await asyncio.sleep(wait)
        await self._put_off(numbers, pending.tries)

    async def _put_off(self, numbers: Sequence[int], tries: int) -> None:
        """Leave effects for later, with growing waits; at last give them up."""
        if tries >= MOST_PUT_OFF:
            self._desk.reference(RuntimeError(f"an effect was given up after {tries} tries"))
            await self._store.done(numbers)
        else:
            await self._store.later(numbers, self._clock() + min(PUT_OFF * 2**tries, LONGEST_PUT_OFF))

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> tuple[T | None, str]:
        """Call a front until it manages; return its answer, and the reference where it never did."""
        reference = ""
        for wait in (*self._patience, None):
            try:
                return await call(), ""
            except Exception as reason:  # noqa: BLE001 - a front is somebody else's network
                reference = self._desk.reference(reason)
                if isinstance(reason, Unreached) and reason.lasting and reason.known:
                    break
            if wait is not None:
                await asyncio.sleep(wait)
        return None, reference

    async def _cancelled(self, run: str) -> list[int]:
        """End a look of this process and return its number; one of another process ends in nothing by itself."""
        if run not in self._looks:
            return []
        pending, task = self._looks[run]
        task.cancel()
        await asyncio.wait([task])
        return [pending.number]

    @contextmanager
    def _logged(self) -> Iterator[None]:
        try:
            yield
        except Exception as reason:  # noqa: BLE001 - the rows stay, and are taken up when their lease runs out
            self._desk.reference(reason)

    # What the desk asks of itself

    async def _rung(self, pending: Pending, ring: Ring) -> None:
        try:
            if pending.tries > MOST_TRIES:
                self._desk.reference(RuntimeError(f"timer {ring.name} was taken up {pending.tries} times"))
                await self._store.done([pending.number])
                return
            await self._bells.rung(pending, ring)
        except Exception as reason:  # noqa: BLE001 - logged; its row stays, and the next start takes it up
            self._desk.reference(reason)

    async def _attend(self, pending: Pending, effect: Relay | Redraw) -> list[int]:
        """Carry words between the person and the humans, or show these how the case stands; return what is done."""
        conversation, front = await self._store.load(pending.conversation), self._front
        handed = await self._store.case(pending.conversation)
        failed = ""
        if conversation and isinstance(front, Attentive):
            match effect:
                case Relay():
                    number, again, case = pending.number, pending.tries > 0, self._case(conversation)
                    attempt = itertools.count()
                    _, failed = await self._patiently(
                        lambda: front.relay(
                            conversation, effect, number, again=again or next(attempt) > 0, case=case, handed=handed
                        )
                    )
                case Redraw() if handed:
                    case = self._case(conversation)
                    _, failed = await self._patiently(lambda: front.redraw(conversation, case, handed))
                case _:
                    pass
        if failed:
            await self._put_off([pending.number], pending.tries)
            return []
        return [pending.number]

    # A human

    async def _hand_over(self, pending: Pending) -> None:
        """Give the case to a human; where nobody can be reached that is said, and it is tried again for an hour."""
        conversation = await self._store.load(pending.conversation)
        if conversation is None or conversation.status is not Status.HANDED:  # the person went on without a human
            await self._store.done([pending.number])
            return
        case, why = self._case(conversation), ""

        async def hand_over() -> str:
            nonlocal why
            try:
                return await self._front.hand_over(conversation, case)
            except Unreached as reason:
                why = str(reason)
                raise

        if pending.tries > MOST_PUT_OFF:
            word: str = self._desk.reference(RuntimeError(f"handing over was taken up {pending.tries} times"))
            sentence = None
        else:
            sentence, word = await self._patiently(hand_over)
        if sentence is not None:
            await self._desk.alter(pending.conversation, _handed(sentence), pending.number)
            return
        over = pending.tries >= MOST_PUT_OFF
        if over or conversation.id not in (conversation.notice or ""):  # once, not at every try
            notice = said.not_handed(word, self._support, conversation.id, why, over=over)
            await self._desk.alter(pending.conversation, _handed(notice), UNNOTED)
        await self._put_off([pending.number], pending.tries)

    def _case(self, conversation: Conversation) -> Case:
        try:
            known = asdict(brief(self._desk.tree, conversation))
        except Exception as reason:  # noqa: BLE001 - a human gets what there is, whatever broke
            answers = tuple(conversation.answers.items())
            known = {"headline": said.broken_case(self._desk.reference(reason)), "answers": answers}
            known |= {"texts": conversation.texts, "pictures": conversation.pictures}
        return Case(conversation=conversation.id, owner=conversation.owner, **known)


def _handed(notice: str) -> Following:
    """Return the change that says something above the step of a case that a human is to have."""
    return lambda now: noticed(now, notice) if now.status is Status.HANDED else None
