"""Do the effects in supervised tasks, each conversation's in order: what the person sees does not wait for the humans.

Looks run beside both; what is done is struck out.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, assert_never

from bot.desk.bells import Bells
from bot.desk.handing import Handing
from bot.desk.parts import UNNOTED, Loop
from bot.desk.patience import Patience, vain
from bot.desk.runs import MOST_TRIES, Runs
from bot.front import Front
from bot.store import Pending, Redraw, Relay, Ring, Store
from flows.conversation import Cancel, HandOver, Look, Show

if TYPE_CHECKING:
    from bot.desk.progress import Looker


Place = str
"""Where effects are done in order: what the person sees in a conversation, or what goes to the humans of its case."""


def _place(pending: Pending) -> Place:
    """Return where an effect has its turn: a support channel that does not answer keeps no step from the person."""
    effect = pending.effect
    for_humans = isinstance(effect, HandOver | Redraw) or (isinstance(effect, Relay) and effect.to != "person")
    return f"{pending.conversation} case" if for_humans else pending.conversation


class Errands:
    """All effects under way in this process, which notes them as `name`."""

    def __init__(
        self,
        desk: Loop,
        store: Store,
        look: Looker,
        front: Front,
        *,
        name: str,
        patience: Sequence[float],
        support: str,
        clock: Callable[[], float],
    ) -> None:
        self._desk, self._store, self._front, self._name = desk, store, front, name
        self.known: set[int] = set()
        """The numbers of the effects under way; what is noted as this process's and not among them was lost here."""
        self._waiting: dict[Place, deque[Pending]] = {}
        self._workers: dict[Place, asyncio.Task[None]] = {}
        self._looks: dict[str, tuple[Pending, asyncio.Task[None]]] = {}
        self._closing = False
        self._patience = Patience(desk, store, clock, tuple(patience))
        self._runs = Runs(desk, store, look, front, support)
        self._handing = Handing(desk, store, front, self._patience, support)
        self._bells = Bells(desk, store, look, front, clock, self._patience)

    def begin(self, effects: Sequence[Pending]) -> None:
        """Queue effects; each place has one worker while there is something to do."""
        if self._closing:
            return
        for pending in effects:
            if pending.number in self.known:
                continue
            if pending.number != UNNOTED:
                self.known.add(pending.number)
            place = _place(pending)
            self._waiting.setdefault(place, deque()).append(pending)
            if place not in self._workers:
                self._workers[place] = asyncio.create_task(self._work(place))

    async def settled(self, conversation: str) -> None:
        """Wait until no effect of a conversation is under way."""
        while tasks := self._under_way(conversation):
            await asyncio.wait(tasks)

    def _under_way(self, conversation: str) -> list[asyncio.Task[None]]:
        looks = [task for pending, task in self._looks.values() if pending.conversation == conversation]
        places = (conversation, f"{conversation} case")
        return [*looks, *(self._workers[place] for place in places if place in self._workers)]

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

    async def _work(self, place: Place) -> None:
        try:
            while queue := self._waiting.get(place):
                batch = list(queue)
                queue.clear()
                await self._do_all(batch)
        finally:
            self._waiting.pop(place, None)
            del self._workers[place]

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
                async with self._store.alone(_place(pending)):
                    await self._handing.hand_over(pending)
            case Relay() | Redraw():
                async with self._store.alone(_place(pending)):
                    return await self._handing.attend(pending, pending.effect)
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
        for wait in (*self._patience.waits, None):
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
                    lasts = vain(reason)
                else:
                    notes = {now.id: shown.notes} if shown and shown.notes else {}
                    whole = shown is None or shown.whole
                    await self._store.done({*numbers, *drawing.shows} if whole else (), notes=notes)
                    if not whole:
                        await self._patience.put_off(numbers, pending.tries)
                    return
            if wait is None or lasts:
                break
            await asyncio.sleep(wait)
        await self._patience.put_off(numbers, pending.tries)

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

    async def _rung(self, pending: Pending, ring: Ring) -> None:
        try:
            if pending.tries > MOST_TRIES:
                self._desk.reference(RuntimeError(f"timer {ring.name} was taken up {pending.tries} times"))
                await self._store.done([pending.number])
                return
            await self._bells.rung(pending, ring)
        except Exception as reason:  # noqa: BLE001 - logged; its row stays, and the next start takes it up
            self._desk.reference(reason)
