"""`smtp-help rules check`: prove the rules that read error texts, one's own included."""

from __future__ import annotations

import argparse
import sys

from bot.commands.looking import WrongCall, complain, settings


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this shape
    """Return 0 where every example is read by its own rule, 1 where one is not, 2 for a wrong call."""
    from probes.replies import prove

    try:
        own = settings().rules
    except WrongCall as wrong:
        return complain(wrong)
    problems = [*prove(), *(prove(own) if own else ())]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    print("Every example is read by its own rule." + (f" {own} is sound." if own else ""))
    return 0
