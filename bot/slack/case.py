"""A case as IT reads it in the support channel: a message with answers and evidence, the rest in its thread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ContextBlock,
    HeaderBlock,
    RichTextBlock,
    RichTextElementParts,
    RichTextPreformattedElement,
    SectionBlock,
)

from bot.front import Case
from bot.slack import limits, marks
from bot.slack.blocks import Drawn, button, checked, label, markup, sections
from bot.slack.marks import Mark
from bot.slack.text import bare, cut, escaped, fitted, paragraphs, plain
from bot.slack.words import say
from bot.store import CaseState, Handed

PART = 2800
"""Characters of a transcript or a pasted text in one message of the thread."""
MOST_PARTS = 10
PERSON = re.compile(r"slack:[A-Z0-9]+:([UW][A-Z0-9]+)")
GROUP = re.compile(r"S[A-Z0-9]{5,}")


def person(owner: str) -> str:
    """Return the user id in an owner (`slack:T1:U1`); an owner of another platform raises ValueError."""
    if not (found := PERSON.fullmatch(owner)):
        raise ValueError(f"{owner!r} is no owner in Slack")
    return found[1]


def headline(case: Case, handed: Handed | None = None, *, group: str = "", again: bool = False) -> Drawn:
    """Draw the message of the channel with the state of the case and what can be done about it.

    `group` is the id of a user group to be told, `again` marks a possible copy.
    """
    who = say("case_from", person=f"<@{person(case.owner)}>")
    told = f"<!subteam^{group}> " if GROUP.fullmatch(group) else ""
    blocks: list[Block] = [HeaderBlock(text=label(case.headline, limits.HEADER))]
    blocks.append(SectionBlock(text=markup(told + who)))
    answers = [_answer(question, cut(answer, 500)) for question, answer in case.answers]
    blocks += _titled("case_answers", answers or [say("case_empty")], 4)
    blocks += _titled("case_evidence", [f"• {cut(line, 500)}" for line in case.evidence], 3)
    if again:
        blocks += sections([say("case_again")])
    blocks += [SectionBlock(text=markup(status(handed, case.owner))), *_buttons(case, handed)]
    reference = escaped(f"{say('case_how')} {say('case_reference', conversation=case.conversation)}")
    blocks.append(ContextBlock(elements=[markup(reference)]))
    text = fitted(f"{bare(case.headline)} {bare(' '.join(case.evidence))}", 1000) + f" {who}"
    return checked(Drawn(text, [block.to_dict() for block in blocks]))


def _answer(question: str, answer: str) -> str:
    return f"*{bare(question)}*\n{answer}" if "\n" in answer else f"{bare(question)} *{bare(answer)}*"


def status(handed: Handed | None, owner: str = "") -> str:
    """Say in markup how a case of `owner` stands."""
    if handed is None or handed.state is CaseState.OPEN:
        return say("case_open")
    if handed.state is CaseState.CLAIMED:
        return say("case_claimed", who=mention(handed.who))
    return say("case_taken_back" if owner == handed.who else "case_resolved", who=mention(handed.who))


def mention(owner: str) -> str:
    """Return the name of an owner as Slack shows it; that of another platform as plain text."""
    return f"<@{found[1]}>" if (found := PERSON.fullmatch(owner)) else escaped(owner)


def _buttons(case: Case, handed: Handed | None) -> list[Block]:
    state = handed.state if handed else CaseState.OPEN
    names = {
        CaseState.OPEN: (("claim", marks.CLAIM), ("ask", marks.ASK), ("resolve", marks.RESOLVE)),
        CaseState.CLAIMED: (("ask", marks.ASK), ("resolve", marks.RESOLVE)),
        CaseState.RESOLVED: (("ask", marks.ASK), ("reopen", marks.REOPEN)),
    }[state]
    mark = str(Mark(case.conversation, 0))
    pressed = [button(say(word), action, mark, style="primary" if word == "claim" else None) for word, action in names]
    return [ActionsBlock(elements=list(pressed))]


def _titled(word: str, lines: Sequence[str], most: int) -> list[Block]:
    if not lines:
        return []
    pieces = paragraphs((f"*{say(word)}*", *lines), 2000, between="\n")
    blocks: list[Block] = [SectionBlock(text=markup(piece)) for piece in pieces[:most]]
    if len(pieces) > most:
        blocks += sections([say("case_left_out", count=sum(map(len, pieces[most:])))])
    return blocks


def back(case: Case) -> Drawn:
    """Draw what stands in the thread where the person asks for a human again."""
    line = fitted(say("case_back", headline=bare(case.headline)), 1500)
    return checked(Drawn(line, [SectionBlock(text=markup(line)).to_dict()]))


def forgotten(owner: str) -> Drawn:
    """Draw what takes the place of a case of which the person had all deleted that is kept."""
    line = say("case_forgotten", who=mention(owner))
    return checked(Drawn(line, [SectionBlock(text=markup(line)).to_dict()]))


def thread(case: Case) -> tuple[Drawn, ...]:
    """Draw the messages of the thread: pasted texts, pictures, the transcript in parts."""
    messages: list[Drawn] = []
    for text in case.texts:
        messages += _quoted(say("case_texts"), text)
    if case.pictures:
        names = say("case_pictures", pictures=", ".join(case.pictures))
        messages.append(checked(Drawn(fitted(names, 1000), [block.to_dict() for block in sections([names])])))
    if case.transcript.strip():
        messages += _quoted(say("case_transcript"), case.transcript)
    return tuple(messages)


def _quoted(title: str, text: str) -> Iterator[Drawn]:
    parts = _parts(plain(text).strip("\n"))
    for number, part in enumerate(parts[:MOST_PARTS], 1):
        heading = title if len(parts) == 1 else f"{title} ({say('case_part', part=number, parts=len(parts))})"
        # Preformatted rich text knows no markup: what a server said stands there as it came, and can say nothing else.
        words = RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=part)])
        blocks: list[Block] = [*sections([f"*{heading}*"]), RichTextBlock(elements=[words])]
        if number == MOST_PARTS and len(parts) > MOST_PARTS:
            blocks += sections([say("case_left_out", count=sum(map(len, parts[MOST_PARTS:])))])
        yield checked(Drawn(fitted(bare(heading), 300), [block.to_dict() for block in blocks]))


def _parts(text: str) -> list[str]:
    """Split a text at line ends into parts of at most PART characters; a longer line is split where it must be."""
    parts = [""]
    for line in text.splitlines(keepends=True):
        while len(line) > PART:
            head, line = line[:PART], line[PART:]  # noqa: PLW2901 - the rest of the line is the next one
            parts += [head, ""]
        if len(parts[-1]) + len(line) > PART:
            parts.append("")
        parts[-1] += line
    return [part for part in parts if part.strip()]
