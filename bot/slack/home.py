"""App Home and the small messages around a conversation: pure; each has its text and its buttons."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, HeaderBlock
from slack_sdk.models.views import View

from bot.slack import limits, marks
from bot.slack.blocks import Drawn, button, checked, label, sections, small
from bot.slack.marks import Mark
from bot.slack.text import bare, fitted
from bot.slack.words import say

MOST_RECENT = 10


def home(*, going: tuple[Mark, str] | None, recent: Sequence[tuple[float, str]], note: str = "") -> dict[str, Any]:
    """Draw App Home: Start, the open conversation (mark and title), recent ones as (seconds since the epoch, title)."""
    blocks: list[Block] = [HeaderBlock(text=label(say("home_title"))), *sections([say("home_body")])]
    if note:
        blocks += sections([note])
    buttons = [button(say("start"), marks.START, "start", style=None if going else "primary")]
    if going:
        mark, title = going
        blocks += sections([say("home_open", title=bare(title))])
        buttons.insert(0, button(say("resume"), marks.RESUME, str(mark), style="primary"))
    blocks.append(ActionsBlock(elements=list(buttons)))
    if recent:
        blocks += [DividerBlock(), *sections([f"*{say('home_recent')}*"])]
        for started, title in recent[:MOST_RECENT]:
            day = time.strftime("%Y-%m-%d", time.gmtime(started))
            blocks.append(small(fitted(say("home_case", day=day, title=bare(title)), limits.CONTEXT)))
    return dict(View(type="home", blocks=blocks).to_dict())


def note(text: str, *, resume: Mark | None = None, anew: bool = False, start: bool = False) -> Drawn:
    """Draw a short message (usually one that only its reader sees) with the buttons that lead on."""
    buttons = []
    if resume:
        buttons.append(button(say("resume"), marks.RESUME, str(resume), style="primary"))
    if anew:
        buttons.append(button(say("anew"), marks.ANEW, "anew"))
    if start:
        buttons.append(button(say("start"), marks.START, "start", style="primary"))
    blocks: list[Block] = sections([text])
    if buttons:
        blocks.append(ActionsBlock(elements=list(buttons)))
    return checked(Drawn(fitted(bare(text), limits.SECTION), [block.to_dict() for block in blocks]))


def pointer(key: str, team: str, app: str, **values: object) -> Drawn:
    """Draw the way to the direct message; the link is ours, so it is put in after the rest was escaped."""
    link = f"<slack://app?team={team}&amp;id={app}&amp;tab=messages|{say('pointer_link')}>"
    before, after = (fitted(piece, limits.CONTEXT) for piece in say(key, link="\0", **values).split("\0"))
    text = f"{before}{link if team and app else say('pointer_link')}{after}"
    block: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    return checked(Drawn(text, [block]))
