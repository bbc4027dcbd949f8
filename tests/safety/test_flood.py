"""One person floods the bot with commands, the others are served as before. `SMTP_HELP_TEST_FLOOD=1000`: all of it."""

from __future__ import annotations

import asyncio
import os
import time

from fake_people import Person, SocketPush
from served import served

COMMANDS = int(os.environ.get("SMTP_HELP_TEST_FLOOD", "200"))
A_SECOND = 100
OTHERS = 8


async def others_served(slack, until, tag):
    """Eight people ask for help one after the other, over and over; return the seconds until each acknowledgement."""
    took = []

    async def one(number):
        person = Person(slack, SocketPush(slack), f"U{tag}{number}")
        while not until():
            began = time.monotonic()
            await person.command("help")
            took.append(time.monotonic() - began)
            await asyncio.sleep(1.0)  # a person's pace, so that they are no flood themselves
            began = time.monotonic()
            await person.command("")
            took.append(time.monotonic() - began)
            await asyncio.sleep(1.0)

    await asyncio.gather(*(one(number) for number in range(OTHERS)))
    return sorted(took)


def p99(took):
    return 1000 * took[min(len(took) - 1, int(len(took) * 0.99))]


async def test_a_flood_of_one_person_leaves_the_others_served(slack, tmp_path, capsys):
    seconds = COMMANDS / A_SECOND
    async with served(slack, tmp_path / "kept.db"):
        mallory = Person(slack, SocketPush(slack), "U0MALLORY")
        await mallory.command("")
        end = time.monotonic() + seconds
        quiet = await others_served(slack, lambda: time.monotonic() > end, "Q")

        answers, done = [], asyncio.Event()

        async def flood():
            began, sent = time.monotonic(), []
            for number in range(COMMANDS):
                await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
                sent.append(asyncio.create_task(mallory.command(f"mail{number}.example.com:587")))
            try:
                answers.extend(await asyncio.gather(*sent, return_exceptions=True))
            finally:
                done.set()

        flooding = asyncio.create_task(flood())
        busy = await others_served(slack, done.is_set, "F")
        await flooding
    turned_away = sum("more than I can follow" in str(answer) for answer in answers)
    late = sum(isinstance(answer, TimeoutError) for answer in answers)
    with capsys.disabled():
        print(
            f"\nflood: {COMMANDS} commands in {seconds:.0f} s, {turned_away} turned away, {late} late; "
            f"the others' p99 {p99(busy):.0f} ms of {len(busy)} beside {p99(quiet):.0f} ms of {len(quiet)} in quiet"
        )
    assert turned_away >= COMMANDS - 20 - seconds - late - 5
    assert p99(busy) < 3000, "Slack gives up after three seconds"
