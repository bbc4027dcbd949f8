"""What IT does in the support channel: the buttons of a case, the question's form, and words in the case's thread."""

from __future__ import annotations

import logging
from typing import Any

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.desk import Desk
from bot.desk.casework import Act, Done
from bot.slack import limits, marks, modal, reading
from bot.slack.blocks import label
from bot.slack.clicks import Ack
from bot.slack.delivery import SlackFront
from bot.slack.faults import TRIGGER, SlackFault
from bot.slack.gate import Gate
from bot.slack.home import note
from bot.slack.marks import Mark
from bot.slack.openings import Openings
from bot.slack.people import People
from bot.slack.reading import Body, Who
from bot.slack.replies import Replies
from bot.slack.words import say

LOG = logging.getLogger(__name__)
ACTS = {marks.CLAIM: Act.CLAIM, marks.RESOLVE: Act.RESOLVE, marks.REOPEN: Act.REOPEN}
FIELD = "question"


class Cases:
    """Everything is checked here, on the server: who presses, from which workspace, and whether the case is there."""

    def __init__(
        self,
        desk: Desk,
        front: SlackFront,
        *,
        gate: Gate,
        replies: Replies,
        people: People,
        openings: Openings,
        bot: str,
    ) -> None:
        """`bot` is the bot's own user id, by which threads of its own messages are known."""
        self._desk, self._front, self._gate, self._replies = desk, front, gate, replies
        self._people, self._openings, self._bot = people, openings, bot

    async def _refused(self, person: Who, mark: Mark | None) -> str:
        """Return why somebody may not, or an empty text."""
        if self._gate.stranger(person):
            return say("stranger")
        channel = (await self._desk.surface(mark.conversation)).get("support_channel", "") if mark else ""
        if not channel:
            return say("case_missing")
        try:
            return "" if await self._people.may_work_on_cases(person, channel) else say("not_it")
        except SlackFault as fault:
            return say("cannot_tell_it", why=fault)

    async def pressed(self, body: Body, ack: Ack) -> None:
        """Take Claim, Resolve and Reopen: acknowledged after the commit."""
        person = self._gate.person(body)
        name, value = reading.action(body)
        mark = marks.read(value)
        if person is None or mark is None:
            await ack()
            return
        if said := await self._refused(person, mark):
            await ack()
            self._answer(body, person, said)
            return
        called = (await self._people.known(person.user)).name if name == marks.CLAIM else ""
        done = await self._desk.casework.act(reading.key(body), mark.conversation, ACTS[name], person.owner, called)
        await ack()
        if done in (Done.OVER, Done.MISSING):
            self._answer(body, person, say("case_over" if done is Done.OVER else "case_missing"))

    async def asks(self, body: Body, ack: Ack) -> None:
        """Open the question's form."""
        person = self._gate.person(body)
        mark = marks.read(reading.action(body)[1])
        said = await self._refused(person, mark) if person else ""
        await ack()
        if person is None or mark is None:
            return
        if said:
            self._answer(body, person, said)
            return
        self._replies.later(self._open(body, person, mark))

    async def _open(self, body: Body, person: Who, mark: Mark) -> None:
        try:
            await self._front.calls("views.open", trigger_id=str(body.get("trigger_id")), view=question(mark))
        except SlackFault as fault:
            if fault.error == "exchanged_trigger_id":
                return
            LOG.warning("a form was not opened: %s", fault)
            word = "trigger_late" if fault.error in TRIGGER else "question_refused"
            await self._replies.answer(body, person.owner, note(say(word)))

    async def asked(self, body: Body, ack: Ack) -> None:
        """Carry the question to the person, and show in the thread that it was asked."""
        person, view = self._gate.person(body), body["view"]
        mark = marks.read(view.get("private_metadata"))
        text = modal.values(view).get(FIELD, "").strip()
        if person is None or mark is None:
            await ack(response_action="update", view=modal.over(say("form_over")))
            return
        if said := await self._refused(person, mark):
            await ack(response_action="errors", errors={FIELD: said})
            return
        if not text:
            await ack(response_action="errors", errors={FIELD: say("question_empty")})
            return
        key, casework = reading.key(body), self._desk.casework
        if not await casework.comes_back(mark.conversation):  # a question is to be answered
            await casework.act(f"{key} reopens", mark.conversation, Act.REOPEN, person.owner)
        done = await casework.say(key, mark.conversation, person.owner, text, echo=True)
        if done is Done.MISSING:
            await ack(response_action="update", view=modal.over(say("case_missing")))
            return
        if done is Done.OVER:
            await ack(response_action="errors", errors={FIELD: say("form_failed")})
            return
        await ack()
        if done is Done.TRIMMED:
            notes = await self._desk.surface(mark.conversation)
            thread = notes.get("support_ts", "")
            self._whisper(notes.get("support_channel", ""), person, thread, say("secret_left_out"))

    async def written(self, body: Body) -> None:
        """Carry what IT writes in a case's thread to the person; what others write is not, and they are told."""
        person, event = self._gate.person(body), body["event"]
        thread = str(event.get("thread_ts") or "")
        if person is None or not thread:
            return
        key, channel = reading.key(body), str(event.get("channel"))
        conversation = await self._desk.found_at("support_ts", thread)
        if conversation is None:
            ours = event.get("parent_user_id") == self._bot and not self._gate.stranger(person)
            if ours and await self._openings.once(f"gone {key}"):
                self._whisper(channel, person, thread, say("case_gone"))
            return
        notes, now = await self._desk.surface(conversation), await self._desk.load(conversation)
        if notes.get("support_channel") != channel or now is None or now.owner == person.owner:
            return  # what the person themselves writes there stands there already
        if said := await self._refused(person, Mark(conversation, 0)):
            if await self._openings.once(f"refused {key}"):
                words = say("not_it_thread") if said == say("not_it") else said
                self._whisper(channel, person, thread, words)
            return
        names = [f"[{each.name}: {each.reference}]" for each in reading.files(event)]
        text = "\n".join(filter(None, [await self._openings.words(event), *names]))
        done = await self._desk.casework.say(key, conversation, person.owner, text) if text else Done.DOUBLE
        if done is Done.OVER:
            raise RuntimeError("other processes saved first, every time")  # unacknowledged, so that it comes again
        if done is Done.MISSING:
            self._whisper(channel, person, thread, say("case_gone"))
        if done not in (Done.TAKEN, Done.TRIMMED):
            return
        if done is Done.TRIMMED:
            self._whisper(channel, person, thread, say("secret_left_out"))
        if names:
            self._whisper(channel, person, thread, say("file_in_thread"))
        if not await self._desk.casework.comes_back(conversation):
            self._whisper(channel, person, thread, say("one_way"))

    def _whisper(self, channel: str, person: Who, thread: str, words: str) -> None:
        """Tell somebody of IT in a case's thread what only they are to read."""
        self._replies.later(self._replies.whisper(channel, person.user, note(words), thread=thread))

    def _answer(self, body: Body, person: Who, said: str) -> None:
        self._replies.later(self._replies.answer({"response_url": body.get("response_url")}, person.owner, note(said)))


def question(mark: Mark) -> dict[str, Any]:
    """Draw the form of a question to the person."""
    element = PlainTextInputElement(action_id=FIELD, multiline=True, max_length=2000)
    hint = label(say("question_hint"), 500)
    field = InputBlock(block_id=FIELD, label=label(say("question_label"), 200), hint=hint, element=element)
    view = View(
        type="modal",
        callback_id=marks.QUESTION,
        title=label(say("question_title"), limits.TITLE),
        submit=label(say("question_send"), limits.TITLE),
        close=label(say("cancel"), limits.TITLE),
        blocks=[field],
        private_metadata=str(mark),
        notify_on_close=True,
    )
    return dict(view.to_dict())
