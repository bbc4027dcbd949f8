"""A look from its beginning to its verdict: shown as it goes on, counted once, given up where it never ends."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desk import outcome as said
from bot.desk.parts import Following, Loop, noticed
from bot.desk.watched import shown
from bot.front import Front
from bot.store import Pending, Store
from flows.conversation import Conversation, Effect, Look, Saw
from flows.machine import WrongTurn
from probes.verdict import Verdict

if TYPE_CHECKING:
    from bot.desk.progress import Looker

MOST_TRIES = 5
"""How often an effect is taken up again after a process that died over it."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The looks of this process."""

    desk: Loop
    store: Store
    look: Looker
    front: Front
    support: str

    async def looked(self, pending: Pending, effect: Look) -> None:
        """Look, and hand the verdict in; a run that is over meanwhile ends in nothing."""
        try:
            conversation = await self.store.load(pending.conversation)
            if conversation is None or conversation.run != effect.run:
                await self.store.done([pending.number])
                return
            if pending.tries > MOST_TRIES:
                await self._give_up(pending, effect.run)
                return
            verdict = await shown(self.desk, self.front, self.look, conversation, effect.what)
            await self.desk.alter(pending.conversation, self._saw(effect.run, verdict), pending.number)
        except Exception as reason:  # noqa: BLE001 - the person is told, and can go back
            await self._give_up(pending, effect.run, self.desk.reference(reason))

    def _saw(self, run: str, verdict: Verdict) -> Following:
        def following(now: Conversation) -> tuple[Conversation, tuple[Effect, ...]] | None:
            if now.run != run:
                return None
            try:
                return self.desk.tree.advance(now, Saw(run, verdict))
            except WrongTurn:
                return None

        return following

    async def _give_up(self, pending: Pending, run: str, reference: str = "") -> None:
        word = reference or self.desk.reference(RuntimeError(f"look {run} was taken up {pending.tries} times"))

        def following(now: Conversation) -> tuple[Conversation, tuple[Effect, ...]] | None:
            return noticed(now, said.look_failed(word, self.support)) if now.run == run else None

        with suppress(Exception):
            await self.desk.alter(pending.conversation, following, pending.number)
