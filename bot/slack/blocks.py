"""A screen as a Slack message: pure, drawn with the SDK's checking classes, within the limits that they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)

from bot.slack import limits, marks
from bot.slack.marks import Mark
from bot.slack.newer import folded, plan
from bot.slack.text import DOTS, bare, cut, escaped, fitted, marked, paragraphs, plain, unescaped
from bot.slack.words import say, state
from flows.screen import Kind, Progress, Screen
from flows.screen import Option as Choice

MOST_BUTTONS = 14
"""Choices beyond this number become a menu."""
EVIDENCE_SHOWN = 12
EVIDENCE_LENGTH = 2400


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message: `text` for notifications and screen readers, `blocks` as Slack takes them."""

    text: str
    blocks: list[dict[str, Any]]


def markup(text: str) -> MarkdownTextObject:
    """Return text that is already escaped; Slack is to make no links of its own out of it."""
    return MarkdownTextObject(text=text, verbatim=True)


def sections(texts: Sequence[str], *, limit: int = limits.SECTION, between: str = "\n\n") -> list[Block]:
    """Return a screen's paragraphs as sections, as few as they fit into."""
    return [SectionBlock(text=markup(piece)) for piece in paragraphs(tuple(texts), limit, between=between)]


def small(text: str) -> Block:
    """Return one small grey line of markup that is already escaped."""
    return ContextBlock(elements=[markup(text)])


def label(text: str, limit: int = limits.BUTTON, otherwise: str = DOTS) -> PlainTextObject:
    """Return a text without formats, cut to the limit; Slack takes no empty one, so `otherwise` stands for it."""
    return PlainTextObject(text=cut(bare(text).strip(), limit) or otherwise, emoji=False)


def button(text: str, action: str, value: str, *, style: str | None = None) -> ButtonElement:
    """Return a button; its label is cut to Slack's 75 characters."""
    return ButtonElement(text=label(text), action_id=action, value=value, style=style)


def message(screen: Screen, *, new: bool = False) -> Drawn:
    """Draw the newest step with all that can be pressed; `new` uses Slack's newer blocks (plan, container).

    Raises ValueError where the result would still break a limit: a bug of ours, found by the tests.
    """
    blocks: list[Block] = []
    if screen.notice:
        blocks += sections([screen.notice])
    if screen.title.strip():
        blocks.append(HeaderBlock(text=label(screen.title, limits.HEADER)))
    blocks += sections(screen.body)
    blocks += _mistakes(screen)
    blocks += sections([f"{number}. {step}" for number, step in enumerate(screen.steps, 1)], between="\n")
    if screen.progress:
        blocks += [plan(screen)] if new else _progress(screen.progress)
    if screen.evidence:
        blocks += [folded(screen, _evidence(screen.evidence))] if new else _evidence(screen.evidence)
    if sureness := fitted(screen.sureness, limits.CONTEXT).strip():
        blocks.append(small(sureness))
    blocks += _link(screen.link)
    blocks += sections([f"*{screen.asks}*"] if screen.asks else [])
    blocks += _choices(screen)
    blocks += _footer(screen)
    return checked(Drawn(spoken(screen), _thinned(blocks)))


def simple(screen: Screen) -> Drawn:
    """Draw a step as one plain text with its buttons: for the day on which Slack refuses what `message` drew."""
    said = spoken(replace(screen, options=()))
    blocks: list[Block] = [SectionBlock(text=PlainTextObject(text=cut(unescaped(said), limits.SECTION), emoji=False))]
    return Drawn(said, [block.to_dict() for block in (*blocks, *_choices(screen), *_footer(screen))])


def checked(drawn: Drawn, *, most: int = limits.BLOCKS) -> Drawn:
    """Return what was drawn, or raise ValueError with all that Slack would refuse."""
    if broken := limits.broken(drawn.blocks, drawn.text, most=most):
        raise ValueError("; ".join(broken))
    return drawn


def _thinned(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return the blocks as dicts; where the whole is too long the longest texts are cut, and it is said."""
    dicts: list[dict[str, Any]] = [block.to_dict() for block in blocks]
    cuts = False
    while sum(map(len, limits.texts(dicts))) > limits.WHOLE - 100:
        longest = max((each for each in dicts if each["type"] == "section"), key=lambda each: len(each["text"]["text"]))
        text = longest["text"]["text"]
        longest["text"]["text"] = _shorter(text, len(text) // 2)
        cuts = True
    if cuts or len(dicts) > limits.BLOCKS:
        kept = [each for each in dicts if each["type"] == "actions"]
        others = [each for each in dicts if each["type"] != "actions"][: limits.BLOCKS - len(kept) - 1]
        dicts = [*others, small(marked(say("cut_short"))).to_dict(), *kept]
    return dicts


def _shorter(markup_text: str, limit: int) -> str:
    """Cut text that is escaped already, not inside an entity, and close its last code span."""
    piece = cut(markup_text, limit)
    if (start := piece.rfind("&")) >= 0 and ";" not in piece[start:]:
        piece = piece[:start] + "…"
    return piece + "`" if piece.count("`") % 2 else piece


def _mistakes(screen: Screen) -> list[Block]:
    lines = [f"*{each.label}*: {each.mistake}" for each in screen.inputs if each.mistake]
    return sections([say("look_again", mistake=""), *lines], between="\n") if lines else []


def _progress(rows: Sequence[Progress]) -> list[Block]:
    return sections([progress_line(row) for row in rows], between="\n")


def progress_line(row: Progress) -> str:
    """Return one check as a line: sign, label, the state in a word, what was seen."""
    sign, word = state(row.state)
    label = row.label if row.label[-1:] in "?.!" else row.label + ":"
    return f"{sign} {label} *{word}*" + (f" – {cut(row.detail, 300)}" if row.detail else "")


def _evidence(evidence: Sequence[str]) -> list[Block]:
    lines = [f"• {cut(line, 400)}" for line in evidence[:EVIDENCE_SHOWN]]
    if (left := len(evidence) - len(lines)) > 0:
        lines.append(say("more_evidence", count=left))
    text = fitted("\n".join([f"*{say('why')}*", *lines]), EVIDENCE_LENGTH)
    return [SectionBlock(text=markup(text), expand=False)]


def _link(url: str) -> list[Block]:
    """Return the way to the page for a login; the link is ours, so it is put in after the rest was escaped."""
    if not url:
        return []
    before, after = (fitted(piece, limits.CONTEXT) for piece in say("login_page", link="\0").split("\0"))
    return [SectionBlock(text=markup(f"{before} <{escaped(url)}|{say('login_page_link')}>{after}"))]


def _choices(screen: Screen) -> list[Block]:
    where = f"smtp:{screen.conversation}:{screen.revision}"
    blocks: list[Block] = []
    if screen.kind is Kind.FILL and screen.inputs:
        mark = str(Mark(screen.conversation, screen.revision))
        opens = button(say("fill"), marks.FILL, mark, style="primary")
        if len(screen.inputs) == 1 and screen.inputs[0].kind == "text":
            blocks.append(small(marked(say("paste_here"))))
        blocks.append(ActionsBlock(elements=[opens], block_id=f"{where}:form"))
    if not screen.options:
        return blocks
    if len(screen.options) > MOST_BUTTONS:
        return [*blocks, ActionsBlock(elements=[_menu(screen)], block_id=f"{where}:menu")]
    elements = [_button(screen, option) for option in screen.options]
    return [*blocks, ActionsBlock(elements=elements, block_id=f"{where}:choices")]


def _button(screen: Screen, option: Choice) -> ButtonElement:
    mark = str(Mark(screen.conversation, screen.revision, option.name))
    return button(option.label, f"{marks.CHOOSE}:{option.name}"[:255], mark, style="primary" if option.picked else None)


def _menu(screen: Screen) -> StaticSelectElement:
    entries = {
        option.name: Option(
            text=label(option.label),
            value=str(Mark(screen.conversation, screen.revision, option.name)),
        )
        for option in screen.options[: limits.OPTIONS]
    }
    picked = next((entries[option.name] for option in screen.options if option.picked and option.name in entries), None)
    return StaticSelectElement(
        action_id=marks.PICK,
        placeholder=label(say("choose")),
        options=list(entries.values()),
        initial_option=picked,
    )


def _footer(screen: Screen) -> list[Block]:
    mark = str(Mark(screen.conversation, screen.revision))
    pressed = [button(each.label, marks.FOOTER[each.name], mark) for each in screen.footer if each.name in marks.FOOTER]
    where = f"smtp:{screen.conversation}:{screen.revision}:foot"
    return [ActionsBlock(elements=list(pressed), block_id=where)] if pressed else []


def spoken(screen: Screen) -> str:
    """Return the whole step in one plain text: what a notification shows and a screen reader reads."""
    lines = [screen.notice, screen.title, *screen.body]
    lines += [f"{each.label}: {each.mistake}" for each in screen.inputs if each.mistake]
    lines += [f"{number}. {step}" for number, step in enumerate(screen.steps, 1)]
    lines += [progress_line(row) for row in screen.progress]
    lines.append(screen.sureness)
    lines.append(screen.asks)
    if labels := [option.label for option in screen.options]:
        lines.append(say("choices", choices="; ".join(labels)))
    said = "\n".join(filter(str.strip, map(bare, lines)))
    return fitted(said, limits.SECTION).strip() or say("bot")


def shrunk(title: str, answer: str) -> Drawn:
    """Draw an answered step: one line with the question and the answer, nothing to press."""
    question, said = fitted(cut(bare(title), 300), 900), fitted(cut(bare(answer), 600), 1800)
    line = f"{question}  *{said}*" if said and "\n" not in said and "*" not in said else f"{question}  {said}"
    return checked(
        Drawn(fitted(plain(f"{bare(title)} {bare(answer)}"), limits.SECTION), [small(line.strip()).to_dict()])
    )


def looked(rows: Sequence[Progress]) -> str:
    """Return a finished look in one line: what is not fine by its name, the rest by its number."""
    named = [row for row in rows if row.state in ("fault", "warning")]
    found = ["{0} {2} ({1})".format(*state(row.state), row.label) for row in named]
    counts = ((name, sum(row.state == name for row in rows)) for name in ("good", "not_tested"))
    return " · ".join(found + ["{0} {2} {1}".format(*state(name), count) for name, count in counts if count])
