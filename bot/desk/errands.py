"""Do the effects in supervised tasks: in order for each conversation, looks beside them; strike out what is done."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Protocol, TypeVar, assert_never

from bot.desk import outcome as said
from bot.desk.bells import Bells
from bot.desk.watched import shown
from bot.front import Attentive, Case, Front
from bot.store import Pending, Redraw, Relay, Ring, Store
from flows.conversation import Cancel, Conversation, Effect, HandOver, Look, Saw, Show
from flows.handover import brief
from flows.machine import Tree, WrongTurn
from flows.screen import Progress, Screen
from probes.verdict import Verdict

if TYPE_CHECKING:
    from bot.desk.progress import Looker

MOST_TRIES = 5
"""How often an effect is taken up again after a process that died over it."""

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
    """All effects under way in this process."""

    def __init__(
        self,
        desk: Saving,
        store: Store,
        look: Looker,
        front: Front,
        *,
        patience: Sequence[float],
        support: str,
        clock: Callable[[], float],
    ) -> None:
        self._desk, self._store, self._look, self._front = desk, store, look, front
        self._patience, self._support = tuple(patience), support
        self._waiting: dict[str, deque[Pending]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._looks: dict[str, tuple[Pending, asyncio.Task[None]]] = {}
        self._closing = False
        self._bells = Bells(desk, store, look, front, clock, self._patiently)

    def begin(self, noted: Sequence[Pending]) -> None:
        """Queue effects; each conversation has one worker while there is something to do."""
        if self._closing:
            return
        for pending in noted:
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
                pending = queue.popleft()
                later_show = any(isinstance(other.effect, Show) for other in queue)
                try:
                    if self._store.shared and not isinstance(pending.effect, Look | Ring | Cancel):
                        # Two replicas that draw one conversation at once would each post its newest step.
                        async with self._store.alone(pending.conversation):
                            await self._do(pending, later_show=later_show)
                    else:
                        await self._do(pending, later_show=later_show)
                except Exception as reason:  # noqa: BLE001 - logged; its row stays, and the next start takes it up
                    self._desk.reference(reason)
        finally:
            self._waiting.pop(conversation, None)
            del self._workers[conversation]

    async def _do(self, pending: Pending, *, later_show: bool) -> None:
        match pending.effect:
            case Show():
                if not later_show:
                    await self._show(pending)
                await self._store.done([pending.number])
            case Look(run):
                if run not in self._looks:
                    task = asyncio.create_task(self._looked(pending, pending.effect))
                    self._looks[run] = (pending, task)
                    task.add_done_callback(lambda _: self._looks.pop(run, None))
            case Cancel(run):
                await self._cancel(pending, run)
            case HandOver():
                await self._hand_over(pending)
            case Ring():
                task = asyncio.create_task(self._rung(pending, pending.effect))
                self._looks[f"ring {pending.number}"] = (pending, task)
                task.add_done_callback(lambda _: self._looks.pop(f"ring {pending.number}", None))
            case Relay() | Redraw():
                await self._attend(pending, pending.effect)
            case _:
                assert_never(pending.effect)

    async def _show(self, pending: Pending) -> None:
        conversation = await self._store.load(pending.conversation)
        if conversation is None:
            return
        drawn = self._desk.screen(conversation)
        await self._patiently(lambda: self._front.show(conversation, drawn))

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> tuple[T | None, str]:
        """Call a front until it manages; return its answer, and the reference where it never did."""
        reference = ""
        for wait in (*self._patience, None):
            try:
                return await call(), ""
            except Exception as reason:  # noqa: BLE001 - a front is somebody else's network
                reference = self._desk.reference(reason)
            if wait is not None:
                await asyncio.sleep(wait)
        return None, reference

    async def _cancel(self, pending: Pending, run: str) -> None:
        stale = [p.number for p in await self._store.unfinished(pending.conversation) if p.effect == _look(p, run)]
        if run in self._looks:
            _, task = self._looks[run]
            task.cancel()
            await asyncio.wait([task])
        await self._store.done([*stale, pending.number])

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

    async def _attend(self, pending: Pending, effect: Relay | Redraw) -> None:
        """Carry words between the person and the humans, or show these how the case stands."""
        conversation, front = await self._store.load(pending.conversation), self._front
        handed = await self._store.case(pending.conversation)
        if conversation and isinstance(front, Attentive) and pending.tries <= MOST_TRIES:
            match effect:
                case Relay():
                    number, again = pending.number, pending.tries > 0
                    attempt = itertools.count()
                    await self._patiently(
                        lambda: front.relay(conversation, effect, number, again=again or next(attempt) > 0)
                    )
                case Redraw() if handed:
                    case = self._case(conversation)
                    await self._patiently(lambda: front.redraw(conversation, case, handed))
                case _:
                    pass
        await self._store.done([pending.number])

    # A look

    async def _looked(self, pending: Pending, effect: Look) -> None:
        try:
            conversation = await self._store.load(pending.conversation)
            if conversation is None or conversation.run != effect.run:
                await self._store.done([pending.number])
                return
            if pending.tries > MOST_TRIES:
                await self._give_up_look(pending, effect.run)
                return
            verdict = await shown(self._desk, self._front, self._look, conversation, effect.what)
            await self._desk.alter(pending.conversation, self._saw(effect.run, verdict), pending.number)
        except Exception as reason:  # noqa: BLE001 - the person is told, and can go back
            await self._give_up_look(pending, effect.run, self._desk.reference(reason))

    def _saw(self, run: str, verdict: Verdict) -> Following:
        def following(now: Conversation) -> tuple[Conversation, tuple[Effect, ...]] | None:
            if now.run != run:
                return None
            try:
                return self._desk.tree.advance(now, Saw(run, verdict))
            except WrongTurn:
                return None

        return following

    async def _give_up_look(self, pending: Pending, run: str, reference: str = "") -> None:
        word = reference or self._desk.reference(RuntimeError(f"look {run} was taken up {pending.tries} times"))

        def following(now: Conversation) -> tuple[Conversation, tuple[Effect, ...]] | None:
            return _noticed(now, said.look_failed(word, self._support)) if now.run == run else None

        with suppress(Exception):
            await self._desk.alter(pending.conversation, following, pending.number)

    # A human

    async def _hand_over(self, pending: Pending) -> None:
        conversation = await self._store.load(pending.conversation)
        if conversation is None:
            await self._store.done([pending.number])
            return
        case = self._case(conversation)
        if pending.tries > MOST_TRIES:
            word: str = self._desk.reference(RuntimeError(f"handing over was taken up {pending.tries} times"))
            sentence = None
        else:
            sentence, word = await self._patiently(lambda: self._front.hand_over(conversation, case))
        notice = sentence if sentence is not None else said.not_handed(word, self._support)
        await self._desk.alter(pending.conversation, lambda now: _noticed(now, notice), pending.number)

    def _case(self, conversation: Conversation) -> Case:
        try:
            known = asdict(brief(self._desk.tree, conversation))
        except Exception as reason:  # noqa: BLE001 - a human gets what there is, whatever broke
            answers = tuple(conversation.answers.items())
            known = {"headline": said.broken_case(self._desk.reference(reason)), "answers": answers}
            known |= {"texts": conversation.texts, "pictures": conversation.pictures}
        return Case(conversation=conversation.id, owner=conversation.owner, **known)


def _noticed(now: Conversation, notice: str) -> tuple[Conversation, tuple[Effect, ...]]:
    return replace(now, revision=now.revision + 1, notice=notice), (Show(),)


def _look(pending: Pending, run: str) -> Effect | None:
    return pending.effect if isinstance(pending.effect, Look) and pending.effect.run == run else None
