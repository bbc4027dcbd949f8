"""Every step of the shipped tree fits into a narrow terminal."""

import io
from dataclasses import replace

import pytest

from bot.terminal.drawing import draw, footer, why
from bot.terminal.ink import pieces
from bot.terminal.paper import Paper
from flows.book import load
from flows.conversation import Seen, Stop
from flows.machine import Tree
from flows.model import Advise, Ask, Fill
from flows.screens import screen
from probes.causes import Cause, Confidence
from probes.findings import Finding, Settings, Severity
from probes.verdict import Verdict

TREE = Tree(load())
STEPS = [name for name, step in TREE.book.flow.steps.items() if isinstance(step, Advise | Ask | Fill)]
LONG = "a-very-long-name-of-a-server-that-nobody-would-type-by-hand.mail.example.com"
FINDINGS = tuple(
    Finding(code, Severity.FAULT, LONG, {"port": "587", "said": "x" * 150, "name": LONG})
    for code in list(TREE.book.words.findings)
)


def drawn(step, columns):
    verdict = Verdict(
        cause=getattr(TREE.book.flow.steps[step], "cause", None) or Cause.UNKNOWN,
        confidence=Confidence.LIKELY,
        decided_by=FINDINGS,
        findings=FINDINGS,
        works_with=Settings(LONG, 587, "starttls"),
    )
    answers = {"server": LONG, "port": "25", "program": "outlook_classic", "mail_address": "ann@example.com"}
    now = replace(
        TREE.begin("c1", "terminal:ann"),
        step=step,
        answers=answers,
        seen=(Seen("r", step, "probe", verdict),),
        trail=(Stop("start.what", "hangs", "It hangs"),),
        notice="I took out what looked like a password.",
    )
    shown, out = screen(TREE, now), io.StringIO()
    paper = Paper(out, {"COLUMNS": str(columns)})
    draw(paper, shown)
    why(paper, shown)
    footer(paper, shown)
    return shown, out.getvalue()


@pytest.mark.parametrize("columns", [40, 60, 200])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_drawn_whole_and_within_the_width(step, columns):
    shown, text = drawn(step, columns)
    in_one_piece = {line for line in text.splitlines() if len(line) > min(columns, 84)}
    commands = {part for t in (*shown.body, *shown.steps) for part, command in pieces(t) if command}
    assert {line.strip() for line in in_one_piece} <= commands
    assert all(any(command in line for line in text.splitlines()) for command in commands)
    flat = "".join(text.split())
    for said in (shown.title, shown.sureness, *(option.label for option in shown.options)):
        assert "".join(said.replace("`", "").replace("*", "").split()) in flat
