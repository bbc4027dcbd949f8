"""Take events: seen before? whose? which revision? then advance, and save in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.desk import asides
from bot.desk import outcome as said
from bot.desk.outcome import Outcome, Result
from bot.desk.parts import ATTEMPTS, Loop, closed
from bot.front import Turn
from bot.store import Change, Moved, Store, StoreError
from flows.conversation import AskedHuman, Conversation, Filled, HandOver, Opened, Show, Status
from flows.machine import WrongTurn
from flows.wording import plain

A_MOMENT = 3.0
"""Seconds within which somebody who opens a conversation twice means one."""


@dataclass(frozen=True, slots=True)
class Turns:
    """The events of all conversations; `support` is whom a person may ask instead where all fails."""

    desk: Loop
    store: Store
    clock: Callable[[], float]
    support: str

    async def open(
        self, key: str, owner: str, text: str = "", *, locale: str = "en", surface: Mapping[str, str] | None = None
    ) -> Outcome:
        """Open a new conversation with what was typed after the command; the owner's older open ones are closed."""
        try:
            name = f"owner {owner}"
            # Another replica may have the second of two presses; words come one by one, and wait for no database.
            async with self.desk.lock(name) if text else self.store.alone(name):
                return await self._open(key, owner, text, locale, surface or {})
        except Exception as reason:  # noqa: BLE001 - the person gets a sentence, whatever it was
            return self._failed(reason, None)

    async def take(self, turn: Turn) -> Outcome:
        """Take one event; returns after the commit, and raises nothing but a cancellation."""
        try:
            async with self.desk.lock(turn.conversation):
                return await self._take(turn)
        except Exception as reason:  # noqa: BLE001 - the person gets a sentence, whatever it was
            return await self._rescued(turn, reason)

    async def _open(self, key: str, owner: str, text: str, locale: str, surface: Mapping[str, str]) -> Outcome:
        same = await self._just_opened(owner) if not text else None
        if same is not None:  # a double click: one wish
            await self.desk.save(key)
            return self._now(Result.DOUBLE, same)
        for _ in range(ATTEMPTS):
            new = self.desk.tree.begin(secrets.token_hex(8), owner, locale=locale, started=self.clock())
            new, effects = self.desk.tree.advance(new, Opened(text))
            with suppress(Moved):
                opening = asides.change(self.desk.tree, None, new, effects, now=self.clock())
                saved = await self.desk.save(key, opening, *await self._closing(new), surface=surface)
                return self._now(
                    Result.TAKEN if saved else Result.DOUBLE, new if saved else await self.desk.current(owner)
                )
        raise RuntimeError("other processes saved first, every time")

    async def _just_opened(self, owner: str) -> Conversation | None:
        """Return a conversation in which nothing happened yet, opened a moment ago."""
        now = await self.desk.current(owner)
        fresh = now is not None and now.revision == 1 and not (now.answers or now.texts)
        return now if fresh and now and self.clock() - now.started < A_MOMENT else None

    async def _closing(self, opened: Conversation) -> list[Change]:
        """Return what closes the other open conversations of an owner: there is one at a time."""
        kept, now = await self.store.of_owner(opened.owner), self.clock()
        older = [c for c in kept if c.status is Status.OPEN and c.id != opened.id]
        return [asides.change(self.desk.tree, each, *closed(each, self._ended(each)), now=now) for each in older]

    def _ended(self, now: Conversation) -> str | None:
        """Return what is to be said of a conversation that ends since another begins: a promise ends with it."""
        book = self.desk.tree.book
        return plain(book.words.shell("watch_ended")) if now.step == book.flow.ways.get("watching") else None

    async def _take(self, turn: Turn) -> Outcome:
        for _ in range(ATTEMPTS):
            conversation = await self.store.load(turn.conversation)
            if conversation is None:
                return await self._refused(turn, Result.MISSING, None, said.missing())
            if conversation.owner != turn.owner:
                return await self._refused(turn, Result.STRANGER, None, said.stranger())
            same = conversation.status is Status.HANDED or (isinstance(turn.event, Filled) and conversation.mistakes)
            shown = asides.still_shown(conversation, await self.desk.surface(turn.conversation) if same else {})
            # Who asks for a human gets one, by however old a button.
            old = turn.revision is not None and turn.revision not in shown
            here = conversation.status in (Status.OPEN, Status.HANDED)
            if old and not (here and isinstance(turn.event, AskedHuman)):
                return await self._refused(turn, Result.OVER, conversation, said.over())
            try:
                after, effects = self.desk.tree.advance(conversation, turn.event)
            except WrongTurn:
                handed = isinstance(turn.event, AskedHuman) and conversation.status is Status.HANDED
                words = said.handed_already() if handed else said.over()
                return await self._refused(turn, Result.OVER, conversation, words)
            same_still = after.mistakes or Show() not in effects
            note = {asides.SAME: f"{shown.start} {after.revision}"} if same_still else {}
            with suppress(Moved):
                now = self.clock()
                moved = asides.change(self.desk.tree, conversation, after, effects, now=now, event=turn.event)
                opens = after.status is Status.OPEN is not conversation.status
                others = await self._closing(after) if opens else ()
                saved = await self.desk.save(turn.key, moved, *others, surface={**turn.notes, **note})
                return self._now(Result.TAKEN, after) if saved else self._now(Result.DOUBLE, conversation)
        raise RuntimeError("other processes saved first, every time")

    async def _refused(self, turn: Turn, result: Result, conversation: Conversation | None, words: str) -> Outcome:
        """Claim the delivery all the same, so that its repetition stays quiet; a form that is refused is again."""
        if isinstance(turn.event, Filled):
            claimed = not await self.store.claimed(turn.key)
        else:
            claimed = await self.desk.save(turn.key)
        return self._now(result, conversation, words) if claimed else self._now(Result.DOUBLE, conversation)

    def _now(self, result: Result, conversation: Conversation | None, words: str = "") -> Outcome:
        return Outcome(result, conversation, self.desk.screen(conversation) if conversation else None, words)

    async def _rescued(self, turn: Turn, reason: Exception) -> Outcome:
        """Answer an unexpected error; somebody who asked for a human gets one even where the tree is broken."""
        conversation = None
        with suppress(Exception):
            conversation = await self.store.load(turn.conversation)
        outcome = self._failed(reason, conversation)
        hopeless = isinstance(reason, StoreError)  # a second saving would only make the acknowledgement late
        if conversation is None or hopeless or not isinstance(turn.event, AskedHuman):
            return outcome
        if conversation.owner != turn.owner:
            return outcome
        with suppress(Exception):
            handed = replace(conversation, revision=conversation.revision + 1, status=Status.HANDED, run=None)
            moved = asides.change(self.desk.tree, conversation, handed, (HandOver(),), now=self.clock())
            if await self.desk.save(turn.key, moved):
                return replace(outcome, result=Result.TAKEN, conversation=handed, screen=None, said="")
        return outcome

    def _failed(self, reason: Exception, conversation: Conversation | None) -> Outcome:
        reference = self.desk.reference(reason)
        words = said.unsaved if isinstance(reason, StoreError) else said.failed
        drawn = None
        if conversation is not None:
            with suppress(Exception):
                drawn = self.desk.screen(conversation)
        return Outcome(Result.FAILED, conversation, drawn, words(reference, self.support), reference)
