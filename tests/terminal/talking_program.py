"""A chat in a process of its own, over a small tree: `DATABASE PAGES [TEXT]`; its look tells of two checks and ends."""

import asyncio
import os
import sys
import time
from pathlib import Path

from bot.desk import Desk
from bot.store.opening import open_store
from bot.terminal import Terminal
from flows.book import load
from flows.machine import Tree
from probes.causes import Cause, Confidence
from probes.findings import Finding, Outcome, Report, Severity
from probes.runner import Started
from probes.verdict import Verdict

HOSTILE = "\x1b[31mred\x1b[0m \x9b2J \u202ereversed\u202c \x07bell [bold]markup[/bold]"


async def look(conversation, what, tell):
    tell(Started("names"))
    tell(Started("reach"))
    tell(Report("names", Outcome.DONE, (Finding("seen", Severity.GOOD, "names"),)))
    seconds = float(os.environ.get("LOOK_SECONDS", "0"))
    await asyncio.sleep(seconds)
    fault = Finding("something_new", Severity.FAULT, HOSTILE, {"said": HOSTILE})
    tell(Report("reach", Outcome.DONE, (fault,)))
    return Verdict(cause=Cause.PORT_BLOCKED, confidence=Confidence.LIKELY, findings=(fault,), decided_by=(fault,))


async def main(database, pages, *text):
    store = await open_store(database)
    clock = time.time if not os.environ.get("CLOCK_STOPPED") else lambda: float("nan")  # no database keeps that
    front = Terminal(sys.stdin, sys.stdout, os.environ, support=os.environ.get("SUPPORT", ""))
    desk = Desk(store, Tree(load(Path(pages))), look, front, whose="terminal:ann", clock=clock)
    try:
        return await front.run(desk, "terminal:ann", " ".join(text))
    finally:
        await desk.close()
        await store.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
