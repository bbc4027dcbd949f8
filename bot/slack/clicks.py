"""Buttons and forms: each press becomes one turn of the desk, or opens a form, or leads back to the open step."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, assert_never

from bot.desk import Desk, Outcome, Result
from bot.front import Turn
from bot.slack import marks, modal, reading
from bot.slack.blocks import Drawn
from bot.slack.delivery import SlackFront
from bot.slack.faults import TRIGGER, SlackFault
from bot.slack.gate import Gate
from bot.slack.home import note
from bot.slack.marks import Mark
from bot.slack.notes import below
from bot.slack.openings import Openings
from bot.slack.reading import Body, Who
from bot.slack.replies import Replies
from bot.slack.words import say
from flows.conversation import AskedHuman, Chose, Event, Filled, StartedAgain, Status, WentBack
from flows.screen import Kind, Screen

LOG = logging.getLogger(__name__)
Ack = Callable[..., Awaitable[Any]]
DOUBLE_CLICK = 2.0
"""Seconds within which a second press of the same button is the same wish, and stays without an answer."""
PRESSES_KEPT = 10_000
PRESSED = "pressed"
"""The note that keeps what was pressed last and when, for the replica that gets the second press of a double click."""


class Clicks:
    """What is pressed in a step, and the forms that it opens."""

    def __init__(self, desk: Desk, front: SlackFront, gate: Gate, replies: Replies, openings: Openings) -> None:
        self._desk = desk
        self._openings = openings
        self._front = front
        self._gate = gate
        self._replies = replies
        self._pressed: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def pressed(self, body: Body, ack: Ack) -> None:
        """Take a press of a step's button: acknowledged after the commit; an old or unknown button is answered."""
        person = self._gate.person(body)
        name, value = reading.action(body)
        mark = marks.read(value)
        event = _event(name, mark)
        if person is None or not self._gate.in_time(person):
            await ack()
        elif said := await self._gate.barred(person):
            await self._turned_away(body, ack, person, said)
        elif mark is None or event is None:
            await ack()
            self._replies.later(self._over(body, person, say("over")))
        else:
            button, at = value + name, reading.pressed_at(body)
            twice = self._is_double_click(body, button)
            notes = {PRESSED: f"{at} {button}"}
            turn = Turn(reading.key(body), mark.conversation, person.owner, event, mark.revision, notes)
            outcome = await self._desk.take(turn)
            await ack()
            if outcome.result is Result.OVER:
                twice = twice or await self._was_pressed(mark, button, at)
            if not (twice and outcome.result is Result.OVER):
                self._replies.later(self._answered(body, person, outcome))

    async def opened_form(self, body: Body, ack: Ack) -> None:
        """Open the form of the step that the conversation stands at; nothing moves, so it is acknowledged first."""
        person = self._gate.person(body)
        mark = marks.read(reading.action(body)[1])
        if person is None or mark is None or not self._gate.in_time(person):
            await ack()
            return
        if said := await self._gate.barred(person):
            await self._turned_away(body, ack, person, said)
            return
        await ack()
        self._replies.later(self._open(body, person, mark))

    async def submitted(self, body: Body, ack: Ack) -> None:
        """Take a form: mistakes stand at their fields, and what was typed stays in it."""
        person, view = self._gate.person(body), body["view"]
        mark = marks.read(view.get("private_metadata"))
        if person is None or mark is None:
            await ack(response_action="update", view=modal.over(say("form_over")))
            return
        if not self._gate.in_time(person):
            await ack(response_action="update", view=modal.over(say("too_fast")))
            return
        if said := await self._gate.barred(person):
            await ack(response_action="update", view=modal.over(said))
            return
        values = modal.values(view)
        turn = Turn(reading.key(body), mark.conversation, person.owner, Filled(values), mark.revision)
        outcome = await self._desk.take(turn)
        now = outcome.conversation
        if outcome.result is Result.DOUBLE and now and now.mistakes and dict(now.typed) != values:
            # The same wrong values as once before, with others in between: no repetition of the delivery.
            outcome = await self._desk.take(replace(turn, key=f"{turn.key} {now.revision}"))
        fields = {str(block.get("block_id")) for block in view.get("blocks") or ()}
        match outcome.result:
            case Result.TAKEN | Result.DOUBLE:
                errors = _errors(outcome.screen)
                if errors and errors.keys() <= fields:
                    await ack(response_action="errors", errors=errors)
                else:
                    await ack()
            case Result.FAILED | Result.OVER if fields:  # what was typed stays to be read
                first = next(iter(modal.values(view)), min(fields))
                over = outcome.result is Result.OVER
                said = say("form_over_kept") if over else outcome.said or say("form_failed")
                await ack(response_action="errors", errors={first: said})
            case _:
                await ack(response_action="update", view=modal.over(outcome.said or say("form_over")))

    async def resumed(self, body: Body, ack: Ack) -> None:
        """Draw the open step again at the bottom of the direct message."""
        person = self._gate.person(body)
        if person is None or not self._gate.in_time(person):
            await ack()
            return
        if said := await self._gate.barred(person):
            await self._turned_away(body, ack, person, said)
            return
        await ack()
        self._replies.later(self._resume(body, person))

    async def _resume(self, body: Body, person: Who) -> None:
        mark = marks.read(reading.action(body)[1])
        conversation = await self._desk.load(mark.conversation) if mark else None
        if conversation is None or conversation.owner != person.owner or conversation.status is Status.CLOSED:
            conversation = await self._desk.current(person.owner)
        if conversation is None:
            await self._replies.answer(body, person.owner, note(say("nothing_open"), start=True))
            return
        await self._openings.show_again(body, conversation)

    async def _open(self, body: Body, person: Who, mark: Mark) -> None:
        conversation = await self._desk.load(mark.conversation)
        if conversation is None or conversation.owner != person.owner:
            word = "gone" if conversation is None else "not_yours"
            await self._replies.answer(body, person.owner, note(say(word), start=True))
            return
        screen = self._desk.screen(conversation)
        if screen.kind is not Kind.FILL or not screen.inputs:
            await self._over(body, person, say("over"))
            return
        try:
            await self._front.calls("views.open", trigger_id=str(body.get("trigger_id")), view=modal.form(screen))
        except SlackFault as fault:
            if fault.error == "exchanged_trigger_id":
                return  # a repetition of this press: the form is open
            LOG.warning("a form was not opened: %s", fault)
            if fault.error in TRIGGER:
                late, key = say("trigger_late"), reading.key(body)
                await self._desk.show_again(key, conversation.id, notes=below(key), notice=late)
            else:
                await self._replies.answer(body, person.owner, note(say("form_refused")))

    async def _answered(self, body: Body, person: Who, outcome: Outcome) -> None:
        match outcome.result:
            case Result.TAKEN if outcome.conversation:
                await self._openings.told_if_shut(body, outcome.conversation)
            case Result.TAKEN | Result.DOUBLE:
                return
            case Result.OVER:
                await self._over(body, person, outcome.said or say("over"), outcome.screen)
            case Result.FAILED:
                await self._replies.answer(body, person.owner, failed(outcome))
            case Result.STRANGER | Result.MISSING:
                await self._replies.answer(body, person.owner, note(outcome.said or say("over"), start=True))
            case _:
                assert_never(outcome.result)

    async def _over(self, body: Body, person: Who, said: str, screen: Screen | None = None) -> None:
        """Say kindly that a step is over, with the way to the open one."""
        if screen is None and (now := await self._desk.current(person.owner)):
            screen = self._desk.screen(now)
        resume = Mark(screen.conversation, screen.revision) if screen else None
        await self._replies.answer(body, person.owner, note(said, resume=resume, start=resume is None))

    async def _turned_away(self, body: Body, ack: Ack, person: Who, said: str) -> None:
        """Say why somebody may not, where they pressed: a stranger has no direct message with the bot."""
        await ack()
        if url := body.get("response_url"):
            self._replies.later(self._replies.answer({"response_url": url}, person.owner, note(said)))

    def _is_double_click(self, body: Body, button: str) -> bool:
        who, at = str((body.get("user") or {}).get("id")), reading.pressed_at(body)
        before = self._pressed.get((who, button))
        self._pressed[who, button] = at
        self._pressed.move_to_end((who, button))
        while len(self._pressed) > PRESSES_KEPT:
            self._pressed.popitem(last=False)
        return before is not None and 0 < at - before < DOUBLE_CLICK

    async def _was_pressed(self, mark: Mark, button: str, at: float) -> bool:
        """Tell whether a press of this very button was taken a moment ago, by any replica."""
        when, _, what = (await self._desk.surface(mark.conversation)).get(PRESSED, "").partition(" ")
        return what == button and abs(at - float(when)) < DOUBLE_CLICK


def failed(outcome: Outcome) -> Drawn:
    """Draw the sentence of an outcome that went wrong, with the way back to the step and its Talk to a human."""
    now = outcome.conversation
    return note(outcome.said or say("over"), resume=Mark(now.id, now.revision) if now else None)


def _event(name: str, mark: Mark | None) -> Event | None:
    match name.removeprefix(marks.PREFIX).split(":")[0]:
        case "choose" | "pick" if mark:
            return Chose(mark.choice)
        case "back":
            return WentBack()
        case "again":
            return StartedAgain()
        case "human":
            return AskedHuman()
        case _:
            return None


def _errors(screen: Screen | None) -> dict[str, str]:
    return modal.errors(screen) if screen is not None and screen.kind is Kind.FILL else {}
