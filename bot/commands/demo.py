"""`smtp-help demo`: the conversation on a practice range of servers broken on purpose; no mail server, no network."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.catalogue import say
from bot.commands.looking import complain
from probes.vantage import Vantage

if TYPE_CHECKING:
    from bot.practice.exercises import Exercise
    from bot.practice.range import Range
    from bot.terminal import Terminal

TOUR = (
    # What Ann answers, a line each; labels, so that a change of the pages' order does not matter.
    "It hangs or stays in the outbox",
    "Thunderbird",
    # The form: address, server, port, security, login, user name, recipient, sender.
    "ann@practice.test",
    "wrong-port.practice.test",
    "25",
    "none",
    "no",
    "",
    "bob@practice.test",
    "",
    "w",
    "I changed it, check again",
    # What was seen to work is filled in; Enter keeps it.
    *[""] * 5,
    "Yes, it went",
)


def run(arguments: argparse.Namespace) -> int:
    """Run the range and what goes on on it; 0, or 2 where the extra `demo` is missing."""
    try:
        import aiosmtpd  # noqa: F401 - only to see whether the extra is there
        import trustme  # noqa: F401
    except ImportError:
        return complain('the practice range needs the extra "demo"; install it with: pip install "smtp-help[demo]"')
    if arguments.serve:
        return asyncio.run(_serve())
    return asyncio.run(_demo(tour=arguments.tour or not sys.stdin.isatty()))


def range_vantage(practice: Range) -> Vantage:
    """Return the place from which the range is seen."""
    return Vantage(
        nameservers=(_pair(practice.nameserver),),
        controls=tuple(map(_pair, practice.controls)),
        ca_file=Path(practice.ca_file),
        allow_networks=tuple(map(ipaddress.ip_network, practice.networks)),
        routes=practice.routes,
    )


def _pair(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


async def _serve() -> int:
    from bot.practice.range import Range
    from bot.practice.sheet import printed

    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with Range.start() as practice:
        print(printed(practice))
        print(say("demo", "runs"), flush=True)
        await stop.wait()
    return 0


async def _demo(*, tour: bool) -> int:
    from bot.commands.chat import Talk, hold
    from bot.practice.range import Range
    from bot.settings import Settings

    with tempfile.TemporaryDirectory(prefix="smtp-help-demo-") as folder, _typed(TOUR) as answers:
        async with Range.start() as practice:
            talk = Talk(
                settings=Settings(),
                vantage=range_vantage(practice),
                database=Path(folder) / "demo.db",
                stdin=answers if tour else sys.stdin,
                again="smtp-help demo",
                keeps=False,
                before=lambda front: _welcome(front, practice, tour=tour),
            )
            status, ended = await hold(talk)
    return status if ended or not tour else status or 1


@contextlib.contextmanager
def _typed(lines: tuple[str, ...]) -> Iterator[TextIO]:
    """Lay the answers into a pipe, as if somebody had typed them."""
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as answers:
        with os.fdopen(writing, "w", encoding="utf-8") as pen:
            pen.writelines(line + "\n" for line in lines)
        yield answers


RECIPIENT = "bob@practice.test"
SHOWN = (
    "wrong-port", "no-tls", "expired-certificate", "wrong-name", "refuses-relay", "login-missing", "wants-spa",
    "unknown-recipient", "recipient-typo", "name-near-miss", "pop-server", "never-answers", "healthy", "healthy-login",
)  # fmt: skip


def _welcome(front: Terminal, practice: Range, *, tour: bool) -> None:
    """Say what runs and which settings to type; what is wrong with them is for the conversation to find."""
    write = front.paper.say
    where = say("demo", "true_ports" if practice.true_ports else "high_ports")
    write(say("demo", "range", count=len(practice.servers), where=where))
    front.paper.gap()
    if tour:
        write(say("demo", "tour"))
        return
    write(say("demo", "you_are", recipient=RECIPIENT))
    front.paper.gap()
    for line in table([practice.servers[name] for name in SHOWN]):
        front.paper.raw(line, "quiet")
    front.paper.gap()
    write(say("demo", "all"), "quiet")


def table(exercises: Sequence[Exercise]) -> list[str]:
    """Return a line for each exercise, within 60 columns and in the form's own words.

    Under a row stands what is to be typed there and at no other: a user name, another recipient.
    """
    from flows.book import load

    words = load().words
    rows = [(say("demo", "server"), say("demo", "port"), say("demo", "security"), say("demo", "login"))]
    rows += [(e.host, str(e.port), words.answer("security", e.security), e.login.title()) for e in exercises]
    widths = [max(len(row[column]) for row in rows) + 2 for column in range(len(rows[0]))]
    first, *others = ("  " + "".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    lines = [first]
    for exercise, line in zip(exercises, others, strict=True):
        lines.append(line)
        if exercise.user_name is not None:
            lines.append(f"    {words.label('fields', 'user_name')}: {exercise.user_name}")
        if exercise.recipient != RECIPIENT:
            lines.append(f"    {words.label('fields', 'recipient')}: {exercise.recipient}")
    return lines
