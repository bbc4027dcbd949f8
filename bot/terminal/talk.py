"""One conversation at a prompt: offer what was broken off, draw, ask, hand the answer to the desk, and again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from bot.catalogue import meaning, say
from bot.desk import Desk, Result
from bot.front import Case, Turn
from bot.store import StoreError
from bot.terminal import drafts, drawing
from bot.terminal.cases import Cases
from bot.terminal.drafts import Drafts
from bot.terminal.forms import picked
from bot.terminal.ink import one_line
from bot.terminal.lines import Ended, Interrupted, Lines
from bot.terminal.paper import Paper
from flows.conversation import (
    AskedHuman,
    Chose,
    Conversation,
    Event,
    Filled,
    Pasted,
    StartedAgain,
    Status,
    WentBack,
)
from flows.screen import Kind, Progress, Screen

if TYPE_CHECKING:
    from rich.live import Live

HELP = ("help_1", "help_2", "help_3", "help_4")
"""What `?` says, by the names in the catalogue."""
FOOTER: Mapping[str, Event] = {"b": WentBack(), "a": StartedAgain(), "h": AskedHuman()}
LONG_WORDS = {"back": "b", "again": "a", "human": "h", "help": "?", "why": "w"}
"""The key that each of the words stands for that may be typed instead."""
LEAVING = ("q", "quit", "exit")


class Terminal:
    """The desk's front at a prompt; `support` is where a case is sent to, in words.

    `again` is the command that leads back here; `keeps` is false where the database does not outlive the process.
    """

    def __init__(
        self,
        stdin: TextIO,
        stdout: TextIO,
        environ: Mapping[str, str],
        *,
        support: str = "",
        again: str = "smtp-help chat",
        keeps: bool = True,
    ) -> None:
        self.paper = Paper(stdout, environ)
        self.lines = Lines(stdin, self.paper)
        self._again = again
        self._saved = "saved" if keeps else "not_saved"
        self._here: str | None = None
        self._cases = Cases(support)
        self._drafts = Drafts()
        self._live: Live | None = None
        self._rows: tuple[Progress, ...] = ()
        self._quiet = False
        self._look_drawn = -1

    # The desk's front

    async def show(self, conversation: Conversation, screen: Screen, **_: object) -> None:
        """Begin or end the drawing of a look; every other step is drawn when it is asked."""
        if self._here not in (None, conversation.id) or self._quiet:
            return
        self._end_look()
        if screen.kind is Kind.LOOK and self._look_drawn != screen.revision:
            self._look_drawn = screen.revision
            drawing.draw(self.paper, screen)

    async def progress(self, conversation: Conversation, screen: Screen) -> None:
        """Draw the list of checks over itself, or on plain paper each one as it ends."""
        if self._here not in (None, conversation.id):
            return
        before = {row.check: row for row in self._rows}
        self._rows = screen.progress
        if self._quiet:
            return
        if not before:
            self.paper.gap()
        if self.paper.fancy:
            self._draw_live()
            return
        for row in screen.progress:
            if row != before.get(row.check) and row.state not in ("running", "waiting"):
                drawing.line_of(self.paper, row)

    async def hand_over(self, conversation: Conversation, case: Case) -> str:  # noqa: ARG002 - the desk's front
        """Keep the case to be printed with the next step."""
        return self._cases.take(case)

    def _draw_live(self) -> None:
        from rich.live import Live

        if self._live is None:
            self._live = Live(console=self.paper.console, transient=True, refresh_per_second=10)
            self._live.start()
        self._live.update(drawing.live(self.paper, self._rows), refresh=True)

    def _end_look(self) -> None:
        self._stop_live()
        if self.paper.fancy and self._rows:
            drawing.ended(self.paper, self._rows)
        self._rows = ()

    def _stop_live(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    # The conversation

    async def run(self, desk: Desk, owner: str, text: str = "") -> int:
        """Talk until it is over; return the exit status: 0, 130 after Ctrl-C, or 1 where it broke."""
        with self.lines.listening():
            try:
                conversation = await self._begin(desk, owner, text)
                if conversation is None:
                    return 1
                while conversation is not None:
                    conversation = await self._step(desk, conversation)
            except Ended:
                self._leave(say("terminal", self._saved))
            except Interrupted:
                self._leave(say("terminal", self._saved))
                return 130
            except StoreError as reason:
                self.paper.gap()
                self.paper.say(str(reason), "fault")
                return 1
            except Exception as reason:  # noqa: BLE001 - the person gets a sentence, the log the rest
                saved = say("terminal", self._saved)
                self._leave(say("terminal", "failed", reference=desk.reference(reason), saved=saved))
                return 1
            finally:
                self._stop_live()
        return 0

    def _leave(self, sentence: str) -> None:
        self._stop_live()
        self.paper.gap()
        self.paper.say(sentence)
        self.paper.raw(f"  {self._again}", "code")

    async def _begin(self, desk: Desk, owner: str, text: str) -> Conversation | None:
        kept = await desk.current(owner)
        begun = kept is not None and kept.status is Status.OPEN and (kept.trail or kept.answers or kept.texts)
        if kept is not None and begun and await self._goes_on(desk, kept):
            self._here = kept.id
            self._drafts = drafts.read(await desk.surface(kept.id))
            if kept.run:
                await self.show(kept, desk.screen(kept))
            await desk.resume()
            return await self._settled(desk, kept.id)
        await desk.resume()
        outcome = await desk.open(secrets.token_hex(8), owner, text)
        if outcome.conversation is None:
            self.paper.say(outcome.said, "fault")
            return None
        self._here = outcome.conversation.id
        return await self._settled(desk, outcome.conversation.id)

    async def _goes_on(self, desk: Desk, kept: Conversation) -> bool:
        self.paper.gap()
        self.paper.say(say("terminal", "broken_off"), "title", first=f"{self.paper.signs['bar']} ")
        for question, answer in desk.screen(kept).answered[-6:]:
            self.paper.say(f"{one_line(question)} *{one_line(answer).replace('*', '')}*", "quiet", indent=2)
        self.paper.gap()
        self.paper.say(say("terminal", "go_on"), first=" 1  ", indent=2)
        self.paper.say(say("terminal", "anew"), first=" 2  ", indent=2)
        while True:
            self.paper.gap()
            answer = one_line(await self.lines.ask(f"{self.paper.signs['prompt']} ")).casefold()
            if answer in ("1", "2", "a"):
                return answer == "1"
            if answer in LEAVING:
                raise Ended
            self.paper.say(say("terminal", "one_or_two"), "notice", indent=2)

    async def _settled(self, desk: Desk, conversation: str) -> Conversation | None:
        """Wait for what is under way; Ctrl-C meanwhile asks what to do instead."""
        while not await self.lines.unless_interrupted(desk.settled(conversation)):
            if not self.lines.typed_by_hand:
                raise Interrupted
            await self._instead(desk, conversation)
            if self._rows and self.paper.fancy:
                self._draw_live()
        self._end_look()
        return await desk.load(conversation)

    async def _instead(self, desk: Desk, conversation: str) -> None:
        self._quiet = True
        self._stop_live()
        try:
            self.paper.say(say("terminal", "still_looking"), "notice")
            word = one_line(await self.lines.ask("  " + say("terminal", "instead"))).casefold()
        finally:
            self._quiet = False
        now = await desk.load(conversation)
        if word in LEAVING:
            raise Ended
        if word in FOOTER and now is not None:
            await desk.take(Turn(secrets.token_hex(8), now.id, now.owner, FOOTER[word], now.revision))

    async def _step(self, desk: Desk, now: Conversation) -> Conversation | None:
        """Draw the step, take one answer to it, and return where that leads; None where it is over."""
        screen = desk.screen(now)
        if screen.kind is Kind.HANDED:
            screen = self._cases.handed(screen)
        drawing.draw(self.paper, screen)
        self._cases.write(self.paper, now, self._drafts, desk.tree.book.words)
        if screen.kind is Kind.CLOSED:
            self.paper.gap()
            return None
        drawing.footer(self.paper, screen)
        event = await self._event(desk, screen)
        outcome = await desk.take(Turn(secrets.token_hex(8), now.id, now.owner, event, now.revision))
        if outcome.said:
            self.paper.gap()
            self.paper.say(outcome.said, "notice")
        if outcome.result is Result.MISSING:
            return None
        after = outcome.conversation if outcome.result is Result.TAKEN else None
        if after is not None and self._drafts.taken(screen.step, event, after):
            await desk.remember(now.id, self._drafts.notes())
        return await self._settled(desk, now.id)

    async def _event(self, desk: Desk, screen: Screen) -> Event:
        """Ask until something is typed that means an event here."""
        form = self._drafts.form(screen.step)

        async def keep() -> None:
            await desk.remember(screen.conversation, self._drafts.notes())

        pressable = {drawing.KEYS[option.name] for option in screen.footer if option.name in drawing.KEYS}
        while True:
            if screen.kind is Kind.FILL:
                typed = await form.fill(self.paper, self.lines, screen, keep)
                if isinstance(typed, dict):
                    return Filled(typed)
            else:
                self.paper.gap()
                typed = await self.lines.ask(f"{self.paper.signs['prompt']} ", ghost=self._ghost(screen), many=True)
            word = one_line(typed).casefold()
            word = LONG_WORDS.get(meaning(word, tuple(LONG_WORDS)), word)
            if word in LEAVING:
                raise Ended
            if word in FOOTER and word in pressable:
                return FOOTER[word]
            if word == "?":
                for sentence in HELP:
                    self.paper.say(say("terminal", sentence), indent=2)
            elif word == "w" and screen.evidence:
                drawing.why(self.paper, screen)
            elif (chosen := picked(one_line(typed), [(o.name, o.label) for o in screen.options])) is not None:
                return Chose(chosen)
            elif len(word) <= 2:
                self.paper.say(self._not_here(word, screen), "notice", indent=2)
            else:
                return Pasted(typed)

    def _ghost(self, screen: Screen) -> str:
        if screen.kind is Kind.HANDED:
            return say("terminal", "ghost_handed")
        return say("terminal", "ghost_choice" if screen.options else "ghost_letter")

    @staticmethod
    def _not_here(word: str, screen: Screen) -> str:
        numbers = say("terminal", "numbers", count=len(screen.options)) if screen.options else ""
        if word in FOOTER or word == "w":
            return say("terminal", "nothing_here", word=word, numbers=numbers)
        return say("terminal", "not_here", numbers=numbers)
