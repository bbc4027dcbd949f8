"""The one loop, put together: events are taken, what follows is saved, and the effects begin."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot.desk import asides
from bot.desk.casework import Casework
from bot.desk.errands import Errands
from bot.desk.outcome import Outcome
from bot.desk.parts import ATTEMPTS, UNNOTED, Following, closed
from bot.desk.sweep import Sweep
from bot.desk.turns import Turns
from bot.front import Front, Turn, Unreached
from bot.store import Change, Moved, Pending, Store, StoreError
from flows.conversation import Cancel, Conversation, Effect, Show, Status
from flows.machine import Tree
from flows.screen import Progress, Screen
from flows.screens import screen

if TYPE_CHECKING:
    from bot.desk.progress import Looker

LOG = logging.getLogger(__name__)


class Desk:
    """The loop for all conversations of the owners that begin with `whose`; one a process.

    `patience` are the waits in seconds before a front that failed is tried again; `lease` for how long others leave
    this process's effects alone; `retention_days` after how many days without a move a conversation is deleted.
    """

    def __init__(
        self,
        store: Store,
        tree: Tree,
        look: Looker,
        front: Front,
        *,
        whose: str,
        clock: Callable[[], float] = time.time,
        support: str = "",
        patience: Sequence[float] = (1.0, 5.0),
        lease: float = 4.0,
        retention_days: float | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._lease = lease
        self._name = secrets.token_hex(8)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._closed = False
        self.tree = tree
        self._errands = Errands(
            self, store, look, front, name=self._name, patience=patience, support=support, clock=clock
        )
        self._turns = Turns(self, store, clock, support)
        self.casework = Casework(self, store, clock, whose)
        """What humans do about the cases that were handed to them."""
        self.sweep = Sweep(
            store,
            self._errands.begin,
            lambda: self._errands.known,
            name=self._name,
            whose=whose,
            clock=clock,
            lease=lease,
            retention_days=retention_days,
        )

    async def open(
        self, key: str, owner: str, text: str = "", *, locale: str = "en", surface: Mapping[str, str] | None = None
    ) -> Outcome:
        """Open a new conversation with what was typed after the command; the owner's older open ones are closed."""
        return await self._turns.open(key, owner, text, locale=locale, surface=surface)

    async def take(self, turn: Turn) -> Outcome:
        """Take one event; returns after the commit, and raises nothing but a cancellation."""
        return await self._turns.take(turn)

    # For its parts

    async def save(
        self, key: str | None, *changes: Change, done: Sequence[int] = (), surface: Mapping[str, str] | None = None
    ) -> bool:
        """Save and let the effects begin; False where the key was claimed before. Raises `Moved`.

        Ending a look is not noted: one that a crash lets live ends in nothing, since its run is over.
        """
        now = self._clock()
        cancels = tuple(
            Pending(UNNOTED, change.conversation.id, change.conversation.revision, effect)
            for change in changes
            for effect in change.effects
            if isinstance(effect, Cancel)
        )
        lasting = [
            replace(change, effects=tuple(e for e in change.effects if not isinstance(e, Cancel))) for change in changes
        ]
        noted = await self._store.save(
            key, lasting, by=self._name, now=now, until=now + self._lease, done=done, surface=surface
        )
        if noted is None:
            return False
        self._errands.begin((*cancels, *noted))
        return True

    async def first(self, key: str) -> bool:
        """Claim a delivery that moves no conversation; False where it was claimed before, by any replica."""
        return await self.save(key)

    async def show_again(
        self, key: str, conversation: str, *, notes: Mapping[str, str], notice: str | None = None
    ) -> None:
        """Draw the newest step anew, once a delivery, with a front's notes, and with a sentence if there is one."""
        async with self.lock(conversation):
            for _ in range(ATTEMPTS):
                if (now := await self._store.load(conversation)) is None:
                    return
                after = replace(now, revision=now.revision + 1, notice=notice) if notice else now
                with suppress(Moved):
                    await self.save(key, Change(after, now.revision, (Show(),)), surface=notes)
                    return
        raise RuntimeError("other processes saved first, every time")

    async def alter(self, conversation: str, change: Following, done: int) -> None:
        """Save what follows from the newest snapshot together with striking out an effect; None changes nothing."""
        async with self.lock(conversation):
            for _ in range(ATTEMPTS):
                before = await self._store.load(conversation)
                following = change(before) if before else None
                if before is None or following is None:
                    await self._store.done([done])
                    return
                with suppress(Moved):
                    moved = asides.change(self.tree, before, *following, now=self._clock())
                    await self.save(None, moved, done=[done])
                    return
        raise RuntimeError("other processes saved first, every time")

    async def expire(self, conversation: str, notice: str, done: int) -> None:
        """Close a conversation that nobody came back to, and strike out the effect of its timer."""

        def following(now: Conversation) -> tuple[Conversation, tuple[Effect, ...]] | None:
            return closed(now, notice) if now.status is Status.OPEN else None

        await self.alter(conversation, following, done)

    def reference(self, reason: BaseException) -> str:
        """Log an error and return the short word under which it stands there; what is known needs no traceback."""
        word = secrets.token_hex(3).upper()
        if isinstance(reason, Unreached) and reason.known:
            LOG.warning("reference %s: %s", word, reason)
            return word
        LOG.error("reference %s: %s", word, type(reason).__name__, exc_info=reason)
        return word

    def lock(self, name: str) -> asyncio.Lock:
        """Return the lock of this process for whatever bears a name; it lives for as long as somebody wants it."""
        return self._locks.setdefault(name, asyncio.Lock())

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Keep everybody else out while something is done about `name`, other replicas too. Raises StoreError."""
        return self._store.alone(name)

    async def resume(self) -> int:
        """Take up what a process that ended left undone; from now on sweep for timers and for what others leave."""
        return await self.sweep.start()

    async def settled(self, conversation: str) -> None:
        """Wait until no effect of a conversation is under way."""
        await self._errands.settled(conversation)

    async def close(self, within: float = 3.0) -> None:
        """Begin nothing more, end or give back what runs; what is being shown has `within` seconds to finish."""
        if self._closed:
            return
        self._closed = True
        await self.sweep.close()
        await self._errands.close(within)
        try:
            await self._store.give_back(self._name)
        except StoreError as reason:
            LOG.warning("cannot give effects back: %s", reason)

    # What is there

    async def current(self, owner: str) -> Conversation | None:
        """Return that of the owner's open conversations, or those that a human has, which moved last."""
        kept = await self._store.of_owner(owner)
        return next((c for c in kept if c.status in (Status.OPEN, Status.HANDED)), None)

    async def load(self, conversation: str) -> Conversation | None:
        """Return a conversation's newest snapshot."""
        return await self._store.load(conversation)

    async def recent(self, owner: str, limit: int = 10) -> tuple[Conversation, ...]:
        """Return an owner's conversations of any status, newest first."""
        return await self._store.of_owner(owner, limit)

    async def speaks(self, conversation: str, locale: str) -> None:
        """Keep a person's language with their conversation; no step is shown anew for it."""
        async with self.lock(conversation):
            now = await self._store.load(conversation)
            if now is not None and now.locale != locale:
                with suppress(Moved):
                    await self.save(None, Change(replace(now, locale=locale), now.revision))

    async def forget(self, owner: str) -> int:
        """Delete all that is kept of an owner, and end their looks; return how many conversations that were."""
        kept = await self._store.of_owner(owner)
        count = await self._store.forget(owner)
        ends = [Pending(UNNOTED, each.id, each.revision, Cancel(each.run)) for each in kept if each.run]
        self._errands.begin(ends)
        return count

    def screen(self, conversation: Conversation, progress: Sequence[Progress] = ()) -> Screen:
        """Return what the person sees at a conversation now."""
        return screen(self.tree, conversation, progress)

    async def surface(self, conversation: str) -> dict[str, str]:
        """Return a front's own notes on a conversation."""
        return await self._store.surface(conversation)

    async def remember(self, conversation: str, notes: Mapping[str, str | None]) -> None:
        """Merge a front's notes; None takes one away."""
        await self._store.remember(conversation, notes)

    async def found_at(self, name: str, value: str) -> str | None:
        """Return the conversation with this note."""
        return await self._store.found_at(name, value)
