"""`smtp-help flow check` and `flow draw`: prove the troubleshooting tree, or draw it as Mermaid."""

from __future__ import annotations

import argparse
import sys

from bot.commands.looking import WrongCall, complain, settings
from flows.book import load
from flows.pages import PageError


def run(arguments: argparse.Namespace) -> int:
    """Return 0 where the tree is sound, 1 where something is wrong with a page, 2 for a wrong call."""
    try:
        book = load(settings().pages)
    except WrongCall as wrong:
        return complain(wrong)
    except PageError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    if arguments.what == "draw":
        from flows.drawing import draw

        print(draw(book.flow), end="")
        return 0
    from flows.proof import prove

    problems = prove(book)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    print(f"{len(book.flow.steps)} steps, all sound: every path ends in advice or with a human.")
    return 0
