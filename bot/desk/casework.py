"""A case in a human's hands: claimed, asked about, resolved, opened again; each once, from whichever side."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.desk.asides import DAY
from bot.desk.asides import timers as following
from bot.desk.parts import ATTEMPTS, Loop
from bot.store import Aside, CaseState, Change, Deed, Handed, Moved, Redraw, Relay, Store, Unread
from flows.careful import without_secrets
from flows.conversation import Cancel, Conversation, Show, Status
from flows.memory import with_human
from flows.wording import plain

Overview = tuple[tuple[tuple[Handed, Conversation], ...], dict[str, int], tuple[Unread, ...]]


class Act(StrEnum):
    """What a human can do about a case."""

    CLAIM = "claim"
    RESOLVE = "resolve"
    REOPEN = "reopen"


FROM = {
    Act.CLAIM: (CaseState.OPEN,),
    Act.RESOLVE: (CaseState.OPEN, CaseState.CLAIMED),
    Act.REOPEN: (CaseState.RESOLVED,),
}
"""In which states of a case each can be done."""
TO = {Act.CLAIM: CaseState.CLAIMED, Act.RESOLVE: CaseState.RESOLVED, Act.REOPEN: CaseState.OPEN}


class Done(StrEnum):
    """What became of it."""

    TAKEN = "taken"
    DOUBLE = "double"
    OVER = "over"
    """Somebody was first, or the case stands so that it cannot be."""
    MISSING = "missing"
    TRIMMED = "trimmed"
    """Words were carried without what looked like a secret."""


@dataclass(frozen=True, slots=True)
class Casework:
    """What humans do; who may is the front's matter, and must be asked there before."""

    desk: Loop
    store: Store
    clock: Callable[[], float]
    whose: str

    async def overview(self, cases: int, texts: int) -> Overview:
        """Return the cases that wait, the last day's looks by cause, and the texts that were not understood."""
        counts = await self.store.counts(self.whose, self.clock() - DAY)
        return await self.store.queue(self.whose, cases), counts, await self.store.unread(texts)

    async def act(self, key: str, conversation: str, act: Act, who: str, name: str = "") -> Done:
        """Claim, resolve or reopen; `who` is the human as an owner is written, `name` what the person is told."""
        for _ in range(ATTEMPTS):
            if await self.store.claimed(key):
                return Done.DOUBLE
            case, now = await self.store.case(conversation), await self.store.load(conversation)
            if case is None or now is None:
                return Done.MISSING
            if case.state not in FROM[act]:
                return Done.OVER
            after, effects = self._after(now, act, name)
            became = replace(case, state=TO[act], who=who)
            if act is Act.REOPEN:
                became = Handed(conversation, CaseState.OPEN, self.clock())
            timers = dict.fromkeys(("idle", "expire", "watch"), None)
            aside = Aside(timers=timers, case=became, case_was=case.state)
            if act is Act.RESOLVE:
                aside = replace(aside, timers=following(self.desk.tree, now, after, self.clock()))
            with suppress(Moved):
                saved = await self.desk.save(key, Change(after, now.revision, effects, aside))
                return Done.TAKEN if saved else Done.DOUBLE
        return Done.OVER

    def _after(self, now: Conversation, act: Act, name: str) -> tuple[Conversation, tuple[Deed, ...]]:
        words, ways = self.desk.tree.book.words, self.desk.tree.book.flow.ways
        moved = replace(now, revision=now.revision + 1, mistakes=(), typed={})
        if now.status is not Status.HANDED and act is not Act.REOPEN:
            return now, (Redraw(),)  # the person went on with the bot meanwhile; that is not disturbed
        cancel: tuple[Deed, ...] = (Cancel(now.run),) if now.run else ()
        match act:
            case Act.CLAIM:
                notice = plain(words.shell("claimed", who=name or words.shell("somebody")))
                return replace(moved, notice=notice), (Show(), Redraw())
            case Act.RESOLVE:
                step = ways.get("resolved", ways["closed"])
                status = Status.OPEN if "resolved" in ways else Status.SOLVED
                return replace(moved, step=step, status=status, notice=None, run=None), (Show(), Redraw())
            case Act.REOPEN:
                notice = plain(words.shell("reopened"))
                handed = replace(moved, step=ways["human"], status=Status.HANDED, notice=notice, run=None)
                return handed, (*cancel, Show(), Redraw())

    async def comes_back(self, conversation: str) -> bool:
        """Tell whether what the person writes now goes to a human; else they went on with the bot, or it is over."""
        now = await self.store.load(conversation)
        return now is not None and with_human(self.desk.tree.book.flow, now)

    async def say(self, key: str, conversation: str, who: str, text: str, *, echo: bool = False) -> Done:
        """Carry a human's words to the person, once, and with `echo` to the other humans; secrets are taken out."""
        for _ in range(ATTEMPTS):
            if await self.store.claimed(key):
                return Done.DOUBLE
            now = await self.store.load(conversation)
            if now is None:
                return Done.MISSING
            with suppress(Moved):
                words = without_secrets(text)
                sides = ("person", "echo") if echo else ("person",)
                relays = tuple(Relay(side, who, words) for side in sides)
                saved = await self.desk.save(key, Change(now, now.revision, relays))
                taken = Done.TRIMMED if words != text else Done.TAKEN
                return taken if saved else Done.DOUBLE
        return Done.OVER
