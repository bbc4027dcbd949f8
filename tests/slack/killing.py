"""Many conversations while replicas are killed at random: nothing lost, nothing twice; prints what it counted.

Called as: killing.py CONVERSATIONS DATABASE_URL [REPLICAS [storm]]. The fake Slack and the people live in this process
and outlive every replica; a delivery that was not acknowledged is shown to the person as a failure, and they press
again. In a `storm` Slack refuses, breaks off and dawdles at random, and deliveries come late and twice.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
sys.path.insert(0, str(HERE))

import aiohttp  # noqa: E402 - this file is a program too
import fake_blocks  # noqa: E402
from fake_people import HttpPush, Person  # noqa: E402
from fake_slack import FakeSlack  # noqa: E402

from bot.store.opening import open_store  # noqa: E402

OPENINGS = ("", "ann@example.com", "smtp.example.com:587", "421 4.3.2 service shutting down")
TURNS = 6
PATIENCE = 240.0
"""Seconds after which a step that did not come counts as lost."""


def storm(choose):
    """Return a weather for the fake Slack: one call in eight fails, and one in four takes its time."""
    faults = ("ratelimited:0.3", "server_error", "error_after_accept", "drop", "drop_after_accept")

    def weather(method):
        fault = choose.choice(faults) if choose.random() < 0.125 and method != "auth.test" else ""
        slow = choose.random() < 0.25
        return fault, choose.uniform(0, 0.4) * slow, choose.uniform(0, 0.4) * slow

    return weather


class Replica:
    """One process; killed and started again."""

    def __init__(self, slack, database, lease):
        self.slack, self.database, self.lease = slack, database, lease
        self.process, self.url = None, ""

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(HERE / "replica.py"), self.slack.api_url, self.database, "0", str(self.lease)),
            stdout=asyncio.subprocess.PIPE,
        )
        line = (await self.process.stdout.readline()).decode()
        assert line.startswith("ready"), f"a replica did not start: {line!r}"
        self.url = line.split()[1]

    async def kill(self):
        self.url = ""
        self.process.kill()
        await self.process.wait()

    async def end(self):
        if self.process and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()


class Balancer:
    """Hands a delivery to any replica that lives; (None, "") where none acknowledged it.

    A share `twice` of them comes a second time, at once or within a second, to any replica.
    """

    def __init__(self, replicas, choose, twice=0.0):
        self.replicas, self.choose, self.twice = replicas, choose, twice
        self.unacknowledged = 0
        self.copies = set()

    async def __call__(self, kind, payload, **more):
        if self.choose.random() < self.twice:
            copy = asyncio.create_task(self._copy(kind, payload, **more))
            self.copies.add(copy)
            copy.add_done_callback(self.copies.discard)
        status, body = await self._delivered(kind, payload, **more)
        self.unacknowledged += status is None
        return status, body

    async def _copy(self, kind, payload, **more):
        await asyncio.sleep(self.choose.choice((0.0, self.choose.random())))
        await self._delivered(kind, payload, **more)

    async def _delivered(self, kind, payload, **more):
        alive = [each.url for each in self.replicas if each.url]
        try:
            if not alive:
                raise ConnectionError
            status, body = await HttpPush(self.choose.choice(alive))(kind, payload, **more)
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            status, body = None, ""
        return (status, body) if status == 200 else (None, "")


@dataclass
class Tally:
    """What was counted."""

    steps: int = 0
    lost: list = field(default_factory=list)
    twice: list = field(default_factory=list)
    kills: int = 0
    killed: list = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    slowest: float = 0.0
    unacknowledged: int = 0


class Walker:
    """Somebody who answers until a human has the case; `trails` is what must stand in each conversation in the end.

    There may be two for a while: an opening that was not acknowledged is sent again.
    """

    def __init__(self, person, choose, tally):
        self.person, self.choose, self.tally = person, choose, tally
        self.trails, self.revision, self.conversation = defaultdict(list), -1, ""

    def newest(self):
        """Return the newest step with something to press, its conversation and revision."""
        for message in reversed(self.person.messages):
            mark = message.get("metadata", {}).get("event_payload", {})
            if "revision" in mark and fake_blocks.buttons(message["blocks"]):
                return message, mark["conversation"], mark["revision"]
        return None

    def answers(self, message):
        return [
            (block_id, each)
            for block_id, each in fake_blocks.buttons(message["blocks"])
            if each["action_id"].startswith(("smtp:choose", "smtp:pick", "smtp:fill"))
        ]

    def waits(self):
        """Tell whether a step newer than the last one waits for an answer."""
        found = self.newest()
        return bool(found and (found[1] != self.conversation or found[2] > self.revision) and self.answers(found[0]))

    def waits_still(self):
        found = self.newest()
        return bool(found and self.answers(found[0]))

    async def until(self, true, within):
        try:
            await self.person.slack.until(true, within=within)
        except TimeoutError:
            return False
        return True

    async def until_taken(self, act, came):
        """Do something until its outcome is on the screen; a second time where it was not acknowledged."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            status, _ = await act()
            if await self.until(came, PATIENCE if status == 200 else 6.0):
                self.tally.slowest = max(self.tally.slowest, time.monotonic() - began)
                self.tally.steps += 1
                return True
        self.tally.lost.append((self.person.user, self.revision))
        return False

    async def walk(self):
        opening = self.choose.choice(OPENINGS)
        if not await self.until_taken(lambda: self.person.command(opening), self.waits):
            return
        for _ in range(self.choose.randint(1, TURNS)):
            if not await self.turn() or self.is_handed():
                return
            await self.until(self.waits_still, PATIENCE)
        message, self.conversation, self.revision = self.newest()
        self.trails[self.conversation].append("Talk to a human")
        human = self.person.button(message, "Talk to a human")
        await self.until_taken(lambda: self.person.clicks(human, message), self.is_handed)

    def is_handed(self):
        return any(
            each.get("metadata", {}).get("event_payload") == {"conversation": self.conversation, "name": "case"}
            for each in self.person.slack.posted("C0HELP")
        )

    async def turn(self):
        message, self.conversation, self.revision = self.newest()
        block_id, button = self.choose.choice(self.answers(message))
        if button["action_id"] == "smtp:fill":
            return await self.fill(message)
        label, pressed = button.get("text", {}).get("text"), {"block_id": block_id, **button}
        if button["type"] == "static_select":
            option = self.choose.choice(button["options"])
            label = option["text"]["text"]
            pressed = {"action_id": button["action_id"], "type": "static_select", "selected_option": option}
        if label == "Yes, that helped" or "It went" in label or "It works" in label or "Yes, it went" in label:
            return True  # that would be the end
        self.trails[self.conversation].append(label)
        return await self.until_taken(lambda: self.person.clicks(pressed, message), self.moved_on)

    def moved_on(self):
        return self.waits() or self.is_handed()

    async def fill(self, message):
        """Leave the form for a human: forms are filled in elsewhere."""
        return True


async def run(
    conversations, database, replicas=2, *, at_once=50, lease=4.0, every=(4.0, 9.0), seed=1, most=10**6, stormy=False
):
    """Play so many conversations while replicas are killed; return the tally."""
    choose, tally = random.Random(seed), Tally()
    async with FakeSlack.start() as slack:
        slack.channel("C0HELP")
        slack.weather = storm(random.Random(seed + 1)) if stormy else None
        running = [Replica(slack, database, lease) for _ in range(replicas)]
        await asyncio.gather(*(each.start() for each in running))
        balancer = Balancer(running, choose, 0.1 if stormy else 0.0)
        waiting = iter(range(conversations))
        walkers = []

        async def people():
            for number in waiting:
                person = Person(slack, balancer, f"U{seed:06d}N{number:05d}")
                walkers.append(walker := Walker(person, random.Random(seed * 1_000_003 + number), tally))
                await walker.walk()

        async def killer():
            while tally.kills < most:
                await asyncio.sleep(choose.uniform(*every))
                victim = choose.choice(running)
                await victim.kill()
                tally.kills += 1
                tally.killed.append(round(time.monotonic() - tally.began, 1))
                await asyncio.shield(victim.start())

        killing = asyncio.create_task(killer())
        crowd = asyncio.gather(*(people() for _ in range(at_once)))
        await asyncio.wait([crowd, killing], return_when=asyncio.FIRST_COMPLETED)
        if killing.done():
            killing.result()
            await crowd
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
        await crowd
        await asyncio.gather(*balancer.copies)
        slack.weather = None
        for each in running:
            if each.process.returncode is not None:
                await each.start()
        await settled(database)
        await asyncio.gather(*(each.end() for each in running))
        await compared(database, slack, walkers, tally)
        tally.unacknowledged = balancer.unacknowledged
    return tally


async def settled(database):
    """Wait until nothing is left to be done."""
    from sqlalchemy import text

    store = await open_store(database)
    async with asyncio.timeout(120):
        while (await store.door.rows(text("select count(*) from outbox")))[0][0]:  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.2)
    await store.close()


async def compared(database, slack, walkers, tally):
    """Hold what the people did and saw against what is kept."""
    at = defaultdict(list)
    named = Counter()
    for channel in list(slack.messages):
        for message in slack.posted(channel):
            mark = message.get("metadata", {}).get("event_payload", {})
            if "revision" in mark:
                at[mark["conversation"], mark["revision"]].append(round(message["at"] - tally.began, 1))
            elif "name" in mark:
                named[mark["conversation"], mark["name"]] += 1
    tally.twice += [("posted", *which, times) for which, times in at.items() if len(times) > 1]
    tally.twice += [which for which, times in named.items() if times > 1]
    store = await open_store(database)
    for walker in walkers:
        kept = await store.load(walker.conversation)
        if kept is None:
            tally.lost.append((walker.person.user, "no conversation"))
            continue
        trail = [stop.label for stop in kept.trail]
        pressed = [label[:80] for label in walker.trails[kept.id]]
        if trail != pressed and kept.status == "handed":
            (tally.twice if len(trail) > len(pressed) else tally.lost).append((kept.id, trail, pressed))
        runs = [seen.run for seen in kept.seen]
        if len(set(runs)) != len(runs):
            tally.twice.append(("look", kept.id))
        if kept.status != "handed" or not named[kept.id, "case"]:
            tally.lost.append((kept.id, kept.status, named[kept.id, "case"]))
        open_ones = [
            message
            for message in walker.person.messages
            if message.get("metadata", {}).get("event_payload", {}).get("conversation") == kept.id
            and fake_blocks.buttons(message["blocks"])
        ]
        if len(open_ones) != 1:
            marks = [each["metadata"]["event_payload"]["revision"] for each in open_ones]
            tally.twice.append(("steps with buttons", kept.id, kept.revision, marks))
        elif open_ones[0]["metadata"]["event_payload"]["revision"] != kept.revision:
            tally.lost.append(("the newest step", kept.id, kept.revision, open_ones[0]["metadata"]))
    await store.close()


if __name__ == "__main__":
    began = time.monotonic()
    many, where, *rest = sys.argv[1:]
    how = {"replicas": int(rest[0]) if rest else 2, "stormy": "storm" in rest, "seed": random.randrange(10**6)}
    count = asyncio.run(run(int(many), where, **how))
    print(
        f"{many} conversations {how}, {count.steps} steps, {count.kills} kills, "
        f"{count.unacknowledged} deliveries not acknowledged and pressed again, "
        f"slowest step {count.slowest:.1f} s: lost {len(count.lost)}, twice {len(count.twice)} "
        f"({time.monotonic() - began:.0f} s)"
    )
    if count.lost or count.twice:
        print("   killed at", count.killed)
    for each in [*count.lost, *count.twice][:20]:
        print("  ", each)
