"""App Home and the small messages around a conversation: pure; each has its text and its buttons."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, HeaderBlock
from slack_sdk.models.views import View

from bot.slack import limits, marks
from bot.slack.blocks import Drawn, button, checked, label, sections, small
from bot.slack.case import mention
from bot.slack.marks import Mark
from bot.slack.text import bare, escaped, fitted
from bot.slack.words import say
from bot.store import Handed

LINK = re.compile(r"https://[^\s<>|]{1,500}")
MOST_RECENT = 10
MOST_WAITING, MOST_COUNTS, MOST_UNREAD = 20, 20, 10


@dataclass(frozen=True, slots=True)
class ForIt:
    """What IT sees in App Home beside its own: cases as (since when, owner, state, title), counts, texts."""

    queue: Sequence[tuple[Handed, str, str, str]] = ()
    """Cases with their owner, headline and the address of their message (or an empty text), the oldest first."""
    counts: Sequence[tuple[str, int]] = ()
    """(cause in words, how often), the most frequent first."""
    unread: Sequence[str] = ()


def home(
    *,
    going: tuple[Mark, str] | None,
    recent: Sequence[tuple[float, str, str]],
    note: str = "",
    it: ForIt | None = None,
) -> dict[str, Any]:
    """Draw App Home: Start, the open conversation (mark and title), recent ones as (when, title, verdict or "").

    Times are seconds since the epoch; `it` is what only people of IT see.
    """
    blocks: list[Block] = [HeaderBlock(text=label(say("home_title"))), *sections([say("home_body")])]
    if note:
        blocks += sections([note])
    starts = say("anew" if going else "start")
    buttons = [button(starts, marks.START, "start", style=None if going else "primary")]
    if going:
        mark, title = going
        blocks += sections([say("home_open", title=bare(title))])
        buttons.insert(0, button(say("resume"), marks.RESUME, str(mark), style="primary"))
    blocks.append(ActionsBlock(elements=list(buttons)))
    if recent:
        blocks += [DividerBlock(), *sections([f"*{say('home_recent')}*"])]
        for started, title, cause in recent[:MOST_RECENT]:
            word = "home_verdict" if cause else "home_case"
            line = say(word, day=_day(started), title=bare(title), cause=bare(cause))
            blocks.append(small(fitted(line, limits.CONTEXT)))
    blocks += _for_it(it) if it else []
    return dict(View(type="home", blocks=blocks).to_dict())


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def _for_it(it: ForIt) -> list[Block]:
    blocks: list[Block] = [DividerBlock(), HeaderBlock(text=label(say("home_queue")))]
    for handed, owner, title, link in it.queue[:MOST_WAITING]:
        state = say(f"state_{handed.state}", who=mention(handed.who))
        day = f"<{escaped(link)}|{_day(handed.at)}>" if LINK.fullmatch(link) else _day(handed.at)
        line = say("home_queue_one", day=day, who=mention(owner), state=state, title="\0")
        blocks.append(small(line.replace("\0", fitted(bare(title), 500))))
    if not it.queue:
        blocks.append(small(say("home_queue_none")))
    elif len(it.queue) > MOST_WAITING:
        blocks.append(small(say("home_queue_more")))
    counts = [say("home_counts_one", count=count, cause=bare(cause)) for cause, count in it.counts[:MOST_COUNTS]]
    blocks.append(HeaderBlock(text=label(say("home_counts"))))
    blocks += sections(counts or [say("home_counts_none")], between="\n")
    blocks.append(HeaderBlock(text=label(say("home_unread"))))
    if not it.unread:
        blocks.append(small(say("home_unread_none")))
    blocks += [small(fitted(bare(" ".join(text.split())), 300)) for text in it.unread[:MOST_UNREAD] if text.strip()]
    return blocks


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
