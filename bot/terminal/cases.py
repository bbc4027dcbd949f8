"""Cases for a human, printed to be copied: from a terminal nothing is sent to anybody, and that is said."""

from __future__ import annotations

from dataclasses import replace

from bot.catalogue import say
from bot.front import Case
from bot.terminal import drawing
from bot.terminal.drafts import Drafts
from bot.terminal.paper import Paper
from flows.conversation import Conversation, Status
from flows.screen import Screen
from flows.words import Words


class Cases:
    """What the desk gave to be handed over; `support` is where it is sent to, in words."""

    def __init__(self, support: str) -> None:
        self._sentence = say("terminal", "case_send", support=support or say("desk", "helpdesk"))
        self._given: dict[str, Case] = {}

    def take(self, case: Case) -> str:
        """Keep a case to be printed with the next step; return the sentence on where it goes."""
        self._given[case.conversation] = case
        return self._sentence

    def handed(self, screen: Screen) -> Screen:
        """Return the screen of a case in this front's words."""
        notice = "" if screen.notice == self._sentence else screen.notice
        return replace(
            screen,
            title=say("terminal", "case_title"),
            body=(self._sentence, say("terminal", "case_add")),
            notice=notice,
        )

    def write(self, paper: Paper, now: Conversation, begun: Drafts, words: Words) -> None:
        """Print the case of this conversation, with all that came since, and once those that a crash left."""
        for left in [key for key in self._given if key != now.id]:
            drawing.case(paper, self._given.pop(left))
        if now.status is not Status.HANDED:
            self._given.pop(now.id, None)
        elif case := self._given.get(now.id):
            answers, texts = (*case.answers, *begun.asked(words, now.answers)), (*now.texts, *begun.texts())
            drawing.case(paper, replace(case, answers=answers, texts=texts))
