"""A case on its way to a human, what the person and they say to each other, and how it stands."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass

from bot.desk import outcome as said
from bot.desk.parts import UNNOTED, Following, Loop, noticed
from bot.desk.patience import MOST_PUT_OFF, Patience
from bot.front import Attentive, Case, Front, Unreached
from bot.store import Pending, Redraw, Relay, Store
from flows.conversation import Conversation, Status
from flows.handover import brief


@dataclass(frozen=True, slots=True)
class Handing:
    """What goes between one front's people and those who help them; `support` is whom they may ask instead."""

    desk: Loop
    store: Store
    front: Front
    patience: Patience
    support: str

    async def hand_over(self, pending: Pending) -> None:
        """Give the case to a human; where nobody can be reached that is said, and it is tried again for an hour."""
        conversation = await self.store.load(pending.conversation)
        if conversation is None or conversation.status is not Status.HANDED:  # the person went on without a human
            await self.store.done([pending.number])
            return
        case, why = self._case(conversation), ""

        async def hand_over() -> str:
            nonlocal why
            try:
                return await self.front.hand_over(conversation, case)
            except Unreached as reason:
                why = str(reason)
                raise

        if pending.tries > MOST_PUT_OFF:
            word: str = self.desk.reference(RuntimeError(f"handing over was taken up {pending.tries} times"))
            sentence = None
        else:
            sentence, word = await self.patience.called(hand_over)
        if sentence is not None:
            await self.desk.alter(pending.conversation, _handed(sentence), pending.number)
            return
        over = pending.tries >= MOST_PUT_OFF
        if over or conversation.id not in (conversation.notice or ""):  # once, not at every try
            notice = said.not_handed(word, self.support, conversation.id, why, over=over)
            await self.desk.alter(pending.conversation, _handed(notice), UNNOTED)
        await self.patience.put_off([pending.number], pending.tries)

    async def attend(self, pending: Pending, effect: Relay | Redraw) -> list[int]:
        """Carry words between the person and the humans, or show these how the case stands; return what is done."""
        conversation, front = await self.store.load(pending.conversation), self.front
        handed = await self.store.case(pending.conversation)
        failed = ""
        if conversation and isinstance(front, Attentive):
            match effect:
                case Relay():
                    number, again, case = pending.number, pending.tries > 0, self._case(conversation)
                    attempt = itertools.count()
                    _, failed = await self.patience.called(
                        lambda: front.relay(
                            conversation, effect, number, again=again or next(attempt) > 0, case=case, handed=handed
                        )
                    )
                case Redraw() if handed:
                    case = self._case(conversation)
                    _, failed = await self.patience.called(lambda: front.redraw(conversation, case, handed))
                case _:
                    pass
        if failed:
            await self.patience.put_off([pending.number], pending.tries)
            return []
        return [pending.number]

    def _case(self, conversation: Conversation) -> Case:
        try:
            known = asdict(brief(self.desk.tree, conversation))
        except Exception as reason:  # noqa: BLE001 - a human gets what there is, whatever broke
            answers = tuple(conversation.answers.items())
            known = {"headline": said.broken_case(self.desk.reference(reason)), "answers": answers}
            known |= {"texts": conversation.texts, "pictures": conversation.pictures}
        return Case(conversation=conversation.id, owner=conversation.owner, **known)


def _handed(notice: str) -> Following:
    """Return the change that says something above the step of a case that a human is to have."""
    return lambda now: noticed(now, notice) if now.status is Status.HANDED else None
